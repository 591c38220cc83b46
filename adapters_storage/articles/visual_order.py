"""From the order in which signs stand on a line to the order in which they are read.

The Unicode Bidirectional Algorithm (UAX #9) turned round, as far as it can be: where two ways of writing look alike,
the likelier one is meant. Numbers keep their separators, Latin words within Hebrew keep their order, and brackets,
whose glyphs were mirrored, are mirrored back.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

RIGHT, LEFT, NUMBER, OTHER = "R", "L", "N", "O"
KINDS = {"R": RIGHT, "AL": RIGHT, "L": LEFT, "EN": NUMBER, "AN": NUMBER}
MIRRORED_QUOTES = str.maketrans("“”‘’", "”“’‘")
"""PDFium mirrors them within Hebrew, which nobody else does."""
MIRRORED = str.maketrans("()[]{}<>«»‹›“”‘’", ")(][}{><»«›‹”“’‘")
BRACKETS = {")": "(", "]": "[", "}": "{"}
AFTER_WORDS = re.compile(r"[,;:.!?]\s")
AS_DRAWN = re.compile(r"\([^()]*\)|\[[^][]*\]")
AS_WRITTEN = re.compile(r"\)[^()]*\(|\][^][]*\[")


def logical(signs: Sequence[str], *, rtl: bool, mirrored: bool = True) -> str:
    """The line as it is read. `signs` are letters with their marks, from left to right.

    `rtl` is the direction of the paragraph, `mirrored` whether brackets are given as they look.
    """
    kinds = _kinds(signs)
    pieces: list[str] = []
    first = 0
    strong = (LEFT, NUMBER) if rtl else (RIGHT,)
    while first < len(signs):
        last = _island(signs, kinds, first, rtl) if kinds[first] in strong else first
        island = signs[first : last + 1]
        if not rtl and kinds[first] == RIGHT:
            pieces.append(logical(island, rtl=True, mirrored=mirrored))
        elif rtl and kinds[first] == OTHER:
            pieces.append("".join(island).translate(MIRRORED if mirrored else MIRRORED_QUOTES))
        else:
            pieces.append("".join(island))
        first = last + 1
    return "".join(reversed(pieces) if rtl else pieces)


def is_right_to_left(text: str, *, otherwise: bool = False) -> bool:
    """Whether most of the letters are of a script that is written from right to left."""
    classes = [unicodedata.bidirectional(c) for c in text if c.isalpha()]
    right = sum(KINDS.get(each) == RIGHT for each in classes)
    return otherwise if 2 * right == len(classes) else 2 * right > len(classes)


def brackets_as_drawn(lines: Sequence[str]) -> bool:
    """Whether the lines, from left to right, have brackets as they look rather than as they were typed."""
    drawn = sum(len(AS_DRAWN.findall(line)) for line in lines)
    return drawn >= sum(len(AS_WRITTEN.findall(line)) for line in lines)


def with_brackets_in_pairs(text: str) -> str:
    """`text` with each kind of bracket opened and closed in turn, where it is not, but could be.

    At the edge of Hebrew and English it is not always known whether a bracket was mirrored.
    """
    for closing, opening in BRACKETS.items():
        places = [place for place, character in enumerate(text) if character in (opening, closing)]
        in_turn = (opening, closing) * (len(places) // 2)
        if len(places) % 2 == 0 and not _is_balanced([text[place] for place in places], opening):
            characters = list(text)
            for place, bracket in zip(places, in_turn, strict=True):
                characters[place] = bracket
            text = "".join(characters)
    return text


def _is_balanced(brackets: Sequence[str], opening: str) -> bool:
    depth = 0
    for bracket in brackets:
        depth += 1 if bracket == opening else -1
        if depth < 0:
            return False
    return depth == 0


def _kinds(signs: Sequence[str]) -> list[str]:
    classes = [unicodedata.bidirectional(sign[0]) for sign in signs]
    kinds = [KINDS.get(each, OTHER) for each in classes]
    numbers = [index for index, kind in enumerate(kinds) if kind == NUMBER]
    for index in numbers:  # 12,345.67 and 03-1234567 (rule W4)
        if index + 2 < len(kinds) and classes[index + 1] in ("CS", "ES") and kinds[index + 2] == NUMBER:
            kinds[index + 1] = NUMBER
    for step in (1, -1):  # 50% and $5 (rule W5)
        for index in numbers:
            beside = index + step
            while 0 <= beside < len(kinds) and classes[beside] == "ET":
                kinds[beside] = NUMBER
                beside += step
    return kinds


def _island(signs: Sequence[str], kinds: Sequence[str], first: int, rtl: bool) -> int:
    """The last sign of the stretch from `first` that is read the other way than its paragraph.

    Two words with a space or a mark between are one stretch; two numbers are not, nor a number before a word.
    """
    last, words = first, kinds[first] != NUMBER
    for index in range(first + 1, len(signs)):
        kind = kinds[index]
        if kind == (RIGHT if rtl else LEFT):
            break
        if kind == OTHER or (not rtl and kind == NUMBER):
            continue
        if index > last + 1 and not words:
            break
        last, words = index, words or kind != NUMBER
    after = "".join(signs[last + 1 : last + 3])
    if not rtl or not after:
        return last
    closes = _is_within_brackets(signs[first : last + 1], after[0])  # Wikipedia (en)
    goes_on = words and AFTER_WORDS.fullmatch(after)  # the line ends here, and not the English
    return last + 1 if closes or goes_on else last


def _is_within_brackets(stretch: Sequence[str], bracket: str) -> bool:
    """Whether a bracket is open at the end of a stretch, whichever way it looks."""
    pair = next((pair for pair in BRACKETS.items() if bracket in pair), None)
    return pair is not None and sum(sign in pair for sign in stretch) % 2 == 1
