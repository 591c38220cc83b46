"""Links: asking for one tells nothing; and signing out, here and everywhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from adapters_storage.assembly import Recital
from recital_core import errors
from recital_core.audit import Event
from recital_core.speakers import Role
from tests.http.conftest import slug
from tests.http.sign_in.conftest import Visitor, somebody
from tests.people import admitted

OURS = {"sec-fetch-site": "same-origin"}


def test_asking_for_a_link_tells_nobody_who_is_known(visitor: Visitor, recital: Recital) -> None:
    answers = []
    for email in (admitted(recital, somebody()).email, somebody()):
        answer = visitor.visit("/api/auth/link", "POST", json={"email": email})
        answers.append((answer.status_code, answer.content, sorted(answer.headers.items())))
    assert answers[0] == answers[1]
    assert answers[0][0] == 202


def test_the_work_is_done_and_what_goes_wrong_with_it_stays_in_the_log(
    visitor: Visitor, recital: Recital, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    asked: list[tuple[str, str | None]] = []

    def broken(email: str, invitation: str | None) -> None:
        asked.append((email, invitation))
        raise errors.DatabaseUnavailable(f"{email} cannot be looked up.")

    monkeypatch.setattr(recital.accounts, "ask_for_link", broken)
    email = somebody()
    wanted = {"email": f" {email.upper()} ", "invitation": "secret"}
    assert visitor.visit("/api/auth/link", "POST", json=wanted).status_code == 202
    assert asked == [(email, "secret")]
    assert "database-unavailable" in caplog.text
    assert email not in caplog.text


@pytest.mark.parametrize("wanted", [{}, {"email": "nobody"}, {"email": 7}, {"email": f"{'x' * 400}@example.org"}])
def test_what_is_no_address_is_refused(visitor: Visitor, wanted: dict[str, object]) -> None:
    assert slug(visitor.visit("/api/auth/link", "POST", json=wanted)) == "invalid"


def test_a_form_of_another_site_asks_for_nothing(visitor: Visitor) -> None:
    refused = visitor.visit("/api/auth/link", "POST", data={"email": somebody()})
    assert slug(refused) == "unsupported-media-type"


def test_a_sign_in_by_link_is_noted_with_where_it_came_from(visitor: Visitor, recital: Recital) -> None:
    dana = admitted(recital, somebody())
    visitor.visit(f"/api/auth/link/{recital.accounts.login_link(str(dana.email))}")
    (entry,) = recital.oversight.audit(event=Event.SIGNED_IN, speaker_id=dana.id).entries.items
    assert (entry.actor_id, entry.address) == (dana.id, "testclient")


def test_signing_out_ends_this_sign_in_alone(visitors: Callable[[], Visitor], recital: Recital) -> None:
    here, there = signed_in_twice(visitors, recital)
    assert here.visit("/api/auth/sign-out", "POST", headers=OURS).status_code == 204
    assert here.me is None
    assert there.me is not None


def test_signing_out_everywhere_ends_all_there_is(visitors: Callable[[], Visitor], recital: Recital) -> None:
    here, there = signed_in_twice(visitors, recital)
    assert here.me is not None
    speaker = recital.membership.known(here.me["email"])
    _, token = recital.accounts.token(speaker, timedelta(days=1))
    unused = recital.accounts.login_link(here.me["email"])
    out = here.visit("/api/auth/sign-out-everywhere", "POST", headers=OURS)
    assert (out.status_code, out.content) == (204, b"")
    assert "max-age=0" in out.headers["set-cookie"].lower()
    assert there.me is None
    assert there.visit("/api/me", headers={"authorization": f"Bearer {token}"}).status_code == 401
    assert there.visit(f"/api/auth/link/{unused}").headers["location"] == "/sign-in?problem=link-not-valid"
    assert len(recital.oversight.audit(event=Event.SIGNED_OUT_EVERYWHERE, speaker_id=speaker.id).entries.items) == 1


@pytest.mark.parametrize("path", ["/api/auth/sign-out", "/api/auth/sign-out-everywhere"])
def test_no_other_site_signs_anybody_out(visitors: Callable[[], Visitor], recital: Recital, path: str) -> None:
    here, _ = signed_in_twice(visitors, recital)
    for headers in ({}, {"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}):
        assert slug(here.visit(path, "POST", headers=headers)) == "cross-site"
    assert here.me is not None


def test_a_programs_token_is_no_browser_even_in_a_cookie(visitor: Visitor, recital: Recital) -> None:
    dana, token = admitted(recital, somebody()), {"note": "another", "days": 1}
    visitor.cookies.set("recital", recital.accounts.token(dana, timedelta(days=1))[1])
    assert visitor.me is not None
    refused = visitor.visit("/api/tokens", "POST", json=token, headers=OURS)
    assert (refused.status_code, slug(refused)) == (403, "not-allowed")
    visitor.visit(f"/api/auth/link/{recital.accounts.login_link(str(dana.email))}")
    assert visitor.visit("/api/tokens", "POST", json=token, headers=OURS).status_code == 201


def signed_in_twice(visitors: Callable[[], Visitor], recital: Recital) -> tuple[Visitor, Visitor]:
    """Two browsers of one speaker."""
    email, here, there = admitted(recital, somebody(), Role.SPEAKER).email, visitors(), visitors()
    for browser in (here, there):
        browser.visit(f"/api/auth/link/{recital.accounts.login_link(str(email))}")
    return here, there
