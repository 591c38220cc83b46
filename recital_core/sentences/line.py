"""One line of a paragraph, and which brackets and quotation marks are open at each place in it.

Everything is found in one pass and asked for by bisection, so that a long line costs no more
for each character than a short one.
"""

import re
from bisect import bisect_left
from itertools import zip_longest

from recital_core.sentences.characters import DASHES, DOUBLE_QUOTES, POINTS

_BRACKET = re.compile(r"[()\[\]{}]")
_QUOTE = re.compile(f"[{DOUBLE_QUOTES}]")
_HEBREW_PREFIX = re.compile(rf"(?<![^\W_])(?<![{POINTS}])[ובכלמשה]{{1,3}}$")
_BEFORE_A_QUOTATION = re.compile(rf"[\s(\[{{{DASHES}]")
_LETTER = re.compile(rf"[^\W\d_]|[{POINTS}]")


class Line:
    """The text of a line, with its brackets and quotation marks paired."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._bracket_at: list[int] = []
        self._bracket_open: list[int | None] = []
        self._closing: dict[int, int] = {}
        self._quote_at: list[int] = []
        self._quote_open: list[int | None] = []
        self._pair_brackets()
        self._pair_quotes()

    def open_bracket(self, at: int) -> int | None:
        """Where the innermost bracket that is open just before `at` was opened."""
        return _state_before(at, self._bracket_at, self._bracket_open)

    def closing_bracket(self, opening: int) -> int | None:
        """Where the bracket opened at `opening` is closed, if it ever is."""
        return self._closing.get(opening)

    def open_quote(self, at: int) -> int | None:
        """Where the quotation that is open just before `at` was opened."""
        return _state_before(at, self._quote_at, self._quote_open)

    def _pair_brackets(self) -> None:
        opened: list[int] = []
        for found in _BRACKET.finditer(self.text):
            if found.group() in "([{":
                opened.append(found.start())
            elif opened:
                self._closing[opened.pop()] = found.start()
            self._bracket_at.append(found.start())
            self._bracket_open.append(opened[-1] if opened else None)

    def _pair_quotes(self) -> None:
        places = [found.start() for found in _QUOTE.finditer(self.text)]
        opened: int | None = None
        for at, following in zip_longest(places, places[1:]):
            if self._is_inside_a_word(at) and (opened is not None or not self._opens_after_a_prefix(at, following)):
                continue  # an acronym
            opened = at if self._opens(at, is_open=opened is not None) else None
            self._quote_at.append(at)
            self._quote_open.append(opened)

    def _is_inside_a_word(self, at: int) -> bool:
        around = self.text[max(at - 1, 0) : at], self.text[at + 1 : at + 2]
        return all(_LETTER.match(character) for character in around)

    def _opens_after_a_prefix(self, at: int, following: int | None) -> bool:
        """Whether this is ה"מילה" and not צה"ל: little words before it, a closing mark after it."""
        if following is None or not _HEBREW_PREFIX.search(self.text[max(at - 4, 0) : at]):
            return False
        return not self.text[following - 1].isspace() and not _LETTER.match(self.text, following + 1)

    def _opens(self, at: int, *, is_open: bool) -> bool:
        if self.text[at] in "„«":
            return True
        before, after = self.text[max(at - 1, 0) : at], self.text[at + 1 : at + 2]
        if not before or _BEFORE_A_QUOTATION.match(before):
            return not (is_open and (not after or after.isspace()))
        return not is_open and bool(_LETTER.match(after))


def _state_before(at: int, places: list[int], states: list[int | None]) -> int | None:
    index = bisect_left(places, at) - 1
    return states[index] if index >= 0 else None
