"""Reasons to go on that hold in every language. A rule is true where the sentence does not end."""

import re

from recital_core.sentences.characters import MARKS, SINGLE_QUOTES
from recital_core.sentences.place import Place

_FARTHEST_CLOSING = 200  # characters; a bracket left open by mistake must not swallow the paragraph
_LIST_NUMBER = re.compile(
    rf"\d{{1,3}}(?:\.\d+)*|[a-zA-Z]|[ivxIVX]{{1,4}}|[א-ת][{SINGLE_QUOTES}]?|[יכ][\"״]?[א-ט]|ט[\"״]?[וז]"
)
_MARK = re.compile(f"[{MARKS}]")


def inside_a_bracket(place: Place) -> bool:
    """In 'he ran (fast.) and fell' the mark ends only what the bracket holds; after '(fast).' all ends."""
    opening = place.line.open_bracket(place.at)
    if opening is None or opening <= place.start:
        return False
    closing = place.line.closing_bracket(opening)
    if closing is None:
        return False
    if closing < place.end:
        return not _MARK.search(place.line.text, closing, place.end)
    return closing - place.end < _FARTHEST_CLOSING


def words_were_left_out(place: Place) -> bool:
    """An ellipsis with white space before it stands for words inside the sentence."""
    return place.is_ellipsis and not place.before


def list_number(place: Place) -> bool:
    """'1.', 'א.' or 'iv.' at the start numbers the sentence that follows."""
    return place.is_period and not place.earlier and bool(_LIST_NUMBER.fullmatch(place.before))


def lower_case_follows(place: Place) -> bool:
    """A sentence starts with a capital, unless with a name such as iPhone."""
    first, second = place.following[:1], place.following[1:2]
    return first.islower() and not second.isupper()
