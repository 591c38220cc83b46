"""How often is too often: rates by account and by address. Each web process counts for itself."""

from __future__ import annotations

import hashlib
import ipaddress
import threading
import time
from collections.abc import Callable, Mapping
from math import ceil
from typing import Any, NamedTuple

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from recital_core import errors

Asking = ASGIConnection[Any, Any, Any, Any]

MINUTE = 60
HOUR = 60 * MINUTE
MOST_WINDOWS = 100_000
"""Of all rates together, some 30 MB. Beyond them the oldest is forgotten, and whoever it counted begins anew."""


class Rate(NamedTuple):
    """How many of one kind of request are taken in `seconds`; `what` completes “Too many …”."""

    what: str
    most: int
    seconds: int


ANYTHING = Rate("requests", 6_000, MINUTE)
RECORDING = Rate("pieces of recordings", 60_000, HOUR)
"""Segments and marks: an outbox of three days of reading may empty itself at once."""
SIGN_INS = Rate("sign-ins", 120, MINUTE)
"""Start, callback and links used: a class of pupils may come from one address."""
LINKS = Rate("sign-in links", 60, HOUR)
LINKS_TO_ONE = Rate("sign-in links to this address", 5, HOUR)
INVITATIONS = Rate("invitations", 30, HOUR)
TEXTS = Rate("texts", 1_000, HOUR)
BOOKS = Rate("books", 60, HOUR)
"""Each may become a thousand texts."""
SUGGESTIONS = Rate("suggestions", 60, MINUTE)
"""Another site is asked for each."""
TOKENS = Rate("tokens", 30, HOUR)
DOWNLOADS = Rate("downloads of data", 10, HOUR)

RATES: Mapping[str, Rate] = {
    "startSignIn": SIGN_INS,
    "finishSignIn": SIGN_INS,
    "signInByLink": SIGN_INS,
    "askForLink": LINKS,
    "acceptInvitation": INVITATIONS,
    "addText": TEXTS,
    "addChapters": BOOKS,
    "suggestTexts": SUGGESTIONS,
    "makeToken": TOKENS,
    "downloadMyData": DOWNLOADS,
    "putSegment": RECORDING,
    "putMarks": RECORDING,
}
"""The rate of each operation that has one of its own; all others together are ANYTHING."""


class Limits:
    """The counts of one process, in fixed windows: each begins with its first request.

    `times` multiplies every rate, for tests that ask much from one address.
    """

    def __init__(self, *, now: Callable[[], float] = time.monotonic, times: int = 1) -> None:
        self._now = now
        self._times = times
        self._lock = threading.Lock()
        self._windows: dict[tuple[Rate, str], tuple[int, float]] = {}

    def take(self, rate: Rate, whose: str) -> None:
        """Count one of `rate` for `whose`. Raises TooMany, with when to come again, when the rate is used up."""
        now, key = self._now(), (rate, whose)
        with self._lock:
            count, ends = self._windows.get(key, (0, now))
            if ends <= now:
                self._windows.pop(key, None)  # so that the order is that of the beginnings
                count, ends = 0, now + rate.seconds
                if len(self._windows) >= MOST_WINDOWS:
                    del self._windows[next(iter(self._windows))]
            self._windows[key] = (count + 1, ends)
        if count >= rate.most * self._times:
            seconds = ceil(ends - now)
            raise errors.TooMany(f"Too many {rate.what}; come again in {seconds} s.", retry_after=seconds)

    @property
    def windows(self) -> int:
        """How many are remembered, those that are over included."""
        return len(self._windows)


async def limited(connection: Asking, handler: BaseRouteHandler) -> None:
    """A guard that counts for the caller's account, where a guard before it has found one, else for their address.

    Raises TooMany.
    """
    rate = RATES.get(str(getattr(handler, "operation_id", "")), ANYTHING)
    caller = connection.scope.get("user")
    limits_of(connection).take(rate, network_of(connection) if caller is None else caller.id.hex)


def by_mailbox(connection: Asking, email: str) -> None:
    """Count a sign-in link that is asked for `email`, whether anybody is known by it or not. Raises TooMany."""
    limits_of(connection).take(LINKS_TO_ONE, hashlib.sha256(email.encode()).hexdigest())


def limits_of(connection: Asking) -> Limits:
    limits: Limits = connection.app.state.limits
    return limits


def network_of(connection: Asking) -> str:
    """What counts as one address: an IPv4 address, or the /64 of IPv6 that one subscriber has (RFC 6177, 2)."""
    host = connection.client.host if connection.client else ""
    try:
        address = ipaddress.ip_address(host.partition("%")[0]) if ":" in host else None
    except ValueError:  # whatever a trusted proxy called its caller
        return host
    if not isinstance(address, ipaddress.IPv6Address):
        return host
    return str(address.ipv4_mapped or ipaddress.IPv6Network((address, 64), strict=False))
