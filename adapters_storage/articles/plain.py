"""Plain text as paragraphs: a line is one, unless the file is wrapped by hand and blank lines part its paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise

LINE_BREAK = re.compile(r"\r\n?|[\n\v\f\x1c-\x1e\x85\u2028\u2029]")
MAX_WRAPPED_LINE = 90
"""Mail, Project Gutenberg and most editors that wrap by hand do so before column 80."""
MIN_WRAP_WIDTH = 40
WRAPPED_SHARE = 0.7
LIST_ITEM = re.compile(r"(?:[-*•–]|\d{1,3}[.)])\s")


def blocks_of(text: str) -> list[str]:
    """The paragraphs of `text`, in order, none with a line break inside.

    Raw lines between blank ones are one paragraph where the file was clearly wrapped by hand: where nearly every line
    but the last of its stretch is so full that the next line's first word would not have fitted.
    """
    lines = [line.rstrip() for line in LINE_BREAK.split(text)]
    stretches = [list(group) for filled, group in groupby(lines, key=lambda line: bool(line.strip())) if filled]
    if not _wrapped_by_hand(stretches):
        return [line.strip() for line in lines if line.strip()]
    return [block for stretch in stretches for block in _joined(stretch, _width(stretches))]


def _wrapped_by_hand(stretches: Sequence[Sequence[str]]) -> bool:
    longest = max((len(line) for stretch in stretches for line in stretch), default=0)
    if not MIN_WRAP_WIDTH <= longest <= MAX_WRAPPED_LINE:
        return False
    width = _width(stretches)
    full = [_is_full(line, after, width) for stretch in stretches for line, after in pairwise(stretch)]
    return len(full) > 0 and sum(full) >= WRAPPED_SHARE * len(full)


def _width(stretches: Iterable[Sequence[str]]) -> int:
    """The column where lines were wrapped: hardly any is longer."""
    lengths = sorted(len(line) for stretch in stretches for line in stretch)
    return lengths[int(0.98 * (len(lengths) - 1))]


def _is_full(line: str, after: str, width: int) -> bool:
    first_word = after.split(maxsplit=1)[0]
    return len(line) + 1 + len(first_word) > width


def _joined(stretch: Sequence[str], width: int) -> list[str]:
    """One paragraph, but for lines that were broken on purpose: items of a list, and indented lines of verse."""
    blocks = [stretch[0].strip()]
    for line, after in pairwise(stretch):
        on_purpose = LIST_ITEM.match(after.strip()) or (not _is_full(line, after, width) and after[:1].isspace())
        if on_purpose:
            blocks.append(after.strip())
        else:
            blocks[-1] = f"{blocks[-1]} {after.strip()}"
    return blocks
