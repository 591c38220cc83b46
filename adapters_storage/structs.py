"""Structs that threads may read and write at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import msgspec

_one_at_a_time = threading.Lock()


def prepare_structs() -> None:
    """Have msgspec learn every Struct that is loaded now, before threads decode them.

    It learns a Struct the first time that one is decoded; where two threads do that at once, msgspec 0.22 follows
    fields that are not there yet, and the process dies of it.
    """
    with _one_at_a_time:
        for kind in _kinds_of(msgspec.Struct):
            try:
                msgspec.json.Decoder(kind)
            except TypeError:  # it holds what cannot be decoded, so nobody does
                continue


def _kinds_of(kind: type[msgspec.Struct]) -> Iterator[type[msgspec.Struct]]:
    for found in kind.__subclasses__():
        yield found
        yield from _kinds_of(found)
