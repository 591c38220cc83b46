"""Files as sources of texts, each read in a process of its own.

Whatever a stranger's file makes a reader of its format do, it ends after so much time and memory, and the server and
its other requests never notice.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from typing import IO, BinaryIO, cast

import msgspec

from adapters_storage.articles.reading import MAX_BYTES
from recital_core import errors
from recital_core.ports import Document

MAX_MEMORY_BYTES = 300 * 2**20
MAX_CPU_S = 30
"""It waits for nothing but its reader, so that this bounds how long it hangs, too."""
READER = ("-m", "adapters_storage.articles")
PASSED_ON = ("DYLD_LIBRARY_PATH", "LD_LIBRARY_PATH", "PATH")
LOG_BYTES = 4096

log = logging.getLogger(__name__)


class Outcome(msgspec.Struct, omit_defaults=True):
    """What the reading process says in one line."""

    document: Document | None = None
    refusal: str | None = None
    detail: str = ""
    facts: dict[str, object] = {}


def documents(name: str, body: BinaryIO, charset: str | None = None) -> Iterator[Document]:
    """As `Sources.file` promises. `charset` is what HTTP stated of a page."""
    held = body.read(MAX_BYTES + 1)
    if len(held) > MAX_BYTES:
        raise errors.TooLarge("A file has at most 10 MiB.", limit=MAX_BYTES)
    with tempfile.TemporaryFile() as file:
        file.write(held)
        del held
        file.seek(0)
        yield from _read_apart(name, charset, file)


def _read_apart(name: str, charset: str | None, file: IO[bytes]) -> Iterator[Document]:
    command = [sys.executable, "-P", *READER, name.replace("\0", ""), charset or ""]
    environment = {key: os.environ[key] for key in PASSED_ON if key in os.environ}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(command, stdin=file, stdout=subprocess.PIPE, stderr=said, env=environment) as process,
    ):
        try:
            for line in cast("IO[bytes]", process.stdout):
                outcome = msgspec.json.decode(line, type=Outcome)
                if outcome.refusal is not None:
                    raise _refusal(outcome)
                if outcome.document is not None:
                    yield outcome.document
            if process.wait() != 0:
                said.seek(0)
                log.warning(
                    "reading a file ended with %s: %s",
                    process.returncode,
                    said.read(LOG_BYTES).decode("utf-8", "replace"),
                )
                raise errors.UnreadableFile(
                    "This file takes too much time or memory to read, or breaks what reads it.", reason="heavy"
                )
        finally:
            process.kill()


def _refusal(outcome: Outcome) -> errors.RecitalError:
    kind = getattr(errors, outcome.refusal or "", errors.UnreadableFile)
    refusal: errors.RecitalError = kind(outcome.detail, **outcome.facts)
    return refusal
