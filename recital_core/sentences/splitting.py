"""How a paragraph is split into sentences.

At every period, question mark and the like the sentence may end; it does, unless one of the rules below gives
a reason to go on. Read them in `general`, `hebrew` and `latin`; what they look at is in `stop`.
"""

import re
from collections.abc import Callable

from recital_core.sentences import general, hebrew, latin
from recital_core.sentences.characters import DOUBLE_QUOTES, MARKS
from recital_core.sentences.line import Line
from recital_core.sentences.stop import STOP, Stop, is_hebrew, look_around

_Rule = Callable[[Stop], bool]

_IN_EVERY_LANGUAGE: tuple[_Rule, ...] = (
    general.inside_a_bracket,
    general.words_were_left_out,
    general.list_number,
    latin.abbreviation_goes_on,
    latin.initial_goes_on,
    latin.name_shouts,
    hebrew.initial_goes_on,
    hebrew.dotted_letters_go_on,
    hebrew.spelled_letters_go_on,
    hebrew.abbreviation_goes_on,
    hebrew.teller_follows_the_quotation,
)
_WITH_CAPITALS: tuple[_Rule, ...] = (general.lower_case_follows, latin.teller_follows_the_quotation)
_IN_HEBREW_LETTERS: tuple[_Rule, ...] = (hebrew.name_shouts, hebrew.title_is_quoted)
_IN_YIDDISH: tuple[_Rule, ...] = (*_IN_HEBREW_LETTERS, hebrew.dash_follows_in_a_dialogue)
_IN_HEBREW: tuple[_Rule, ...] = (*_IN_HEBREW_LETTERS, hebrew.dash_follows, hebrew.speaker_hesitates)

_RULES = {"he": _IN_EVERY_LANGUAGE + _IN_HEBREW, "yi": _IN_EVERY_LANGUAGE + _IN_YIDDISH}
_RULES |= {"iw": _RULES["he"], "ji": _RULES["yi"]}  # the codes before 1989, which some systems still send
_OTHER_RULES = _IN_EVERY_LANGUAGE + _WITH_CAPITALS

_SPACE = re.compile(r"\s*+")
_LETTER_OR_DIGIT = re.compile(r"[^\W_]")
_LONE_MARKS = re.compile(rf"(?:\s[{MARKS}]++(?=\s|$))*+")
_LONE_QUOTE = re.compile(rf"\s[{DOUBLE_QUOTES}](?=\s|$)")


def spans(paragraph: str, language: str) -> list[tuple[int, int]]:
    """Where each sentence of `paragraph` starts and ends; only white space lies outside the spans."""
    rules = _RULES.get(language.replace("_", "-").split("-")[0].lower(), _OTHER_RULES)
    found: list[tuple[int, int]] = []
    line_start = 0
    for line in paragraph.splitlines(keepends=True):
        found.extend((line_start + start, line_start + end) for start, end in _spans_of_line(line, rules))
        line_start += len(line)
    return found


def _spans_of_line(text: str, rules: tuple[_Rule, ...]) -> list[tuple[int, int]]:
    line = Line(text)
    found: list[tuple[int, int]] = []
    start, first_word = _next_start(text, 0)
    for mark in STOP.finditer(text):
        if mark.start() < first_word or not _may_end(text, mark.end()):
            continue
        stop = look_around(line, start, mark)
        if _ends(stop, rules):
            end = _whole_end(stop)
            found.append((start, end))
            start, first_word = _next_start(text, end)
    last_end = len(text.rstrip())
    if found and first_word == len(text):
        found[-1] = (found[-1][0], last_end)  # marks alone cannot be read aloud
    elif start < last_end:
        found.append((start, last_end))
    return found


def _next_start(text: str, at: int) -> tuple[int, int]:
    """Where the sentence after `at` starts, and where its first letter or digit is: without one none can end."""
    space = _SPACE.match(text, at)
    word = _LETTER_OR_DIGIT.search(text, at)
    return space.end() if space else at, word.start() if word else len(text)


def _may_end(text: str, at: int) -> bool:
    """Whether what follows is white space, nothing, or a letter that may start a sentence at once."""
    follows = text[at : at + 1]
    return not follows or follows.isspace() or follows.isupper() or is_hebrew(follows)


def _ends(stop: Stop, rules: tuple[_Rule, ...]) -> bool:
    if not stop.following:
        return True
    if not stop.is_at_space and not (hebrew.starts_without_a_space(stop) or latin.starts_without_a_space(stop)):
        return False
    return not any(goes_on(stop) for goes_on in rules)


def _whole_end(stop: Stop) -> int:
    """The end of the sentence, with marks and a closing quote typed after a space, without a quote that opens."""
    line, end = stop.line, stop.end
    if not stop.is_at_space:
        quote_opens = line.open_quote(end) == end - 1
        return end - 1 if quote_opens else end
    if lone_marks := _LONE_MARKS.match(line.text, end):
        end = lone_marks.end()
    lone_quote = _LONE_QUOTE.match(line.text, end)
    return lone_quote.end() if lone_quote and line.open_quote(stop.at) is not None else end
