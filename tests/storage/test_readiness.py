"""Which parts are ready, and how often they are asked."""

from __future__ import annotations

import dataclasses
import logging
from pathlib import Path

import pytest

from adapters_storage.assembly import assembled
from adapters_storage.readiness import Readiness
from adapters_storage.settings import Settings
from recital_core import errors


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
