"""What it costs to know who calls: one question to the database, two where a system speaks for somebody."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import psycopg
import pytest

from adapters_storage.assembly import Recital
from tests.http.sign_in.conftest import DELEGATION_KEY, Visitor, somebody
from tests.people import admitted


@pytest.fixture
def questions(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every statement that is sent to PostgreSQL."""
    sent: list[str] = []
    execute = psycopg.Cursor.execute

    def noted(cursor: psycopg.Cursor[Any], query: Any, *given: Any, **more: Any) -> psycopg.Cursor[Any]:
        sent.append(str(query))
        return execute(cursor, query, *given, **more)

    monkeypatch.setattr(psycopg.Cursor, "execute", noted)
    return sent


def test_a_sign_in_is_checked_with_one_question(visitor: Visitor, recital: Recital, questions: list[str]) -> None:
    dana = admitted(recital, somebody())
    _, token = recital.accounts.token(dana, timedelta(days=1))
    visitor.visit(f"/api/auth/link/{recital.accounts.login_link(str(dana.email))}")
    for headers in ({}, {"authorization": f"Bearer {token}"}):
        questions.clear()
        assert visitor.visit("/api/me", headers=headers).status_code == 200
        assert len(questions) == 1, questions


def test_a_delegation_is_checked_and_noted_with_two(visitor: Visitor, recital: Recital, questions: list[str]) -> None:
    headers = {
        "x-delegation-secret-key": DELEGATION_KEY,
        "x-delegated-user-email": str(admitted(recital, somebody()).email),
    }
    questions.clear()
    assert visitor.visit("/api/me", headers=headers).status_code == 200
    assert len(questions) == 2, questions
