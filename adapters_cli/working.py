"""A worker beside what a command does."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adapters_storage.assembly import Recital

log = logging.getLogger(__name__)


@contextlib.contextmanager
def working(recital: Recital) -> Iterator[Callable[[], None]]:
    """Have a worker work until the block ends; what is given raises Unavailable when it has ended before.

    What it cannot end then within its time is left as after a kill.
    """
    worker = recital.worker()
    worker.start()
    try:
        yield worker.check
    finally:
        if not worker.stop():
            log.warning("what is still in hand is left to another worker")
