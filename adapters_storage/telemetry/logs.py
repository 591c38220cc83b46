"""The log: facts, one a line, each with the request and the session that it is about."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import UTC, datetime

import msgspec

REQUEST: ContextVar[str | None] = ContextVar("request", default=None)
SESSION: ContextVar[str | None] = ContextVar("session", default=None)


@contextlib.contextmanager
def about(*, request: str | None = None, session: str | None = None) -> Iterator[None]:
    """Lines that are logged within the block, in threads that it waits for too, are about these."""
    before = REQUEST.set(request or REQUEST.get()), SESSION.set(session or SESSION.get())
    try:
        yield
    finally:
        REQUEST.reset(before[0])
        SESSION.reset(before[1])


def what_it_is_about() -> dict[str, str]:
    """The ids of the request and the session in hand, those that there are."""
    ids = {"request": REQUEST.get(), "session": SESSION.get()}
    return {name: given for name, given in ids.items() if given is not None}


class TextLines(logging.Formatter):
    """For people: time, level, who says it, what, and in brackets what it is about."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the standard library's name
        ids = " ".join(f"{name}={given}" for name, given in what_it_is_about().items())
        return super().formatMessage(record) + (f" [{ids}]" if ids else "")


class JsonLines(logging.Formatter):
    """For programs: a JSON object a line, `time` as RFC 3339, with `exception` where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **what_it_is_about(),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return msgspec.json.encode(line).decode()


FORMATS = {"text": TextLines, "json": JsonLines}
