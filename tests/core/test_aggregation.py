"""From an ended session to a published one: step by step, again and again, interrupted anywhere."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from typing import Any
from unittest.mock import Mock

import pytest

from recital_core import errors
from recital_core.manifest import decode
from recital_core.published import MANIFEST, RETRACTIONS, archive_prefix
from recital_core.recording import staging_prefix
from recital_core.sessions import MarkKind, RecitalSession, State
from recital_core.speakers import Speaker
from recital_core.texts import RecitalText
from tests.core.conftest import SECOND, World, a_mark, an_ending

PUBLISHED = {"light.audio.mp3", "main.audio.mka", "peaks.json", "session.json", "source.audio.flac", "transcript.vtt"}


def a_second(loud: bool) -> bytes:
    """Half a second of sound, or of almost none, and half a second of almost none."""
    high = 8000 if loud else 3
    return array("h", [high, -high] * (SECOND // 4) + [3, -3] * (SECOND // 4)).tobytes()


def read_aloud(world: World, speaker: Speaker, text: RecitalText, **more: int) -> RecitalSession:
    """Three seconds, one sentence in each."""
    session = world.opened(speaker, text)
    for number in range(3):
        world.segment(speaker, session, number, a_second(loud=True))
    marks = [a_mark(0, 0, SECOND - 9000), a_mark(1, 1, 2 * SECOND - 9000), a_mark(2, 0, 3 * SECOND, paragraph=1)]
    world.recording.take_marks(speaker, session.id, marks)
    ended, _ = world.recording.end(speaker, session.id, an_ending(3, 3, **more))
    return ended


@pytest.fixture
def ended(world: World, dana: Speaker, text: RecitalText) -> RecitalSession:
    return read_aloud(world, dana, text)


def archived(world: World, session: RecitalSession) -> dict[str, bytes]:
    prefix = archive_prefix(session.id)
    return {blob.key.removeprefix(prefix): world.archive.kept[blob.key].body for blob in world.archive.list(prefix)}


def state_of(world: World, speaker: Speaker, session: RecitalSession) -> State:
    return world.recording.get(speaker, session.id).session.state


def test_an_ended_session_is_published_under_its_id(world: World, ended: RecitalSession) -> None:
    uploaded = world.aggregation.finalize(ended.id)
    assert (uploaded.state, uploaded.problem, uploaded.attempts) == (State.UPLOADED, None, 0)
    assert set(archived(world, ended)) == PUBLISHED
    assert list(world.staging.list(staging_prefix(ended.id))) == []


def test_the_record_names_every_other_file_by_its_digest(world: World, ended: RecitalSession, dana: Speaker) -> None:
    world.aggregation.finalize(ended.id)
    files = archived(world, ended)
    record = decode(files.pop(MANIFEST))
    assert {name: one.sha256 for name, one in record.objects.items()} == {
        name: hashlib.sha256(body).hexdigest() for name, body in files.items()
    }
    assert [step.state for step in record.states] == [State.ACTIVE, State.ENDED, State.AGGREGATED, State.UPLOADED]
    assert record.speaker == world.sealer.pseudonym(dana.id)


def test_nothing_published_names_the_speaker(world: World, ended: RecitalSession, dana: Speaker) -> None:
    world.aggregation.finalize(ended.id)
    everything = b"".join(archived(world, ended).values())
    assert b"dana@example.org" not in everything
    assert str(dana.id).encode() not in everything


def test_transcript_and_audio_end_together(world: World, ended: RecitalSession) -> None:
    uploaded = world.aggregation.finalize(ended.id)
    assert uploaded.outcome is not None
    samples = len(archived(world, ended)["main.audio.mka"]) // 2
    assert uploaded.outcome.duration_ms == samples * 1000 // SECOND == 3000
    assert "00:00:03.000" in archived(world, ended)["transcript.vtt"].decode()


def test_what_is_dropped_and_void_is_cut_from_main_and_kept_in_source(
    world: World, dana: Speaker, text: RecitalText
) -> None:
    session = world.opened(dana, text)
    for number in range(3):
        world.segment(dana, session, number, a_second(loud=True))
    marks = [
        a_mark(0, 0, SECOND, MarkKind.AGAIN),
        a_mark(1, 0, 2 * SECOND),
        a_mark(2, 1, 3 * SECOND),
    ]
    world.recording.take_marks(dana, session.id, marks)
    world.recording.end(dana, session.id, an_ending(3, 3, drop_last=1))
    world.aggregation.finalize(session.id)
    files = archived(world, session)
    assert len(files["source.audio.flac"]) == 2 * 3 * SECOND
    (cue,) = decode(files[MANIFEST]).cues
    assert (cue.words, cue.raw_start_sample, cue.raw_end_sample) == ("שלום לכולם.", SECOND, 2 * SECOND)
    assert len(files["main.audio.mka"]) == 2 * (cue.end_sample - cue.start_sample)


def test_the_steps_may_be_taken_one_by_one(world: World, ended: RecitalSession) -> None:
    assert world.aggregation.due(State.ENDED) == [ended.id]
    assert world.aggregation.aggregate(ended.id).state is State.AGGREGATED
    with pytest.raises(errors.WrongState):
        world.aggregation.aggregate(ended.id)
    assert world.aggregation.upload(ended.id).state is State.UPLOADED
    with pytest.raises(errors.WrongState):
        world.aggregation.upload(ended.id)


def test_finalising_again_changes_nothing(world: World, ended: RecitalSession) -> None:
    first = world.aggregation.finalize(ended.id)
    files = archived(world, ended)
    assert world.aggregation.finalize(ended.id) == first
    assert archived(world, ended) == files


@pytest.mark.parametrize("broken", ["audio", "staging", "archive"])
def test_a_failed_step_is_noted_and_mended_by_the_next_try(
    world: World, dana: Speaker, ended: RecitalSession, broken: str
) -> None:
    part = getattr(world, broken)
    part.down = True
    with pytest.raises(errors.Unavailable) as failure:
        world.aggregation.finalize(ended.id)
    session = world.recording.get(dana, ended.id).session
    assert (session.attempts, session.problem) == (1, failure.value.detail)
    part.down = False
    uploaded = world.aggregation.finalize(ended.id)
    assert (uploaded.state, uploaded.attempts, uploaded.problem) == (State.UPLOADED, 0, None)


def test_a_staging_that_cannot_be_cleared_is_the_sweep_s_business_once_a_session_is_published(
    world: World, ended: RecitalSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(world.staging, "delete_under", _refused)
        for _ in range(2):
            uploaded = world.aggregation.finalize(ended.id)
            assert (uploaded.state, uploaded.attempts, uploaded.problem) == (State.UPLOADED, 0, None)
        with pytest.raises(errors.WrongState):
            world.aggregation.retry(ended.id)
        with pytest.raises(errors.BlobStoreUnavailable):
            world.orphans.sweep()
    assert world.orphans.sweep().forgotten == 1
    assert world.staging.kept == {}


def _refused(_prefix: str) -> None:
    raise errors.BlobStoreUnavailable("S3 does not delete 1 objects: AccessDenied.")


def test_an_abandoned_session_says_so_when_it_is_published(world: World, dana: Speaker, text: RecitalText) -> None:
    session = world.opened(dana, text)
    world.segment(dana, session, 0, a_second(loud=True))
    world.recording.take_marks(dana, session.id, [a_mark(0, 0, SECOND)])
    world.clock.advance(timedelta(days=1))
    world.recording.sweep()
    world.audio.down = True
    with pytest.raises(errors.AudioToolFailed):
        world.aggregation.finalize(session.id)
    world.audio.down = False
    assert world.aggregation.finalize(session.id).problem == "abandoned"


def test_an_archive_without_room_keeps_the_session_where_it_is(world: World, ended: RecitalSession) -> None:
    world.archive.capacity_bytes = 100_000
    with pytest.raises(errors.StorageFull):
        world.aggregation.finalize(ended.id)
    world.archive.capacity_bytes = None
    assert world.aggregation.finalize(ended.id).state is State.UPLOADED
    assert set(archived(world, ended)) == PUBLISHED


def test_one_caller_at_a_time_has_a_session_in_hand(world: World, ended: RecitalSession) -> None:
    with world.store.claim(ended.id), pytest.raises(errors.SessionBusy):
        world.aggregation.finalize(ended.id)
    assert world.aggregation.finalize(ended.id).attempts == 0


def test_an_unreadable_segment_is_silence_of_its_length_and_a_problem(
    world: World, dana: Speaker, text: RecitalText
) -> None:
    session = world.opened(dana, text)
    for number, body in enumerate([a_second(loud=True), b"not audio", a_second(loud=True)]):
        world.segment(dana, session, number, body)
    world.recording.take_marks(dana, session.id, [a_mark(0, 0, SECOND), a_mark(1, 1, 3 * SECOND)])
    world.recording.end(dana, session.id, an_ending(3, 2))
    uploaded = world.aggregation.finalize(session.id)
    assert uploaded.state is State.UPLOADED
    assert uploaded.problem is not None
    assert "Segment 1" in uploaded.problem
    assert len(archived(world, session)["source.audio.flac"]) == 2 * 3 * SECOND


def test_a_session_without_a_readable_segment_stays_and_says_so(world: World, dana: Speaker, text: RecitalText) -> None:
    session = world.opened(dana, text)
    world.segment(dana, session, 0, b"not audio")
    world.recording.take_marks(dana, session.id, [a_mark(0, 0, SECOND)])
    world.recording.end(dana, session.id, an_ending())
    with pytest.raises(errors.AudioUnreadable):
        world.aggregation.finalize(session.id)
    assert state_of(world, dana, session) is State.ENDED


@pytest.mark.parametrize(
    ("marks", "drop_last"),
    [([], 0), ([MarkKind.AGAIN], 0), ([MarkKind.SKIP], 0), ([MarkKind.READ] * 2, 2)],
    ids=["no mark", "all void", "all left out", "all dropped"],
)
def test_a_session_without_a_kept_sentence_is_discarded_and_says_why(
    world: World, dana: Speaker, text: RecitalText, marks: list[MarkKind], drop_last: int
) -> None:
    session = world.opened(dana, text)
    world.segment(dana, session, 0, a_second(loud=True))
    made = [a_mark(n, n, (n + 1) * SECOND // 2, kind) for n, kind in enumerate(marks)]
    world.recording.take_marks(dana, session.id, made)
    world.recording.end(dana, session.id, an_ending(1, len(marks), drop_last=drop_last))
    world.audio.down = True  # nobody needs to hear it
    discarded = world.aggregation.finalize(session.id)
    assert (discarded.state, discarded.problem, discarded.attempts) == (State.DISCARDED, "empty", 0)
    assert discarded.erased_at is not None
    assert world.staging.kept == world.archive.kept == {}


def test_a_session_with_marks_and_no_sound_under_them_stays_and_says_so(
    world: World, dana: Speaker, text: RecitalText
) -> None:
    session = world.opened(dana, text)
    world.segment(dana, session, 0, a_second(loud=True))
    marks = [a_mark(0, 0, SECOND, MarkKind.SKIP), a_mark(1, 1, SECOND + 10)]
    world.recording.take_marks(dana, session.id, marks)
    world.recording.end(dana, session.id, an_ending(1, 2))
    with pytest.raises(errors.NothingToPublish):
        world.aggregation.finalize(session.id)
    assert state_of(world, dana, session) is State.ENDED


def test_a_session_without_any_audio_is_discarded_and_says_why(
    world: World, dana: Speaker, session: RecitalSession
) -> None:
    world.recording.end(dana, session.id, an_ending(0, 0))
    discarded = world.aggregation.finalize(session.id)
    assert (discarded.state, discarded.problem) == (State.DISCARDED, "empty")


def test_a_session_without_a_kept_sentence_says_why_however_often_its_erasing_fails(
    world: World, dana: Speaker, session: RecitalSession
) -> None:
    world.recording.end(dana, session.id, an_ending(0, 0))
    world.archive.down = True
    with pytest.raises(errors.BlobStoreUnavailable):
        world.aggregation.finalize(session.id)
    failed = world.recording.get(dana, session.id).session
    assert (failed.state, failed.problem, failed.attempts) == (State.DISCARDED, "empty", 1)
    world.aggregation.retry(session.id)
    world.archive.down = False
    erased = world.aggregation.finalize(session.id)
    assert (erased.problem, erased.attempts, erased.erased_at) == ("empty", 0, world.clock.now())


def test_nothing_is_told_against_a_session_that_was_erased_in_the_end(
    world: World, dana: Speaker, ended: RecitalSession
) -> None:
    world.recording.disavow(dana, ended.id)
    world.archive.down = True
    with pytest.raises(errors.BlobStoreUnavailable):
        world.aggregation.finalize(ended.id)
    world.archive.down = False
    erased = world.aggregation.finalize(ended.id)
    assert (erased.problem, erased.attempts) == (None, 0)


def test_a_session_that_was_given_up_is_erased_with_as_many_tries_as_any(
    world: World, dana: Speaker, ended: RecitalSession
) -> None:
    world.archive.down = True
    for _ in range(9):
        with pytest.raises(errors.BlobStoreUnavailable):
            world.aggregation.finalize(ended.id)
    world.recording.disavow(dana, ended.id)
    assert world.recording.get(dana, ended.id).session.attempts == 0


@pytest.mark.parametrize("when", ["before", "aggregated", "uploaded"])
def test_a_disavowed_session_is_erased_everywhere(
    world: World, dana: Speaker, ended: RecitalSession, when: str
) -> None:
    if when == "aggregated":
        world.aggregation.aggregate(ended.id)
    if when == "uploaded":
        world.aggregation.finalize(ended.id)
    world.recording.disavow(dana, ended.id)
    erased = world.aggregation.finalize(ended.id)
    assert (erased.state, erased.erased_at) == (State.DISCARDED, world.clock.now())
    assert world.staging.kept == world.archive.kept == {}
    assert world.aggregation.due(State.DISCARDED) == []
    received = world.recording.received(dana, ended.id)
    assert (received.segments, received.marks) == ([], 0)


@pytest.mark.parametrize("step", ["aggregating", "uploading"])
def test_a_disavowal_in_the_middle_of_a_step_wins(
    world: World, dana: Speaker, ended: RecitalSession, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    blobs = world.staging if step == "aggregating" else world.archive
    put = blobs.put

    def put_and_disavow(key: str, *rest: Any) -> int:
        world.recording.disavow(dana, ended.id)
        return put(key, *rest)

    monkeypatch.setattr(blobs, "put", put_and_disavow)
    assert world.aggregation.finalize(ended.id).state is State.DISCARDED
    assert world.staging.kept == world.archive.kept == {}


def test_an_operator_discards_and_retries(world: World, dana: Speaker, ended: RecitalSession) -> None:
    world.audio.down = True
    with pytest.raises(errors.AudioToolFailed):
        world.aggregation.finalize(ended.id)
    world.store.take_jobs()
    retried = world.aggregation.retry(ended.id)
    assert (retried.attempts, retried.problem, world.store.take_jobs()) == (0, None, [ended.id])
    assert world.aggregation.discard(ended.id).state is State.DISCARDED
    with pytest.raises(errors.WrongState):
        world.aggregation.retry(world.opened(dana, world.library.get(dana, ended.text_id)).id)


def test_a_worker_that_lost_its_claim_changes_nothing(
    world: World, ended: RecitalSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    join = world.audio.join

    @contextmanager
    def join_and_be_overtaken(*rest: Any, **named: Any) -> Iterator[object]:
        with join(*rest, **named) as joined:
            monkeypatch.setattr(world.audio, "join", join)
            monkeypatch.setattr(world.store, "claim", lambda _id: nullcontext(True))
            assert world.aggregation.finalize(ended.id).state is State.UPLOADED
            yield joined

    monkeypatch.setattr(world.audio, "join", join_and_be_overtaken)
    assert world.aggregation.finalize(ended.id).problem is None
    assert set(archived(world, ended)) == PUBLISHED


def test_a_worker_that_wakes_late_leaves_the_record_of_the_one_that_went_on(
    world: World, ended: RecitalSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.aggregation.aggregate(ended.id)
    replace = world.archive.replace

    def overtaken(*rest: Any, **named: Any) -> int:
        monkeypatch.setattr(world.archive, "replace", replace)
        monkeypatch.setattr(world.store, "claim", lambda _id: nullcontext(True))
        world.clock.advance(timedelta(seconds=5))
        assert world.aggregation.upload(ended.id).state is State.UPLOADED
        return replace(*rest, **named)

    monkeypatch.setattr(world.archive, "replace", overtaken)
    with pytest.raises(errors.BlobStoreUnavailable):
        world.aggregation.upload(ended.id)
    with world.store.separately() as tx:
        published = tx.sessions.get(ended.id)
    assert published is not None
    record = decode(archived(world, ended)[MANIFEST])
    assert (published.attempts, record.states[-1].at) == (0, published.uploaded_at)


def test_a_record_whose_upload_was_cut_off_is_published_anew(
    world: World, ended: RecitalSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.aggregation.aggregate(ended.id)
    with monkeypatch.context() as cut, pytest.raises(KeyboardInterrupt):
        cut.setattr(world.aggregation, "_moved", Mock(side_effect=KeyboardInterrupt))
        world.aggregation.upload(ended.id)
    world.clock.advance(timedelta(minutes=5))
    published = world.aggregation.upload(ended.id)
    record = decode(archived(world, ended)[MANIFEST])
    assert record.states[-1].at == published.uploaded_at


def test_retractions_that_another_published_meanwhile_are_not_replaced_by_an_older_list(
    world: World, dana: Speaker, ended: RecitalSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.aggregation.finalize(ended.id)
    replace = world.archive.replace

    def overtaken(*rest: Any, **named: Any) -> int:
        monkeypatch.setattr(world.archive, "replace", replace)
        world.recording.disavow(dana, ended.id)
        world.aggregation.finalize(ended.id)
        world.aggregation.publish_retractions()
        return replace(*rest, **named)

    monkeypatch.setattr(world.archive, "replace", overtaken)
    with pytest.raises(errors.BlobChanged):
        world.aggregation.publish_retractions()
    assert str(ended.id).encode() in world.archive.kept[RETRACTIONS].body


# ---- listening


def test_a_session_is_heard_as_soon_as_it_is_aggregated(world: World, dana: Speaker, ended: RecitalSession) -> None:
    with pytest.raises(errors.NotReady):
        world.listening.preview(dana, ended.id)
    world.aggregation.aggregate(ended.id)
    staged = heard(world, dana, ended)
    world.aggregation.upload(ended.id)
    assert heard(world, dana, ended) == staged
    assert staged == archived(world, ended)["light.audio.mp3"]


def heard(world: World, speaker: Speaker, session: RecitalSession) -> bytes:
    signed = world.listening.preview(speaker, session.id).audio
    file = world.listening.open_file(session.id, signed.name, signed.expires, signed.seal)
    with file.open(0, file.bytes) as body:
        return body.read()


def test_an_address_is_good_for_its_file_and_its_time_only(world: World, dana: Speaker, ended: RecitalSession) -> None:
    world.aggregation.finalize(ended.id)
    signed = world.listening.preview(dana, ended.id).audio
    for name, expires, seal in (
        ("session.json", signed.expires, signed.seal),
        (signed.name, signed.expires + 1, signed.seal),
        (signed.name, signed.expires, "forged"),
    ):
        with pytest.raises(errors.NotAllowed):
            world.listening.open_file(ended.id, name, expires, seal)
    world.clock.advance(timedelta(hours=6))
    assert world.listening.open_file(ended.id, signed.name, signed.expires, signed.seal).bytes
    world.clock.advance(timedelta(seconds=1))
    with pytest.raises(errors.NotAllowed):
        world.listening.open_file(ended.id, signed.name, signed.expires, signed.seal)


def test_a_deleted_session_is_heard_no_more(world: World, dana: Speaker, noam: Speaker, ended: RecitalSession) -> None:
    world.aggregation.finalize(ended.id)
    with pytest.raises(errors.SessionNotFound):
        world.listening.preview(noam, ended.id)
    signed = world.listening.preview(dana, ended.id).captions
    world.recording.disavow(dana, ended.id)
    with pytest.raises(errors.SessionNotFound):
        world.listening.preview(dana, ended.id)
    with pytest.raises(errors.SessionNotFound):
        world.listening.open_file(ended.id, signed.name, signed.expires, signed.seal)
