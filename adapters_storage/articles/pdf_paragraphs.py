"""The lines of a PDF's pages as paragraphs, without the headers, footers and numbers that its pages repeat."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from adapters_storage.articles.pdf_lines import Line
from adapters_storage.articles.visual_order import brackets_as_drawn, is_right_to_left, logical

EDGE_LINES = 2
REPEATED_ON_PAGES, NUMBERED_PAGES = 3, 2
SAME_HEIGHT_PT = 4
NUMBERS = re.compile(r"\d+|\b[ivxlc]+\b")
SIZE_CHANGE = 0.15
WIDE_PITCH = 1.35
INDENT_SHARE = 0.8
ROOM_SHARE = 0.12
ENDS_SENTENCE = re.compile(r"[.!?…:;׃][\"'”’»)\]]*$")
HYPHENATED = re.compile(r"[a-zß-ÿ][-\u2010\xad]$")
BULLET = re.compile(r"[•‣◦▪●○■–*]\s|\(?\d{1,3}[.)]\s")


class Block(NamedTuple):
    lines: list[Line]
    rtl: bool
    left: float
    right: float
    """The edges of the column."""


def paragraphs(pages: Sequence[Sequence[Line]]) -> list[str]:
    """The text in the order of reading; a table's row is one paragraph with its cells parted by tabs."""
    mirrored = brackets_as_drawn([line.text for page in pages for line in page if is_right_to_left(line.text)])
    all_rtl = is_right_to_left("".join(line.text for page in pages for line in page))
    blocks: list[Block] = []
    for page in _without_repeated(pages):
        for number, block in enumerate(_blocks(page, all_rtl)):
            is_top = number == 0 or block.lines[0].y > blocks[-1].lines[-1].y
            if is_top and blocks and _goes_on(blocks[-1], block):
                blocks[-1].lines.extend(block.lines)
            else:
                blocks.append(block)
    return [_joined(block, mirrored) for block in blocks]


def _without_repeated(pages: Sequence[Sequence[Line]]) -> Iterator[list[Line]]:
    counted = Counter(key for page in pages for key in {_key(line) for line in _edges(page)})
    for page in pages:
        edges = _edges(page)
        yield [line for line in page if line not in edges or not _is_repeated(counted, _key(line))]


def _edges(page: Sequence[Line]) -> list[Line]:
    downwards = sorted(page, key=lambda line: -line.y)
    return [*downwards[:EDGE_LINES], *downwards[-EDGE_LINES:]]


def _key(line: Line) -> tuple[str, int]:
    return NUMBERS.sub("#", line.text.strip().lower()), round(line.y / SAME_HEIGHT_PT)


def _is_repeated(counted: Counter[tuple[str, int]], key: tuple[str, int]) -> bool:
    only_number = not any(c.isalpha() for c in key[0])
    return counted[key] >= (NUMBERED_PAGES if only_number else REPEATED_ON_PAGES)


def _blocks(page: Iterable[Line], all_rtl: bool) -> Iterator[Block]:
    for region in _regions(page):
        rtl = is_right_to_left("".join(line.text for line in region), otherwise=all_rtl)
        left, right = min(line.left for line in region), max(line.right for line in region)
        block = Block([region[0]], rtl, left, right)
        for line, after in pairwise(region):
            if _ends(line, after, block):
                yield _directed(block, all_rtl)
                block = Block([], rtl, left, right)
            block.lines.append(after)
        yield _directed(block, all_rtl)


def _directed(block: Block, all_rtl: bool) -> Block:
    return block._replace(rtl=is_right_to_left("".join(line.text for line in block.lines), otherwise=all_rtl))


def _regions(page: Iterable[Line]) -> Iterator[list[Line]]:
    """Lines of one size under each other, as close as they are in a paragraph."""
    region: list[Line] = []
    pitch = None
    for line in page:
        if region:
            step = region[-1].y - line.y
            apart = (
                step <= 0
                or abs(line.height - region[-1].height) > SIZE_CHANGE * region[-1].height
                or step > WIDE_PITCH * (pitch or 1.5 * line.height)
                or line.left > region[-1].right
                or line.right < region[-1].left
            )
            if apart:
                yield region
                region, pitch = [], None
            else:
                pitch = min(pitch or step, step)
        region.append(line)
    if region:
        yield region


def _ends(line: Line, after: Line, block: Block) -> bool:
    """Whether a paragraph ends between two lines: room was left, or the next is indented, a row or an item."""
    if "\t" in line.signs or "\t" in after.signs or BULLET.match(after.text[::-1] if block.rtl else after.text):
        return True
    start, before = (
        (block.right - after.right, block.right - line.right)
        if block.rtl
        else (
            after.left - block.left,
            line.left - block.left,
        )
    )
    if start > INDENT_SHARE * after.height and before < INDENT_SHARE * line.height / 2:
        return True
    return not _is_full(line, after, block)


def _is_full(line: Line, after: Line, block: Block) -> bool:
    """Whether the first word of the next line would hardly have fitted."""
    room = line.left - block.left if block.rtl else block.right - line.right
    word = after.text.split()[-1 if block.rtl else 0]
    word_width = (after.right - after.left) * len(word) / len(after.signs)
    return room <= max(ROOM_SHARE * (block.right - block.left), word_width)


def _goes_on(before: Block, after: Block) -> bool:
    """Whether a paragraph that the end of a page or a column cut goes on at the top of the next."""
    last, first = before.lines[-1], after.lines[0]
    return (
        before.rtl == after.rtl
        and abs(last.height - first.height) <= SIZE_CHANGE * last.height
        and _is_full(last, first, before)
        and len(before.lines) > 1
        and not ENDS_SENTENCE.search(logical(last.signs, rtl=before.rtl).strip())
        and "\t" not in first.signs
    )


def _joined(block: Block, mirrored: bool) -> str:
    text = ""
    for line in block.lines:
        read = logical(line.signs, rtl=block.rtl, mirrored=mirrored)
        if text and HYPHENATED.search(text) and read[:1].islower():
            text = text[:-1] + read
        elif text and text.endswith(("-", "־", "\u2010")) and not text.endswith((" -", "--")):
            text += read
        else:
            text = f"{text} {read}" if text else read
    return text
