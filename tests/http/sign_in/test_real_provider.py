"""The whole way through a provider that others wrote and maintain, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from litestar.testing import TestClient

from adapters_http.app import create_app
from adapters_storage.assembly import assembled
from tests.http.conftest import ORIGIN, settings_for
from tests.http.sign_in.conftest import Visitor, configured, problem
from tests.oidc import CONFIGURATION
from tests.running import free_port, wait_until

DANA = {"sub": "dana", "email": "dana@example.org", "email_verified": True, "name": "Dana"}
NOAM = {"sub": "noam", "email": "noam@example.org"}


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """The address of oidc-provider-mock, where Dana and Noam have accounts; it demands a nonce."""
    port = free_port()
    people = [option for person in (DANA, NOAM) for option in ("--user-claims", json.dumps(person))]
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce", *people]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        address = f"http://127.0.0.1:{port}"

        def answers() -> bool:
            assert running.poll() is None
            try:
                return httpx.get(f"{address}{CONFIGURATION}").is_success
            except httpx.TransportError:
                return False

        wait_until(answers, 30, "the provider answers")
        yield address
        running.terminate()


@pytest.fixture
def visitor(database: str, tmp_path: Path, issuer: str) -> Iterator[Visitor]:
    settings = settings_for(database, tmp_path, RECITAL_SIGN_IN_PROVIDERS=configured(one=issuer))
    with assembled(settings) as recital, TestClient(create_app(recital), base_url=ORIGIN) as client:
        yield Visitor(client)


def back_from(location: str, **form: str) -> str:
    """Where the provider sends the browser once its form is filled in so."""
    assert httpx.get(location).is_success
    return httpx.post(location, data=form).headers["location"]


def test_somebody_signs_in(visitor: Visitor) -> None:
    back = back_from(visitor.start(next="/texts"), sub="dana")
    assert urlsplit(back).path == "/api/auth/callback"
    assert visitor.visit(back).headers["location"] == "/texts"
    assert visitor.me is not None
    assert (visitor.me["email"], visitor.me["display_name"]) == ("dana@example.org", "Dana")
    assert problem(visitor.visit(back)) == "sign-in-refused"


def test_an_address_that_the_provider_has_not_verified_does_not_count(visitor: Visitor) -> None:
    visitor.visit(back_from(visitor.start(), sub="noam"))
    assert visitor.me is not None
    assert visitor.me["email"] is None


def test_whoever_turns_back_there_is_not_signed_in(visitor: Visitor) -> None:
    assert problem(visitor.visit(back_from(visitor.start(), action="deny"))) == "sign-in-refused"
    assert visitor.me is None
