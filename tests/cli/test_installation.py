"""Settings, database and doctor."""

from __future__ import annotations

import json

import psycopg
import pytest

from adapters_cli.doctor import WHAT_TO_DO
from adapters_cli.failures import EXIT_CODES, exit_code
from adapters_storage.assembly import Recital
from adapters_storage.database import known_migrations
from adapters_storage.settings import SETTINGS
from recital_core import errors
from tests.cli.conftest import Terminal
from tests.ended import ended_session
from tests.oidc import OpenIdProvider

A_WORKER = "INSERT INTO procrastinate_workers DEFAULT VALUES"
PARTS = ("database", "queue", "staging", "archive", "ffmpeg", "workers", "waiting", "failures", "room")


def troubles(terminal: Terminal) -> dict[str, str]:
    """What doctor finds, with what it says to do."""
    found = json.loads(terminal.run("doctor", "--json", code=7).stdout)
    lines = dict(line.split(maxsplit=1) for line in terminal.run("doctor", code=7).stdout.splitlines())
    return {part: lines[part] for part, trouble in found.items() if trouble}


def queue_says(terminal: Terminal, *statements: str) -> None:
    with psycopg.connect(str(terminal.environ["RECITAL_DATABASE_URL"])) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def test_every_setting_is_listed_and_secrets_are_hidden(terminal: Terminal) -> None:
    terminal.environ["RECITAL_SECRET_KEY"] = "hunter2" * 6
    shown = terminal.run("settings").stdout
    assert [line.split(" = ")[0] for line in shown.splitlines() if line.startswith("RECITAL_")] == [
        setting.name for setting in SETTINGS
    ]
    assert "hunter2" not in shown
    assert str(terminal.environ["RECITAL_DATABASE_URL"]) not in shown
    assert {setting["name"] for setting in terminal.json("settings")} == {setting.name for setting in SETTINGS}


@pytest.mark.parametrize("command", [("settings",), ("doctor",), ("speakers", "list"), ("serve",), ("worker",)])
def test_a_wrong_setting_stops_every_command_with_one_line(terminal: Terminal, command: tuple[str, ...]) -> None:
    terminal.environ["RECITAL_SEGMENT_MS"] = "long"
    assert "RECITAL_SEGMENT_MS" in terminal.refused(*command, code=3)


def test_a_file_in_the_working_folder_is_read(terminal: Terminal) -> None:
    (terminal.folder / ".env").write_text("RECITAL_ADMIN_EMAIL=head@example.org\n")
    assert "head@example.org" in terminal.run("settings").stdout


def test_doctor_finds_every_part_well(terminal: Terminal) -> None:
    assert terminal.json("doctor") == dict.fromkeys(PARTS)
    assert {line.split()[1] for line in terminal.run("doctor").stdout.splitlines()} == {"ok"}


def test_doctor_names_the_part_that_is_not_well(terminal: Terminal) -> None:
    terminal.environ["RECITAL_FFMPEG"] = str(terminal.folder / "missing")
    found = json.loads(terminal.run("doctor", "--json", code=7).stdout)
    assert [part for part, trouble in found.items() if trouble] == ["ffmpeg"]
    assert "RECITAL_FFMPEG" in terminal.run("doctor", code=7).stdout


def test_doctor_asks_for_mail_where_it_is_configured(terminal: Terminal) -> None:
    terminal.environ["RECITAL_MAIL"] = "smtp://127.0.0.1:9"
    assert json.loads(terminal.run("doctor", "--json", code=7).stdout)["mail"]
    assert "RECITAL_MAIL right" in terminal.run("doctor", code=7).stdout


def test_doctor_finds_that_no_worker_runs_once_something_waits(terminal: Terminal, recital: Recital) -> None:
    """A session and the letter of the agreement."""
    ended_session(recital)
    assert troubles(terminal) == {"workers": "2 jobs are waiting, and no worker runs. " + WHAT_TO_DO["workers"]}
    queue_says(terminal, A_WORKER)
    terminal.run("doctor")
    queue_says(terminal, "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'")
    assert list(troubles(terminal)) == ["workers"]


def test_doctor_finds_what_waits_too_long_although_a_worker_runs(terminal: Terminal, recital: Recital) -> None:
    ended_session(recital)
    queue_says(terminal, A_WORKER, "UPDATE procrastinate_events SET at = now() - interval '14 minutes'")
    told = "2 jobs are waiting, one for 14 minutes already. "
    assert troubles(terminal) == {"waiting": told + WHAT_TO_DO["waiting"]}


def test_doctor_finds_what_was_given_up(terminal: Terminal, recital: Recital) -> None:
    ended_session(recital)
    queue_says(terminal, "UPDATE procrastinate_jobs SET status = 'failed'")
    assert troubles(terminal) == {"failures": "2 jobs are given up. " + WHAT_TO_DO["failures"]}


def test_doctor_finds_that_room_runs_out(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters_storage.operations.LITTLE_ROOM_BYTES", 2**62)
    told = troubles(terminal)
    assert list(told) == ["room"]
    assert str(terminal.folder / "data") in told["room"]


def test_what_is_to_be_seen_to_keeps_no_server_from_being_ready(terminal: Terminal, recital: Recital) -> None:
    ended_session(recital)
    assert set(recital.readiness.recent().values()) == {None}


def test_doctor_asks_sign_in_providers_what_they_publish(terminal: Terminal) -> None:
    with OpenIdProvider() as provider:
        known = {
            "id": "school",
            "name": "Our school",
            "issuer": provider.issuer,
            "client_id": "a",
            "client_secret": "b",
        }
        away = {**known, "id": "away", "issuer": "http://127.0.0.1:9"}
        terminal.environ["RECITAL_SIGN_IN_PROVIDERS"] = json.dumps([known])
        assert terminal.json("doctor")["sign-in:school"] is None
        terminal.environ["RECITAL_SIGN_IN_PROVIDERS"] = json.dumps([known, away])
        told = troubles(terminal)
    assert list(told) == ["sign-in:away"]
    assert "curl" in told["sign-in:away"]


def test_doctor_says_what_keeps_recital_from_starting(terminal: Terminal) -> None:
    terminal.environ["RECITAL_DATABASE_URL"] = "postgresql://nobody@127.0.0.1:1/nothing"
    assert "database" in terminal.run("doctor", code=7).stdout


def test_a_database_that_does_not_answer_is_said_in_one_line(terminal: Terminal) -> None:
    terminal.environ["RECITAL_DATABASE_URL"] = "postgresql://nobody:hunter2@127.0.0.1:1/nothing"
    line = terminal.refused("speakers", "list", code=7)
    assert "hunter2" not in line


def test_a_database_without_tables_asks_for_an_upgrade(terminal: Terminal, empty_database: str) -> None:
    terminal.environ["RECITAL_DATABASE_URL"] = empty_database
    assert "recital db upgrade" in terminal.refused("speakers", "list", code=7)
    assert json.loads(terminal.run("db", "check", "--json", code=7).stdout)["revision"] is None
    assert "Applied" in terminal.run("db", "upgrade").stdout
    assert "Nothing to do" in terminal.run("db", "upgrade").stdout
    assert "newest" in terminal.run("db", "check").stdout
    terminal.run("speakers", "list")


def test_a_database_without_the_newest_migration_is_worked_on_and_told_of(
    terminal: Terminal, earlier_database: str, caplog: pytest.LogCaptureFixture
) -> None:
    terminal.environ["RECITAL_DATABASE_URL"] = earlier_database
    terminal.run("speakers", "approve", "dana@example.org")
    assert [speaker["email"] for speaker in terminal.json("speakers", "list")] == ["dana@example.org"]
    assert "lacks migration" in caplog.text
    assert terminal.json("doctor")["queue"] is None
    terminal.run("db", "check", code=7)


def test_a_database_that_lacks_more_is_refused(terminal: Terminal, earlier_database: str) -> None:
    terminal.environ["RECITAL_DATABASE_URL"] = earlier_database
    terminal.run("db", "downgrade", known_migrations()[-3], "--yes")
    assert "recital db upgrade" in terminal.refused("speakers", "list", code=7)


def test_reset_asks_and_forgets_everything(terminal: Terminal) -> None:
    terminal.run("speakers", "approve", "dana@example.org")
    terminal.run("db", "reset", words="n\n", code=1)
    assert len(terminal.json("speakers", "list")) == 1
    terminal.run("db", "reset", words="y\n")
    assert terminal.json("speakers", "list") == []


def test_downgrade_takes_migrations_back(terminal: Terminal) -> None:
    terminal.refused("db", "downgrade", "0099", "--yes", code=3)
    terminal.run("db", "downgrade", "base", "--yes")
    assert json.loads(terminal.run("db", "check", "--json", code=7).stdout)["revision"] is None


def kinds(family: type[errors.RecitalError]) -> list[type[errors.RecitalError]]:
    return [family, *(kind for child in family.__subclasses__() for kind in kinds(child))]


@pytest.mark.parametrize(
    "kind", [kind for kind in kinds(errors.RecitalError)[1:] if kind.__module__ == errors.__name__]
)
def test_every_error_has_the_exit_code_of_its_family(kind: type[errors.RecitalError]) -> None:
    [family] = [family for family in EXIT_CODES if issubclass(kind, family)]
    assert exit_code(kind("detail")) == EXIT_CODES[family]
