"""What stays behind of sessions that are settled is swept, and nothing else."""

from __future__ import annotations

import io
import uuid
from datetime import timedelta

from recital_core.orphans import LATELY
from recital_core.published import archive_prefix
from recital_core.recording import staging_prefix
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
    assert world.orphans.sweep() == 1
    assert world.staging.kept == {}
    assert world.archive.kept == before


def test_what_a_worker_wrote_of_an_erased_session_is_swept(world: World, dana: Speaker, text: RecitalText) -> None:
    session = erased(world, dana, text)
    late(world.staging, staging_prefix(session.id))
    late(world.archive, archive_prefix(session.id))
    world.clock.advance(LATELY - timedelta(minutes=1))
    assert world.orphans.sweep() == 2
    assert world.staging.kept == world.archive.kept == {}
    assert world.orphans.sweep() == 0


def test_what_waits_or_is_unknown_stays(world: World, dana: Speaker, text: RecitalText) -> None:
    read_aloud(world, dana, text)
    world.segment(dana, world.opened(dana, text), 0)
    late(world.staging, staging_prefix(SessionId(uuid.uuid4())))
    before = dict(world.staging.kept)
    assert world.orphans.sweep() == 0
    assert world.staging.kept == before
