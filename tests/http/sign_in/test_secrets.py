"""What nobody but the two sides of a sign-in may read: it is in no log, in no answer, in no document."""

from __future__ import annotations

import logging
from collections.abc import Callable

import httpx
import pytest

from adapters_storage.assembly import Recital
from tests.http.conftest import ORIGIN
from tests.http.sign_in.conftest import DELEGATION_KEY, Visitor, somebody
from tests.oidc import CLIENT_SECRET, Claims, OpenIdProvider, signed_by_somebody_else
from tests.people import admitted


def for_somebody_else(claims: Claims) -> Claims:
    return claims | {"aud": "somebody-else"}


def answer_well(_provider: OpenIdProvider) -> None:
    pass


def answer_with_a_token_for_others(provider: OpenIdProvider) -> None:
    provider.bend = for_somebody_else


def answer_with_a_wrong_signature(provider: OpenIdProvider) -> None:
    provider.sign = signed_by_somebody_else


def know_nobody(provider: OpenIdProvider) -> None:
    provider.configuration["token_endpoint_auth_methods_supported"] = ["private_key_jwt"]


@pytest.mark.parametrize(
    "behave", [answer_well, answer_with_a_token_for_others, answer_with_a_wrong_signature, know_nobody]
)
def test_a_sign_in_leaves_no_secret_behind(
    newcomer: Visitor,
    provider: OpenIdProvider,
    caplog: pytest.LogCaptureFixture,
    behave: Callable[[OpenIdProvider], None],
) -> None:
    caplog.set_level(logging.DEBUG)
    behave(provider)
    provider.in_id_token, email = False, somebody()
    location = newcomer.start()
    kept = dict(newcomer.cookies)
    back = provider.signed_in(location, sub=email, email=email, email_verified=True)
    first = newcomer.visit(back)
    kept_after, newcomer.cookies = dict(newcomer.cookies), httpx.Cookies(kept)
    again = newcomer.visit(back)  # the provider's refusal quotes the code
    secrets = {CLIENT_SECRET, email, *kept.values(), *kept_after.values(), *provider.secrets_given}
    assert len(secrets) >= 4
    seen = " ".join((logged(caplog), shown(first), shown(again)))
    assert [secret for secret in secrets if secret in seen] == []


def test_a_delegation_leaves_no_key_behind(
    visitor: Visitor, recital: Recital, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    email = str(admitted(recital, somebody()).email)
    for key in (DELEGATION_KEY, "a wrong one, which may be a typing error"):
        answer = visitor.visit("/api/texts", headers={"x-delegation-secret-key": key, "x-delegated-user-email": email})
        assert key not in logged(caplog) + answer.text


def test_documents_name_providers_and_no_secret_of_theirs(visitor: Visitor) -> None:
    config = visitor.visit("/api/config")
    assert config.json()["sign_in"]["providers"] == [{"id": "one", "name": "One"}, {"id": "two", "name": "Two"}]
    for document in (config, visitor.visit("/api/openapi.json")):
        assert CLIENT_SECRET not in document.text
        assert DELEGATION_KEY not in document.text


def logged(caplog: pytest.LogCaptureFixture) -> str:
    """Everything that was written down, with tracebacks, save the addresses that the tests' own client calls."""
    formatter = logging.Formatter("%(name)s %(message)s")
    lines = [formatter.format(record) for record in caplog.records]
    return "\n".join(line for line in lines if not (line.startswith("httpx ") and ORIGIN in line))


def shown(answer: httpx.Response) -> str:
    """What others may come to see of an answer: all but its cookies."""
    return f"{answer.text} {answer.headers['location']}"
