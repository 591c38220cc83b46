"""Taking the bytes of a segment in: hashed on the way, in memory while small and in a temporary file beyond."""

from __future__ import annotations

import base64
import binascii
import errno
import hashlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, NamedTuple, cast

from adapters_http.refusals import DigestRequired
from adapters_http.requests import RecitalRequest
from recital_core import errors

BYTES_IN_MEMORY = 1024 * 1024
SHA_256_MEMBER = re.compile(r"(?:^|,)\s*sha-256=:([A-Za-z0-9+/=]{1,64}):\s*(?=,|;|$)")
SHA_256_BYTES = 32


class Arrived(NamedTuple):
    """A whole body, to be read from its start. `digest` is its SHA-256 in lower-case hex."""

    file: BinaryIO
    digest: str
    bytes: int


def declared_digest(content_digest: str | None) -> str:
    """The SHA-256 of a Content-Digest header (RFC 9530), in lower-case hex. Raises DigestRequired."""
    found = SHA_256_MEMBER.search(content_digest or "")
    try:
        digest = base64.b64decode(found[1], validate=True) if found else b""
    except binascii.Error:
        digest = b""
    if len(digest) != SHA_256_BYTES:
        raise DigestRequired("Send Content-Digest: sha-256=:…:, the SHA-256 of the body in base64.")
    return digest.hex()


@asynccontextmanager
async def arriving(request: RecitalRequest, digest: str) -> AsyncIterator[Arrived]:
    """The request's whole body, until the block ends.

    Raises DigestMismatch when it is not what `digest` says, Invalid when it is empty, Malformed when it stops
    half-way, StorageFull; over the route's limit the framework refuses while reading.
    """
    with SpooledTemporaryFile(max_size=BYTES_IN_MEMORY) as spool:
        hashed, count = hashlib.sha256(), 0
        try:
            async for chunk in request.stream():
                hashed.update(chunk)
                count += spool.write(chunk)
        except OSError as failure:
            if failure.errno not in {errno.ENOSPC, errno.EDQUOT}:
                raise
            raise errors.StorageFull("There is no room left to take this in.") from failure
        if not count:
            raise errors.Invalid("The body is empty.")
        if hashed.hexdigest() != digest:
            raise errors.DigestMismatch("What arrived is not what Content-Digest says. Send it again.")
        spool.seek(0)
        yield Arrived(cast("BinaryIO", spool), digest, count)
