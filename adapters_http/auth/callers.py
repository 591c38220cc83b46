"""Who calls: a browser by its cookie, a program by its token, a trusted system in somebody's name; and the guards."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from typing import Any, NamedTuple
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
from recital_core.audit import Actor, Way
from recital_core.speakers import Credential, CredentialId, CredentialKind, Role, Speaker

SAFE_METHODS = frozenset(("GET", "HEAD", "OPTIONS"))
OUR_OWN = frozenset(("same-origin", "none"))
DELEGATION_KEY = "x-delegation-secret-key"
DELEGATED_EMAIL = "x-delegated-user-email"


class SignIn(NamedTuple):
    """How the caller of a request came in. A delegated caller has no credential."""

    credential_id: CredentialId | None
    actor: Actor


Connection = ASGIConnection[BaseRouteHandler, Speaker, SignIn, State]


async def known_host(connection: Request[Any, Any, Any]) -> None:
    """A server on loopback answers only under names that are its own, whatever a foreign name resolves to.

    Raises HostNotKnown.
    """
    settings = _recital(connection).settings
    if settings.is_local:
        asked = _hostname(connection.headers.get("host", ""))
        if asked not in LOOPBACK and asked != _hostname(urlsplit(settings.address).netloc):
            raise HostNotKnown("If a proxy stands before this server, set RECITAL_PUBLIC_URL to its address.")


async def signed_in(connection: Connection, _handler: BaseRouteHandler) -> None:
    """Finds the caller, for `request.user` and `request.auth`. Raises NotSignedIn, CrossSite, NotAllowed."""
    recital, headers = _recital(connection), connection.headers
    if DELEGATION_KEY in headers or DELEGATED_EMAIL in headers:
        _must_be_trusted(headers.get(DELEGATION_KEY, ""), recital.settings.delegation_secret_key)
        email = headers.get(DELEGATED_EMAIL, "")
        caller = await sync_to_thread(recital.accounts.delegated, email, address_of(connection))
        credential_id, way = None, Way.DELEGATION
    else:
        token, way = _token(connection, recital.settings)
        caller, credential_id = await sync_to_thread(recital.accounts.caller, token)
    actor = Actor(speaker_id=caller.id, way=way, address=address_of(connection))
    connection.scope["user"], connection.scope["auth"] = caller, SignIn(credential_id, actor)


async def approved(connection: Connection, handler: BaseRouteHandler) -> None:
    """Lets in whom an operator has approved. Raises ApprovalNeeded, and what `signed_in` raises."""
    await signed_in(connection, handler)
    connection.user.must_be(Role.SPEAKER)


async def is_admin(connection: Connection, handler: BaseRouteHandler) -> None:
    """Lets in operators. Raises ApprovalNeeded, NotAllowed, and what `signed_in` raises."""
    await signed_in(connection, handler)
    connection.user.must_be(Role.ADMIN)


async def agreed_or_admin(connection: Connection, handler: BaseRouteHandler) -> None:
    """Lets in speakers who signed the agreement of today, and admins. Raises AgreementNeeded, and as `approved`."""
    await approved(connection, handler)
    if connection.user.role is not Role.ADMIN:
        connection.user.must_have_agreed_to(_recital(connection).membership.agreement.version)


async def not_delegated(connection: Connection, _handler: BaseRouteHandler) -> None:
    """Of whom another guard has let in, refuses whom a trusted system speaks for. Raises NotAllowed."""
    if connection.auth.actor.way is Way.DELEGATION:
        raise errors.NotAllowed("Nobody may do this in somebody else's name.")


async def browser_only(connection: Connection, _handler: BaseRouteHandler) -> None:
    """Of whom another guard has let in, refuses all but browsers. Raises NotAllowed.

    A program's token is none in a cookie either: else whoever got hold of one could make more of them.
    """
    credential_id, actor = connection.auth
    held: Sequence[Credential] = ()
    if actor.way is Way.BROWSER:
        held = await sync_to_thread(_recital(connection).accounts.credentials, connection.user)
    if not any(one.id == credential_id and one.kind is CredentialKind.BROWSER for one in held):
        raise errors.NotAllowed("Only somebody who signed in with a browser may do this.")


def address_of(connection: ASGIConnection[Any, Any, Any, Any]) -> str | None:
    """The IP address that the request came from."""
    return connection.client.host if connection.client else None


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


def _hostname(host: str) -> str | None:
    """The name in a Host header, None where there is none."""
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:  # a bracket that nothing closes
        return None


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


def _must_be_trusted(given: str, key: str | None) -> None:
    """Raises NotSignedIn unless `given` is the key of a trusted system; the comparison takes as long for any text."""
    if key is None or not hmac.compare_digest(given.encode("latin-1"), key.encode()):  # a header's text is its bytes
        raise errors.NotSignedIn("This is not the key of a trusted system.")


def _token(connection: Connection, settings: Settings) -> tuple[str, Way]:
    """The token that came along, and with whom. Raises NotSignedIn, CrossSite."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme:
        if scheme.lower() != "bearer":
            raise errors.NotSignedIn("The only Authorization here is Bearer.")
        way = Way.PROGRAM
    else:
        token = connection.cookies.get(cookie_name(settings), "")
        if token and connection.scope.get("method") not in SAFE_METHODS:
            _must_be_same_origin(connection, settings)
        way = Way.BROWSER
    if not token:
        raise errors.NotSignedIn("This needs a sign-in.")
    return token.strip(), way


def _recital(connection: ASGIConnection[Any, Any, Any, Any]) -> Recital:
    recital: Recital = connection.app.state.recital
    return recital
