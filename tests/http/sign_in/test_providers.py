"""Providers that do not answer as they should: nobody waits long for them, and nobody else is hindered."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from litestar.testing import TestClient

from adapters_http.app import create_app
from adapters_http.auth import asking
from adapters_storage.assembly import assembled
from tests.http.conftest import ORIGIN, settings_for
from tests.http.sign_in.conftest import Visitor, configured, problem
from tests.oidc import CONFIGURATION, OpenIdProvider, send
from tests.running import free_port

UNAVAILABLE = "provider-unavailable"

Answering = Callable[[BaseHTTPRequestHandler], None]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "PATIENCE_S", 0.3)


@pytest.fixture
def released() -> Iterator[threading.Event]:
    """Set when the test is over: slow answers end then."""
    event = threading.Event()
    yield event
    event.set()


def saying(body: bytes, status: int = 200, **headers: str) -> Answering:
    return lambda handler: send(handler, body, status, **headers)


def refused_at_the_start(newcomer: Visitor) -> str:
    return problem(newcomer.visit("/api/auth/sign-in"))


def test_a_provider_that_is_down_hinders_neither_the_start_nor_the_others(
    database: str, tmp_path: Path, provider: OpenIdProvider
) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    providers = configured(gone=nowhere, one=provider.issuer)
    settings = settings_for(database, tmp_path, RECITAL_SIGN_IN_PROVIDERS=providers)
    with assembled(settings) as recital, TestClient(create_app(recital), base_url=ORIGIN) as client:
        newcomer = Visitor(client)
        assert problem(newcomer.visit("/api/auth/sign-in?provider=gone")) == UNAVAILABLE
        assert newcomer.signs_in(provider).headers["location"] == "/"


def test_the_log_says_which_provider_it_was_and_why(
    newcomer: Visitor, provider: OpenIdProvider, caplog: pytest.LogCaptureFixture
) -> None:
    provider.configuration["issuer"] = "https://id.example.org/\n"
    refused_at_the_start(newcomer)
    provider.reset()
    provider.bend = lambda claims: claims | {"aud": "somebody-else"}
    newcomer.signs_in(provider)
    said = [record.getMessage() for record in caplog.records if record.name == "recital.http"]
    assert said == [
        f"sign-in: provider-unavailable: {provider.issuer} calls itself 'https://id.example.org/\\n': "
        "configure that as its issuer.",
        "sign-in: sign-in-refused: The token of one is not good: InvalidClaimError (aud).",
    ]


def test_a_provider_that_comes_back_is_asked_again(newcomer: Visitor, provider: OpenIdProvider) -> None:
    provider.answers[CONFIGURATION] = saying(b"down for repair", 503)
    assert refused_at_the_start(newcomer) == UNAVAILABLE
    del provider.answers[CONFIGURATION]
    assert newcomer.signs_in(provider).headers["location"] == "/"


def test_starting_asks_no_provider(newcomer: Visitor, provider: OpenIdProvider) -> None:
    assert newcomer.visit("/api/config").status_code == 200
    assert not provider.asked


@pytest.mark.parametrize(
    "answer",
    [
        saying(b"<html>"),
        saying(b"[]"),
        saying(b"{}"),
        saying(b"null"),
        saying(b"\xff"),
        saying(b"", 302, Location=f"{CONFIGURATION}?again"),
        saying(b"{}", 404),
        lambda handler: handler.wfile.write(b"not HTTP\r\n\r\n"),
    ],
)
@pytest.mark.parametrize("path", [CONFIGURATION, "/keys", "/token"])
def test_an_answer_that_is_none_is_told(
    newcomer: Visitor, provider: OpenIdProvider, path: str, answer: Answering
) -> None:
    provider.answers[path] = answer
    if path == CONFIGURATION:
        assert refused_at_the_start(newcomer) == UNAVAILABLE
    else:
        assert problem(newcomer.signs_in(provider)) == UNAVAILABLE
    assert f"{CONFIGURATION}?again" not in provider.asked


@pytest.mark.parametrize(
    "keys",
    [
        b'{"keys": []}',
        b'{"keys": 7}',
        b'{"keys": [7]}',
        b'{"keys": [{"kty": "EC"}]}',
        b'{"keys": [{"kty": "EC", "crv": "P-256", "x": "!", "y": "!"}]}',
        b'{"keys": [{"kty": "OKP", "crv": "Ed25519", "x": ""}]}',
        b'{"keys": [{"kty": "RSA", "n": 1, "e": 2}]}',
    ],
)
def test_keys_that_are_none_are_told(newcomer: Visitor, provider: OpenIdProvider, keys: bytes) -> None:
    provider.answers["/keys"] = saying(keys)
    assert problem(newcomer.signs_in(provider)) == UNAVAILABLE


def test_a_good_answer_that_is_endless_is_not_read_to_its_end(newcomer: Visitor, provider: OpenIdProvider) -> None:
    good = json.dumps(provider.published()).encode()
    provider.answers[CONFIGURATION] = saying(good.ljust(asking.MAX_ANSWER_BYTES + 1))
    assert refused_at_the_start(newcomer) == UNAVAILABLE
    provider.answers[CONFIGURATION] = saying(good.ljust(asking.MAX_ANSWER_BYTES))
    assert newcomer.start()


def test_keys_of_a_kind_that_is_not_known_are_passed_over(newcomer: Visitor, provider: OpenIdProvider) -> None:
    strange = [
        {"kty": "AKP", "alg": "ML-DSA-44", "pub": "x"},
        {"kty": "EC", "crv": "P-000"},
        {"kty": "oct", "k": "eA"},
        {},
    ]
    keys = [*strange, *provider.published_keys()["keys"]]
    provider.answers["/keys"] = saying(json.dumps({"keys": keys}).encode())
    assert newcomer.signs_in(provider).headers["location"] == "/"


def test_an_address_that_nobody_has_is_told(newcomer: Visitor, provider: OpenIdProvider) -> None:
    provider.configuration["token_endpoint"] = "https://xn--/token"
    assert problem(newcomer.signs_in(provider)) == UNAVAILABLE


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("issuer", "https://evil.example"),
        ("issuer", "ISSUER/"),
        ("token_endpoint", "ftp://127.0.0.1/token"),
        ("authorization_endpoint", "javascript:alert(1)"),
        ("jwks_uri", "file:///etc/passwd"),
        ("userinfo_endpoint", "//evil.example"),
        ("token_endpoint", "https://["),
        ("token_endpoint", "https://127.0.0.1:99999/"),
        ("token_endpoint", "https:///token"),
    ],
)
def test_a_description_that_cannot_be_the_providers_is_not_believed(
    newcomer: Visitor, provider: OpenIdProvider, member: str, value: str
) -> None:
    provider.configuration[member] = value.replace("ISSUER", provider.issuer)
    assert refused_at_the_start(newcomer) == UNAVAILABLE


def test_a_provider_that_says_nothing_is_not_waited_for(
    newcomer: Visitor, provider: OpenIdProvider, released: threading.Event, impatient: None
) -> None:
    def silent(_handler: BaseHTTPRequestHandler) -> None:
        released.wait(10)

    provider.answers[CONFIGURATION] = silent
    began = time.monotonic()
    assert refused_at_the_start(newcomer) == UNAVAILABLE
    assert time.monotonic() - began < 5


def test_a_provider_that_speaks_ever_so_slowly_is_not_waited_for(
    newcomer: Visitor, provider: OpenIdProvider, released: threading.Event, impatient: None
) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while not released.wait(0.02):
            handler.wfile.write(b" ")

    provider.answers[CONFIGURATION] = drip
    began = time.monotonic()
    assert refused_at_the_start(newcomer) == UNAVAILABLE
    assert time.monotonic() - began < 5


def test_many_who_come_at_once_ask_for_the_same_once(
    newcomer: Visitor, provider: OpenIdProvider, released: threading.Event
) -> None:
    waiting = threading.Semaphore(0)

    def slow(handler: BaseHTTPRequestHandler) -> None:
        waiting.release()
        released.wait(10)
        send(handler, b"{}")

    provider.answers[CONFIGURATION] = slow
    answers: list[str] = []
    visits = [threading.Thread(target=lambda: answers.append(refused_at_the_start(newcomer))) for _ in range(8)]
    for visit in visits:
        visit.start()
    assert waiting.acquire(timeout=10)
    released.set()
    for visit in visits:
        visit.join()
    assert answers == [UNAVAILABLE] * 8
    assert provider.asked[CONFIGURATION] < 8


@pytest.mark.parametrize(
    "ways",
    [
        ["client_secret_basic"],
        ["client_secret_post"],
        ["private_key_jwt", "client_secret_post"],
        ["client_secret_basic", "client_secret_post"],
    ],
)
def test_the_providers_way_of_knowing_this_installation_is_taken(
    newcomer: Visitor, provider: OpenIdProvider, ways: list[str]
) -> None:
    provider.configuration["token_endpoint_auth_methods_supported"] = ways
    assert newcomer.signs_in(provider).headers["location"] == "/"


def test_a_provider_that_does_not_know_this_installation_is_the_operators_matter(
    newcomer: Visitor, provider: OpenIdProvider
) -> None:
    provider.answers["/token"] = saying(b'{"error": "invalid_client"}', 401)
    assert problem(newcomer.signs_in(provider)) == UNAVAILABLE
