"""A Recital of in-memory ports, and the people and texts that the core's tests speak of."""

from __future__ import annotations

import hashlib
import io
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest

from recital_core.sessions import Capture, Ending, Mark, MarkKind, RecitalSession, Segment, SessionId
from recital_core.speakers import Role, Speaker, SpeakerId
from recital_core.testing.audio import MemoryWorkshop
from recital_core.testing.blobs import MemoryBlobStore
from recital_core.texts import RecitalText
from tests.world import World as OverPorts

CAPTURE = Capture(sample_rate_hz=48_000)
SECOND = 48_000


class World(OverPorts):
    """All of it in memory, and to be looked into."""

    def __init__(self) -> None:
        self.staging = MemoryBlobStore()
        self.archive = MemoryBlobStore()
        self.audio = MemoryWorkshop()
        super().__init__(staging=self.staging, archive=self.archive, audio=self.audio)

    def opened(self, speaker: Speaker, text: RecitalText) -> RecitalSession:
        session, _ = self.recording.open(speaker, SessionId(uuid.uuid4()), text.id, None, CAPTURE)
        return session

    def segment(self, speaker: Speaker, session: RecitalSession, number: int, body: bytes | None = None) -> bool:
        bytes_of_it = body if body is not None else f"segment {number}".encode()
        return self.recording.take_segment(speaker, session.id, a_segment(number, bytes_of_it), io.BytesIO(bytes_of_it))


def a_segment(number: int, body: bytes, *, first_sample: int | None = None, samples: int = SECOND) -> Segment:
    """One second of audio, say, which starts where the one before it ended."""
    return Segment(
        number=number,
        digest=hashlib.sha256(body).hexdigest(),
        media_type="audio/flac",
        first_sample=number * SECOND if first_sample is None else first_sample,
        samples=samples,
        bytes=len(body),
    )


def a_mark(n: int, sentence: int, at_sample: int, kind: MarkKind = MarkKind.READ, paragraph: int = 0) -> Mark:
    return Mark(n=n, paragraph=paragraph, sentence=sentence, at_sample=at_sample, kind=kind)


def an_ending(segments: int = 1, marks: int = 1, **more: Any) -> Ending:
    return Ending(segments=segments, samples=segments * SECOND, marks=marks, **more)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def dana(world: World) -> Speaker:
    return world.speaker("dana")


@pytest.fixture
def noam(world: World) -> Speaker:
    return world.speaker("noam")


@pytest.fixture
def admin(world: World) -> Speaker:
    return world.speaker("admin", Role.ADMIN)


@pytest.fixture
def text(world: World, dana: Speaker) -> RecitalText:
    return world.library.add(dana, "שלום לכולם. מה שלומכם?\nהכול טוב.", "he")


@pytest.fixture
def session(world: World, dana: Speaker, text: RecitalText) -> RecitalSession:
    return world.opened(dana, text)


def somebody(role: Role = Role.SPEAKER) -> Speaker:
    return Speaker(
        id=SpeakerId(uuid.uuid4()),
        email="somebody@example.org",
        display_name="somebody",
        role=role,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
