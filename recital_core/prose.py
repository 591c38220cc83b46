"""Prose as it is typed, pasted or fetched, and the forms that it is brought into."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_LINE_BREAKS = re.compile(r"\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_SPACES = re.compile(r"[^\S\n]+")
_UNSEEN = dict.fromkeys(
    [
        *(code for code in range(0x1F) if chr(code) not in "\t\n"),
        *range(0x7F, 0xA0),
        *(0xAD, 0x2060, 0xFEFF),
        *range(0xD800, 0xE000),  # halves of characters, which no encoding can write
    ]
)
_MOST_MARKS = 30  # on one letter: the Stream-Safe Text Format of UAX #15, without which NFC takes time squared
_PERHAPS_TOO_MANY_MARKS = re.compile(rf"[^\w\s\x00-\x7f]{{{_MOST_MARKS + 1},}}")
_DIRECTIONS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_EMBEDDINGS, _END_OF_EMBEDDING = "\u202a\u202b\u202d\u202e", "\u202c"
_ISOLATES, _END_OF_ISOLATE = "\u2066\u2067\u2068", "\u2069"
_BRACKET = re.compile(r"[()\[\]]")
_OPENING = {")": "(", "]": "["}
_MARKS = ",;:.!?…׃"
_QUOTES = "\"'“”„״׳«»"
_NIKUD = re.compile("[\u0591-\u05bd\u05c1\u05c2\u05c7]")
_SPELT_WITH_POINTS = ("yi", "ji")


def normal(prose: str) -> str:
    """`prose` in the one form that addresses count on; it is its own normal form.

    Unicode NFC (UAX #15), line breaks as \\n, runs of spaces as one and none around a line, without control
    characters and soft hyphens, and without controls of direction that nothing opened or closes in their line.
    Vowel points stay, of any marks on one letter the first 30.
    """
    text = _LINE_BREAKS.sub("\n", prose).translate(_UNSEEN)
    if _DIRECTIONS.search(text):
        text = "\n".join(_balanced(line) for line in text.split("\n"))
    text = _with_few_marks(unicodedata.normalize("NFC", _with_few_marks(text)))
    return "\n".join(line.strip() for line in _SPACES.sub(" ", text).split("\n"))


def without_brackets(prose: str) -> str:
    """`prose` without round and square brackets and what they hold.

    A bracket is closed in its line or it is none, and stays. No space is left before a mark or beside another,
    nor a mark that the bracket alone was ended by.
    """
    return "\n".join(_without_asides(line) for line in prose.split("\n"))


def without_nikud(text: str, language: str) -> str:
    """`text` without Hebrew points and accents; in Yiddish, where they are spelling, as it is.

    Maqaf, paseq, sof pasuq and rafe stay.
    """
    if language.replace("_", "-").split("-")[0].lower() in _SPELT_WITH_POINTS:
        return text
    return _NIKUD.sub("", text)


def _with_few_marks(text: str) -> str:
    return _PERHAPS_TOO_MANY_MARKS.sub(lambda found: "".join(_first_marks(found.group())), text)


def _first_marks(characters: str) -> Iterator[str]:
    marks = 0
    for character in characters:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= _MOST_MARKS:
            yield character


def _balanced(line: str) -> str:
    """`line` without the controls of direction that have no other half (UAX #9, BD9 and BD11)."""
    alone: set[int] = set()
    opened: list[int] = []
    isolates = 0
    for found in _DIRECTIONS.finditer(line):
        at, control = found.start(), found.group()
        if control in _EMBEDDINGS or control in _ISOLATES:
            opened.append(at)
            isolates += control in _ISOLATES
        elif control == _END_OF_EMBEDDING and opened and line[opened[-1]] in _EMBEDDINGS:
            opened.pop()
        elif control == _END_OF_ISOLATE and isolates:
            isolates -= 1
            while line[opened[-1]] in _EMBEDDINGS:
                alone.add(opened.pop())
            opened.pop()
        else:
            alone.add(at)
    alone.update(opened)
    return "".join(character for at, character in enumerate(line) if at not in alone) if alone else line


def _without_asides(line: str) -> str:
    asides = dict(_asides(line))
    kept: list[str] = []
    at = 0
    for opening in sorted(asides):
        if opening < at:
            continue
        before = line[at:opening].rstrip()
        last = before[-1:] if before or not kept else kept[-1][-1:]
        kept.append(before)
        at = _end_of_gap(line, opening, asides, last)
        kept.append(_between(line, opening, at, last))
    return "".join([*kept, line[at:]])


def _asides(line: str) -> Iterator[tuple[int, int]]:
    """Where brackets that are in no other start and end; between them may be some that are inside others."""
    opened: list[int] = []
    count = {"(": 0, "[": 0}
    for found in _BRACKET.finditer(line):
        bracket = found.group()
        if bracket in count:
            opened.append(found.start())
            count[bracket] += 1
        elif count[_OPENING[bracket]]:
            start = -1
            while start < 0 or line[start] != _OPENING[bracket]:
                start = opened.pop()
                count[line[start]] -= 1
            yield start, found.end()


def _end_of_gap(line: str, at: int, asides: dict[int, int], last: str) -> int:
    """Where what is kept goes on, after the aside at `at` and spaces, further asides and marks now without a use."""
    while at < len(line):
        if line[at].isspace():
            at += 1
        elif at in asides:
            at = asides[at]
        elif line[at] in ",;:." and (not last or last in _MARKS):
            at += 1
        else:
            break
    return at


def _between(line: str, opening: int, end: int, last: str) -> str:
    """What stands for the gap from `opening` to `end`: a space or nothing."""
    following = line[end : end + 1]
    if not last or not following or following in _MARKS or following in ")]}":
        return ""
    spaced = line[opening - 1].isspace() or line[end - 1].isspace()
    if last in _QUOTES and not line[opening - 1].isspace():
        opens = line[: opening - 1][-1:].strip() == ""
        return "" if opens else " " * spaced
    is_ending = line[opening + 1 : end - 1].isalpha()  # 'ספר(ים)'
    return " " if spaced or (last.isalnum() and following.isalnum() and not is_ending) else ""
