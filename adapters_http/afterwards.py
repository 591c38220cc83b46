"""Work that nobody waits for: it begins when the answer has been sent, and tells the caller nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import ParamSpec

from litestar.background_tasks import BackgroundTask

from recital_core import errors

log = logging.getLogger("recital.http")

Given = ParamSpec("Given")


def afterwards(work: Callable[Given, None], *given: Given.args, **more: Given.kwargs) -> BackgroundTask:
    """`work`, to be done in a thread after the answer; a refusal of it goes to the log by its name alone."""

    def done() -> None:
        try:
            work(*given, **more)
        except errors.RecitalError as refusal:
            log.warning("after an answer: %s", refusal.slug())

    return BackgroundTask(done)
