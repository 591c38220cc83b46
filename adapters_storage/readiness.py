"""Whether every part that Recital stands on does its work; asked often, by anybody, so the answer is remembered."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from recital_core import errors

REMEMBERED_S = 2.0

log = logging.getLogger(__name__)


class Readiness:
    """Safe for threads. A check raises one of our errors when its part does not work."""

    def __init__(self, checks: dict[str, Callable[[], object]]) -> None:
        self._checks = checks
        self._lock = threading.Lock()
        self._known: dict[str, str | None] = {}
        self._known_until = 0.0

    def add(self, part: str, check: Callable[[], object]) -> None:
        """Ask `part`, too, from now on."""
        with self._lock:
            self._checks = {**self._checks, part: check}
            self._known_until = 0.0

    def ask(self) -> dict[str, str | None]:
        """Each part: None when it is fine, else what is wrong with it."""
        return {part: _trouble(check) for part, check in self._checks.items()}

    def recent(self) -> dict[str, str | None]:
        """As `ask`, at most two seconds ago; what is wrong is logged when it is found."""
        with self._lock:
            if time.monotonic() >= self._known_until:
                self._known = self.ask()
                self._known_until = time.monotonic() + REMEMBERED_S
                for part, trouble in self._known.items():
                    if trouble is not None:
                        log.warning("%s is not ready: %s", part, trouble)
            return dict(self._known)


def _trouble(check: Callable[[], object]) -> str | None:
    try:
        check()
    except errors.RecitalError as error:
        return error.detail
    return None
