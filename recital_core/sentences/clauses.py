"""Cutting a long sentence into pieces that a person can read in one breath.

A piece ends where a reader pauses: at a semicolon, colon or dash, at a comma, at a bracket, and nowhere else.
So no phrase that is without a mark is ever cut, and a sentence without a fit place stays whole. Of all ways to
cut, the one of least cost is taken: each place costs by its kind, and each piece by how far it is from a good
length.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from math import inf
from typing import NamedTuple

from recital_core.sentences.characters import CLOSERS, CONTROLS, DASHES, bare, words
from recital_core.sentences.line import Line
from recital_core.sentences.stop import first_word

SHORTEST = 3
"""Words: the shortest piece that is worth a highlight of its own."""

_CONJUNCTIONS = {
    "he": words("""
        אבל אך אולם ואולם אלא אילו ואילו אם ואם אף ואף או אז ואז אחרי לאחר לפני בעוד בזמן כאשר וכאשר כי וכי כיוון מכיוון
        מאחר משום מפני בגלל בשל שכן לכן ולכן לפיכך כך וכך וכן כדי כמו כגון כלומר דהיינו היינו למשל לדוגמה למרות
        אשר ואשר שבו שבה שבהם שבהן ובכך ובהם ובהן כולל לרבות תוך עד היות הואיל אלמלא לולא גם וגם רק ורק לא ולא
        על אלה ובין לעומת בניגוד במקום נוסף בנוסף שם מתוך לפי
    """),
    "yi": words("""
        און אבער נאר אדער אז ווייל כאטש הגם אויב ווען בשעת כדי ביז זינט איידער נאכדעם דערפאר דערנאך דעריבער אבי
        ווי וואס וועלכע וועלכער וועלכן וועלכעס ווו וואו וווהין פונוואנען ווער וועמען צי כמעט סיידן אלא טא איז
    """),
    "en": words("""
        and but or nor so yet for because although though while whereas when whenever where wherever which who whom
        whose that if unless until till since after before as than then however therefore thus including such
        with without especially particularly namely not
    """),
}
"""Words that, after a comma, start a clause. In bare spelling, as the lists of the rules are."""

_CONJUNCTIONS |= {"iw": _CONJUNCTIONS["he"], "ji": _CONJUNCTIONS["yi"]}
_NAME_GOES_ON = re.compile("(?:^|[-־])[ובכלמשה]{0,2}יסוד:")  # 'חוק יסוד: הכנסת'
_HEBREW_PREFIX = re.compile("(?:ו|ש|כש|וש|וכש|לכש|מש)[א-ת]{3}")
_IN_HEBREW = ("he", "iw")

# What a cut costs: the less, the more readers pause there.
_COST = {
    ";": 0.6,
    "؛": 0.6,
    ":": 0.9,
    "—": 1.0,
    "–": 1.0,
    "--": 1.0,
    "…": 1.1,
    "..": 1.1,
    "!": 1.5,
    "?": 1.2,
    ",": 2.0,
    "،": 2.0,
}
_DASH = 1.0
_BRACKET = 2.4
_COMMA_AND_CONJUNCTION = 1.2
_SURELY_SEVERAL = 60  # characters in brackets; words are counted in fewer
_IN_BRACKETS = 1.5
_IN_QUOTATION = 0.5

# What a piece costs.
_TOO_LONG = 30.0
_SHORT = 6  # words
_FOR_EACH_WORD_TOO_FEW = 0.35
_BEST_LENGTH = 0.6  # of the limit
_OUT_OF_BALANCE = 3.0

_WORD = re.compile(r"(?:(?!--)[^\s—])*+(?:—|--)[—-]*+(?=[^\W_])|\S++")  # a dash between letters parts words too
_NOTE = r"\[[^\]\s]{1,4}\]|[\u00b9\u00b2\u00b3\u2070-\u2079]"
_MARK = re.compile(rf"(?P<mark>[;؛:,،—–…!?]|--|\.\.)(?:[{CLOSERS}{CONTROLS}]|{_NOTE})*+\Z")
_DASH_ALONE = re.compile(rf"[{CONTROLS}{DASHES}]++\Z")
_CLOSED_BRACKET = re.compile(rf"[)\]}}][{CONTROLS}]*+\Z")
_LETTER = re.compile(r"[^\W\d_]")
_LETTER_OR_DIGIT = re.compile(r"[^\W_]")


class _Place(NamedTuple):
    """Where a sentence could be cut, or its start or end."""

    at: int
    """Where the next piece would start."""
    words: int
    """How many words lie before it."""
    cost: float


def pieces(sentence: str, language: str, limit: int) -> list[str]:
    """The pieces of `sentence`, as `recital_core.sentences.pieces` promises them."""
    found = list(_WORD.finditer(sentence))
    if len(found) <= limit:
        return [sentence]
    primary = language.replace("_", "-").split("-")[0].lower()
    places = [_Place(0, 0, 0.0), *_cuts(sentence, found, primary), _Place(len(sentence), len(found), 0.0)]
    ends = _least_cost(_with_letters_between(sentence, places), limit)
    return [sentence[start:end] for start, end in pairwise([0, *ends])]


def _cuts(sentence: str, found: list[re.Match[str]], language: str) -> Iterator[_Place]:
    line = Line(sentence)
    for number, (before, after) in enumerate(pairwise(found), start=1):
        at = after.start()
        cost = _cost(line, before, after, language)
        if cost is not None:
            in_brackets = _IN_BRACKETS * (line.open_bracket(at) is not None)
            in_quotation = _IN_QUOTATION * (line.open_quote(at) is not None)
            yield _Place(at, number, cost + in_brackets + in_quotation)


def _cost(line: Line, before: re.Match[str], after: re.Match[str], language: str) -> float | None:
    """What a cut between two words costs; None where no mark parts them."""
    if not _LETTER_OR_DIGIT.search(after.group()):
        return None  # a mark typed after a space belongs to what it follows
    if _NAME_GOES_ON.search(before.group()):
        return None
    if _DASH_ALONE.match(before.group()):
        return None if _is_between_numbers(line.text, before.start(), after) else _DASH
    if found := _MARK.search(before.group()):
        mark = found["mark"]
        return _COMMA_AND_CONJUNCTION if mark in ",،" and _joins(after.group(), language) else _COST[mark]
    closed = _CLOSED_BRACKET.search(before.group())
    opening = line.open_bracket(before.start() + closed.start()) if closed else after.start()
    return _BRACKET if _is_an_aside(line, opening) else None


def _is_between_numbers(text: str, dash: int, after: re.Match[str]) -> bool:
    """'1990 - 1995'."""
    return after.group()[0].isdigit() and text[max(0, dash - 4) : dash].rstrip()[-1:].isdigit()


def _joins(following: str, language: str) -> bool:
    """Whether a conjunction comes next, or in Hebrew a word that one is written together with."""
    word = bare(following)
    return first_word(word) in _CONJUNCTIONS.get(language, frozenset()) or (
        language in _IN_HEBREW and _HEBREW_PREFIX.match(word) is not None
    )


def _is_an_aside(line: Line, opening: int | None) -> bool:
    """Whether a bracket opens there and holds several words: one or two, such as a year, go with what is around."""
    closing = line.closing_bracket(opening) if opening is not None else None
    if opening is None or closing is None:
        return False
    return closing - opening > _SURELY_SEVERAL or len(line.text[opening:closing].split()) >= SHORTEST


def _with_letters_between(sentence: str, places: list[_Place]) -> list[_Place]:
    """`places` without those that would leave a piece with no letter in it."""
    start, *cuts, end = places
    kept = [start]
    looked_to, letter_seen = 0, False
    for cut in cuts:
        letter_seen = letter_seen or _LETTER.search(sentence, looked_to, cut.at) is not None
        looked_to = cut.at
        if letter_seen:
            kept.append(cut)
            letter_seen = False
    if len(kept) > 1 and not letter_seen and not _LETTER.search(sentence, looked_to):
        kept.pop()
    return [*kept, end]


def _least_cost(places: list[_Place], limit: int) -> list[int]:
    """Where the pieces end in the cheapest way to cut, which is found for each place from those before it.

    A piece over the limit is looked at only where no fit place lies inside, so the work for each place is
    bounded by the limit.
    """
    last = len(places) - 1
    cheapest = [0.0] + [inf] * last
    came_from = [0] * (last + 1)
    for j, place in enumerate(places):
        fit: _Place | None = None
        for i in range(j - 1, -1, -1):
            length = place.words - places[i].words
            if length > limit and fit and fit.words - places[i].words >= SHORTEST:
                break
            if length >= SHORTEST:
                fit = fit or places[i]
            elif (i, j) != (0, last):
                continue
            cost = cheapest[i] + place.cost + _cost_of_length(length, limit)
            if cost < cheapest[j]:
                cheapest[j], came_from[j] = cost, i
    ends = [last]
    while came_from[ends[-1]]:
        ends.append(came_from[ends[-1]])
    return [places[j].at for j in reversed(ends)]


def _cost_of_length(length: int, limit: int) -> float:
    if length > limit:
        return _TOO_LONG + length - limit
    too_few = max(0, _SHORT - length)
    return too_few * _FOR_EACH_WORD_TOO_FEW + _OUT_OF_BALANCE * (length / limit - _BEST_LENGTH) ** 2
