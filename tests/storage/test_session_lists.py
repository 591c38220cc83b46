"""Lists of sessions stay flat: whatever narrows one, an index gives the sessions in the order of the list."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import Select
from sqlalchemy.engine import make_url

from adapters_storage.postgres.session_lists import neighbours_of, page_of
from recital_core.measures import Verdict
from recital_core.ports import SessionFilter
from recital_core.sessions import Capture, RecitalSession, SessionId, State
from recital_core.speakers import SpeakerId
from recital_core.texts import TextId

SOMEBODY = UUID(int=1)
NOW = datetime(2026, 11, 27, tzinfo=UTC)


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        ({}, "opened_at_id"),
        ({"since": NOW, "until": NOW}, "opened_at_id"),
        ({"speaker_id": SOMEBODY}, "speaker_id_opened_at_id"),
        ({"text_id": SOMEBODY}, "text_id_opened_at_id"),
        ({"states": (State.ENDED,)}, "state_opened_at_id"),
        ({"language": "yi"}, "language_opened_at_id"),
        ({"verdict": Verdict.DOUBTFUL}, "verdict"),
        ({"trouble": True}, "trouble"),
    ],
)
def test_an_index_gives_a_list_in_its_order(database: str, wanted: dict[str, Any], index: str) -> None:
    states = () if "states" in wanted else ("state_opened_at_id", "state_last_activity_at")
    others = states if index == "opened_at_id" else ("opened_at_id", *states)
    plan = planned(database, page_of(SessionFilter(**wanted), None, 20), *others)
    assert f"using ix_sessions_{index} on sessions" in plan, plan
    assert "Sort" not in plan, plan


def test_an_index_gives_the_neighbours_of_a_session(database: str) -> None:
    session = RecitalSession(
        id=SessionId(SOMEBODY),
        speaker_id=SpeakerId(SOMEBODY),
        text_id=TextId(SOMEBODY),
        text_revision=1,
        capture=Capture(sample_rate_hz=48_000),
        opened_at=NOW,
        last_activity_at=NOW,
    )
    plan = planned(database, neighbours_of(session), "opened_at_id", "state_opened_at_id", "state_last_activity_at")
    assert plan.count("using ix_sessions_speaker_id_opened_at_id on sessions") == len(("newer", "older")), plan
    assert "Sort" not in plan, plan


def planned(database: str, statement: Select[*tuple[Any, ...]], *without: str) -> str:
    """How PostgreSQL goes about it, without these indexes."""
    compiled = statement.compile(
        dialect=make_url("postgresql+psycopg://").get_dialect()(), compile_kwargs={"render_postcompile": True}
    )
    with psycopg.connect(database, cursor_factory=psycopg.ClientCursor) as connection:
        # Of no rows a sequence would be read: told to rather not, PostgreSQL shows whether it could do without.
        connection.execute("SET enable_seqscan = off; SET enable_sort = off; SET enable_bitmapscan = off")
        for index in without:
            connection.execute(f"DROP INDEX ix_sessions_{index}".encode())
        shown = connection.execute(f"EXPLAIN {compiled}".encode(), dict(compiled.construct_params())).fetchall()
    return "\n".join(line for (line,) in shown)
