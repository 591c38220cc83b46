"""Many at one moment: what is good once is good once, over real connections too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import httpx

from adapters_http.auth.callers import cookie_name
from adapters_storage.assembly import Recital
from recital_core.audit import Event
from recital_core.speakers import Role
from tests.http.conftest import Address, Caller, Calling

TRIES = 50


def test_of_fifty_who_open_one_link_at_once_one_is_signed_in(live: Address, recital: Recital, dana: Caller) -> None:
    speaker = recital.membership.known(dana.email)
    address = f"http://{live.host}:{live.port}/api/auth/link/{recital.accounts.login_link(dana.email)}"
    answers = at_once(TRIES, lambda _number: httpx.get(address, timeout=30))
    assert Counter(answer.headers["location"] for answer in answers) == {
        "/": 1,
        "/sign-in?problem=link-not-valid": TRIES - 1,
    }
    assert sum(cookie_name(recital.settings) in answer.cookies for answer in answers) == 1
    assert len(recital.oversight.audit(event=Event.SIGNED_IN, speaker_id=speaker.id).entries.items) == 1


def test_an_invitation_for_two_lets_two_of_many_in(live: Address, recital: Recital, calling: Calling) -> None:
    invitation, secret = recital.membership.invite(uses=2, lasts=timedelta(days=1))
    waiting = [calling(Role.PENDING) for _ in range(8)]
    url = f"http://{live.host}:{live.port}/api/me/invitation"
    answers = at_once(
        len(waiting),
        lambda number: httpx.post(url, json={"secret": secret}, headers=waiting[number].headers, timeout=30),
    )
    assert Counter(answer.status_code for answer in answers) == {200: 2, 403: len(waiting) - 2}
    assert {answer.json()["role"] for answer in answers if answer.is_success} == {"speaker"}
    [known] = [one for one in recital.membership.invitations(limit=100).items if one.id == invitation.id]
    assert known.used == 2


def at_once(count: int, asking: Callable[[int], httpx.Response]) -> list[httpx.Response]:
    """The answers to `count` callers who begin together."""
    ready = Barrier(count)

    def asked(number: int) -> httpx.Response:
        ready.wait()
        return asking(number)

    with ThreadPoolExecutor(count) as callers:
        return list(callers.map(asked, range(count)))
