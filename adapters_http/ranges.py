"""Answering with a file or a part of it (RFC 9110, 13 and 14): 200, 206, 304, 416, and HEAD."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from itertools import chain
from typing import Any, BinaryIO, NamedTuple

from litestar import Response
from litestar.response import Stream

from adapters_http.problems import problem
from adapters_http.refusals import RangeNotSatisfiable
from adapters_http.requests import RecitalRequest
from adapters_http.turns import Turns
from recital_core.listening import PlayFile

CHUNK_BYTES = 256 * 1024
BYTE_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


class Part(NamedTuple):
    first: int
    size: int


def part_asked(given: str | None, total: int) -> Part | None:
    """The one part of `total` bytes that a Range header names; None where the whole is to be sent.

    Other units, several ranges and what is no range at all count as no header. Raises RangeNotSatisfiable for a
    part that begins at or after the end.
    """
    found = BYTE_RANGE.fullmatch(given or "")
    if found is None or found[0] == "bytes=-" or (found[1] and found[2] and int(found[1]) > int(found[2])):
        return None
    if found[1]:
        first, last = int(found[1]), min(int(found[2] or total), total - 1)
    else:
        first, last = max(0, total - int(found[2])), total - 1
    if first > last:
        raise RangeNotSatisfiable(f"The file has {total} bytes.", bytes=total)
    return Part(first, last - first + 1)


def is_current(if_none_match: str | None, etag: str) -> bool:
    """Whether a client holds the very thing that `etag` names."""
    tags = [tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")]
    return etag.removeprefix("W/") in tags or "*" in tags


async def file_answer(request: RecitalRequest, turns: Turns, file: PlayFile, etag: str) -> Response[Any]:
    """The file, or what the request's Range, If-Range and If-None-Match ask of it."""
    kept = {"ETag": etag, "Accept-Ranges": "bytes", "Cache-Control": "private, no-cache"}
    if is_current(request.headers.get("if-none-match"), etag):
        return Response(b"", status_code=304, headers=kept)
    asked = request.headers.get("range") if request.headers.get("if-range", etag) == etag else None
    try:
        part = part_asked(asked, file.bytes)
    except RangeNotSatisfiable as refusal:
        return problem(refusal, request.url.path, {"Content-Range": f"bytes */{file.bytes}"})
    first, size = part or Part(0, file.bytes)
    # The framework's Stream lets the route's media type win over its own; a header it leaves alone.
    headers = {**kept, "Content-Type": file.media_type, "Content-Length": str(size)}
    if part:
        headers["Content-Range"] = f"bytes {first}-{first + size - 1}/{file.bytes}"
    status = 206 if part else 200
    if request.method == "HEAD":
        return Response(b"", status_code=status, headers=headers)
    chunks = chunks_of(file.open(first, size))
    begun = await turns.take(next, chunks, b"")
    return Stream(turns.stream(chain((begun,), chunks)), status_code=status, headers=headers)


def chunks_of(source: AbstractContextManager[BinaryIO]) -> Iterator[bytes]:
    """What is opened is closed with the iterator; when a listener leaves in mid-read, by the thread that reads."""
    with source as opened:
        while chunk := opened.read(CHUNK_BYTES):
            yield chunk
