"""What is fetched from strangers: at public addresses only, so much, for so long."""

from __future__ import annotations

import gzip
import ipaddress
import socket
import ssl
import time

import pytest

from adapters_storage.articles.fetching import Answer, Fetcher, address_of, user_agent
from adapters_storage.articles.network import Network, is_public
from recital_core import errors
from tests.wiki import PUBLIC, Answers, Asked, LoopbackWeb, redirect_to, send

HTML = frozenset(("text/html",))
METADATA = "169.254.169.254"
NOT_PUBLIC = (
    *("127.0.0.1", "127.8.9.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", METADATA),
    *("100.64.0.1", "192.0.0.8", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.51.100.1", "203.0.113.7"),
    *("224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "fec0::1", "ff02::1", "100::1"),
    *("2001:db8::1", "2001:10::1", "3fff::1", "5f00::1", "::127.0.0.1"),
    *("::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:8.8.8.8", "64:ff9b::7f00:1", "64:ff9b:1::a00:1"),
    *("2002:7f00:1::1", "2002:a9fe:a9fe::", "2001:0:4136:e378:8000:63bf:80ff:fffe"),
)


@pytest.fixture
def fetcher(web: LoopbackWeb) -> Fetcher:
    return Fetcher(user_agent=user_agent("https://recital.example.org"), network=web.network)


def fetched(fetcher: Fetcher, url: str) -> Answer:
    return fetcher.get(address_of(url), media_types=HTML)


def whole(body: bytes, **headers: str) -> Answers:
    return lambda asked: send(asked, body, 200, {name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_an_address_that_is_not_of_the_public_internet_is_known(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", PUBLIC, "2620:0:861:ed1a::1", "2a02:ec80:300:ed1a::1"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_page_is_fetched_by_name_at_a_checked_address(web: LoopbackWeb, fetcher: Fetcher, scheme: str) -> None:
    web.answers["example.org", "/a/b?c=d"] = whole("<p>שלום</p>".encode())
    answer = fetched(fetcher, f"{scheme}://Example.ORG/a/b?c=d#e")
    assert (answer.body.decode(), answer.media_type, answer.charset) == ("<p>שלום</p>", "text/html", "utf-8")
    assert answer.address.url == f"{scheme}://example.org/a/b?c=d"
    assert web.network.dialled == [(PUBLIC, {"http": 80, "https": 443}[scheme])]


def test_whoever_is_asked_learns_who_asks(web: LoopbackWeb, fetcher: Fetcher) -> None:
    web.answers["example.org", "/"] = whole(b"<p>Hello.</p>")
    fetched(fetcher, "example.org")
    [(_, _, agent)] = web.asked
    assert agent.startswith("Recital/")
    assert agent.endswith(" (https://recital.example.org)")


def test_whoever_asks_is_said_in_plain_letters() -> None:
    agent = user_agent("https://דוגמה.org/(us)\r\n")
    assert agent.isascii()
    assert agent.isprintable()
    assert (agent.count("("), agent.count(")")) == (1, 1)


@pytest.mark.parametrize(
    "url",
    [
        *("http://127.0.0.1/", "http://localhost/", "http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/"),
        *("http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://[64:ff9b::7f00:1]/"),
        *("http://2130706433/", "http://017700000001/", "http://0x7f000001/", "http://0x7f.1/", "http://127.1/"),
        *("http://0177.0.0.1/", "http://0/", "http://[fe80::1%25eth0]/", "http://127.0.0.1./", "https://127.0.0.1/"),
        *("http://①②⑦.0.0.1/", "http://internal.example.org/"),
    ],
)
def test_nothing_but_the_public_internet_is_asked(web: LoopbackWeb, fetcher: Fetcher, url: str) -> None:
    web.network.names |= {"localhost": [["127.0.0.1"]], "internal.example.org": [["10.0.0.7"]]}
    with pytest.raises(errors.SiteNotAllowed):
        fetched(fetcher, url)
    assert web.network.dialled == []


@pytest.mark.parametrize(
    "url",
    [
        *("ftp://example.org/", "file:///etc/passwd", "javascript:alert(1)", "data:text/html,hello", "gopher://a/"),
        *("http://dana@example.org/", "http://dana:secret@example.org/", "https://he.wikipedia.org@127.0.0.1/"),
        *("http://example.org:8080/", "http://example.org:443/", "https://example.org:80/", "http://example.org:22/"),
        *("http://example.org:x/", "http://[::1/", "http:///", "", "  ", "http://exa mple.org/", "http://a\\@b.org/"),
        *("http://example.org%2f@127.0.0.1/", f"http://{'a' * 64}.org/", "http://a..b/", "http://example.org\x00/"),
    ],
)
def test_what_is_no_plain_address_of_the_web_is_refused(url: str) -> None:
    with pytest.raises(errors.SiteNotAllowed):
        address_of(url)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("example.org", "https://example.org/"),
        ("//example.org/a", "https://example.org/a"),
        (" http://example.org:80/a b ", "http://example.org/a%20b"),
        ("https://example.org:443?q=א", "https://example.org/?q=%D7%90"),
        ("https://דוגמה.example.org/", "https://xn--6dbbec0c.example.org/"),
        ("HTTPS://EXAMPLE.org./A", "https://example.org/A"),
    ],
)
def test_an_address_is_taken_as_people_type_it(typed: str, meant: str) -> None:
    assert address_of(typed).url == meant


@pytest.mark.parametrize(
    "location",
    [
        *("http://127.0.0.1/", "http://169.254.169.254/", "http://[::1]/", "http://[::ffff:127.0.0.1]/"),
        *("//2130706433/", "http://internal.example.org/", "file:///etc/passwd", "http://dana@example.org/"),
        "http://example.org:22/",
    ],
)
def test_a_redirect_leads_no_further_than_an_address(web: LoopbackWeb, fetcher: Fetcher, location: str) -> None:
    web.network.names["internal.example.org"] = [["192.168.0.1"]]
    web.answers["example.org", "/"] = redirect_to(location)
    with pytest.raises(errors.SiteNotAllowed):
        fetched(fetcher, "http://example.org/")
    assert web.network.dialled == [(PUBLIC, 80)]


def test_a_name_that_has_also_a_private_address_is_refused(web: LoopbackWeb, fetcher: Fetcher) -> None:
    web.network.names["example.org"] = [[PUBLIC, "127.0.0.1"]]
    with pytest.raises(errors.SiteNotAllowed):
        fetched(fetcher, "http://example.org/")
    assert web.network.dialled == []


def test_a_name_service_that_changes_its_mind_changes_nothing(web: LoopbackWeb, fetcher: Fetcher) -> None:
    web.network.names["example.org"] = [[PUBLIC], ["127.0.0.1"]]
    web.answers["example.org", "/"] = whole(b"<p>Hello.</p>")
    assert fetched(fetcher, "https://example.org/").body == b"<p>Hello.</p>"
    assert web.network.named == ["example.org"]
    assert web.network.dialled == [(PUBLIC, 443)]


def test_the_second_answer_is_checked_when_a_redirect_comes_back(web: LoopbackWeb, fetcher: Fetcher) -> None:
    web.network.names["example.org"] = [[PUBLIC], ["127.0.0.1"]]
    web.answers["example.org", "/"] = redirect_to("/again")
    with pytest.raises(errors.SiteNotAllowed):
        fetched(fetcher, "https://example.org/")


def test_three_redirects_are_followed_and_no_more(web: LoopbackWeb, fetcher: Fetcher) -> None:
    for number in range(4):
        web.answers["example.org", f"/{number}"] = redirect_to(f"/{number + 1}", 301 + number % 3)
    web.answers["example.org", "/4"] = whole(b"<p>Here.</p>")
    assert fetched(fetcher, "https://example.org/1").address.target == "/4"
    with pytest.raises(errors.ArticlesUnavailable):
        fetched(fetcher, "https://example.org/0")


def test_somebody_else_s_certificate_is_not_trusted(web: LoopbackWeb, fetcher: Fetcher) -> None:
    web.answers["example.net", "/"] = whole(b"<p>Hello.</p>")
    with pytest.raises(errors.ArticlesUnavailable):
        fetched(fetcher, "https://example.net/")
    assert web.asked == []


def test_a_redirect_is_asked_about(web: LoopbackWeb, fetcher: Fetcher) -> None:
    web.answers["example.org", "/"] = redirect_to("https://other.example.org/")
    with pytest.raises(errors.SiteNotAllowed):
        fetcher.get(address_of("example.org"), media_types=HTML, may_ask=lambda address: address.host == "example.org")
    assert [host for host, *_ in web.asked] == ["example.org"]


@pytest.mark.parametrize("packed", [False, True])
def test_a_huge_answer_ends_early(web: LoopbackWeb, packed: bool) -> None:
    body = gzip.compress(bytes(50_000_000)) if packed else bytes(200_000)
    headers = {"Content_Encoding": "gzip"} if packed else {}
    web.answers["example.org", "/"] = whole(body, **headers)
    with pytest.raises(errors.TooLarge) as refused:
        fetched(Fetcher(user_agent="Recital", network=web.network, max_bytes=100_000), "https://example.org/")
    assert refused.value.facts == {"limit": 100_000}


def test_an_endless_answer_ends_early(web: LoopbackWeb, fetcher: Fetcher) -> None:
    def endless(asked: Asked) -> None:
        asked.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n")
        while not web.over.is_set():
            asked.wfile.write(bytes(100_000))

    web.answers["example.org", "/"] = endless
    with pytest.raises(errors.TooLarge):
        fetched(fetcher, "https://example.org/")


def test_a_packed_answer_is_unpacked(web: LoopbackWeb, fetcher: Fetcher) -> None:
    text = b"<p>Hello.</p>" * 20_000
    web.answers["example.org", "/"] = whole(gzip.compress(text), Content_Encoding="gzip")
    assert fetched(fetcher, "https://example.org/").body == text


@pytest.mark.parametrize(
    "begun", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>"]
)
@pytest.mark.parametrize("dripping", [False, True])
def test_a_slow_answer_is_not_waited_for(web: LoopbackWeb, begun: bytes, dripping: bool) -> None:
    def slow(asked: Asked) -> None:
        asked.wfile.write(begun)
        while not web.over.wait(0.02 if dripping else 30):
            asked.wfile.write(b"a")

    web.answers["example.org", "/"] = slow
    fetcher = Fetcher(user_agent="Recital", network=web.network, patience_s=0.4)
    started = time.monotonic()
    with pytest.raises(errors.ArticlesUnavailable, match="too long"):
        fetched(fetcher, "https://example.org/")
    assert time.monotonic() - started < 5


def test_a_slow_name_service_is_not_waited_for(web: LoopbackWeb) -> None:
    class Slow(Network):
        def addresses(self, *_: object) -> list[str]:
            web.over.wait(30)
            return [PUBLIC]

    started = time.monotonic()
    with pytest.raises(errors.ArticlesUnavailable, match="too long"):
        fetched(Fetcher(user_agent="Recital", network=Slow(), patience_s=0.2), "https://example.org/")
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    ("given", "after"),
    [("120", 120), ("99999", 3600), ("Wed, 21 Oct 2026 07:28:00 GMT", 5), ("-3", 5), (None, 5), ("1" * 5000, 5)],
)
@pytest.mark.parametrize("status", [429, 503])
def test_a_site_says_when_to_come_again(
    web: LoopbackWeb, fetcher: Fetcher, status: int, given: str | None, after: int
) -> None:
    headers = {"Retry-After": given} if given else {}
    web.answers["example.org", "/"] = lambda asked: send(asked, b"Later.", status, headers)
    with pytest.raises(errors.ArticlesUnavailable) as refused:
        fetched(fetcher, "https://example.org/")
    assert refused.value.facts == {"retry_after": after}


@pytest.mark.parametrize("media_type", ["image/png", "application/json", "video/mp4", "application/zip", ""])
def test_what_is_no_text_is_not_taken(web: LoopbackWeb, fetcher: Fetcher, media_type: str) -> None:
    web.answers["example.org", "/"] = whole(b"\x89PNG", Content_Type=media_type)
    with pytest.raises(errors.UnreadableFile):
        fetched(fetcher, "https://example.org/")


def test_nothing_there_is_no_article(web: LoopbackWeb, fetcher: Fetcher) -> None:
    with pytest.raises(errors.ArticleNotFound):
        fetched(fetcher, "https://example.org/")


@pytest.mark.parametrize(
    "said",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 500\r\n\r\n<p>",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n<p>",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\nnothing packed",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: br\r\n\r\n????",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\n"
        + gzip.compress(b"<p>" * 99, mtime=0)[:-9],
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 500 Oh\r\n\r\n",
        b"HTTP/1.1 204 None\r\n\r\n",
    ],
)
def test_an_answer_that_is_broken_is_no_answer(web: LoopbackWeb, fetcher: Fetcher, said: bytes) -> None:
    def broken(asked: Asked) -> None:
        asked.wfile.write(said)

    web.answers["example.org", "/"] = broken
    with pytest.raises(errors.ArticlesUnavailable):
        fetched(fetcher, "https://example.org/")


def test_the_next_address_is_tried_where_the_first_does_not_answer(web: LoopbackWeb, fetcher: Fetcher) -> None:
    away = "2a02:ec80:300:ed1a::1"
    web.network.names["example.org"] = [[away, PUBLIC]]
    web.network.away.add(away)
    web.answers["example.org", "/"] = whole(b"<p>Hello.</p>")
    assert fetched(fetcher, "https://example.org/").body == b"<p>Hello.</p>"
    assert web.network.dialled == [(away, 443), (PUBLIC, 443)]


def test_a_name_without_an_address_is_away(web: LoopbackWeb, fetcher: Fetcher) -> None:
    web.network.names["example.org"] = [[]]
    with pytest.raises(errors.ArticlesUnavailable):
        fetched(fetcher, "https://example.org/")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "2130706433", "[::1]"])
def test_the_system_s_own_name_service_leads_to_this_machine_no_more(host: str) -> None:
    with pytest.raises(errors.SiteNotAllowed):
        fetched(Fetcher(user_agent="Recital"), f"http://{host}/")


def test_the_real_network_dials_and_trusts_none_but_known_authorities() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        connection = Network().dial("127.0.0.1", server.getsockname()[1], 5.0)
        there = connection.getpeername()
        connection.close()
        assert there == server.getsockname()
    trusted = Network().trusted()
    assert trusted.check_hostname
    assert trusted.verify_mode is ssl.CERT_REQUIRED


def test_no_hidden_address_is_public_whatever_it_hides() -> None:
    for hidden in ("127.0.0.1", METADATA, "10.0.0.1", PUBLIC):
        number = int(ipaddress.IPv4Address(hidden))
        for place in (number, 0xFFFF << 32 | number, 0x64FF9B << 96 | number, 0x2002 << 112 | number << 80):
            assert not is_public(str(ipaddress.IPv6Address(place)))
