from __future__ import annotations

import json

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


def test_a_check_of_the_totals_ends_with_what_a_rule_can_read_and_changes_none(
    terminal: Terminal, recital: Recital, database: str
) -> None:
    recital.aggregation.finalize(ended_session(recital))
    assert terminal.run("standings", "check").stdout == "Every total was right.\n"
    with psycopg.connect(database) as connection:
        connection.execute("UPDATE days SET duration_ms = duration_ms + 1")
    for _ in range(2):
        assert "recital standings rebuild" in terminal.run("standings", "check", code=5).stdout
    [difference] = json.loads(terminal.run("standings", "check", "--json", code=5).stdout)
    assert difference["what"].startswith("days ")
    terminal.run("standings", "rebuild")
    assert terminal.json("standings", "check") == []
