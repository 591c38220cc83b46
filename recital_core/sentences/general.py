"""Reasons to go on that hold in every language. A rule is true where the sentence does not end."""

import re

from recital_core.sentences.characters import MARKS, SINGLE_QUOTES
from recital_core.sentences.stop import Stop

_FARTHEST_CLOSING = 200  # characters; a bracket left open by mistake must not swallow the paragraph
_LIST_NUMBER = re.compile(
    rf"\d{{1,3}}(?:\.\d+)*|[a-zA-Z]|[ivxIVX]{{1,4}}|[א-ת][{SINGLE_QUOTES}]?|[יכ][\"״]?[א-ט]|ט[\"״]?[וז]"
)
_MARK = re.compile(f"[{MARKS}]")


def inside_a_bracket(stop: Stop) -> bool:
    """In 'he ran (fast.) and fell' the mark ends only what the bracket holds; after '(fast).' all ends."""
    opening = stop.line.open_bracket(stop.at)
    if opening is None or opening <= stop.start:
        return False
    closing = stop.line.closing_bracket(opening)
    if closing is None:
        return False
    if closing < stop.end:
        return not _MARK.search(stop.line.text, closing, stop.end)
    return closing - stop.end < _FARTHEST_CLOSING


def words_were_left_out(stop: Stop) -> bool:
    """An ellipsis with white space before it stands for words inside the sentence."""
    return stop.is_ellipsis and not stop.before


def list_number(stop: Stop) -> bool:
    """'1.', 'א.' or 'iv.' at the start numbers the sentence that follows."""
    return stop.is_period and not stop.earlier and bool(_LIST_NUMBER.fullmatch(stop.before))


def lower_case_follows(stop: Stop) -> bool:
    """A sentence starts with a capital, unless with a name such as iPhone."""
    first, second = stop.following[:1], stop.following[1:2]
    return first.islower() and not second.isupper()
