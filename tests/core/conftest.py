"""A Recital of in-memory ports, and the people and texts that the core's tests speak of."""

from __future__ import annotations

import hashlib
import io
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest

from recital_core.accounts import Accounts
from recital_core.aggregation import Aggregation
from recital_core.agreements import Agreement
from recital_core.library import Library
from recital_core.listening import Listening
from recital_core.membership import Membership
from recital_core.oversight import Oversight
from recital_core.personal_data import PersonalData
from recital_core.recording import Recording
from recital_core.sessions import Capture, Ending, Mark, MarkKind, RecitalSession, Segment, SessionId
from recital_core.speakers import Role, Speaker, SpeakerId
from recital_core.testing.analytics import MemoryAnalytics
from recital_core.testing.audio import MemoryWorkshop
from recital_core.testing.blobs import MemoryBlobStore
from recital_core.testing.clock import StoppedClock
from recital_core.testing.sealer import OpenSealer
from recital_core.testing.store import MemoryStore
from recital_core.texts import RecitalText

AGREEMENT = Agreement(version="2", texts={"en": "You agree.", "he": "מוסכם."})
CAPTURE = Capture(sample_rate_hz=48_000)
SECOND = 48_000


class World:
    """Every use case over one store, one staging and one archive in memory."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.staging = MemoryBlobStore()
        self.archive = MemoryBlobStore()
        self.clock = StoppedClock()
        self.sealer = OpenSealer()
        self.analytics = MemoryAnalytics()
        counting: Any = {
            "store": self.store,
            "clock": self.clock,
            "sealer": self.sealer,
            "analytics": self.analytics,
        }
        self.library = Library(**counting)
        self.accounts = Accounts(**counting)
        self.membership = Membership(store=self.store, clock=self.clock, agreement=AGREEMENT)
        self.oversight = Oversight(store=self.store)
        self.personal_data = PersonalData(
            store=self.store, staging=self.staging, archive=self.archive, clock=self.clock
        )
        self.recording = Recording(**counting, staging=self.staging, agreement_version=AGREEMENT.version)
        self.audio = MemoryWorkshop()
        self.aggregation = Aggregation(**counting, staging=self.staging, archive=self.archive, audio=self.audio)
        self.listening = Listening(
            store=self.store, staging=self.staging, archive=self.archive, clock=self.clock, sealer=self.sealer
        )

    def speaker(self, name: str, role: Role = Role.SPEAKER) -> Speaker:
        """Somebody of that role who has agreed to be recorded."""
        speaker = self.membership.approve(f"{name}@example.org", role)
        return self.membership.agree(speaker, AGREEMENT.version, "en")

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
