"""Fetching over HTTP from strangers: at public addresses only, so much and no more, for so long and no longer."""

from __future__ import annotations

import contextlib
import http.client
import re
import zlib
from collections.abc import Callable, Iterator
from email.message import Message
from importlib.metadata import version
from typing import NamedTuple
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from adapters_storage.articles.network import Deadline, Network, connected
from recital_core import errors

PATIENCE_S = 10.0
MAX_BYTES = 10 * 2**20
MAX_REDIRECTS = 3
MAX_RETRY_AFTER_S = 3600
USUAL_RETRY_AFTER_S = 5
CHUNK_BYTES = 64 * 2**10
PORTS = {"http": 80, "https": 443}
REDIRECTS = frozenset((301, 302, 303, 307, 308))
GONE = frozenset((404, 410))
GZIP = frozenset(("gzip", "x-gzip"))
KEPT_IN_ADDRESSES = "/?&=:;,@!$'()*+~-._[]%"
KEPT_IN_CONTACTS = "/?&=:;,@!$'*+~-._[]%"
SCHEME = re.compile(r"[a-z][a-z0-9+-]*://", re.IGNORECASE)
SECONDS = re.compile(r"[0-9]{1,9}")
NOT_IN_HOSTS = re.compile(r"[^\w.\[\]:-]")


class Address(NamedTuple):
    """Where something is on the web, in ASCII, without a fragment."""

    scheme: str
    host: str
    target: str

    @property
    def port(self) -> int:
        return PORTS[self.scheme]

    @property
    def authority(self) -> str:
        return f"[{self.host}]" if ":" in self.host else self.host

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.authority}{self.target}"


class Answer(NamedTuple):
    """`address` is where it was found in the end; `charset` what HTTP said of the body."""

    address: Address
    media_type: str
    charset: str | None
    retry_after: int | None
    body: bytes


def user_agent(contact: str) -> str:
    """Who asks, as https://foundation.wikimedia.org/wiki/Policy:User-Agent_policy wants it."""
    return f"Recital/{version('recital')} ({quote(contact, safe=KEPT_IN_CONTACTS)})"


def address_of(url: str) -> Address:
    """`url`, typed or copied by somebody, with https where it names no scheme. Raises SiteNotAllowed."""
    text = url.strip()
    if not SCHEME.match(text):
        text = f"https://{text.removeprefix('//')}"
    try:
        parts = urlsplit(text)
        host = (parts.hostname or "").rstrip(".").encode("idna").decode()
        port = parts.port
        target = quote(urlunsplit(("", "", parts.path or "/", parts.query, "")), safe=KEPT_IN_ADDRESSES)
    except ValueError as wrong:
        raise errors.SiteNotAllowed("This is not an address of the web.") from wrong
    if "@" in parts.netloc:
        raise errors.SiteNotAllowed("An address with a name or a password in it is not taken.")
    if parts.scheme not in PORTS or not host or NOT_IN_HOSTS.search(parts.netloc):
        raise errors.SiteNotAllowed("This is not an address of the web.")
    if port not in (None, PORTS[parts.scheme]):
        raise errors.SiteNotAllowed("An address with a port of its own is not taken.")
    return Address(parts.scheme, host, target)


class Fetcher:
    """GET, again after redirects, each checked like the first address."""

    def __init__(
        self,
        *,
        user_agent: str,
        network: Network | None = None,
        patience_s: float = PATIENCE_S,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        self._user_agent = user_agent
        self._network = network or Network()
        self._patience_s = patience_s
        self._max_bytes = max_bytes

    def get(
        self,
        address: Address,
        *,
        media_types: frozenset[str],
        may_ask: Callable[[Address], bool] = lambda _: True,
    ) -> Answer:
        """What is at `address`, if that has one of the media types.

        Raises SiteNotAllowed, also for an address on the way that `may_ask` refuses, ArticleNotFound, UnreadableFile,
        TooLarge, and ArticlesUnavailable, with the fact `retry_after` where the site said when to come again.
        """
        deadline = Deadline(self._patience_s)
        for _ in range(MAX_REDIRECTS + 1):
            if not may_ask(address):
                raise errors.SiteNotAllowed(f"Recital takes nothing from {address.host}.")
            with _failing_as_unavailable(address.host), self._asked(address, deadline) as response:
                if response.status not in REDIRECTS:
                    _must_be_well(address, response)
                    return self._answer(address, response, media_types)
                location = response.getheader("Location") or ""
            address = address_of(urljoin(address.url, location))
        raise errors.ArticlesUnavailable(f"{address.host} leads from one address to the next and on.")

    @contextlib.contextmanager
    def _asked(self, address: Address, deadline: Deadline) -> Iterator[http.client.HTTPResponse]:
        headers = {
            "Host": address.authority,
            "User-Agent": self._user_agent,
            "Accept-Encoding": "gzip",
            "Accept": "*/*",
            "Connection": "close",
        }
        encrypted = address.scheme == "https"
        with connected(self._network, address.host, address.port, deadline, encrypted=encrypted) as line:
            connection = http.client.HTTPConnection(address.host, address.port)
            connection.sock = line
            connection.request("GET", address.target, headers=headers)
            with connection.getresponse() as response:
                yield response

    def _answer(self, address: Address, response: http.client.HTTPResponse, media_types: frozenset[str]) -> Answer:
        media_type, charset = _media_type(response.getheader("Content-Type"))
        if media_type not in media_types:
            raise errors.UnreadableFile(f"At this address is {media_type or 'something unnamed'}, which is no text.")
        return Answer(address, media_type, charset, _retry_after(response), self._body(response))

    def _body(self, response: http.client.HTTPResponse) -> bytes:
        """Decoded as it comes, so that little may not become much."""
        encoding = (response.getheader("Content-Encoding") or "identity").strip().lower()
        if encoding not in GZIP | {"identity"}:
            raise http.client.UnknownTransferEncoding(encoding)
        decoder = zlib.decompressobj(zlib.MAX_WBITS | 16) if encoding in GZIP else None
        body = bytearray()
        while chunk := response.read(CHUNK_BYTES):
            body += decoder.decompress(chunk, self._max_bytes + 1 - len(body)) if decoder else chunk
            if len(body) > self._max_bytes:
                raise errors.TooLarge(f"An address gives at most {self._max_bytes} bytes.", limit=self._max_bytes)
        if response.length or (decoder and body and not decoder.eof):
            raise http.client.IncompleteRead(bytes(body[:0]))
        return bytes(body)


def _must_be_well(address: Address, response: http.client.HTTPResponse) -> None:
    status, after = response.status, _retry_after(response)
    if status in (http.client.TOO_MANY_REQUESTS, http.client.SERVICE_UNAVAILABLE):
        raise errors.ArticlesUnavailable(
            f"{address.host} wants to be asked later.", retry_after=after or USUAL_RETRY_AFTER_S
        )
    if status in GONE:
        raise errors.ArticleNotFound(f"{address.host} has nothing at this address.")
    if status != http.client.OK:
        raise errors.ArticlesUnavailable(f"{address.host} answers with the status {status}.")


def _retry_after(response: http.client.HTTPResponse) -> int | None:
    """Seconds; a date is not read, since its sender's clock may be wrong."""
    given = (response.getheader("Retry-After") or "").strip()
    if not given:
        return None
    return min(int(given), MAX_RETRY_AFTER_S) if SECONDS.fullmatch(given) else USUAL_RETRY_AFTER_S


def _media_type(header: str | None) -> tuple[str, str | None]:
    message = Message()
    message["Content-Type"] = header or ""
    return (message.get_content_type() if header else "", message.get_content_charset())


@contextlib.contextmanager
def _failing_as_unavailable(host: str) -> Iterator[None]:
    try:
        yield
    except TimeoutError as late:
        raise errors.ArticlesUnavailable(f"{host} takes too long to answer.") from late
    except (OSError, http.client.HTTPException, zlib.error, ValueError) as failure:
        raise errors.ArticlesUnavailable(f"{host} does not answer well: {type(failure).__name__}.") from failure
