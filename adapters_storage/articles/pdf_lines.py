"""The signs on a page of a PDF as lines: what stands where, from left to right, whatever order it was drawn in."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from statistics import median
from typing import NamedTuple

SPACE_SHARE, SPACE_AFTER_POINTED_SHARE, CELL_SHARE = 0.18, 0.7, 2.5
"""A gap of so much of a line's height parts words; where the width of the letter before is not known; and cells.

Where a letter and its points are told of as one (ActualText), the place that is told is theirs and the width is not.
"""
SAME_LINE_SHARE = 0.4
SAME_PLACE = 0.02


class Glyph(NamedTuple):
    """A character with its origin on the base line and its box, in points; `y` grows upwards."""

    text: str
    x: float
    y: float
    right: float
    height: float


class Line(NamedTuple):
    """`signs` from left to right: letters with their marks, spaces, tabs between cells."""

    signs: Sequence[str]
    left: float
    right: float
    y: float
    height: float

    @property
    def text(self) -> str:
        return "".join(self.signs)


def lines_of(glyphs: Iterable[Glyph]) -> Iterator[Line]:
    """The lines in the order in which a page draws them: so columns stay apart."""
    row: list[Glyph] = []
    height = 0.0
    for glyph in glyphs:
        height = max(height, glyph.height)
        if row and abs(glyph.y - row[0].y) > SAME_LINE_SHARE * height:
            yield from _line(row)
            row, height = [], glyph.height
        row.append(glyph)
    yield from _line(row)


def _line(row: Sequence[Glyph]) -> Iterator[Line]:
    letters = [glyph for glyph in row if not glyph.text.isspace()]
    if not letters:
        return
    height = max(glyph.height for glyph in letters)
    signs: list[str] = []
    right, spaced, narrow = row[0].x, False, SPACE_SHARE
    for sign, left, end in _clusters(row):
        if sign.isspace():
            spaced = True
            continue
        gap = (left - right) / height
        if signs and (spaced or gap > narrow):
            signs.append("\t" if gap > CELL_SHARE else " ")
        signs.append(sign)
        right, spaced = max(right, end) if len(signs) > 1 else end, False
        narrow = SPACE_SHARE if len(sign) == 1 else SPACE_AFTER_POINTED_SHARE
    yield Line(
        signs=signs,
        left=min(glyph.x for glyph in letters),
        right=max(glyph.right for glyph in letters),
        y=median(glyph.y for glyph in letters),
        height=height,
    )


def _clusters(row: Sequence[Glyph]) -> list[tuple[str, float, float]]:
    """What stands in one place is one sign: a ligature, or a letter with the marks that are drawn upon it."""
    places: list[list[Glyph]] = []
    marks: list[Glyph] = []
    for glyph in row:
        before = places[-1][0] if places else None
        if before and abs(glyph.x - before.x) < SAME_PLACE and abs(glyph.y - before.y) < SAME_PLACE:
            places[-1].append(glyph)
        elif unicodedata.combining(glyph.text[0]):
            marks.append(glyph)
        else:
            places.append([glyph])
    for mark in marks:
        if places:
            middle = (mark.x + mark.right) / 2
            min(places, key=lambda place: _distance(place, middle)).append(mark)
    return sorted(
        ((_sign(place), place[0].x, max(glyph.right for glyph in place)) for place in places), key=lambda each: each[1]
    )


def _distance(place: Sequence[Glyph], x: float) -> float:
    if place[0].text.isspace():
        return float("inf")
    return max(place[0].x - x, x - place[0].right, 0.0)


def _sign(place: Sequence[Glyph]) -> str:
    """Letters before marks, in the one order that Unicode has for them; presentation forms as what they present."""
    letters = "".join(glyph.text for glyph in place if not unicodedata.combining(glyph.text[0]))
    marks = "".join(glyph.text for glyph in place if unicodedata.combining(glyph.text[0]))
    plain = "".join(unicodedata.normalize("NFKC", c) if "\ufb00" <= c <= "\ufefc" else c for c in letters)
    return unicodedata.normalize("NFC", plain + marks)
