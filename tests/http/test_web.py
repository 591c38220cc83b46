"""The built web client: its page for people, its assets for a year, its files while they are the same."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from adapters_http.problems import refused
from adapters_http.requests import RecitalRequest
from adapters_http.web import client_routes
from recital_core.errors import RecitalError

HTML = {"accept": "text/html,application/xhtml+xml"}


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><title>Recital</title>")
    (tmp_path / "icon.svg").write_text("<svg/>")
    (tmp_path / "manifest.webmanifest").write_text("{}")
    (tmp_path / "assets" / "index-abc.js").write_text("console.log('שלום')")
    (tmp_path / ".built-from").write_text("somewhere")
    return tmp_path


@pytest.fixture
def site(built: Path) -> Iterator[TestClient[Litestar]]:
    app = Litestar(
        client_routes(built),
        request_class=RecitalRequest,
        exception_handlers={RecitalError: refused},
        openapi_config=None,
    )
    with TestClient(app) as client:
        yield client


@pytest.mark.parametrize("path", ["/", "/texts", "/studio/1", "/sign-in?problem=link-not-valid", "/apiary"])
def test_every_page_is_the_clients(site: TestClient[Litestar], path: str) -> None:
    page = site.get(path, headers=HTML)
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "<title>Recital</title>" in page.text
    assert page.headers["cache-control"] == "no-cache"


def test_what_does_not_ask_for_a_page_gets_none(site: TestClient[Litestar]) -> None:
    assert site.get("/texts", headers={"accept": "application/json"}).status_code == 404
    assert site.get("/favicon.ico", headers={"accept": "image/*"}).status_code == 404
    assert site.get("/assets/old-123.js", headers=HTML).status_code == 404
    assert site.post("/texts", headers=HTML).status_code == 405


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/assets/index-abc.js", "text/javascript; charset=utf-8"),
        ("/icon.svg", "image/svg+xml"),
        ("/manifest.webmanifest", "application/manifest+json"),
    ],
)
def test_files_have_their_types(site: TestClient[Litestar], path: str, kind: str) -> None:
    assert site.get(path).headers["content-type"] == kind


def test_hidden_files_are_not_served(site: TestClient[Litestar]) -> None:
    assert site.get("/.built-from").status_code == 404


def test_hashed_assets_are_kept_for_a_year_and_the_rest_is_asked_for(site: TestClient[Litestar]) -> None:
    assert site.get("/assets/index-abc.js").headers["cache-control"] == "public, max-age=31536000, immutable"
    assert site.get("/icon.svg").headers["cache-control"] == "no-cache"


def test_what_is_still_the_same_is_not_sent_again(site: TestClient[Litestar]) -> None:
    etag = site.get("/", headers=HTML).headers["etag"]
    same = site.get("/texts", headers=HTML | {"if-none-match": f'"other", {etag}'})
    assert (same.status_code, same.content) == (304, b"")
    assert site.get("/", headers=HTML | {"if-none-match": '"other"'}).status_code == 200


def test_text_travels_compressed_for_who_takes_it(site: TestClient[Litestar]) -> None:
    plain = site.get("/assets/index-abc.js", headers={"accept-encoding": "identity"})
    packed = site.get("/assets/index-abc.js", headers={"accept-encoding": "gzip, br"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content
    assert int(packed.headers["content-length"]) == len(gzip.compress(plain.content, mtime=0))


def test_what_the_build_has_compressed_better_is_sent_so(built: Path, site: TestClient[Litestar]) -> None:
    packed = b"\x0b\x02\x80hello\x03"
    (built / "assets" / "index-abc.js.br").write_bytes(packed)
    with site.stream("GET", "/assets/index-abc.js", headers={"accept-encoding": "gzip, br;q=0.9"}) as answer:
        assert answer.headers["content-encoding"] == "br"
        assert b"".join(answer.iter_raw()) == packed
    assert site.get("/assets/index-abc.js", headers={"accept-encoding": "gzip"}).headers["content-encoding"] == "gzip"
    assert site.get("/assets/index-abc.js.br").status_code == 404


def test_head_measures_a_file(site: TestClient[Litestar]) -> None:
    measured = site.head("/icon.svg", headers={"accept-encoding": "identity"})
    assert (measured.status_code, measured.content, measured.headers["content-length"]) == (200, b"", "6")


@pytest.mark.parametrize(
    "path", ["/../secret", "/assets/../../secret", "/%2e%2e/secret", "/assets/%2e%2e%2f%2e%2e%2fsecret", "//etc/passwd"]
)
def test_nothing_outside_the_client_can_be_had(site: TestClient[Litestar], built: Path, path: str) -> None:
    (built.parent / "secret").write_text("secret")
    assert site.get(path).status_code == 404


def test_a_client_that_is_not_built_says_so(tmp_path: Path) -> None:
    app = Litestar(
        client_routes(tmp_path / "none"), request_class=RecitalRequest, exception_handlers={RecitalError: refused}
    )
    with TestClient(app) as client:
        answer = client.get("/", headers=HTML)
    assert (answer.status_code, answer.json()["title"]) == (503, "The web client is not built")
