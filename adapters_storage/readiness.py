"""Whether every part that Recital stands on does its work; asked often, by anybody, so the answer is remembered."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future

from recital_core import errors

REMEMBERED_S = 2.0
PATIENCE_S = 3.0

log = logging.getLogger(__name__)


class Readiness:
    """Safe for threads. A check raises one of our errors when its part does not work.

    Of the parts that `examinations` names an operator asks more than that they answer.
    """

    def __init__(
        self, checks: Mapping[str, Callable[[], object]], examinations: Mapping[str, Callable[[], object]] | None = None
    ) -> None:
        self._checks = dict(checks)
        self._examinations = dict(examinations or {})
        self._lock = threading.Lock()
        self._asked: dict[str, Question] = {}

    def add(self, part: str, check: Callable[[], object]) -> None:
        """Ask `part`, too, from now on."""
        with self._lock:
            self._checks = {**self._checks, part: check}
            self._asked.pop(part, None)

    def ask(self) -> dict[str, str | None]:
        """Each part, examined: None when it is fine, else what is wrong with it."""
        return {part: _trouble(check) for part, check in (self._checks | self._examinations).items()}

    def recent(self) -> dict[str, str | None]:
        """Each part, as its check found it at most two seconds ago; what is wrong is logged when it is found.

        A part that does not answer within PATIENCE_S is not fine, and is not asked again before it has answered.
        """
        with self._lock:
            for part, check in self._checks.items():
                if part not in self._asked or self._asked[part].is_over:
                    self._asked[part] = Question(part, check)
            asked = dict(self._asked)
        return {part: question.trouble() for part, question in asked.items()}


class Question:
    """What a part is asked once, in a thread of its own: one that hangs keeps nobody waiting for the others."""

    def __init__(self, part: str, check: Callable[[], object]) -> None:
        self._part = part
        self._check = check
        self._late_at = time.monotonic() + PATIENCE_S
        self._over_at = float("inf")
        self._said: str | None = None
        self._answer: Future[str | None] = Future()
        threading.Thread(target=self._ask, name=f"is {part} ready", daemon=True).start()

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self._over_at

    def trouble(self) -> str | None:
        """What the part has answered, or that it is late."""
        with contextlib.suppress(TimeoutError):
            return self._answer.result(max(0.0, self._late_at - time.monotonic()))
        self._log(late := "It does not answer.")
        return late

    def _ask(self) -> None:
        try:
            trouble = _trouble(self._check)
        except Exception as accident:  # noqa: BLE001 - whoever waits for the answer gets it
            self._answer.set_exception(accident)
        else:
            self._log(trouble)
            self._answer.set_result(trouble)
        self._over_at = time.monotonic() + REMEMBERED_S

    def _log(self, trouble: str | None) -> None:
        if trouble != self._said:
            self._said = trouble
            if trouble is None:
                log.warning("%s is ready after all", self._part)
            else:
                log.warning("%s is not ready: %s", self._part, trouble)


def _trouble(check: Callable[[], object]) -> str | None:
    try:
        check()
    except errors.RecitalError as error:
        return error.detail
    return None
