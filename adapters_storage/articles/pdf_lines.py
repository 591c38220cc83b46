"""The signs on a page of a PDF as lines: what stands where, from left to right, whatever order it was drawn in."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import median
from typing import NamedTuple

SPACE_SHARE, SPACE_BESIDE_UNSURE_SHARE, CELL_SHARE = 0.18, 0.5, 2.5
"""A gap of so much of a line's height parts words; words where it is not sure where a letter stands; cells of a row."""
OFF_LINE_SHARE = 0.03
SAME_LINE_SHARE = 0.4
SAME_PLACE = 0.02
WHOLE_BOX_SHARE = 0.6
USUAL_WIDTH_SHARE = 0.5


class Glyph(NamedTuple):
    """A character with its origin on the base line and its box, in points; `y` grows upwards."""

    text: str
    x: float
    y: float
    right: float
    height: float


class Line(NamedTuple):
    """`signs` from left to right: letters with their marks, spaces, tabs between cells; each has its `edges`."""

    signs: Sequence[str]
    edges: Sequence[tuple[float, float]]
    left: float
    right: float
    y: float
    height: float

    @property
    def text(self) -> str:
        return "".join(self.signs)


def lines_of(glyphs: Iterable[Glyph]) -> Iterator[Line]:
    """The lines in the order in which a page draws them: so columns stay apart."""
    rows = list(_rows(glyphs))
    widths = {glyph.text: (glyph.right - glyph.x) / glyph.height for row in rows for glyph in _with_whole_boxes(row)}
    return (line for row in rows for line in _line(row, widths))


def _rows(glyphs: Iterable[Glyph]) -> Iterator[list[Glyph]]:
    row: list[Glyph] = []
    height = 0.0
    for glyph in glyphs:
        height = max(height, glyph.height)
        if row and abs(glyph.y - row[0].y) > SAME_LINE_SHARE * height:
            yield row
            row, height = [], glyph.height
        row.append(glyph)
    if row:
        yield row


def _with_whole_boxes(row: Sequence[Glyph]) -> list[Glyph]:
    """Those with the box that their font gives, not one drawn tightly round what is seen of a sign."""
    tallest = max(glyph.height for glyph in row)
    return [glyph for glyph in row if glyph.height >= WHOLE_BOX_SHARE * tallest and glyph.height > 0]


def _line(row: Sequence[Glyph], widths: Mapping[str, float]) -> Iterator[Line]:
    if all(glyph.text.isspace() for glyph in row):
        return
    height = median(glyph.height for glyph in _with_whole_boxes(row) or row) or 1.0
    signs: list[str] = []
    edges: list[tuple[float, float]] = []
    spaced, unsure, first, right = False, False, row[0].x, row[0].x
    for sign, left, end, off_line in _clusters(
        row, {letter: share * height for letter, share in widths.items()}, height
    ):
        if sign.isspace():
            spaced = True
            continue
        gap = (left - right) / height
        if signs and (spaced or gap > (SPACE_BESIDE_UNSURE_SHARE if unsure or off_line else SPACE_SHARE)):
            signs.append("\t" if gap > CELL_SHARE else " ")
            edges.append((right, left))
        first, right = (min(first, left), max(right, end)) if signs else (left, end)
        signs.append(sign)
        edges.append((left, end))
        spaced, unsure = False, off_line
    if signs:  # a point that stands alone is no line
        yield Line(signs=signs, edges=edges, left=first, right=right, y=median(glyph.y for glyph in row), height=height)


def _clusters(row: Sequence[Glyph], widths: Mapping[str, float], height: float) -> list[tuple[str, float, float, bool]]:
    """What stands in one place is one sign: a ligature, or a letter with the marks that are drawn upon it.

    Where a letter and its points are told of as one (ActualText), the box is that of the points: its width is taken
    from where the letter stands without them. Where that is off the line, the place is that of the points, too: the
    last value.
    """
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
    found = []
    base_line = median(glyph.y for glyph in row)
    for place in places:
        end = max(glyph.right for glyph in place)
        if len(place) > 1 and any(unicodedata.combining(glyph.text[0]) for glyph in place):
            letter = next((glyph.text for glyph in place if not unicodedata.combining(glyph.text[0])), "")
            end = place[0].x + widths.get(letter, USUAL_WIDTH_SHARE * height)
        found.append((place, end, len(place) > 1 and abs(place[0].y - base_line) > OFF_LINE_SHARE * height))
    for mark in marks:
        if places:
            middle = (mark.x + mark.right) / 2
            min(places, key=lambda place: _distance(place, middle)).append(mark)
    return sorted(
        ((_sign(place), place[0].x, end, off_line) for place, end, off_line in found), key=lambda each: each[1]
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
