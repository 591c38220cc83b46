"""The rules of a session's life, by themselves."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recital_core import errors
from recital_core.sessions import (
    NEXT,
    Mark,
    MarkKind,
    RecitalSession,
    State,
    check_marks,
    media_type,
    missing_numbers,
    ranges,
    standing_marks,
)
from tests.core.conftest import a_mark

READ, AGAIN, UNDO, SKIP = MarkKind.READ, MarkKind.AGAIN, MarkKind.UNDO, MarkKind.SKIP


def kinds(*given_kinds: MarkKind) -> list[Mark]:
    return [a_mark(n, 0, n * 10, kind) for n, kind in enumerate(given_kinds)]


@pytest.mark.parametrize(
    ("made", "standing"),
    [
        ([READ, AGAIN, READ], [0, 1, 2]),
        ([READ, AGAIN, UNDO, READ], [0, 3]),
        ([AGAIN, AGAIN, UNDO, UNDO, READ], [4]),
        ([SKIP, READ], [0, 1]),
    ],
)
def test_an_undo_takes_back_the_again_before_it(made: list[MarkKind], standing: list[int]) -> None:
    assert [mark.n for mark in standing_marks(kinds(*made))] == standing


@given(st.lists(st.sampled_from(list(MarkKind)), max_size=30), st.data())
def test_marks_are_taken_alike_in_one_piece_and_in_two(made: list[MarkKind], data: st.DataObject) -> None:
    marks = kinds(*made)
    try:
        whole = check_marks([], marks, [1])
    except errors.MarksOutOfOrder:
        return
    cut = data.draw(st.integers(0, len(marks)))
    overlap = data.draw(st.integers(0, cut))
    held = check_marks([], marks[:cut], [1])
    assert [*held, *check_marks(held, marks[overlap:], [1])] == whole == marks


@given(st.sets(st.integers(0, 300)))
def test_ranges_hold_each_number_once_and_no_other(numbers: set[int]) -> None:
    held = ranges(sorted(numbers))
    assert [n for first, last in held for n in range(first, last + 1)] == sorted(numbers)
    assert all(last + 1 < first for (_, last), (first, _) in itertools.pairwise(held))


@given(st.sets(st.integers(0, 50)), st.integers(0, 50))
def test_held_and_missing_numbers_make_the_whole(held: set[int], count: int) -> None:
    missing = missing_numbers(held, count)
    assert held.isdisjoint(missing)
    assert held.union(missing).issuperset(range(count))


@pytest.mark.parametrize("after", list(State))
@pytest.mark.parametrize("before", list(State))
def test_states_follow_in_their_order_only(session: RecitalSession, before: State, after: State) -> None:
    at = RecitalSession(**{name: getattr(session, name) for name in session.__struct_fields__} | {"state": before})
    if after in NEXT[before]:
        assert at.to(after).state is after
    else:
        with pytest.raises(errors.WrongState):
            at.to(after)


@pytest.mark.parametrize(
    ("given_type", "known"),
    [
        ("audio/flac", "audio/flac"),
        ("Audio/X-WAV", "audio/wav"),
        ('audio/ogg; codecs="opus"', "audio/ogg;codecs=opus"),
        ("audio/webm; codecs=opus", "audio/webm;codecs=opus"),
        ("audio/mp4;codecs=mp4a.40.2", "audio/mp4"),
    ],
)
def test_media_types_are_known_in_any_spelling(given_type: str, known: str) -> None:
    assert media_type(given_type) == known


@pytest.mark.parametrize("other", ["", "audio/mpeg", "audio/ogg", "audio/mp4x", "text/html"])
def test_other_media_types_are_refused(other: str) -> None:
    with pytest.raises(errors.UnsupportedMediaType):
        media_type(other)
