"""What the store in memory tells of the work that was asked for; PostgreSQL's queue has its own tests."""

from __future__ import annotations

import uuid

import pytest

from recital_core.letters import LetterKind
from recital_core.sessions import SessionId
from recital_core.speakers import SpeakerId
from recital_core.testing.store import MemoryStore

DANA, NOAM = SpeakerId(uuid.uuid4()), SpeakerId(uuid.uuid4())


def test_work_is_taken_once_and_in_order() -> None:
    store = MemoryStore()
    first, second = SessionId(uuid.uuid4()), SessionId(uuid.uuid4())
    with store.transaction() as tx:
        for session_id in (first, second, first):
            tx.jobs.finalize(session_id)
        tx.jobs.write(LetterKind.SIGN_IN_LINK, DANA)
        tx.jobs.write(LetterKind.AGREED, NOAM)
        tx.jobs.publish_retractions()
    assert (store.take_jobs(), store.take_jobs()) == ([first, second], [])
    assert store.take_letters() == [(LetterKind.SIGN_IN_LINK, DANA), (LetterKind.AGREED, NOAM)]
    assert store.take_letters() == []
    assert (store.take_retractions(), store.take_retractions()) == (True, False)


def test_forgotten_letters_are_not_written() -> None:
    store = MemoryStore()
    with store.transaction() as tx:
        tx.jobs.write(LetterKind.APPROVED, DANA)
        tx.jobs.write(LetterKind.APPROVED, NOAM)
        tx.jobs.forget_letters(DANA)
    assert store.take_letters() == [(LetterKind.APPROVED, NOAM)]


def test_work_of_a_transaction_that_raised_is_not_done() -> None:
    store = MemoryStore()
    with pytest.raises(RuntimeError), store.transaction() as tx:
        tx.jobs.finalize(SessionId(uuid.uuid4()))
        tx.jobs.write(LetterKind.APPROVED, DANA)
        tx.jobs.publish_retractions()
        raise RuntimeError
    assert (store.take_jobs(), store.take_letters(), store.take_retractions()) == ([], [], False)
