"""ID tokens: which are believed, by whose keys, and how often keys are asked for."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests import oidc
from tests.http.sign_in.conftest import Visitor, problem, somebody
from tests.oidc import CLIENT_ID, Claims, OpenIdProvider

REFUSED = "sign-in-refused"


def claiming(**claims: object) -> Callable[[Claims], Claims]:
    """Bends a token: these claims instead; those that are None are left out."""
    return lambda good: {name: value for name, value in (good | claims).items() if value is not None}


@pytest.mark.parametrize(
    "bend",
    [
        claiming(aud="somebody-else"),
        claiming(aud=["somebody-else"]),
        claiming(aud="somebody-else", azp=CLIENT_ID),
        claiming(aud=["somebody-else"], azp=CLIENT_ID),
        claiming(aud=None),
        claiming(aud=[CLIENT_ID, "somebody-else"]),
        claiming(aud=[CLIENT_ID, "somebody-else"], azp="somebody-else"),
        claiming(azp="somebody-else"),
        claiming(iss="https://evil.example"),
        claiming(iss=None),
        claiming(iss=""),
        claiming(nonce="of another sign-in"),
        claiming(nonce=None),
        claiming(sub=None),
        claiming(sub=""),
        claiming(sub=7),
        claiming(sub="x" * 256),
        claiming(sub="a\x00b"),
        claiming(at_hash="of-another-token"),
        claiming(exp=None),
        claiming(exp="tomorrow"),
        claiming(exp=float("inf")),
        claiming(iat=None),
    ],
)
def test_a_token_that_is_not_for_this_sign_in_is_refused(
    visitor: Visitor, provider: OpenIdProvider, bend: Callable[[Claims], Claims]
) -> None:
    provider.bend = bend
    assert problem(visitor.signs_in(provider)) == REFUSED
    assert visitor.me is None


@pytest.mark.parametrize(
    "bend",
    [
        claiming(aud=[CLIENT_ID]),
        claiming(aud=[CLIENT_ID, "somebody-else"], azp=CLIENT_ID),
        claiming(azp=CLIENT_ID),
        claiming(at_hash=None),
        claiming(email="not an address", email_verified=True),
        claiming(email=["x@example.org"], email_verified=True),
        claiming(name=7),
        claiming(unknown={"what": "ever"}),
    ],
)
def test_a_token_that_is_odd_and_good_is_taken(
    visitor: Visitor, provider: OpenIdProvider, bend: Callable[[Claims], Claims]
) -> None:
    provider.bend = bend
    assert visitor.signs_in(provider, sub=somebody()).headers["location"] == "/"
    assert visitor.me is not None
    assert visitor.me["email"] is None


@pytest.mark.parametrize(
    ("claim", "seconds", "good"),
    [
        ("exp", -50, True),
        ("exp", -70, False),
        ("iat", 50, True),
        ("iat", 70, False),
        ("nbf", 50, True),
        ("nbf", 70, False),
    ],
)
def test_clocks_may_differ_by_a_minute(
    visitor: Visitor, provider: OpenIdProvider, claim: str, seconds: int, *, good: bool
) -> None:
    provider.bend = lambda claims: claims | {claim: int(time.time()) + seconds}
    back = visitor.signs_in(provider, sub="clock")
    assert back.headers["location"] == ("/" if good else f"/sign-in?problem={REFUSED}")


@pytest.mark.parametrize(
    "sign",
    [
        oidc.unsigned,
        oidc.without_signature,
        oidc.signed_with_the_public_key,
        oidc.signed_by_somebody_else,
        oidc.signed_by_an_unknown_key,
        lambda _provider, _claims: "",
        lambda _provider, _claims: "a.b.c",
        lambda provider, claims: oidc.signed(provider, claims)[:-4] + "AAAA",
    ],
)
def test_only_the_providers_own_signature_counts(
    visitor: Visitor, provider: OpenIdProvider, sign: Callable[[OpenIdProvider, Claims], str]
) -> None:
    provider.sign = sign
    assert problem(visitor.signs_in(provider)) == REFUSED
    assert visitor.me is None


def test_keys_are_asked_for_once(newcomer: Visitor, provider: OpenIdProvider) -> None:
    for _ in range(3):
        newcomer.signs_in(provider, sub="keys")
    assert (provider.asked["/keys"], provider.asked[oidc.CONFIGURATION]) == (1, 1)


def test_a_new_key_of_the_provider_is_found(newcomer: Visitor, provider: OpenIdProvider) -> None:
    newcomer.signs_in(provider, sub="keys")
    provider.rotate()
    assert newcomer.signs_in(provider, sub="keys").headers["location"] == "/"
    assert provider.asked["/keys"] == 2


def test_a_new_key_without_a_name_is_found(newcomer: Visitor, provider: OpenIdProvider) -> None:
    provider.names_its_keys = False
    for _ in range(2):
        provider.rotate()
        assert newcomer.signs_in(provider, sub="keys").headers["location"] == "/"


def test_unknown_keys_make_nobody_ask_the_provider_again_and_again(newcomer: Visitor, provider: OpenIdProvider) -> None:
    provider.sign = oidc.signed_by_an_unknown_key
    for _ in range(20):
        assert problem(newcomer.signs_in(provider)) == REFUSED
    assert provider.asked["/keys"] == 2
    provider.sign = oidc.signed
    assert newcomer.signs_in(provider, sub="keys").headers["location"] == "/"


@pytest.mark.parametrize("kind", ["RS256", "RS512", "PS256", "ES384"])
def test_the_usual_signatures_are_known(newcomer: Visitor, provider: OpenIdProvider, kind: str) -> None:
    provider.key = oidc.key_for(kind)
    provider.bend = claiming(at_hash=None)
    assert newcomer.signs_in(provider, sub=kind).headers["location"] == "/"


def test_an_address_that_the_token_does_not_hold_is_asked_for(visitor: Visitor, provider: OpenIdProvider) -> None:
    provider.in_id_token, email = False, somebody()
    visitor.signs_in(provider, sub=email, email=email, email_verified=True, name="Noam")
    assert provider.asked["/person"] == 1
    assert visitor.me is not None
    assert (visitor.me["email"], visitor.me["display_name"]) == (email, "Noam")


def test_a_token_that_holds_it_is_enough(visitor: Visitor, provider: OpenIdProvider) -> None:
    visitor.signs_in(provider, sub="enough", email=somebody(), email_verified=True)
    assert provider.asked["/person"] == 0


def test_a_description_of_somebody_else_is_refused(visitor: Visitor, provider: OpenIdProvider) -> None:
    provider.in_id_token, provider.description = False, {"sub": "somebody-else"}
    assert problem(visitor.signs_in(provider, email=somebody(), email_verified=True)) == REFUSED
