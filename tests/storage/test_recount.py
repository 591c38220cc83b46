"""Looking whether the totals are right, while others publish."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from adapters_storage.postgres.connections import separate
from adapters_storage.postgres.unit_of_work import PostgresStore
from recital_core.contributions import tally
from recital_core.ports import Transaction
from recital_core.sessions import Outcome, RecitalSession, State
from tests.contracts.conftest import NOW, NoJobs, added_session, added_speaker, added_text


@pytest.fixture
def store(database: str) -> Iterator[PostgresStore]:
    engine = separate(database)
    yield PostgresStore(engine, NoJobs)
    engine.dispose()


def published(session: RecitalSession) -> RecitalSession:
    outcome = Outcome(duration_ms=4_000, cues=1, verdict="good")
    return msgspec.structs.replace(session, state=State.UPLOADED, outcome=outcome, uploaded_at=NOW)


def test_a_look_at_the_totals_waits_for_nobody_and_nobody_for_it(store: PostgresStore) -> None:
    dana = added_speaker(store, "dana@example.org")
    one, other = (added_session(store, dana, added_text(store, dana)) for _ in range(2))

    def publish(tx: Transaction, session: RecitalSession) -> None:
        tx.sessions.save(published(session))
        tx.standings.count(tally([(session, published(session))]))

    with store.transaction() as tx:
        publish(tx, one)
    with store.transaction() as publishing:
        publish(publishing, other)
        with store.transaction() as looking:
            assert list(looking.standings.recount(mend=False)) == []
    with store.transaction() as looking:
        assert looking.standings.totals().recordings == 2
