"""An installation with two OpenID providers and a trusted system, and browsers that visit it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from adapters_http.app import create_app
from adapters_http.limits import Limits
from adapters_storage.assembly import Recital, assembled
from tests.database import created_database
from tests.http.conftest import ORIGIN, settings_for
from tests.oidc import CLIENT_ID, CLIENT_SECRET, OpenIdProvider

DELEGATION_KEY = "a trusted system's key, of 41 characters"


class Visitor:
    """A browser, to begin with not signed in."""

    def __init__(self, client: TestClient[Litestar]) -> None:
        self._client = client
        self.cookies = httpx.Cookies()

    def start(self, provider: str = "one", **query: str) -> str:
        """Where the browser is sent for signing in."""
        answer = self.visit("/api/auth/sign-in", params={"provider": provider} | query)
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]

    def visit(self, address: str, method: str = "GET", **request: Any) -> httpx.Response:
        """One request with this browser's cookies, whoever shares its connection."""
        self._client.cookies = self.cookies
        answer = self._client.request(method, address, follow_redirects=False, **request)
        self.cookies = self._client.cookies
        return answer

    def signs_in(self, provider: OpenIdProvider, known_as: str = "one", **claims: object) -> httpx.Response:
        """All the way to `provider` and back."""
        return self.visit(provider.signed_in(self.start(known_as), **claims))

    @property
    def me(self) -> dict[str, Any] | None:
        """The account that the browser is signed in to."""
        answer = self.visit("/api/me")
        return answer.json() if answer.status_code == 200 else None


def problem(answer: httpx.Response) -> str:
    """What the sign-in page is told; whoever comes there is not signed in."""
    assert answer.status_code == 303, answer.text
    page, _, slug = answer.headers["location"].partition("?problem=")
    assert page == "/sign-in"
    assert all("-sign-in-" in cookie for cookie in answer.headers.get_list("set-cookie"))
    return slug


def somebody() -> str:
    """An e-mail address that nobody has."""
    return f"{uuid.uuid4().hex[:12]}@example.org"


def configured(**providers: str) -> str:
    """The setting that names providers, by id and issuer."""
    return json.dumps(
        [
            {"id": name, "name": name.title(), "issuer": issuer, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
            for name, issuer in providers.items()
        ]
    )


@pytest.fixture(scope="session")
def two_providers() -> Iterator[tuple[OpenIdProvider, OpenIdProvider]]:
    with OpenIdProvider() as one, OpenIdProvider() as two:
        yield one, two


@pytest.fixture
def provider(two_providers: tuple[OpenIdProvider, OpenIdProvider]) -> Iterator[OpenIdProvider]:
    yield two_providers[0]
    two_providers[0].reset()


@pytest.fixture
def another(two_providers: tuple[OpenIdProvider, OpenIdProvider]) -> Iterator[OpenIdProvider]:
    yield two_providers[1]
    two_providers[1].reset()


@pytest.fixture(scope="session")
def recital(
    database_url: str,
    migrated_template: str,
    tmp_path_factory: pytest.TempPathFactory,
    two_providers: tuple[OpenIdProvider, OpenIdProvider],
) -> Iterator[Recital]:
    one, two = two_providers
    with created_database(database_url, template=migrated_template) as url:
        settings = settings_for(
            url,
            tmp_path_factory.mktemp("sign-in"),
            RECITAL_SIGN_IN_PROVIDERS=configured(one=one.issuer, two=two.issuer),
            RECITAL_DELEGATION_SECRET_KEY=DELEGATION_KEY,
        )
        with assembled(settings) as recital:
            yield recital


@pytest.fixture(scope="session")
def client(recital: Recital) -> Iterator[TestClient[Litestar]]:
    with TestClient(create_app(recital, Limits(times=1000)), base_url=ORIGIN, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def visitor(client: TestClient[Litestar]) -> Visitor:
    return Visitor(client)


@pytest.fixture
def newcomer(recital: Recital) -> Iterator[Visitor]:
    """Visits an application of its own, which has asked the providers nothing yet."""
    with TestClient(create_app(recital, Limits(times=1000)), base_url=ORIGIN, raise_server_exceptions=False) as client:
        yield Visitor(client)


@pytest.fixture
def visitors(client: TestClient[Litestar]) -> Callable[[], Visitor]:
    """Makes browsers that visit the same application."""
    return lambda: Visitor(client)
