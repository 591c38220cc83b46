"""The built web client: a page for every address of its own, its hashed assets, and nothing of the API's."""

from __future__ import annotations

import functools
import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from litestar import Response, route
from litestar.enums import HttpMethod
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from adapters_http.ranges import is_current
from adapters_http.refusals import ClientNotBuilt
from adapters_http.requests import RecitalRequest
from recital_core import errors

BUILT = Path(__file__).parent / "client"
PAGE = "/index.html"
ASSETS = "/assets/"
NOT_PAGES = ("/api", "/health", "/problems", "/assets")
BROTLI = ".br"
"""Of the copies that the build lays beside files: Python has no brotli of its own."""
A_YEAR = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
COMPRESSED_TYPES = ("text/", "application/javascript", "application/json", "application/manifest+json", "image/svg+xml")
MEDIA_TYPES = {".js": "text/javascript", ".webmanifest": "application/manifest+json"}


class ClientFile(NamedTuple):
    body: bytes
    compressed: Mapping[str, bytes]
    """By coding, the best first."""
    media_type: str
    etag: str
    cache_control: str


def client_routes(folder: Path = BUILT) -> list[HTTPRouteHandler]:
    """The handler of everything that is not the API's. The files are read once, at the first request."""

    @functools.cache
    def files() -> Mapping[str, ClientFile]:
        return {
            f"/{path.relative_to(folder).as_posix()}": _read(path, folder)
            for path in sorted(folder.rglob("*"))
            if path.is_file() and not path.name.startswith(".") and path.suffix != BROTLI
        }

    @route(
        ["/", "/{path:path}"],
        http_method=[HttpMethod.GET, HttpMethod.HEAD],
        include_in_schema=False,
        sync_to_thread=False,
    )
    def client(request: RecitalRequest, path: FromPath[str] = "/") -> Response[bytes]:
        """A file of the client, else its page for whoever wants one. Raises NotFound, ClientNotBuilt."""
        if PAGE not in files():
            raise ClientNotBuilt("Build it in the folder “web” with npm run build.")
        file = files().get(PAGE if path == "/" else path)
        if file is None and _is_page(request, path):
            file = files()[PAGE]
        if file is None:
            raise errors.NotFound("There is nothing at this address.")
        return _answer(request, file)

    return [client]


def _is_page(request: RecitalRequest, path: str) -> bool:
    own = not any(path == prefix or path.startswith(f"{prefix}/") for prefix in NOT_PAGES)
    return own and "text/html" in request.headers.get("accept", "")


def _answer(request: RecitalRequest, file: ClientFile) -> Response[bytes]:
    headers = {"ETag": file.etag, "Cache-Control": file.cache_control, "Vary": "Accept, Accept-Encoding"}
    if is_current(request.headers.get("if-none-match"), file.etag):
        return Response(b"", status_code=304, headers=headers)
    body = file.body
    accepted = {coding.partition(";")[0].strip() for coding in request.headers.get("accept-encoding", "").split(",")}
    if coding := next((coding for coding in file.compressed if coding in accepted), None):
        body = file.compressed[coding]
        headers["Content-Encoding"] = coding
    headers["Content-Length"] = str(len(body))
    return Response(b"" if request.method == "HEAD" else body, media_type=file.media_type, headers=headers)


def _read(path: Path, folder: Path) -> ClientFile:
    body = path.read_bytes()
    media_type = MEDIA_TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return ClientFile(
        body=body,
        compressed=_compressed(path, body) if media_type.startswith(COMPRESSED_TYPES) else {},
        media_type=media_type,
        etag=f'W/"{hashlib.sha256(body).hexdigest()[:32]}"',
        cache_control=A_YEAR if path.relative_to(folder).parts[0] == ASSETS.strip("/") else ASK_AGAIN,
    )


def _compressed(path: Path, body: bytes) -> Mapping[str, bytes]:
    brotli = path.with_name(path.name + BROTLI)
    packed = {"br": brotli.read_bytes()} if brotli.exists() else {}
    return packed | {"gzip": gzip.compress(body, mtime=0)}
