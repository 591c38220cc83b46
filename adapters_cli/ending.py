"""How a process is asked to end, and how it ends that may have something in hand which does not."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from types import FrameType


@contextmanager
def stop_signals() -> Iterator[Connection]:
    """A connection on which something comes with SIGINT and with SIGTERM. For the main thread."""
    stop, stopping = multiprocessing.Pipe(duplex=False)

    def end(_number: int, _frame: FrameType | None) -> None:
        stopping.send(None)

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def end_at_once() -> None:
    """End this process, in which all is closed. Python itself would wait for every thread, and a store may hang."""
    logging.shutdown()
    os._exit(0)
