"""A small internet on loopback: wikis that speak MediaWiki's API, and other sites that answer whatever a test wants.

with LoopbackWeb() as web:
    web.wiki("he.wikipedia.org", lang="he").add("ירושלים", "<p>ירושלים היא עיר.</p>", revision=7)
    web.answers["example.org", "/"] = lambda asked: send(asked, b"<p>Hello.</p>")
    web.network                     # what a Fetcher connects through: every public address leads to this machine
    web.network.names["example.org"] = [["127.0.0.1"]]      # what the name service says, one answer after the other
    web.asked                       # (host, path with query, user agent) of all that was asked
"""

from __future__ import annotations

import functools
import html
import json
import socket
import ssl
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from adapters_storage.articles.network import Network

PUBLIC = "198.35.26.96"
"""What every name has for an address, unless a test says otherwise; nothing is ever sent there."""
NAMES = ("example.org", "*.example.org", "*.wikipedia.org", "hamichlol.org.il", "*.hamichlol.org.il")
FORBIDDEN_IN_TITLES = frozenset("[]{}|<>#")

Asked = BaseHTTPRequestHandler
Answers = Callable[[Asked], None]


@dataclass
class Page:
    """`redirect` is the title that it leads to, `links` are titles that exist in the wiki's order, not the page's."""

    title: str
    text: str
    revision: int
    redirect: str | None = None
    properties: dict[str, str] = field(default_factory=dict)
    links: Sequence[str] = ()
    categories: Sequence[str] = ()
    extract: str = ""
    length: int = 10_000


@dataclass
class Wiki:
    """A MediaWiki; every attribute may be changed while it runs. `lag_s` is how far its copies are behind."""

    lang: str
    rights_url: str = "https://creativecommons.org/licenses/by-sa/4.0/deed.he"
    rights_text: str = "Creative Commons Attribution-Share Alike 4.0"
    lag_s: int = 0
    pages: dict[str, Page] = field(default_factory=dict)

    def add(self, title: str, text: str = "", *, revision: int = 1, **facts: Any) -> Page:
        self.pages[title] = Page(title, text, revision, **facts)
        return self.pages[title]

    def answer(self, asked: dict[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
        """What api.php says, and headers."""
        assert (asked["format"], asked["formatversion"]) == ("json", "2")
        if self.lag_s > int(asked["maxlag"]):
            return _refusal("maxlag", f"Waiting for a database server: {self.lag_s} seconds lagged."), {
                "Retry-After": "7"
            }
        match asked["action"], asked.get("meta"), asked.get("generator"):
            case "parse", None, None:
                return self._parsed(asked), {}
            case "query", "siteinfo", None:
                rights = {"url": self.rights_url, "text": self.rights_text}
                return {"batchcomplete": True, "query": {"general": {"lang": self.lang}, "rightsinfo": rights}}, {}
            case "query", None, "random":
                return self._random(asked), {}
        return _refusal("badvalue", "Unrecognized value."), {}

    def _parsed(self, asked: dict[str, str]) -> dict[str, Any]:
        if "oldid" in asked:
            page = next((page for page in self.pages.values() if str(page.revision) == asked["oldid"]), None)
            missing = "nosuchrevid"
        elif "pageid" in asked:
            page = dict(enumerate(self.pages.values(), 1)).get(int(asked["pageid"]))
            missing = "nosuchpageid"
        else:
            title = asked["page"]
            if not FORBIDDEN_IN_TITLES.isdisjoint(title):
                return _refusal("invalidtitle", f'Bad title "{title}".')
            if title.startswith("Special:"):
                return _refusal("pagecannotexist", "Namespace doesn't allow actual pages.")
            page, missing = self.pages.get(title), "missingtitle"
        while page is not None and page.redirect and asked.get("redirects"):
            page = self.pages.get(page.redirect)
        if page is None:
            return _refusal(missing, "The page you specified doesn't exist.")
        return {
            "parse": {
                "title": page.title,
                "pageid": 1,
                "revid": page.revision,
                "redirects": [],
                "text": f'<div class="mw-content-rtl mw-parser-output" lang="{self.lang}" dir="rtl">{page.text}</div>',
                "properties": page.properties,
                "links": [{"ns": 0, "title": title, "exists": title in self.pages} for title in page.links],
                "categories": [{"sortkey": "", "category": name.replace(" ", "_")} for name in page.categories],
            }
        }

    def _random(self, asked: dict[str, str]) -> dict[str, Any]:
        articles = [page for page in self.pages.values() if not page.redirect]
        pages = []
        for number, page in enumerate(articles[: int(asked["grnlimit"])], 1):
            facts = {"pageid": number, "ns": 0, "title": page.title, "extract": page.extract, "length": page.length}
            if page.properties:
                facts["pageprops"] = page.properties
            pages.append(facts)
        return {"batchcomplete": True, "query": {"pages": pages}}


class LoopbackNetwork(Network):
    """`names` are what the name service answers, one after the other, the last one for ever; `away` answers nobody."""

    def __init__(self, ports: dict[int, int], trust: ssl.SSLContext) -> None:
        self._ports = ports
        self._trust = trust
        self.names: dict[str, list[Sequence[str]]] = {}
        self.away: set[str] = set()
        self.named: list[str] = []
        self.dialled: list[tuple[str, int]] = []

    def addresses(self, host: str, port: int) -> Sequence[str]:
        self.named.append(host)
        if host in self.names:
            answers = self.names[host]
            return answers.pop(0) if len(answers) > 1 else answers[0]
        try:  # 127.1, 0x7f000001 and their kin are addresses, for a resolver
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        except socket.gaierror:
            return [PUBLIC]
        return [str(place[0]) for *_, place in found]

    def dial(self, address: str, port: int, seconds: float) -> socket.socket:
        self.dialled.append((address, port))
        if address in self.away:
            raise ConnectionRefusedError
        return socket.create_connection(("127.0.0.1", self._ports[port]), timeout=seconds)

    def trusted(self) -> ssl.SSLContext:
        return self._trust


class LoopbackWeb:
    def __init__(self) -> None:
        self.wikis: dict[str, Wiki] = {}
        self.answers: dict[tuple[str, str], Answers] = {}
        self.asked: list[tuple[str, str, str]] = []
        self.over = threading.Event()
        """Set at the end; an answer that takes its time waits for it."""
        plain, secured = (_Server(("127.0.0.1", 0), _handler_of(self)) for _ in range(2))
        theirs, ours = _identity()
        secured.socket = theirs.wrap_socket(secured.socket, server_side=True)
        self._servers = (plain, secured)
        self.network = LoopbackNetwork({80: plain.server_port, 443: secured.server_port}, ours)

    def wiki(self, host: str, *, lang: str) -> Wiki:
        return self.wikis.setdefault(host, Wiki(lang))

    def paths_asked(self, host: str) -> list[str]:
        return [path for asked, path, _ in self.asked if asked == host]

    def __enter__(self) -> Self:
        arguments = {"poll_interval": 0.01}
        self._running = [threading.Thread(target=server.serve_forever, kwargs=arguments) for server in self._servers]
        for thread in self._running:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        for server, thread in zip(self._servers, self._running, strict=True):
            server.shutdown()
            thread.join()
            server.server_close()


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever asked has hung up, which is what they ought to do."""


def send(asked: Asked, body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
    """As HTML, with its length, where `headers` say nothing else."""
    asked.send_response(status)
    usual = {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(body))}
    for name, value in {**usual, **(headers or {})}.items():
        asked.send_header(name, value)
    asked.end_headers()
    asked.wfile.write(body)


def redirect_to(location: str, status: int = 302) -> Answers:
    return lambda asked: send(asked, b"", status, {"Location": location})


def link(title: str, shown: str | None = None) -> str:
    return f'<a href="/wiki/{html.escape(title)}" title="{html.escape(title)}">{html.escape(shown or title)}</a>'


def _handler_of(web: LoopbackWeb) -> type[Asked]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host = self.headers["host"]
            agent = self.headers.get("user-agent", "")
            web.asked.append((host, self.path, agent))
            parts = urlsplit(self.path)
            if (host, self.path) in web.answers:
                web.answers[host, self.path](self)
            elif (host, parts.path) in web.answers:
                web.answers[host, parts.path](self)
            elif host in web.wikis and parts.path == "/w/api.php":
                query = {name: values[-1] for name, values in parse_qs(parts.query, strict_parsing=True).items()}
                said, headers = web.wikis[host].answer(query)
                body = json.dumps(said, ensure_ascii=False).encode()
                send(self, body, 200, {"Content-Type": "application/json; charset=utf-8", **headers})
            else:
                send(self, b"<p>There is nothing here.</p>", 404)

        def log_message(self, *_: object) -> None:
            pass

    return Handler


def _refusal(code: str, info: str) -> dict[str, Any]:
    return {"error": {"code": code, "info": info, "docref": "See the documentation of the API."}, "servedby": "mw1"}


@functools.cache
def _identity() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A certificate for all the names, as the server shows it, and as whoever trusts nobody else sees it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A small internet")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(dns) for dns in NAMES]), critical=False)
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "identity.pem")
        file.write_bytes(certificate + secret)
        theirs.load_cert_chain(file)
    return theirs, ssl.create_default_context(cadata=certificate.decode())
