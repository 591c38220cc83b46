"""The store's promises, over every store alike."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection, create_engine

from adapters_storage.postgres.schema import engine_url
from adapters_storage.postgres.unit_of_work import PostgresStore
from recital_core import errors
from recital_core.ports import Intake, Jobs, Store
from recital_core.sessions import Capture, Ending, Mark, Outcome, RecitalSession, Segment, SessionId, State
from recital_core.speakers import Credential, CredentialId, CredentialKind, Role, Speaker, SpeakerId
from recital_core.testing.store import MemoryStore
from recital_core.texts import Language, RecitalText, TextId, TextSource

NOW = datetime(2026, 5, 1, 10, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)


class NoJobs:
    """The job queue has a contract test of its own."""

    def __init__(self, _connection: Connection) -> None: ...

    def finalize(self, session_id: SessionId) -> None: ...


@pytest.fixture(params=["memory", "postgres"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    if request.param == "memory":
        yield MemoryStore()
        return
    engine = create_engine(engine_url(request.getfixturevalue("database")))
    jobs: type[Jobs] = NoJobs
    yield PostgresStore(engine, jobs)
    engine.dispose()


@pytest.fixture
def dana(store: Store) -> Speaker:
    return added_speaker(store, "dana@example.org")


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
    session = RecitalSession(
        id=SessionId(uuid.uuid4()),
        speaker_id=speaker.id,
        text_id=text.id,
        text_revision=text.revision,
        capture=Capture(sample_rate_hz=48_000, echo_cancellation=False, codec="flac"),
        opened_at=at,
        last_activity_at=at,
    )
    with store.transaction() as tx:
        assert tx.sessions.add(session)
    return session


def a_segment(number: int, digest: str = "a" * 64) -> Segment:
    return Segment(
        number=number, digest=digest, media_type="audio/flac", first_sample=number * 9, samples=9, bytes=100 + number
    )


def marks(*numbers: int) -> list[Mark]:
    return [Mark(n=n, paragraph=0, sentence=0, at_sample=n * 10) for n in numbers]


# ---- transactions


def test_what_a_raising_block_did_is_not_kept(store: Store, dana: Speaker) -> None:
    with pytest.raises(RuntimeError), store.transaction() as tx:
        tx.speakers.save(msgspec.structs.replace(dana, display_name="Somebody Else"))
        raise RuntimeError
    with store.transaction() as tx:
        assert tx.speakers.by_email(dana.email) == dana


def test_calls_that_stand_alone_are_kept_at_once(store: Store, dana: Speaker, session: RecitalSession) -> None:
    with pytest.raises(RuntimeError), store.separately() as tx:
        assert tx.speakers.by_email(dana.email) == dana
        tx.sessions.add_segment(session.id, a_segment(0), NOW)
        raise RuntimeError
    with store.separately() as tx:
        assert [segment.number for segment in tx.sessions.segments(session.id)] == [0]


def test_a_claim_is_one_caller_s_at_a_time(store: Store) -> None:
    session_id, other = SessionId(uuid.uuid4()), SessionId(uuid.uuid4())
    with store.claim(session_id) as mine, store.claim(session_id) as not_mine, store.claim(other) as another:
        assert (mine, not_mine, another) == (True, False, True)
    with store.claim(session_id) as mine_again:
        assert mine_again


def test_a_claim_ends_with_the_block_that_raised(store: Store) -> None:
    session_id = SessionId(uuid.uuid4())
    with pytest.raises(RuntimeError), store.claim(session_id):
        raise RuntimeError
    with store.claim(session_id) as mine:
        assert mine


# ---- people


def test_an_address_belongs_to_one_account(store: Store, dana: Speaker) -> None:
    namesake = msgspec.structs.replace(dana, id=SpeakerId(uuid.uuid4()))
    with store.transaction() as tx:
        assert not tx.speakers.add(namesake)
        assert tx.speakers.by_email(dana.email) == dana
        assert tx.speakers.by_email("nobody@example.org") is None


def test_accounts_come_by_their_age_in_pages(store: Store) -> None:
    added = [added_speaker(store, f"{n}@example.org", at=NOW + timedelta(seconds=n)) for n in range(5)]
    with store.transaction() as tx:
        first = tx.speakers.page(None, 2)
        second = tx.speakers.page(first.next, 2)
        third = tx.speakers.page(second.next, 2)
    assert [*first.items, *second.items, *third.items] == added
    assert third.next is None


def test_a_credential_speaks_for_its_speaker_until_it_ends_or_is_revoked(store: Store, dana: Speaker) -> None:
    credential = Credential(
        id=CredentialId(uuid.uuid4()),
        speaker_id=dana.id,
        kind=CredentialKind.PROGRAM,
        created_at=NOW,
        expires_at=NOW + timedelta(hours=1),
    )
    with store.transaction() as tx:
        tx.credentials.add(credential)
        assert tx.credentials.speaker_of(credential.id, NOW) == dana
        assert tx.credentials.speaker_of(credential.id, credential.expires_at) is None
        tx.credentials.revoke(credential.id)
        tx.credentials.revoke(credential.id)
        assert tx.credentials.speaker_of(credential.id, NOW) is None


def test_a_link_is_used_once_however_many_try(store: Store, dana: Speaker) -> None:
    with store.transaction() as tx:
        tx.credentials.add_link("digest", dana.id, NOW + timedelta(hours=1))
    together = threading.Barrier(8)

    def try_it(_: int) -> SpeakerId | None:
        together.wait()
        with store.transaction() as tx:
            return tx.credentials.use_link("digest", NOW)

    with ThreadPoolExecutor(8) as tries:
        answers = list(tries.map(try_it, range(8)))
    assert (answers.count(dana.id), answers.count(None)) == (1, 7)


def test_what_is_over_is_forgotten_and_nothing_else(store: Store, dana: Speaker) -> None:
    over, good = (
        Credential(
            id=CredentialId(uuid.uuid4()),
            speaker_id=dana.id,
            kind=CredentialKind.BROWSER,
            created_at=NOW - timedelta(days=1),
            expires_at=expires_at,
        )
        for expires_at in (NOW, NOW + timedelta(seconds=1))
    )
    with store.transaction() as tx:
        for credential in (over, good):
            tx.credentials.add(credential)
            tx.credentials.add_link(str(credential.id), dana.id, credential.expires_at)
        assert tx.credentials.forget_expired(NOW) == 2
        assert tx.credentials.forget_expired(NOW) == 0
        assert tx.credentials.speaker_of(over.id, NOW - timedelta(hours=1)) is None
        assert tx.credentials.speaker_of(good.id, NOW) == dana
        assert tx.credentials.use_link(str(over.id), NOW - timedelta(hours=1)) is None
        assert tx.credentials.use_link(str(good.id), NOW) == dana.id


def test_a_link_that_is_over_is_nobody_s(store: Store, dana: Speaker) -> None:
    with store.transaction() as tx:
        tx.credentials.add_link("digest", dana.id, NOW)
        assert tx.credentials.use_link("digest", NOW) is None
        assert tx.credentials.use_link("another", NOW) is None


# ---- texts


def test_a_text_comes_back_as_it_was(store: Store, text: RecitalText) -> None:
    with store.transaction() as tx:
        assert tx.texts.get(text.id) == text
        assert tx.texts.get(text.id, 1) == text
        assert tx.texts.get(text.id, 2) is None
        assert list(tx.texts.sentence_counts(text.id, 1)) == [2, 1]


def test_a_list_of_texts_has_one_s_own_and_the_public(store: Store, dana: Speaker, text: RecitalText) -> None:
    noam = added_speaker(store, "noam@example.org")
    admin = added_speaker(store, "admin@example.org", Role.ADMIN)
    public = added_text(store, dana, public=True, at=NOW + timedelta(seconds=1))
    with store.transaction() as tx:
        assert [item.id for item in tx.texts.page(dana, None, 10).items] == [public.id, text.id]
        assert [item.id for item in tx.texts.page(admin, None, 10).items] == [public.id, text.id]
        (shown,) = tx.texts.page(noam, None, 10).items
    assert (shown.id, shown.sentences, shown.words, shown.direction) == (public.id, 3, 6, "rtl")


def test_pages_stay_the_same_while_texts_are_added(store: Store, dana: Speaker) -> None:
    old = [added_text(store, dana, at=NOW - timedelta(seconds=n)) for n in range(4)]
    with store.transaction() as tx:
        first = tx.texts.page(dana, None, 2)
    added_text(store, dana, at=NOW + timedelta(seconds=1))
    with store.transaction() as tx:
        second = tx.texts.page(dana, first.next, 2)
    assert [item.id for item in [*first.items, *second.items]] == [text.id for text in old]


@pytest.mark.parametrize("cursor", ["", "x", "AAAA", "%%%", "2026"])
def test_a_cursor_that_is_not_ours_is_refused(store: Store, dana: Speaker, cursor: str) -> None:
    with store.transaction() as tx, pytest.raises(errors.Invalid):
        tx.texts.page(dana, cursor, 2)


# ---- sessions


def test_a_session_comes_back_as_it_was_saved(store: Store, session: RecitalSession) -> None:
    ended = session.to(
        State.ENDED,
        ending=Ending(segments=3, samples=27, marks=2, drop_last=1, gaps=((3, 4),)),
        ended_at=NOW,
        outcome=Outcome(duration_ms=5, cues=2, verdict="good", reasons=("quiet",)),
        problem="segment 2 cannot be read",
        attempts=2,
    )
    with store.transaction() as tx:
        assert tx.sessions.get(session.id) == session
        tx.sessions.save(ended)
        assert tx.sessions.get(session.id) == tx.sessions.lock(session.id) == ended


def test_a_session_s_id_is_taken_once(store: Store, session: RecitalSession) -> None:
    with store.transaction() as tx:
        assert not tx.sessions.add(msgspec.structs.replace(session, opened_at=NOW + timedelta(days=1)))
        assert tx.sessions.get(session.id) == session


def test_activity_is_noted_while_a_session_is_active(store: Store, session: RecitalSession) -> None:
    later = NOW + timedelta(minutes=5)
    with store.transaction() as tx:
        assert tx.sessions.touch(session.id, later)
        assert tx.sessions.touch(session.id, NOW)
        touched = tx.sessions.get(session.id)
        assert touched is not None
        assert touched.last_activity_at == later
        tx.sessions.save(touched.to(State.DISCARDED))
        assert not tx.sessions.touch(session.id, later)
        assert not tx.sessions.touch(SessionId(uuid.uuid4()), later)


def test_the_first_segment_under_a_number_stays(store: Store, session: RecitalSession) -> None:
    first, other = a_segment(0), a_segment(0, "b" * 64)
    with store.transaction() as tx:
        assert tx.sessions.intake(session.id, 0) == Intake(session=session, held=None, media_type=None)
        assert tx.sessions.add_segment(session.id, first, NOW) is first
        assert tx.sessions.add_segment(session.id, other, NOW) == first
        assert tx.sessions.intake(session.id, 0) == Intake(session=session, held=first, media_type="audio/flac")


def test_a_segment_is_activity_and_a_closed_session_keeps_none(store: Store, session: RecitalSession) -> None:
    with store.transaction() as tx:
        tx.sessions.add_segment(session.id, a_segment(0), LATER)
        touched = tx.sessions.get(session.id)
        assert touched is not None
        assert touched.last_activity_at == LATER
        tx.sessions.save(touched.to(State.DISCARDED))
        assert tx.sessions.add_segment(session.id, a_segment(1), LATER) is None
        assert [segment.number for segment in tx.sessions.segments(session.id)] == [0]


def test_pieces_come_back_in_their_order(store: Store, session: RecitalSession) -> None:
    with store.transaction() as tx:
        for number in (4, 0, 1):
            tx.sessions.add_segment(session.id, a_segment(number), NOW)
        tx.sessions.add_marks(session.id, marks(0, 1))
        tx.sessions.add_marks(session.id, [])
        tx.sessions.add_marks(session.id, marks(2))
        assert tx.sessions.intake(session.id, 2) == Intake(session=session, held=None, media_type="audio/flac")
        assert tx.sessions.intake(SessionId(uuid.uuid4()), 0) is None
        assert [segment.number for segment in tx.sessions.segments(session.id)] == [0, 1, 4]
        assert list(tx.sessions.marks(session.id)) == marks(0, 1, 2)
        received = tx.sessions.received(session.id)
    assert (received.segments, received.marks, received.bytes) == ([(0, 1), (4, 4)], 3, 305)


def test_forgotten_pieces_are_gone_and_no_one_else_s(
    store: Store, dana: Speaker, text: RecitalText, session: RecitalSession
) -> None:
    other = added_session(store, dana, text)
    with store.transaction() as tx:
        for each in (session, other):
            tx.sessions.add_segment(each.id, a_segment(0), NOW)
            tx.sessions.add_marks(each.id, marks(0))
        tx.sessions.forget_pieces(session.id)
        assert (tx.sessions.received(session.id).segments, tx.sessions.received(session.id).marks) == ([], 0)
        assert (tx.sessions.received(other.id).segments, tx.sessions.received(other.id).marks) == ([(0, 0)], 1)


def test_sessions_are_listed_by_speaker_text_and_state(store: Store, dana: Speaker, text: RecitalText) -> None:
    noam = added_speaker(store, "noam@example.org")
    other_text = added_text(store, dana)
    own = added_session(store, dana, text)
    newer = added_session(store, dana, other_text, NOW + timedelta(seconds=1))
    foreign = added_session(store, noam, text, NOW + timedelta(seconds=2))

    def listed(states: tuple[State, ...] = (State.ACTIVE,), **narrow: object) -> list[SessionId]:
        asked: dict[str, Any] = {"speaker_id": None, "text_id": None, "cursor": None, "limit": 10} | narrow
        with store.transaction() as tx:
            return [item.session.id for item in tx.sessions.page(states=states, **asked).items]

    assert listed() == [foreign.id, newer.id, own.id]
    assert listed(speaker_id=dana.id) == [newer.id, own.id]
    assert listed(text_id=text.id) == [foreign.id, own.id]
    assert listed(states=(State.ENDED,)) == []


def test_a_summary_tells_the_text_s_title_and_language(store: Store, session: RecitalSession) -> None:
    with store.transaction() as tx:
        summary = tx.sessions.summary(session.id)
        assert tx.sessions.summary(SessionId(uuid.uuid4())) is None
    assert summary is not None
    assert (summary.session, summary.text_title, summary.language) == (session, "בוקר", "he")


def test_silent_sessions_are_found_the_oldest_first(store: Store, dana: Speaker, text: RecitalText) -> None:
    newer = added_session(store, dana, text, NOW - timedelta(hours=1))
    older = added_session(store, dana, text, NOW - timedelta(hours=2))
    added_session(store, dana, text, NOW)
    with store.transaction() as tx:
        assert list(tx.sessions.silent_since(NOW - timedelta(hours=1), 10)) == [older.id, newer.id]
        assert list(tx.sessions.silent_since(NOW - timedelta(hours=1), 1)) == [older.id]


def test_discarded_sessions_are_unfinished_until_they_are_erased(store: Store, session: RecitalSession) -> None:
    discarded = session.to(State.DISCARDED, discarded_at=NOW)
    with store.transaction() as tx:
        tx.sessions.save(discarded)
        assert list(tx.sessions.unfinished(State.DISCARDED, 10)) == [session.id]
        tx.sessions.save(msgspec.structs.replace(discarded, erased_at=NOW))
        assert list(tx.sessions.unfinished(State.DISCARDED, 10)) == []


def test_two_ends_of_one_session_wait_for_each_other(store: Store, session: RecitalSession) -> None:
    together = threading.Barrier(4)

    def end(_: int) -> bool:
        together.wait()
        with store.transaction() as tx:
            held = tx.sessions.lock(session.id)
            if held is None or held.state is not State.ACTIVE:
                return False
            tx.sessions.save(held.to(State.ENDED))
            return True

    with ThreadPoolExecutor(4) as tries:
        assert sorted(tries.map(end, range(4))) == [False, False, False, True]
