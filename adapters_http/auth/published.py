"""What an OpenID provider publishes of itself: its addresses (OpenID Connect Discovery 1.0) and its keys (RFC 7517)."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit

import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key, KeySet

from adapters_http.auth.asking import asked
from adapters_http.refusals import ProviderUnavailable

KEPT_S = 3600
BETWEEN_RENEWALS_S = 60
PUBLIC_KINDS = ("RSA", "EC")

Thing = TypeVar("Thing")


class Addresses(msgspec.Struct, frozen=True, kw_only=True):
    """The provider's own description, as far as it is needed here."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    token_endpoint_auth_methods_supported: Sequence[str] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


class KeysGiven(msgspec.Struct, frozen=True, kw_only=True):
    keys: Sequence[dict[str, Any]]


class Kept(Generic[Thing]):
    """Something that is fetched when it is first needed, by one for all who wait, and kept for an hour."""

    def __init__(self, fetch: Callable[[], Awaitable[Thing]]) -> None:
        self._fetch = fetch
        self._held: tuple[Thing, float] | None = None
        self._under_way: asyncio.Task[Thing] | None = None
        self._renewed_at = -math.inf

    async def get(self) -> Thing:
        """Raises what fetching raises; nothing is kept then."""
        if self._held and time.monotonic() < self._held[1]:
            return self._held[0]
        return await self._fetched()

    async def newer(self, than: Thing) -> Thing:
        """A newer one than `than`, or the same when one was asked for less than a minute ago."""
        held = await self.get()
        if held is than and (self._under_way or time.monotonic() > self._renewed_at + BETWEEN_RENEWALS_S):
            self._renewed_at = time.monotonic()
            return await self._fetched()
        return held

    async def _fetched(self) -> Thing:
        if self._under_way is None:
            self._under_way = asyncio.create_task(self._keep())
            self._under_way.add_done_callback(self._over)
        return await asyncio.shield(self._under_way)

    async def _keep(self) -> Thing:
        thing = await self._fetch()
        self._held = thing, time.monotonic() + KEPT_S
        return thing

    def _over(self, task: asyncio.Task[Thing]) -> None:
        self._under_way = None
        if not task.cancelled():
            task.exception()  # everybody who waited may have gone


class Published:
    """Of the provider whose name to the world is `issuer`."""

    def __init__(self, issuer: str) -> None:
        self._issuer = issuer
        self.addresses = Kept(self._addresses)
        self.keys = Kept(self._keys)

    async def _addresses(self) -> Addresses:
        answer = await asked(f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
        found = answer.read(Addresses)
        if found.issuer != self._issuer:
            raise ProviderUnavailable(
                f"{self._issuer} calls itself {found.issuer[:200]!a}: configure that as its issuer."
            )
        schemes = {"https", urlsplit(self._issuer).scheme}
        for address in (found.authorization_endpoint, found.token_endpoint, found.jwks_uri, found.userinfo_endpoint):
            if address is not None and not _leads_somewhere(address, schemes):
                raise ProviderUnavailable(f"{self._issuer} names an address that is none, or is without HTTPS.")
        return found

    async def _keys(self) -> KeySet:
        answer = await asked((await self.addresses.get()).jwks_uri)
        keys = [key for given in answer.read(KeysGiven).keys if (key := _key(given)) is not None]
        if not keys:
            raise ProviderUnavailable(f"{self._issuer} has no key that could be used.")
        return KeySet(keys)


def _key(given: dict[str, Any]) -> Key | None:
    """The key, None when its kind is not known here: a provider may have others beside it (RFC 7517, 5)."""
    try:
        return JWKRegistry.import_key(given) if given.get("kty") in PUBLIC_KINDS else None
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _leads_somewhere(address: str, schemes: set[str]) -> bool:
    try:
        parts = urlsplit(address)
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
