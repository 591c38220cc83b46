"""A worker beside what a command does."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from adapters_storage.assembly import Recital

log = logging.getLogger(__name__)


@contextlib.contextmanager
def working(recital: Recital) -> Iterator[Callable[[], None]]:
    """Have a worker work until the block ends; what is given raises Unavailable when it has ended before.

    What it cannot end then within its time is left as after a kill: the process, too, ends without it, once the
    command has closed everything else.
    """
    worker = recital.worker()
    worker.start()
    try:
        yield worker.check
    finally:
        ended = worker.stop()
    if not ended:
        log.warning("what is still in hand is left to another worker")
        click.get_current_context().call_on_close(_end_at_once)


def _end_at_once() -> None:
    """Python itself would wait for every thread."""
    logging.shutdown()
    os._exit(0)
