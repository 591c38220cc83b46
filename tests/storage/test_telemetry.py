from __future__ import annotations

import json
import logging
import socket
import sys
from collections.abc import Mapping

import httpx
import pytest

from adapters_storage.telemetry.logs import JsonLines, TextLines, about
from adapters_storage.telemetry.metrics import Metrics
from recital_core import errors
from tests.running import LOOPBACK, free_port


def record(message: str, *given: object) -> logging.LogRecord:
    try:
        int("broken")
    except ValueError:
        return logging.LogRecord("recital", logging.WARNING, "file", 1, message, given, sys.exc_info())
    raise AssertionError("broken is a number")


def told(metrics: Metrics) -> str:
    port = free_port()
    with metrics.served(LOOPBACK, port):
        return httpx.get(f"http://{LOOPBACK}:{port}/metrics").text


def test_a_line_for_programs_is_one_json_object_with_what_it_is_about() -> None:
    with about(request="r1"), about(session="s1"):
        line = JsonLines().format(record("two\nlines of %s", "words"))
    assert "\n" not in line
    said = json.loads(line)
    assert (said["request"], said["session"], said["level"]) == ("r1", "s1", "warning")
    assert said["message"] == "two\nlines of words"
    assert "ValueError: " in said["exception"]


def test_a_line_for_people_ends_with_what_it_is_about_and_with_nothing_outside_the_block() -> None:
    with about(session="s1"):
        inside = TextLines().format(record("said")).splitlines()[0]
    assert inside.endswith("said [session=s1]")
    assert "session" not in TextLines().format(record("said"))


def test_failures_are_counted_by_their_kind() -> None:
    metrics = Metrics()
    with pytest.raises(errors.AudioUnreadable), metrics.finalising():
        raise errors.AudioUnreadable("nothing plays")
    with metrics.finalising():
        pass
    text = told(metrics)
    assert 'recital_finalize_seconds_count{outcome="audio-unreadable"} 1.0' in text
    assert 'recital_finalize_seconds_count{outcome="done"} 1.0' in text


def test_figures_that_cannot_be_had_leave_the_others() -> None:
    def lost() -> Mapping[str, Mapping[str, float]]:
        raise errors.DatabaseUnavailable("PostgreSQL does not answer.")

    metrics = Metrics()
    metrics.also(lambda: {"sessions": {"ended": 3}})
    metrics.also(lost)
    assert 'recital_sessions{kind="ended"} 3.0' in told(metrics)


def test_a_port_that_is_taken_is_named() -> None:
    with socket.create_server((LOOPBACK, 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(errors.SettingWrong, match="RECITAL_METRICS_PORT"), Metrics().served(LOOPBACK, port):
            pass
