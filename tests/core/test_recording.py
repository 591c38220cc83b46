"""What may be sent, when, how often, and what is refused without harm."""

from __future__ import annotations

import io
import uuid
from datetime import timedelta

import msgspec
import pytest

from recital_core import errors
from recital_core.ports import SessionFilter
from recital_core.recording import staging_prefix
from recital_core.sessions import Capture, Mark, MarkKind, RecitalSession, SessionId, State
from recital_core.speakers import Speaker
from recital_core.texts import RecitalText, TextId
from tests.core.conftest import CAPTURE, SECOND, World, a_mark, a_segment, an_ending

# ---- opening


def test_opening_the_same_session_again_finds_it(world: World, dana: Speaker, text: RecitalText) -> None:
    session_id = SessionId(uuid.uuid4())
    first, new = world.recording.open(dana, session_id, text.id, None, CAPTURE)
    again, new_again = world.recording.open(dana, session_id, text.id, text.revision, CAPTURE)
    assert (new, new_again) == (True, False)
    assert again == first


@pytest.mark.parametrize("other", ["speaker", "capture"])
def test_an_id_stands_for_one_session_only(
    world: World, admin: Speaker, session: RecitalSession, dana: Speaker, other: str
) -> None:
    who = admin if other == "speaker" else dana
    capture = Capture(sample_rate_hz=44_100) if other == "capture" else CAPTURE
    with pytest.raises(errors.SessionDiffers):
        world.recording.open(who, session.id, session.text_id, None, capture)


def test_a_session_needs_a_text_that_its_speaker_may_read(world: World, noam: Speaker, text: RecitalText) -> None:
    with pytest.raises(errors.TextNotFound):
        world.recording.open(noam, SessionId(uuid.uuid4()), text.id, None, CAPTURE)
    with pytest.raises(errors.TextNotFound):
        world.recording.open(noam, SessionId(uuid.uuid4()), TextId(uuid.uuid4()), None, CAPTURE)


# ---- segments


def test_a_segment_lies_in_staging_before_its_row_exists(world: World, dana: Speaker, session: RecitalSession) -> None:
    world.staging.capacity_bytes = 0
    with pytest.raises(errors.StorageFull):
        world.segment(dana, session, 0)
    assert world.recording.received(dana, session.id).segments == []


def test_the_same_bytes_twice_are_a_success(world: World, dana: Speaker, session: RecitalSession) -> None:
    assert world.segment(dana, session, 0)
    assert not world.segment(dana, session, 0)


def test_other_bytes_under_the_same_number_are_a_conflict(world: World, dana: Speaker, session: RecitalSession) -> None:
    world.segment(dana, session, 0, b"first")
    with pytest.raises(errors.SegmentDiffers):
        world.segment(dana, session, 0, b"other")


def test_the_same_bytes_for_other_samples_are_a_conflict(world: World, dana: Speaker, session: RecitalSession) -> None:
    world.segment(dana, session, 0, b"first")
    with pytest.raises(errors.SegmentDiffers):
        world.recording.take_segment(dana, session.id, a_segment(0, b"first", first_sample=7), io.BytesIO(b"first"))


def test_segments_come_in_any_order(world: World, dana: Speaker, session: RecitalSession) -> None:
    for number in (2, 0, 5, 1):
        world.segment(dana, session, number)
    assert world.recording.received(dana, session.id).segments == [(0, 2), (5, 5)]


def test_nobody_else_sends_pieces_not_even_an_admin(
    world: World, noam: Speaker, admin: Speaker, session: RecitalSession
) -> None:
    for other in (noam, admin):
        with pytest.raises(errors.SessionNotFound):
            world.segment(other, session, 0)
        with pytest.raises(errors.SessionNotFound):
            world.recording.take_marks(other, session.id, [a_mark(0, 0, 10)])
        with pytest.raises(errors.SessionNotFound):
            world.recording.end(other, session.id, an_ending())


def test_a_closed_session_takes_no_new_segment_but_knows_the_old(
    world: World, dana: Speaker, session: RecitalSession
) -> None:
    complete(world, dana, session)
    assert not world.segment(dana, session, 0)
    with pytest.raises(errors.SessionClosed):
        world.segment(dana, session, 1)


def test_a_segment_that_arrives_while_its_session_is_erased_leaves_nothing(
    world: World, dana: Speaker, session: RecitalSession
) -> None:
    class SlowBody(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            world.recording.disavow(dana, session.id)
            finalize_all(world)
            return super().read(size)

    with pytest.raises(errors.SessionClosed):
        world.recording.take_segment(dana, session.id, a_segment(0, b"late"), SlowBody(b"late"))
    finalize_all(world)
    assert list(world.staging.list(staging_prefix(session.id))) == []


def test_a_session_has_one_media_type(world: World, dana: Speaker, session: RecitalSession) -> None:
    world.segment(dana, session, 0)
    other = msgspec.structs.replace(a_segment(1, b"RIFF"), media_type="audio/wav")
    with pytest.raises(errors.UnsupportedMediaType):
        world.recording.take_segment(dana, session.id, other, io.BytesIO(b"RIFF"))


@pytest.mark.parametrize("declared", [{"samples": 601 * SECOND}, {"first_sample": 12 * 3600 * SECOND}])
def test_a_segment_does_not_declare_hours_of_audio(
    world: World, dana: Speaker, session: RecitalSession, declared: dict[str, int]
) -> None:
    with pytest.raises(errors.SegmentTooLong):
        world.recording.take_segment(dana, session.id, a_segment(0, b"tiny", **declared), io.BytesIO(b"tiny"))


# ---- marks


def test_marks_sent_again_and_further_are_kept_once(world: World, dana: Speaker, session: RecitalSession) -> None:
    first, second, third = a_mark(0, 0, 10), a_mark(1, 1, 20), a_mark(2, 0, 30, paragraph=1)
    assert world.recording.take_marks(dana, session.id, [first, second]) == 2
    assert world.recording.take_marks(dana, session.id, [second, third]) == 3
    assert world.recording.received(dana, session.id).marks == 3


@pytest.mark.parametrize(
    ("wrong", "marks"),
    [
        (errors.MarksOutOfOrder, [a_mark(1, 1, 30)]),
        (errors.MarksOutOfOrder, [a_mark(0, 0, 30), a_mark(2, 1, 40)]),
        (errors.MarksOutOfOrder, [a_mark(0, 0, 30), a_mark(1, 1, 29)]),
        (errors.MarksOutOfOrder, [a_mark(0, 0, 30, MarkKind.UNDO)]),
        (errors.MarksOutOfOrder, [a_mark(0, 0, 30), a_mark(1, 0, 40, MarkKind.UNDO)]),
        (errors.MarkBeyondAudio, [a_mark(0, 0, 12 * 3600 * SECOND + 1)]),
        (errors.MarkBeyondText, [a_mark(0, 2, 30)]),
        (errors.MarkBeyondText, [a_mark(0, 0, 30, paragraph=2)]),
    ],
)
def test_wrong_marks_are_refused_and_change_nothing(
    world: World, dana: Speaker, session: RecitalSession, wrong: type[errors.Invalid], marks: list[Mark]
) -> None:
    with pytest.raises(wrong):
        world.recording.take_marks(dana, session.id, marks)
    assert world.recording.received(dana, session.id).marks == 0


def test_a_mark_never_changes(world: World, dana: Speaker, session: RecitalSession) -> None:
    world.recording.take_marks(dana, session.id, [a_mark(0, 0, 10)])
    with pytest.raises(errors.MarksDiffer):
        world.recording.take_marks(dana, session.id, [a_mark(0, 0, 11)])


def test_marks_held_already_are_fine_after_the_end_new_ones_are_not(
    world: World, dana: Speaker, session: RecitalSession
) -> None:
    complete(world, dana, session)
    assert world.recording.take_marks(dana, session.id, [a_mark(0, 0, SECOND)]) == 1
    with pytest.raises(errors.SessionClosed):
        world.recording.take_marks(dana, session.id, [a_mark(1, 1, SECOND)])


# ---- ending


def complete(world: World, speaker: Speaker, session: RecitalSession) -> None:
    world.segment(speaker, session, 0)
    world.recording.take_marks(speaker, session.id, [a_mark(0, 0, SECOND)])
    world.recording.end(speaker, session.id, an_ending())


def test_a_session_with_missing_pieces_does_not_end(world: World, dana: Speaker, session: RecitalSession) -> None:
    world.segment(dana, session, 1)
    with pytest.raises(errors.PiecesMissing) as refused:
        world.recording.end(dana, session.id, an_ending(segments=3, marks=2))
    assert refused.value.facts == {"missing_segments": [0, 2], "missing_marks": [0, 1]}
    assert world.recording.get(dana, session.id).session.state is State.ACTIVE
    assert world.store.take_jobs() == []


def test_a_session_whose_samples_do_not_add_up_does_not_end(
    world: World, dana: Speaker, session: RecitalSession
) -> None:
    world.segment(dana, session, 0)
    with pytest.raises(errors.SamplesDiffer):
        world.recording.end(dana, session.id, msgspec.structs.replace(an_ending(marks=0), samples=SECOND + 1))


@pytest.mark.parametrize("gaps", [((SECOND, 1),), ((0, 0),), ((5, 10), (7, 1)), ((9, 1), (2, 1)), ((2**40, 2**40),)])
def test_gaps_lie_in_order_within_the_samples(
    world: World, dana: Speaker, session: RecitalSession, gaps: tuple[tuple[int, int], ...]
) -> None:
    world.segment(dana, session, 0)
    with pytest.raises(errors.SamplesDiffer):
        world.recording.end(dana, session.id, msgspec.structs.replace(an_ending(marks=0), gaps=gaps))
    fine = msgspec.structs.replace(an_ending(marks=0), gaps=((0, 5), (5, 10)))
    assert world.recording.end(dana, session.id, fine)[0].state is State.ENDED


def test_segments_may_leave_a_hole_but_never_overlap(world: World, dana: Speaker, text: RecitalText) -> None:
    for second_starts, taken in ((SECOND + 480, True), (SECOND - 480, False)):
        session = world.opened(dana, text)
        world.segment(dana, session, 0)
        late = a_segment(1, b"late", first_sample=second_starts)
        world.recording.take_segment(dana, session.id, late, io.BytesIO(b"late"))
        ending = msgspec.structs.replace(an_ending(segments=2, marks=0), samples=second_starts + SECOND)
        if taken:
            assert world.recording.end(dana, session.id, ending)[0].state is State.ENDED
        else:
            with pytest.raises(errors.SamplesDiffer):
                world.recording.end(dana, session.id, ending)


def test_ending_asks_for_the_finalising_once(world: World, dana: Speaker, session: RecitalSession) -> None:
    complete(world, dana, session)
    again, news = world.recording.end(dana, session.id, an_ending())
    assert (again.state, news) == (State.ENDED, False)
    assert world.store.take_jobs() == [session.id]


def test_a_session_ends_with_one_set_of_counts(world: World, dana: Speaker, session: RecitalSession) -> None:
    complete(world, dana, session)
    with pytest.raises(errors.EndDiffers):
        world.recording.end(dana, session.id, an_ending(drop_last=1))


# ---- disavowing


def test_a_disavowed_session_is_closed_at_once_and_for_ever(
    world: World, dana: Speaker, session: RecitalSession
) -> None:
    world.segment(dana, session, 0)
    world.recording.disavow(dana, session.id)
    world.recording.disavow(dana, session.id)
    assert world.recording.get(dana, session.id).session.state is State.DISCARDED
    assert world.recording.page(dana).items == []
    assert world.store.take_jobs() == [session.id]
    with pytest.raises(errors.SessionClosed):
        world.segment(dana, session, 1)
    with pytest.raises(errors.SessionClosed):
        world.recording.end(dana, session.id, an_ending(marks=0))


def test_only_its_speaker_or_an_admin_disavows_a_session(
    world: World, noam: Speaker, admin: Speaker, session: RecitalSession
) -> None:
    with pytest.raises(errors.SessionNotFound):
        world.recording.disavow(noam, session.id)
    world.recording.disavow(admin, session.id)


# ---- lists


def test_a_speaker_sees_their_own_sessions_an_admin_all(
    world: World, dana: Speaker, noam: Speaker, admin: Speaker, session: RecitalSession
) -> None:
    assert [item.session.id for item in world.recording.page(dana).items] == [session.id]
    assert world.recording.page(noam, SessionFilter(speaker_id=dana.id)).items == []
    assert [item.session.id for item in world.recording.page(admin).items] == [session.id]
    with pytest.raises(errors.SessionNotFound):
        world.recording.get(noam, session.id)


# ---- the sweep


@pytest.mark.parametrize("call", ["new segment", "same segment", "marks", "open", "received", "early end"])
def test_nothing_is_cut_while_calls_still_arrive(
    world: World, dana: Speaker, session: RecitalSession, call: str
) -> None:
    world.segment(dana, session, 0)
    for number in range(1, 4):
        world.clock.advance(timedelta(hours=23))
        match call:
            case "new segment":
                world.segment(dana, session, number)
            case "same segment":
                world.segment(dana, session, 0)
            case "marks":
                world.recording.take_marks(dana, session.id, [a_mark(0, 0, SECOND)])
            case "open":
                world.recording.open(dana, session.id, session.text_id, None, CAPTURE)
            case "received":
                world.recording.received(dana, session.id)
            case "early end":
                with pytest.raises(errors.PiecesMissing):
                    world.recording.end(dana, session.id, an_ending(segments=9))
        assert world.recording.sweep() == 0


def test_an_abandoned_session_ends_with_what_is_left_of_it(
    world: World, dana: Speaker, session: RecitalSession
) -> None:
    for number in (0, 1, 3):
        world.segment(dana, session, number)
    world.recording.take_marks(dana, session.id, [a_mark(0, 0, SECOND), a_mark(1, 1, 4 * SECOND)])
    world.clock.advance(timedelta(hours=24))
    assert world.recording.sweep() == 1
    swept = world.recording.get(dana, session.id).session
    assert (swept.state, swept.problem) == (State.ENDED, "abandoned")
    assert swept.ending == an_ending(segments=2, marks=1)
    assert world.store.take_jobs() == [session.id]


@pytest.mark.parametrize("pieces", ["nothing", "no mark", "no segment 0"])
def test_an_abandoned_session_without_a_start_or_a_mark_is_discarded(
    world: World, dana: Speaker, session: RecitalSession, pieces: str
) -> None:
    if pieces != "nothing":
        world.segment(dana, session, 0 if pieces == "no mark" else 1)
    if pieces == "no segment 0":
        world.recording.take_marks(dana, session.id, [a_mark(0, 0, SECOND)])
    world.clock.advance(timedelta(hours=25))
    assert world.recording.sweep() == 1
    swept = world.recording.get(dana, session.id).session
    assert (swept.state, swept.problem) == (State.DISCARDED, None if pieces == "nothing" else "empty")


def test_pieces_lie_under_their_session_s_folder_in_staging(
    world: World, dana: Speaker, session: RecitalSession
) -> None:
    world.segment(dana, session, 0)
    assert [blob.key for blob in world.staging.list(staging_prefix(session.id))] == [
        f"sessions/{session.id}/segments/000000.{a_segment(0, b'segment 0').digest[:32]}"
    ]


def finalize_all(world: World) -> None:
    """What a worker does."""
    for session_id in world.store.take_jobs():
        world.aggregation.finalize(session_id)
