"""Which parts are ready, and how often they are asked."""

from __future__ import annotations

import dataclasses
import logging
import threading
from pathlib import Path

import pytest

from adapters_storage.assembly import assembled
from adapters_storage.readiness import Readiness
from adapters_storage.settings import Settings
from recital_core import errors
from tests.running import wait_until


class Part:
    """Counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.trouble = ""

    def check(self) -> None:
        self.asked += 1
        if self.trouble:
            raise errors.DatabaseUnavailable(self.trouble)


@pytest.fixture
def part() -> Part:
    return Part()


def test_an_answer_is_remembered_for_a_moment(part: Part) -> None:
    readiness = Readiness({"database": part.check})
    answers = [readiness.recent() for _ in range(100)]
    assert answers == [{"database": None}] * 100
    assert part.asked <= 2  # a machine that stands still may let the moment pass


def test_an_operator_s_question_is_always_asked_anew(part: Part) -> None:
    readiness = Readiness({"database": part.check})
    assert readiness.recent() == readiness.ask() == {"database": None}
    part.trouble = "It is away."
    assert readiness.ask() == {"database": "It is away."}


def test_what_is_wrong_is_in_the_log(part: Part, caplog: pytest.LogCaptureFixture) -> None:
    part.trouble = "It is away."
    with caplog.at_level(logging.WARNING):
        assert Readiness({"database": part.check}).recent() == {"database": "It is away."}
    assert "database is not ready: It is away." in caplog.text


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_worker_that_died_of_something_unforeseen_is_named(tmp_path: Path, database: str) -> None:
    settings = Settings.load({"RECITAL_DATA_DIR": str(tmp_path / "data"), "RECITAL_DATABASE_URL": database})
    with assembled(dataclasses.replace(settings, concurrency=-9)) as recital:
        assert "worker" not in recital.readiness.ask()
        worker = recital.worker()
        worker.start()
        worker.stop()
        assert "worker has ended" in (recital.readiness.ask()["worker"] or "")


def test_a_worker_that_works_is_ready(tmp_path: Path, database: str) -> None:
    settings = Settings.load({"RECITAL_DATA_DIR": str(tmp_path / "data"), "RECITAL_DATABASE_URL": database})
    with assembled(settings) as recital:
        worker = recital.worker()
        worker.start()
        assert recital.readiness.recent()["worker"] is None
        worker.stop()


def test_a_part_that_hangs_keeps_nobody_waiting_for_the_others(
    part: Part, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters_storage.readiness.PATIENCE_S", 1.0)
    let_go, asked = threading.Event(), []

    def hang() -> None:
        asked.append(let_go.wait(60))

    readiness = Readiness({"archive": hang, "database": part.check})
    late = {"archive": "It does not answer.", "database": None}
    with caplog.at_level(logging.WARNING):
        assert [readiness.recent() for _ in range(3)] == [late] * 3
    assert caplog.text.count("archive is not ready: It does not answer.") == 1
    let_go.set()
    wait_until(lambda: not any(readiness.recent().values()), 10, "the archive answers again")
    assert caplog.text.count("archive is ready after all") == 1
    assert "None" not in caplog.text
    assert len(asked) <= 2
