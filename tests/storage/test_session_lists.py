"""Lists of sessions stay flat: whatever narrows one, an index gives the sessions in the order of the list."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy.engine import make_url

from adapters_storage.postgres.session_lists import page_of
from recital_core.measures import Verdict
from recital_core.ports import SessionFilter
from recital_core.sessions import State

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
    compiled = page_of(SessionFilter(**wanted), None, 20).compile(
        dialect=make_url("postgresql+psycopg://").get_dialect()(), compile_kwargs={"render_postcompile": True}
    )
    with psycopg.connect(database, cursor_factory=psycopg.ClientCursor) as connection:
        # Of no rows a sequence would be read: told to rather not, PostgreSQL shows whether it could do without.
        connection.execute("SET enable_seqscan = off; SET enable_sort = off; SET enable_bitmapscan = off")
        if index != "opened_at_id":
            connection.execute("DROP INDEX ix_sessions_opened_at_id")
        if "states" not in wanted:
            connection.execute("DROP INDEX ix_sessions_state_opened_at_id, ix_sessions_state_last_activity_at")
        shown = connection.execute(f"EXPLAIN {compiled}".encode(), dict(compiled.construct_params())).fetchall()
    plan = "\n".join(line for (line,) in shown)
    assert f"using ix_sessions_{index} on sessions" in plan, plan
    assert "Sort" not in plan, plan
