"""What PostHog is told, seen from a server in its place: counts, and nothing that names anybody."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from adapters_storage.analytics import NoAnalytics, PostHogAnalytics, analytics_of
from adapters_storage.assembly import assembled
from adapters_storage.settings import Settings
from recital_core import errors
from recital_core.audit import Actor, Way
from tests.people import admitted

KEY = "phc_of_this_project"


class PostHog(ThreadingHTTPServer):
    """Takes what is sent, as PostHog does; `closed` answers nothing until it is let go."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Taking)
        self.bodies: list[bytes] = []
        self.may_answer = threading.Event()
        self.may_answer.set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def events(self) -> list[dict[str, Any]]:
        return [event for body in self.bodies for event in json.loads(body)["batch"]]


class Taking(BaseHTTPRequestHandler):
    server: PostHog

    def do_POST(self) -> None:
        self.server.bodies.append(self.rfile.read(int(self.headers["content-length"])))
        self.server.may_answer.wait(30)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"status": 1}')

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


@pytest.fixture
def posthog() -> Iterator[PostHog]:
    with PostHog() as server:
        running = threading.Thread(target=server.serve_forever, args=(0.01,))
        running.start()
        yield server
        server.may_answer.set()
        server.shutdown()
        running.join()


@contextmanager
def counting(url: str) -> Iterator[PostHogAnalytics]:
    analytics = PostHogAnalytics(key=KEY, url=url)
    try:
        yield analytics
    finally:
        analytics.close()


def settings_for(folder: Path, **more: str) -> Settings:
    return Settings.load({"RECITAL_DATA_DIR": str(folder), **more})


def test_nothing_is_counted_unless_it_is_asked_for(tmp_path: Path) -> None:
    with analytics_of(settings_for(tmp_path)) as analytics:
        assert isinstance(analytics, NoAnalytics)
        analytics.count("signed in", "a pseudonym", language="he")


def test_what_is_counted_arrives_before_the_end_with_its_facts_and_nothing_of_this_machine(posthog: PostHog) -> None:
    with counting(posthog.url) as analytics:
        analytics.count("session opened", "0f3a", language="he", segments=3)
        analytics.count("text added", None)
    opened, added = posthog.events
    assert (opened["event"], opened["distinct_id"]) == ("session opened", "0f3a")
    assert {name: value for name, value in opened["properties"].items() if not name.startswith("$")} == {
        "language": "he",
        "segments": 3,
    }
    assert added["event"] == "text added"
    for event in posthog.events:
        assert event["properties"]["$process_person_profile"] is False
        assert event["properties"]["$geoip_disable"] is True
        assert not {"$os", "$os_version", "$os_distro", "$python_version", "$ip"} & set(event["properties"])


def test_who_records_and_writes_is_not_named(database: str, tmp_path: Path, posthog: PostHog) -> None:
    settings = settings_for(
        tmp_path, RECITAL_DATABASE_URL=database, RECITAL_POSTHOG_KEY=KEY, RECITAL_POSTHOG_URL=posthog.url
    )
    with assembled(settings, serving=True) as recital:
        dana = admitted(recital, "dana.levi@example.org")
        link = recital.accounts.login_link(dana.email or "")
        recital.accounts.sign_in_by_link(link, "203.0.113.9")
        _, token = recital.accounts.token(dana, timedelta(days=1))
        actor = Actor(speaker_id=dana.id, way=Way.BROWSER, address="203.0.113.9")
        text = recital.library.add(dana, "The sun rose over the well of the sisters.", language="en")
        recital.accounts.sign_out_everywhere(dana, actor)
    assert {"signed in", "text added"} <= {event["event"] for event in posthog.events}
    sent = b"".join(posthog.bodies).decode().lower()
    for secret in ("dana", "levi", "example.org", str(dana.id), dana.id.hex, "203.0.113", token, link, str(text.id)):
        assert secret.lower() not in sent
    assert "sun rose" not in sent


def test_counting_waits_for_nobody_and_the_end_only_for_a_moment(posthog: PostHog) -> None:
    posthog.may_answer.clear()
    analytics = PostHogAnalytics(key=KEY, url=posthog.url)
    analytics.count("first", None)  # the library looks around once
    began = time.monotonic()
    for _ in range(200):
        analytics.count("session opened", "0f3a")
    assert time.monotonic() - began < 1
    analytics.close()
    assert time.monotonic() - began < 6


def test_a_posthog_that_is_not_there_is_nobodys_trouble() -> None:
    with counting("http://127.0.0.1:9") as analytics:
        analytics.count("session opened", "0f3a")
    analytics.count("after the end", None)


def test_without_the_library_the_setting_is_named_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "posthog", None)
    with (
        pytest.raises(errors.SettingWrong, match=r"^RECITAL_POSTHOG_KEY needs .*recital\[analytics\]"),
        analytics_of(settings_for(tmp_path, RECITAL_POSTHOG_KEY=KEY)),
    ):
        pass
