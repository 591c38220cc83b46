"""The way to a provider and back: what the browser keeps meanwhile, and who may come back with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from litestar.testing import TestClient

from adapters_http.app import create_app
from adapters_storage.assembly import Recital, assembled
from recital_core.speakers import Role
from tests.http.conftest import settings_for
from tests.http.sign_in.conftest import Visitor, configured, problem, somebody
from tests.oidc import OpenIdProvider


def test_whoever_is_new_gets_an_account_that_waits(visitor: Visitor, provider: OpenIdProvider) -> None:
    email = somebody()
    back = visitor.signs_in(provider, sub=email, email=email.upper(), email_verified=True, name="Dana  Levi")
    assert (back.status_code, back.headers["location"]) == (303, "/")
    me = visitor.me
    assert me is not None
    assert (me["email"], me["display_name"], me["role"]) == (email, "Dana Levi", "pending")


def test_whoever_comes_again_finds_their_account(visitors: Callable[[], Visitor], provider: OpenIdProvider) -> None:
    email, at_home, elsewhere = somebody(), visitors(), visitors()
    at_home.signs_in(provider, sub=email, email=email, email_verified=True)
    elsewhere.signs_in(provider, sub=email, email=somebody(), email_verified=True)
    assert at_home.me == elsewhere.me


def test_who_was_approved_by_address_is_a_speaker_at_once(
    visitor: Visitor, provider: OpenIdProvider, recital: Recital
) -> None:
    email = somebody()
    approved = recital.membership.approve(email, Role.SPEAKER)
    visitor.signs_in(provider, sub=email, email=email, email_verified="true")
    me = visitor.me
    assert me is not None
    assert (me["id"], me["role"]) == (str(approved.id), "speaker")


def test_an_address_that_is_not_verified_opens_no_account(
    visitors: Callable[[], Visitor], provider: OpenIdProvider, recital: Recital
) -> None:
    email = somebody()
    recital.membership.approve(email, Role.ADMIN)
    for number, unverified in enumerate((False, "false", None, 1, "True")):
        visitor = visitors()
        visitor.signs_in(provider, sub=f"{email} {number}", email=email, email_verified=unverified)
        me = visitor.me
        assert me is not None
        assert (me["email"], me["role"]) == (None, "pending")


def test_another_person_with_the_same_address_is_not_let_in(
    visitors: Callable[[], Visitor], provider: OpenIdProvider
) -> None:
    email, first, second = somebody(), visitors(), visitors()
    first.signs_in(provider, sub=f"{email} 1", email=email, email_verified=True)
    assert problem(second.signs_in(provider, sub=f"{email} 2", email=email, email_verified=True)) == "email-taken"
    assert second.me is None


def test_two_providers_lead_to_one_account_by_a_verified_address(
    visitors: Callable[[], Visitor], provider: OpenIdProvider, another: OpenIdProvider
) -> None:
    email, first, second = somebody(), visitors(), visitors()
    first.signs_in(provider, sub="1", email=email, email_verified=True)
    second.signs_in(another, "two", sub="1", email=email, email_verified=True)
    assert first.me == second.me


def test_the_same_subject_of_two_providers_is_two_people(
    visitors: Callable[[], Visitor], provider: OpenIdProvider, another: OpenIdProvider
) -> None:
    subject, first, second = somebody(), visitors(), visitors()
    first.signs_in(provider, sub=subject)
    second.signs_in(another, "two", sub=subject)
    assert first.me is not None
    assert second.me is not None
    assert first.me["id"] != second.me["id"]


def test_without_a_name_the_first_provider_is_taken(visitor: Visitor, provider: OpenIdProvider) -> None:
    answer = visitor.visit("/api/auth/sign-in")
    assert answer.headers["location"].startswith(f"{provider.issuer}/sign-in?")


def test_a_provider_that_there_is_not_leads_to_the_sign_in_page(visitor: Visitor) -> None:
    assert problem(visitor.visit("/api/auth/sign-in?provider=nobody")) == "sign-in-refused"


def test_an_invitation_goes_along(visitor: Visitor, provider: OpenIdProvider, recital: Recital) -> None:
    _, secret = recital.membership.invite(uses=1, lasts=timedelta(days=1))
    visitor.visit(provider.signed_in(visitor.start(invitation=secret), sub=somebody()))
    assert visitor.me is not None
    assert visitor.me["role"] == "speaker"


def test_an_invitation_that_is_not_valid_lets_nobody_in(visitor: Visitor, provider: OpenIdProvider) -> None:
    back = visitor.visit(provider.signed_in(visitor.start(invitation="made up"), sub=somebody()))
    assert problem(back) == "invitation-not-valid"
    assert visitor.me is None


@pytest.mark.parametrize(
    ("wanted", "onward"),
    [
        ("/texts/1?from=2#3", "/texts/1?from=2#3"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("", "/"),
        (f"/{'x' * 5000}", "/"),
    ],
)
def test_a_sign_in_goes_on_within_this_site_only(
    visitor: Visitor, provider: OpenIdProvider, wanted: str, onward: str
) -> None:
    back = visitor.visit(provider.signed_in(visitor.start(next=wanted), sub=somebody()))
    assert back.headers["location"] == onward


def test_several_tabs_sign_in_side_by_side(visitor: Visitor, provider: OpenIdProvider) -> None:
    first, second = visitor.start(next="/first"), visitor.start(next="/second")
    for location, page in ((first, "/first"), (second, "/second")):
        assert visitor.visit(provider.signed_in(location, sub="tabs")).headers["location"] == page


def test_what_a_browser_keeps_fits_into_its_requests(visitor: Visitor) -> None:
    for _ in range(8):
        visitor.start(next=f"/{'x' * 499}", invitation="x" * 200)
    assert sum(len(f"{name}={value}; ") for name, value in visitor.cookies.items()) < 6 * 1024


def test_a_start_that_makes_no_sense_leads_to_the_sign_in_page_and_is_not_written_down(
    visitor: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    assert problem(visitor.visit("/api/auth/sign-in", params={"invitation": "secret" * 100})) == "malformed"
    assert "secret" not in " ".join(record.getMessage() for record in caplog.records if record.name != "httpx")


def test_a_browser_keeps_the_newest_few_sign_ins_only(visitor: Visitor, provider: OpenIdProvider) -> None:
    oldest, *_, newest = [visitor.start() for _ in range(8)]
    assert len(visitor.cookies) == 4
    assert problem(visitor.visit(provider.signed_in(oldest))) == "sign-in-refused"
    assert visitor.visit(provider.signed_in(newest, sub="newest")).headers["location"] == "/"


def test_what_a_browser_keeps_is_out_of_reach_of_scripts_and_other_sites(visitor: Visitor) -> None:
    answer = visitor.visit("/api/auth/sign-in")
    name, *attributes = answer.headers["set-cookie"].split(";")
    state = parse_qs(urlsplit(answer.headers["location"]).query)["state"][0]
    assert name.startswith("recital-sign-in-")
    assert state not in name
    assert {"httponly", "path=/", "samesite=lax", "max-age=600"} <= {part.strip().lower() for part in attributes}
    assert answer.headers["cache-control"] == "no-store"


def test_nothing_is_kept_once_the_browser_is_back(visitor: Visitor, provider: OpenIdProvider) -> None:
    visitor.signs_in(provider, sub="well")
    assert list(visitor.cookies) == ["recital"]
    provider.bend = lambda claims: claims | {"aud": "somebody-else"}
    assert problem(visitor.signs_in(provider)) == "sign-in-refused"
    assert list(visitor.cookies) == ["recital"]


def test_under_https_the_browser_holds_it_to_this_host(database: str, tmp_path: Path, provider: OpenIdProvider) -> None:
    origin = "https://recital.example.org"
    settings = settings_for(
        database, tmp_path, RECITAL_PUBLIC_URL=origin, RECITAL_SIGN_IN_PROVIDERS=configured(one=provider.issuer)
    )
    with assembled(settings) as recital, TestClient(create_app(recital), base_url=origin) as client:
        visitor = Visitor(client)
        answer = visitor.visit("/api/auth/sign-in")
        assert answer.headers["set-cookie"].startswith("__Host-recital-sign-in-")
        assert "secure" in answer.headers["set-cookie"].lower()
        back = provider.signed_in(answer.headers["location"], sub="dana")
        assert back.startswith(f"{origin}/api/auth/callback?")
        assert visitor.visit(back).headers["set-cookie"].startswith("__Host-recital=")
        assert visitor.me is not None


def test_an_answer_is_good_once(visitor: Visitor, provider: OpenIdProvider) -> None:
    back = provider.signed_in(visitor.start(), sub="once")
    assert visitor.visit(back).headers["location"] == "/"
    assert problem(visitor.visit(back)) == "sign-in-refused"


def test_a_code_is_good_once_whatever_a_browser_keeps(visitor: Visitor, provider: OpenIdProvider) -> None:
    back = provider.signed_in(visitor.start(), sub="once")
    kept = dict(visitor.cookies)
    visitor.visit(back)
    visitor.cookies.update(kept)
    assert problem(visitor.visit(back)) == "sign-in-refused"


def test_an_answer_is_good_in_the_browser_that_asked(visitors: Callable[[], Visitor], provider: OpenIdProvider) -> None:
    theirs, ours = visitors(), visitors()
    back = provider.signed_in(theirs.start(), sub="theirs")
    ours.start()
    assert problem(ours.visit(back)) == "sign-in-refused"
    assert ours.me is None


def test_a_code_of_another_sign_in_is_refused(visitor: Visitor, provider: OpenIdProvider) -> None:
    mine, other = visitor.start(), visitor.start()
    code = parse_qs(urlsplit(provider.signed_in(other, sub="other")).query)["code"][0]
    state = parse_qs(urlsplit(mine).query)["state"][0]
    back = visitor.visit("/api/auth/callback", params={"code": code, "state": state, "iss": provider.issuer})
    assert problem(back) == "sign-in-refused"


@pytest.mark.parametrize(
    "query", ["", "state=&code=x", "state=x&code=x", "state=%00%ff&code=%00", "state=a&state=b", "code[]=x", "error=x"]
)
def test_a_made_up_answer_leads_to_the_sign_in_page(visitor: Visitor, query: str) -> None:
    assert problem(visitor.visit(f"/api/auth/callback?{query}")) == "sign-in-refused"


@pytest.mark.parametrize("kept", ["", "e30=", "not base64!", "%00", "bnVsbA=="])
def test_a_made_up_cookie_is_no_sign_in(visitor: Visitor, provider: OpenIdProvider, kept: str) -> None:
    back = provider.signed_in(visitor.start())
    for name in visitor.cookies:
        visitor.cookies[name] = kept
    assert problem(visitor.visit(back)) == "sign-in-refused"


@pytest.mark.parametrize(
    ("error", "slug"),
    [
        ("access_denied", "sign-in-refused"),
        ("<script>", "sign-in-refused"),
        ("server_error", "provider-unavailable"),
        ("temporarily_unavailable", "provider-unavailable"),
    ],
)
def test_who_is_not_signed_in_there_is_not_signed_in_here(
    visitor: Visitor, provider: OpenIdProvider, error: str, slug: str
) -> None:
    state = parse_qs(urlsplit(visitor.start()).query)["state"][0]
    back = visitor.visit("/api/auth/callback", params={"error": error, "state": state, "iss": provider.issuer})
    assert problem(back) == slug


@pytest.mark.parametrize("issuer", ["https://evil.example", None])
def test_an_answer_of_another_provider_is_refused(
    visitor: Visitor, provider: OpenIdProvider, issuer: str | None
) -> None:
    answer = parse_qs(urlsplit(provider.signed_in(visitor.start())).query)
    query = {"code": answer["code"][0], "state": answer["state"][0]} | ({"iss": issuer} if issuer else {})
    assert problem(visitor.visit("/api/auth/callback", params=query)) == "sign-in-refused"
    assert not provider.asked["/token"]
