"""What stays behind of sessions that are settled is swept, and nothing else."""

from __future__ import annotations

import io
import uuid
from datetime import timedelta

import pytest

from recital_core import errors
from recital_core.orphans import LATELY
from recital_core.published import archive_prefix
from recital_core.recording import STAGED_SESSIONS, staging_prefix
from recital_core.sessions import RecitalSession, SessionId
from recital_core.speakers import Speaker
from recital_core.testing.blobs import MemoryBlobStore
from recital_core.texts import RecitalText
from tests.core.conftest import World
from tests.core.test_aggregation import read_aloud


def late(blobs: MemoryBlobStore, prefix: str) -> None:
    """Somebody puts a blob down that nobody waits for any more."""
    blobs.put(f"{prefix}late", io.BytesIO(b"late"), "audio/flac", {})


def erased(world: World, speaker: Speaker, text: RecitalText) -> RecitalSession:
    return world.aggregation.discard(read_aloud(world, speaker, text).id)


def test_a_segment_that_came_after_its_session_was_published_is_swept(
    world: World, dana: Speaker, text: RecitalText
) -> None:
    published = world.aggregation.finalize(read_aloud(world, dana, text).id)
    before = dict(world.archive.kept)
    late(world.staging, staging_prefix(published.id))
    assert world.orphans.sweep().forgotten == 1
    assert world.staging.kept == {}
    assert world.archive.kept == before


def test_what_a_worker_wrote_of_an_erased_session_is_swept(world: World, dana: Speaker, text: RecitalText) -> None:
    session = erased(world, dana, text)
    late(world.staging, staging_prefix(session.id))
    late(world.archive, archive_prefix(session.id))
    world.clock.advance(LATELY - timedelta(minutes=1))
    assert world.orphans.sweep().forgotten == 2
    assert world.staging.kept == world.archive.kept == {}
    assert world.orphans.sweep().forgotten == 0


def test_what_waits_or_is_unknown_stays(world: World, dana: Speaker, text: RecitalText) -> None:
    read_aloud(world, dana, text)
    world.segment(dana, world.opened(dana, text), 0)
    late(world.staging, staging_prefix(SessionId(uuid.uuid4())))
    before = dict(world.staging.kept)
    assert world.orphans.sweep().forgotten == 0
    assert world.staging.kept == before


def test_what_is_no_session_s_stays_is_told_of_and_hinders_nothing(
    world: World, dana: Speaker, text: RecitalText
) -> None:
    published = world.aggregation.finalize(read_aloud(world, dana, text).id)
    for name in ("notes.txt", "of dana/0", f"{published.id}".upper()):
        world.staging.put(f"{STAGED_SESSIONS}{name}", io.BytesIO(b"x"), "text/plain", {})
    before = dict(world.staging.kept)
    late(world.staging, staging_prefix(published.id))
    swept = world.orphans.sweep()
    assert swept.forgotten == 1
    assert set(swept.strangers) == {f"sessions/{name}" for name in ("notes.txt", "of dana", f"{published.id}".upper())}
    assert world.staging.kept == before


@pytest.mark.parametrize("down", ["staging", "archive"])
def test_a_store_that_does_not_answer_hinders_no_other_part_of_the_sweep(
    world: World, dana: Speaker, text: RecitalText, down: str
) -> None:
    session = erased(world, dana, text)
    late(world.staging, staging_prefix(session.id))
    late(world.archive, archive_prefix(session.id))
    getattr(world, down).down = True
    with pytest.raises(errors.BlobStoreUnavailable):
        world.orphans.sweep()
    assert {name for name in ("staging", "archive") if getattr(world, name).kept} == {down}


def test_a_session_that_cannot_be_swept_hinders_no_other(
    world: World, dana: Speaker, text: RecitalText, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck, other = sorted((world.aggregation.finalize(read_aloud(world, dana, text).id).id for _ in range(2)), key=str)
    for session_id in (stuck, other):
        late(world.staging, staging_prefix(session_id))
    delete_under = world.staging.delete_under

    def delete_under_others(prefix: str) -> None:
        if prefix == staging_prefix(stuck):
            raise errors.BlobStoreUnavailable("A link stands in the way.")
        delete_under(prefix)

    monkeypatch.setattr(world.staging, "delete_under", delete_under_others)
    with pytest.raises(errors.BlobStoreUnavailable):
        world.orphans.sweep()
    assert [str(stuck) in key for key in world.staging.kept] == [True]
