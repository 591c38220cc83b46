"""The lines of a PDF's pages as paragraphs, without the headers, footers and numbers that its pages repeat."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise, takewhile
from typing import NamedTuple

from adapters_storage.articles.pdf_lines import Line
from adapters_storage.articles.visual_order import brackets_as_drawn, is_right_to_left, logical, with_brackets_in_pairs

EDGE_LINES = 2
REPEATED_ON_PAGES, NUMBERED_PAGES = 3, 2
SAME_HEIGHT_PT = 4
NUMBERS = re.compile(r"\d+|\b[ivxlc]+\b")
SIZE_CHANGE = 0.2
WIDE_PITCH = 1.35
USUAL_PITCH, MAX_PITCH, ENOUGH_STEPS = 1.2, 2.2, 10
INDENT_SHARE, MAX_INDENT_SHARE, INDENTED_BLOCKS_SHARE = 0.8, 3, 0.6
ROOM_SHARE, SPACE_SHARE = 0.12, 0.3
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
    usual_pitch = _usual_pitch(pages)
    cut = [list(_blocks(page, all_rtl, usual_pitch)) for page in _without_repeated(pages)]
    all_indented = _are_indented([block for page in cut for block in page])
    blocks: list[Block] = []
    for page in cut:
        for number, block in enumerate(page):
            is_top = number == 0 or block.lines[0].y > blocks[-1].lines[-1].y
            if is_top and blocks and _goes_on(blocks[-1], block, all_indented=all_indented):
                blocks[-1].lines.extend(block.lines)
            else:
                blocks.append(block)
    return [_joined(block, mirrored) for block in blocks]


def _usual_pitch(pages: Sequence[Sequence[Line]]) -> float:
    """From line to line in a paragraph, in heights of a line: a quarter of all steps is hardly less."""
    steps = sorted((a.y - b.y) / b.height for page in pages for a, b in pairwise(page) if a.y > b.y)
    if len(steps) < ENOUGH_STEPS:
        return USUAL_PITCH
    return min(max(steps[len(steps) // 4], 1.0), MAX_PITCH)


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


def _blocks(page: Iterable[Line], all_rtl: bool, usual_pitch: float) -> Iterator[Block]:
    for region in _regions(page, usual_pitch):
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


def _regions(page: Iterable[Line], usual_pitch: float) -> Iterator[list[Line]]:
    """Lines of one size under each other, as close as they are in a paragraph."""
    region: list[Line] = []
    pitch = None
    for line in page:
        if region:
            step = region[-1].y - line.y
            apart = (
                step <= 0
                or _turns(region[-1], line)
                or abs(line.height - region[-1].height) > SIZE_CHANGE * region[-1].height
                or step > WIDE_PITCH * (pitch or usual_pitch * line.height)
                or line.left > region[-1].right + MAX_INDENT_SHARE * line.height
                or line.right < region[-1].left - MAX_INDENT_SHARE * line.height
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
    if (
        _turns(line, after)
        or "\t" in line.signs
        or "\t" in after.signs
        or BULLET.match(after.text[::-1] if block.rtl else after.text)
    ):
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


def _turns(line: Line, after: Line) -> bool:
    """Whether a line of one direction alone follows one of the other alone, as English follows Hebrew."""
    directions = [{is_right_to_left(c) for c in each.text if c.isalpha()} for each in (line, after)]
    return len(directions[0]) == len(directions[1]) == 1 and directions[0] != directions[1]


def _is_full(line: Line, after: Line, block: Block) -> bool:
    """Whether the first word of the next line would hardly have fitted."""
    room = line.left - block.left if block.rtl else block.right - line.right
    needed = _first_word(after, rtl=block.rtl) + SPACE_SHARE * line.height
    return room <= max(ROOM_SHARE * (block.right - block.left), needed)


def _first_word(line: Line, *, rtl: bool) -> float:
    """Its width in points."""
    signs = list(zip(line.signs, line.edges, strict=True))
    word = [edges for sign, edges in takewhile(lambda each: not each[0].isspace(), reversed(signs) if rtl else signs)]
    return max(right for _, right in word) - min(left for left, _ in word)


def _goes_on(before: Block, after: Block, *, all_indented: bool) -> bool:
    """Whether a paragraph that the end of a page or a column cut goes on at the top of the next.

    Where paragraphs begin with an indent, one that has none goes on, even where a sentence ends at the cut.
    """
    last, first = before.lines[-1], after.lines[0]
    whole_width = last.right - last.left >= (1 - ROOM_SHARE) * (after.right - after.left)
    ends = ENDS_SENTENCE.search(logical(last.signs, rtl=before.rtl).strip()) is not None
    return (
        before.rtl == after.rtl
        and abs(last.height - first.height) <= SIZE_CHANGE * last.height
        and _is_full(last, first, before)
        and (len(before.lines) > 1 or whole_width)
        and (all_indented or not ends)
        and not (all_indented and _is_indented(after))
        and "\t" not in first.signs
    )


def _is_indented(block: Block) -> bool:
    first = block.lines[0]
    indent = block.right - first.right if block.rtl else first.left - block.left
    return indent > INDENT_SHARE * first.height


def _are_indented(blocks: Sequence[Block]) -> bool:
    """Whether the paragraphs of several lines begin with an indent, but for those that a page cut."""
    several = [block for block in blocks if len(block.lines) > 1]
    return sum(map(_is_indented, several)) > INDENTED_BLOCKS_SHARE * len(several)


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
    return with_brackets_in_pairs(text) if any(is_right_to_left(c) for c in text) else text
