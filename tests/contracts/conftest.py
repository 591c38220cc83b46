"""Every store there is, empty, and the people, texts and sessions that the tests of its promises speak of."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection

from adapters_storage.postgres.connections import separate
from adapters_storage.postgres.unit_of_work import PostgresStore
from recital_core.letters import LetterKind
from recital_core.ports import Backlog, Job, Jobs, JobState, Page, Store
from recital_core.sessions import Capture, RecitalSession, SessionId
from recital_core.speakers import Credential, CredentialId, CredentialKind, Role, Speaker, SpeakerId
from recital_core.testing.store import MemoryStore
from recital_core.texts import Language, RecitalText, TextId, TextSource

NOW = datetime(2026, 5, 1, 10, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)


class NoJobs:
    """The job queue has a contract test of its own."""

    def __init__(self, _connection: Connection) -> None: ...

    def finalize(self, session_id: SessionId) -> None: ...

    def write(self, kind: LetterKind, speaker_id: SpeakerId) -> None: ...

    def forget_letters(self, speaker_id: SpeakerId) -> None: ...

    def publish_retractions(self) -> None: ...

    def backlog(self, now: datetime) -> Backlog:  # noqa: ARG002
        return Backlog(waiting=0, oldest_at=None, running=0, failed=0, is_worked_on=False)

    def page(self, _state: JobState | None, _cursor: str | None, _limit: int) -> Page[Job]:
        return Page(items=(), next=None)

    def get(self, _job_id: int) -> Job | None: ...

    def again(self, _job_id: int) -> None: ...


@pytest.fixture(params=["memory", "database", "earlier_database"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """The last is for new code, which works on the database before that is upgraded."""
    if request.param == "memory":
        yield MemoryStore()
        return
    engine = separate(request.getfixturevalue(request.param))
    jobs: type[Jobs] = NoJobs
    yield PostgresStore(engine, jobs)
    engine.dispose()


@pytest.fixture
def dana(store: Store) -> Speaker:
    return added_speaker(store, "dana@example.org")


@pytest.fixture
def noam(store: Store) -> Speaker:
    """Who came a little later than Dana."""
    return added_speaker(store, "noam@example.org", at=LATER)


@pytest.fixture
def text(store: Store, dana: Speaker) -> RecitalText:
    return added_text(store, dana)


@pytest.fixture
def session(store: Store, dana: Speaker, text: RecitalText) -> RecitalSession:
    return added_session(store, dana, text)


def added_speaker(store: Store, email: str, role: Role = Role.SPEAKER, at: datetime = NOW) -> Speaker:
    speaker = Speaker(id=SpeakerId(uuid.uuid4()), email=email, display_name=email, role=role, created_at=at)
    with store.transaction() as tx:
        assert tx.speakers.add(speaker)
    return speaker


def added_credential(
    store: Store,
    of: Speaker,
    kind: CredentialKind = CredentialKind.PROGRAM,
    at: datetime = NOW,
    lasts: timedelta = timedelta(hours=1),
) -> Credential:
    credential = Credential(
        id=CredentialId(uuid.uuid4()),
        speaker_id=of.id,
        kind=kind,
        note="my notebook",
        created_at=at,
        expires_at=at + lasts,
    )
    with store.transaction() as tx:
        tx.credentials.add(credential)
    return credential


def added_text(store: Store, owner: Speaker, *, public: bool = False, at: datetime = NOW) -> RecitalText:
    text = RecitalText(
        id=TextId(uuid.uuid4()),
        owner_id=owner.id,
        title="בוקר",
        language=Language("he"),
        revision=1,
        paragraphs=(("בוקר טוב.", "מה שלומך?"), ("הכול טוב.",)),
        public=public,
        source=TextSource(),
        created_at=at,
    )
    with store.transaction() as tx:
        tx.texts.add(text)
    return text


def added_session(store: Store, speaker: Speaker, text: RecitalText, at: datetime = NOW) -> RecitalSession:
    session = a_session(speaker, text, at)
    with store.transaction() as tx:
        assert tx.sessions.add(session)
    return session


def a_session(speaker: Speaker, text: RecitalText, at: datetime = NOW) -> RecitalSession:
    return RecitalSession(
        id=SessionId(uuid.uuid4()),
        speaker_id=speaker.id,
        text_id=text.id,
        text_revision=text.revision,
        capture=Capture(sample_rate_hz=48_000, echo_cancellation=False, codec="flac"),
        opened_at=at,
        last_activity_at=at,
    )
