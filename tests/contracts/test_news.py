"""The contract of News, over every implementation."""

from __future__ import annotations

import queue
from collections.abc import Iterator

import msgspec
import pytest

from adapters_storage.postgres.connections import separate
from adapters_storage.postgres.news import PostgresNews
from adapters_storage.postgres.unit_of_work import PostgresStore
from recital_core import errors
from recital_core.ports import Change, News, Store
from recital_core.sessions import Outcome, RecitalSession, State
from recital_core.speakers import Role, Speaker
from recital_core.testing.store import MemoryStore
from recital_core.texts import RecitalText
from tests.contracts.conftest import LATER, NoJobs, added_credential, added_session

HEARD_WITHIN_S = 10


class Heard:
    """What was told, in its order."""

    def __init__(self) -> None:
        self.told: queue.Queue[Change | None] = queue.Queue()

    def next(self) -> Change | None:
        return self.told.get(timeout=HEARD_WITHIN_S)


@pytest.fixture(params=["memory", "postgres"])
def store_and_news(request: pytest.FixtureRequest) -> Iterator[tuple[Store, News]]:
    if request.param == "memory":
        memory = MemoryStore()
        yield memory, memory.news
        return
    database = request.getfixturevalue("database")
    engine, news = separate(database), PostgresNews(database)
    yield PostgresStore(engine, NoJobs), news
    news.close()
    engine.dispose()


@pytest.fixture
def store(store_and_news: tuple[Store, News]) -> Store:
    return store_and_news[0]


@pytest.fixture
def heard(store_and_news: tuple[Store, News], session: RecitalSession) -> Iterator[Heard]:
    heard = Heard()
    with store_and_news[1].hearing(heard.told.put):
        yield heard


def test_what_happens_to_a_session_is_told_and_no_more(
    store: Store, heard: Heard, dana: Speaker, text: RecitalText, session: RecitalSession
) -> None:
    told = Change(speaker_id=dana.id, session_id=session.id)
    ended = session.to(State.ENDED)
    outcome = Outcome(duration_ms=5, cues=2, verdict="good")
    for changed in (
        ended,
        ended.failed("no room"),
        msgspec.structs.replace(ended, attempts=0, problem=None),
        ended.to(State.AGGREGATED, outcome=outcome),
    ):
        with store.separately() as tx:
            tx.sessions.touch(session.id, LATER)
        with store.transaction() as tx:
            tx.sessions.save(changed)
        with store.transaction() as tx:
            tx.sessions.save(changed)
        assert heard.next() == told
    opened = added_session(store, dana, text)
    assert heard.next() == Change(speaker_id=dana.id, session_id=opened.id)


def test_what_did_not_commit_is_not_told(store: Store, heard: Heard, dana: Speaker, session: RecitalSession) -> None:
    with pytest.raises(errors.Conflict), store.transaction() as tx:
        tx.sessions.save(session.to(State.ENDED))
        raise errors.Conflict("Another came first.")
    with store.transaction() as tx:
        tx.speakers.save(msgspec.structs.replace(dana, role=Role.ADMIN))
    assert heard.next() == Change(speaker_id=dana.id)


def test_the_end_of_a_sign_in_is_told(store: Store, heard: Heard, dana: Speaker, session: RecitalSession) -> None:
    credential = added_credential(store, dana)
    with store.transaction() as tx:
        tx.credentials.revoke(credential.id)
    assert heard.next() == Change(speaker_id=dana.id)
    added_credential(store, dana)
    with store.transaction() as tx:
        tx.sessions.save(session.to(State.DISCARDED))
        tx.speakers.forget(dana.id)
    assert {heard.next(), heard.next()} == {
        Change(speaker_id=dana.id),
        Change(speaker_id=dana.id, session_id=session.id),
    }
