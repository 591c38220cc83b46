"""Whether sign-in providers publish what a sign-in needs, asked by an operator before somebody signs in."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from adapters_http.auth.published import Published
from adapters_http.refusals import ProviderUnavailable
from adapters_storage.settings import ProviderSettings


def troubles_of(providers: Iterable[ProviderSettings]) -> dict[str, str | None]:
    """By the ids of the providers: None where addresses and keys are found, else what is wrong."""
    return asyncio.run(_troubles_of({provider.id: provider.issuer for provider in providers}))


async def _troubles_of(issuers: dict[str, str]) -> dict[str, str | None]:
    found = await asyncio.gather(*map(_trouble_of, issuers.values()))
    return dict(zip(issuers, found, strict=True))


async def _trouble_of(issuer: str) -> str | None:
    try:
        await Published(issuer).keys.get()
    except ProviderUnavailable as trouble:
        return trouble.detail
    return None
