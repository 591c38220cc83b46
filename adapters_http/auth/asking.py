"""Asking an OpenID provider over HTTP: for a limited time, for a limited answer, at the named address only."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import cache
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlsplit

import httpx
import msgspec

from adapters_http.refusals import ProviderUnavailable

PATIENCE_S = 10
MAX_ANSWER_BYTES = 256 * 1024
AS_IT_IS = {"Accept": "application/json", "Accept-Encoding": "identity"}

Shape = TypeVar("Shape")


class Answer(NamedTuple):
    host: str
    status: int
    body: bytes

    def read(self, shape: type[Shape], status: int = httpx.codes.OK) -> Shape:
        """An answer of this status, as `shape`. Raises ProviderUnavailable."""
        if self.status != status:
            raise ProviderUnavailable(f"{self.host} answered with the status {self.status}.")
        try:
            return msgspec.json.decode(self.body, type=shape)
        except (msgspec.MsgspecError, UnicodeDecodeError) as wrong:
            raise ProviderUnavailable(f"{self.host} gave an answer that OpenID Connect does not know.") from wrong


async def asked(
    address: str, form: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
) -> Answer:
    """What `address` answers to GET, or to POST where there is a form; redirects are not followed.

    Raises ProviderUnavailable when that takes longer than 10 seconds in all or is over 256 KiB.
    """
    host, body = urlsplit(address).netloc.rpartition("@")[2], b""
    async with _within_reason(host), httpx.AsyncClient(verify=_trusted(), timeout=PATIENCE_S) as client:
        request: dict[str, Any] = {"headers": {**AS_IT_IS, **(headers or {})}, "data": form}
        async with client.stream("POST" if form else "GET", address, **request) as answer:
            async for chunk in answer.aiter_raw():
                body += chunk
                if len(body) > MAX_ANSWER_BYTES:
                    raise ProviderUnavailable(f"{host} gives an answer that is too long.")
        return Answer(host, answer.status_code, body)


@cache
def _trusted() -> ssl.SSLContext:
    """The authorities that HTTPS trusts; reading them takes longer than all the rest."""
    return httpx.create_ssl_context()


@asynccontextmanager
async def _within_reason(host: str) -> AsyncIterator[None]:
    """Turns all that asking raises, TimeoutError too, which is an OSError, and a name's UnicodeError, a ValueError."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            yield
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, ValueError) as failure:
        raise ProviderUnavailable(f"{host} does not answer: {type(failure).__name__}.") from failure
