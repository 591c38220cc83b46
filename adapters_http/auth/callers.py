"""Who is calling: a browser by its cookie, a program by its bearer token; and the guards by role."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from litestar import Request
from litestar.concurrency import sync_to_thread
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie, State
from litestar.handlers import BaseRouteHandler

from adapters_http.refusals import CrossSite, HostNotKnown
from adapters_storage.assembly import Recital
from adapters_storage.settings import LOOPBACK, Settings
from recital_core import errors
from recital_core.accounts import BROWSER_LASTS
from recital_core.speakers import CredentialId, Role, Speaker

Connection = ASGIConnection[BaseRouteHandler, Speaker, CredentialId, State]

SAFE_METHODS = frozenset(("GET", "HEAD", "OPTIONS"))
OUR_OWN = frozenset(("same-origin", "none"))


async def known_host(connection: Request[Any, Any, Any]) -> None:
    """A server on loopback answers only under names that are its own, whatever a foreign name resolves to.

    Raises HostNotKnown.
    """
    settings = _recital(connection).settings
    if settings.is_local:
        asked = urlsplit(f"//{connection.headers.get('host', '')}").hostname
        if asked not in LOOPBACK and asked != urlsplit(settings.address).hostname:
            raise HostNotKnown("If a proxy stands before this server, set RECITAL_PUBLIC_URL to its address.")


async def signed_in(connection: Connection, _handler: BaseRouteHandler) -> None:
    """Finds the caller, for `request.user` and `request.auth`. Raises NotSignedIn, CrossSite."""
    recital = _recital(connection)
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme:
        if scheme.lower() != "bearer":
            raise errors.NotSignedIn("The only Authorization here is Bearer.")
    else:
        token = connection.cookies.get(cookie_name(recital.settings), "")
        if token and connection.scope.get("method") not in SAFE_METHODS:
            _must_be_same_origin(connection, recital.settings)
    if not token:
        raise errors.NotSignedIn("This needs a sign-in.")
    caller, credential_id = await sync_to_thread(recital.accounts.caller, token.strip())
    connection.scope["user"], connection.scope["auth"] = caller, credential_id


async def approved(connection: Connection, handler: BaseRouteHandler) -> None:
    """Lets in whom an operator has approved. Raises ApprovalNeeded, and what `signed_in` raises."""
    await signed_in(connection, handler)
    connection.user.must_be(Role.SPEAKER)


def cookie_name(settings: Settings) -> str:
    """Under HTTPS the browser itself holds the cookie to this host, this path and HTTPS (RFC 6265bis, 4.1.3.2)."""
    return "__Host-recital" if is_https(settings) else "recital"


def sign_in_cookie(settings: Settings, token: str | None) -> Cookie:
    """The cookie of a sign-in; without a token, the one that takes it away."""
    return Cookie(
        key=cookie_name(settings),
        value=token or "",
        max_age=int(BROWSER_LASTS.total_seconds()) if token else 0,
        path="/",
        httponly=True,
        secure=is_https(settings),
        samesite="lax",
    )


def is_https(settings: Settings) -> bool:
    return settings.address.startswith("https:")


def _must_be_same_origin(connection: Connection, settings: Settings) -> None:
    """A browser says where a request comes from, in Sec-Fetch-Site or at least in Origin. Raises CrossSite."""
    site = connection.headers.get("sec-fetch-site")
    if site is not None:
        ours = site in OUR_OWN
    else:
        scheme = "https" if is_https(settings) else "http"
        host = urlsplit(settings.public_url).netloc if settings.public_url else connection.headers.get("host")
        ours = connection.headers.get("origin") == f"{scheme}://{host}"
    if not ours:
        raise CrossSite("Only this site's own pages may do this with the sign-in of a browser.")


def _recital(connection: ASGIConnection[Any, Any, Any, Any]) -> Recital:
    recital: Recital = connection.app.state.recital
    return recital
