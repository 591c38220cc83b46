"""The OpenID providers of an installation. What it takes to sign in with one is loaded only where there is one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from adapters_http.refusals import SignInRefused
from adapters_storage.settings import ProviderSettings

if TYPE_CHECKING:
    from adapters_http.auth.provider import Provider


class Return(NamedTuple):
    """What the provider sent the browser back with (RFC 6749, 4.1.2; `issuer`: RFC 9207)."""

    code: str | None
    issuer: str | None
    error: str | None


class Providers:
    """Making them asks nobody anything."""

    def __init__(self, settings: Sequence[ProviderSettings], callback: str) -> None:
        self._providers: dict[str, Provider] = {}
        if settings:
            from adapters_http.auth.provider import Provider

            self._providers = {one.id: Provider(one, callback) for one in settings}

    def named(self, provider_id: str | None) -> Provider:
        """The provider of this id; the first one without an id. Raises SignInRefused when there is none."""
        wanted = provider_id if provider_id is not None else next(iter(self._providers), "")
        if wanted not in self._providers:
            raise SignInRefused("There is no sign-in provider of this name.")
        return self._providers[wanted]
