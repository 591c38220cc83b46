"""A sign-in under way: what its browser keeps in a cookie from the way out to the provider until the way back."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable

import msgspec
from litestar.datastructures import Cookie

from adapters_http.auth.callers import cookie_name, is_https
from adapters_http.refusals import SignInRefused
from adapters_storage.settings import Settings

LASTS_S = 600
MOST_AT_ONCE = 4
LONGEST_NEXT = 500
"""With all that a browser may keep at once, its Cookie header stays below the 8 KiB that proxies take."""
OUR_OWN_PATH = re.compile(r"/(?![/\\])[!-\[\]-~]*")
"""A path of this site in printable ASCII, without a backslash, which browsers take for a slash."""


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    """One sign-in of one tab. `verifier` is PKCE's (RFC 7636); `next` a path of this site."""

    provider: str
    state: str
    nonce: str
    verifier: str
    next: str
    invitation: str | None = None

    @classmethod
    def begun(cls, provider: str, next_page: str, invitation: str | None) -> Flow:
        return cls(
            provider=provider,
            state=secrets.token_urlsafe(32),
            nonce=secrets.token_urlsafe(32),
            verifier=secrets.token_urlsafe(48),
            next=own_path(next_page),
            invitation=invitation,
        )

    @property
    def challenge(self) -> str:
        """The SHA-256 of the verifier in base64url without padding: method S256."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def cookie(self, settings: Settings) -> Cookie:
        """Sent with the way back from another site, too: SameSite=Lax, and a GET."""
        return _cookie(_name(settings, self.state), _encoded(self), settings)


def flow_of(cookies: dict[str, str], state: str, settings: Settings) -> Flow:
    """The flow that was begun with `state` in this browser. Raises SignInRefused."""
    kept = cookies.get(_name(settings, state), "")
    try:
        flow = msgspec.json.decode(base64.urlsafe_b64decode(kept), type=Flow)
    except (binascii.Error, ValueError, RecursionError) as wrong:  # msgspec's errors are ValueErrors
        raise SignInRefused("This browser has not begun this sign-in, or more than 10 minutes ago.") from wrong
    if not hmac.compare_digest(flow.state.encode(), state.encode()):
        raise SignInRefused("This is the answer to another sign-in.")
    return flow


def over(state: str, settings: Settings) -> Cookie:
    """The cookie that takes the flow of `state` away."""
    return _cookie(_name(settings, state), None, settings)


def superfluous(cookies: Iterable[str], settings: Settings) -> list[Cookie]:
    """Cookies that take away all but the newest few flows, which another site could heap up.

    Browsers send the oldest first (RFC 6265, 5.4).
    """
    begun = [name for name in cookies if name.startswith(_name(settings))]
    return [_cookie(name, None, settings) for name in begun[: 1 - MOST_AT_ONCE]]


def own_path(given: str) -> str:
    """`given` if it is a path of this site, else the first page."""
    return given if len(given) <= LONGEST_NEXT and OUR_OWN_PATH.fullmatch(given) else "/"


def _name(settings: Settings, state: str | None = None) -> str:
    """Each tab has its own, without showing `state` in a name that logs may hold."""
    tab = hashlib.sha256(state.encode("utf-8", "replace")).hexdigest()[:16] if state is not None else ""
    return f"{cookie_name(settings)}-sign-in-{tab}"


def _encoded(flow: Flow) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(flow)).decode()


def _cookie(name: str, value: str | None, settings: Settings) -> Cookie:
    return Cookie(
        key=name,
        value=value or "",
        max_age=LASTS_S if value else 0,
        path="/",
        httponly=True,
        secure=is_https(settings),
        samesite="lax",
    )
