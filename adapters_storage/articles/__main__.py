"""Reads one file in a process of its own, which has only so much memory and time: see `files.documents`.

The name and, where HTTP stated one, the charset are arguments; the file is the standard input. A line of JSON is
written for each document, or for the refusal.
"""

from __future__ import annotations

import resource
import sys
from typing import BinaryIO

import msgspec

from adapters_storage.articles.files import MAX_CPU_S, MAX_MEMORY_BYTES, Outcome
from adapters_storage.articles.reading import MAX_BYTES, documents
from recital_core import errors


def main(name: str, charset: str, body: BinaryIO, out: BinaryIO) -> None:
    try:
        for document in documents(name, body.read(MAX_BYTES + 1), charset or None):
            _write(out, Outcome(document=document))
    except errors.RecitalError as refused:
        _write(out, Outcome(refusal=type(refused).__name__, detail=refused.detail, facts=refused.facts))
    except (MemoryError, RecursionError):
        heavy = errors.UnreadableFile("This file takes too much memory to read.", reason="heavy")
        _write(out, Outcome(refusal=type(heavy).__name__, detail=heavy.detail, facts=heavy.facts))


def limit() -> None:
    """From now on this process has so much memory and time, and ends when it wants more."""
    _limit(resource.RLIMIT_CPU, MAX_CPU_S)
    _limit(resource.RLIMIT_CORE, 0)
    if sys.platform == "linux":  # elsewhere it is not enforced, or counts what is shared
        _limit(resource.RLIMIT_AS, MAX_MEMORY_BYTES)


def _limit(kind: int, value: int) -> None:
    _, most = resource.getrlimit(kind)
    least = value if most == resource.RLIM_INFINITY else min(value, most)
    resource.setrlimit(kind, (least, least))


def _write(out: BinaryIO, outcome: Outcome) -> None:
    out.write(msgspec.json.encode(outcome) + b"\n")
    out.flush()


if __name__ == "__main__":
    limit()
    main(sys.argv[1], sys.argv[2], sys.stdin.buffer, sys.stdout.buffer)
