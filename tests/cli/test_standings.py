from __future__ import annotations

import psycopg

from adapters_storage.assembly import Recital
from tests.cli.conftest import Terminal
from tests.ended import ended_session


def test_standings_are_shown(terminal: Terminal, recital: Recital) -> None:
    recital.aggregation.finalize(ended_session(recital))
    totals, table = terminal.run("standings", "show").stdout.split("\n\n")
    assert dict(line.split() for line in totals.splitlines()) == {
        "duration": "0:00:00",
        "recordings": "1",
        "speakers": "1",
    }
    assert [line.split() for line in table.splitlines()] == [
        ["rank", "name", "duration", "recordings"],
        ["1", "dana", "0:00:00", "1"],
    ]
    assert terminal.json("standings", "show")["totals"]["recordings"] == 1


def test_rebuilding_proves_the_totals_or_says_what_differed(
    terminal: Terminal, recital: Recital, database: str
) -> None:
    recital.aggregation.finalize(ended_session(recital))
    assert terminal.run("standings", "rebuild").stdout.startswith("Every total was right.")
    with psycopg.connect(database) as connection:
        connection.execute("UPDATE standings SET recordings = 7")
    assert "recordings 7" in terminal.run("standings", "rebuild").stdout
    assert terminal.json("standings", "rebuild")["differences"] == []
