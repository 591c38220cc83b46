"""`recital serve` as an operator starts it: HTTPS of its own, and no secret where others on the machine can see it."""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from adapters_cli.https import with_own_certificate
from adapters_cli.start import Installation
from adapters_storage.settings import SETTINGS
from tests.running import STARTS_WITHIN_S, Server, command_line, descendants_of, running, wait_until

SECRETS = {
    "RECITAL_SECRET_KEY": "hunter2-of-the-tokens-and-the-seals-of-files",
    "RECITAL_OLD_SECRET_KEYS": "hunter2-of-the-tokens-of-a-year-ago-or-more",
    "RECITAL_PSEUDONYM_KEY": "hunter2-of-the-names-that-are-published-for-ever",
    "RECITAL_DELEGATION_SECRET_KEY": "hunter2-of-another-application-beside-ours",
    "RECITAL_MAIL": "smtp://recital:hunter2-of-letters@127.0.0.1:9",
    "RECITAL_S3_ACCESS_KEY_ID": "recital",
    "RECITAL_S3_SECRET_ACCESS_KEY": "hunter2-of-the-buckets",
    "RECITAL_S3_SESSION_TOKEN": "hunter2-of-the-buckets-for-an-hour",
    "RECITAL_GOOGLE_CLIENT_ID": "recital",
    "RECITAL_GOOGLE_CLIENT_SECRET": "hunter2-of-google",
    "RECITAL_SIGN_IN_PROVIDERS": json.dumps(
        [
            {
                "id": "example",
                "name": "Example",
                "issuer": "http://127.0.0.1:9",
                "client_id": "recital",
                "client_secret": "hunter2-of-a-provider",
            }
        ]
    ),
}


def test_no_secret_is_seen_in_the_list_of_processes_or_the_log(tmp_path: Path) -> None:
    told = {setting.name for setting in SETTINGS if setting.secret}
    assert told - {"RECITAL_DATABASE_URL", "RECITAL_POSTHOG_KEY"} <= set(SECRETS)
    with running(tmp_path / "data", **SECRETS) as server:
        lines = [command_line(pid) for pid in (server.pid, *descendants_of(server.pid))]
        assert any("recital" in line for line in lines)
        assert any("postgres" in line for line in lines)
        shown = server.command("settings") + server.command("settings", "--json")
        shown += server.command("doctor", code=7)  # there is no such mail server
        openapi = httpx.get(f"{server.url}/api/openapi.json").text + httpx.get(f"{server.url}/api/config").text
        for text in (*lines, server.log, shown, openapi):
            assert "hunter2" not in text


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RECITAL_DATA_DIR", str(tmp_path / "data"))
    return Installation()


@pytest.mark.parametrize(
    ("host", "public"),
    [
        ("0.0.0.0", r"https://[0-9.]+:8000"),
        ("::", r"https://\[[0-9a-f:]+\]:8000"),
        ("127.0.0.1", None),
        ("192.168.7.7", None),
        ("localhost", None),
    ],
)
def test_who_listens_everywhere_is_shown_at_an_address_that_others_find(
    installation: Installation, host: str, public: str | None
) -> None:
    installation.option("RECITAL_HOST", host)
    assert with_own_certificate(installation) is not None
    settings = installation.settings
    assert settings.address.startswith("https://")
    assert re.fullmatch(public, settings.public_url or "") if public else settings.public_url is None


def test_an_address_that_was_given_is_kept(installation: Installation) -> None:
    installation.option("RECITAL_HOST", "0.0.0.0")
    installation.option("RECITAL_PUBLIC_URL", "https://recital.example.org")
    assert with_own_certificate(installation) is not None
    assert installation.settings.address == "https://recital.example.org"


def test_a_certificate_that_was_given_is_kept(installation: Installation, tmp_path: Path) -> None:
    installation.option("RECITAL_TLS_CERTIFICATE", __file__)
    installation.option("RECITAL_TLS_KEY", __file__)
    assert with_own_certificate(installation) is None
    assert installation.settings.tls_certificate == Path(__file__)
    assert not (tmp_path / "data").exists()


@contextmanager
def serving_https(folder: Path) -> Iterator[tuple[Server, httpx.Client]]:
    """A server with a certificate of its own making, and a client that trusts nobody but its authority."""
    server = Server(folder)
    process = server.spawn("serve", "--https", "--no-jobs", "--host", "0.0.0.0")
    try:
        wait_until(lambda: "SHA-256" in server.log or process.poll() is not None, STARTS_WITHIN_S, "it has greeted")
        assert process.poll() is None, server.log
        trusting = ssl.create_default_context(cafile=str(folder / "https" / "ca.crt"))
        with httpx.Client(base_url=f"https://127.0.0.1:{server.port}", verify=trusting) as client:
            yield server, client
    finally:
        process.terminate()
        process.wait(STARTS_WITHIN_S)


def test_serve_https_prints_an_address_a_link_and_what_to_trust(tmp_path: Path) -> None:
    with serving_https(tmp_path / "data") as (server, client):
        assert client.get("/health/live").json() == {"live": True}
        assert re.search(rf"^Recital is at https://[0-9.]+:{server.port}$", server.log, re.MULTILINE)
        assert str(tmp_path / "data" / "https" / "ca.crt") in server.log
        assert re.search(r"^  ([0-9A-F]{2}:){31}[0-9A-F]{2}$", server.log, re.MULTILINE)
        link = re.search(r"https://[0-9.]+:\d+(/api/auth/link/\S+)", server.log)
        assert link, server.log
        answer = client.get(link[1])
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert answer.headers["set-cookie"].startswith("__Host-recital=")
        assert "secure" in answer.headers["set-cookie"].lower()
        assert "strict-transport-security" not in answer.headers, "this machine serves other things by HTTP"
        assert client.get("/api/me").json()["email"] == "admin@localhost"
