"""Word of what changes in the store in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from recital_core.ports import Change
from recital_core.sessions import RecitalSession
from recital_core.testing.rows import Rows

Told = Callable[[Change | None], None]


class MemoryNews:
    """Tells of what differs between the rows before and after each transaction of one store."""

    def __init__(self) -> None:
        self._hearers: list[Told] = []

    @contextmanager
    def hearing(self, told: Told) -> Iterator[None]:
        self._hearers.append(told)
        try:
            yield
        finally:
            self._hearers.remove(told)

    def tell(self, before: Rows, after: Rows) -> None:
        changes = [
            Change(speaker_id=before.sessions.get(session.id, session).speaker_id, session_id=session.id)
            for session in after.sessions.values()
            if session.id not in before.sessions or _told_of(before.sessions[session.id]) != _told_of(session)
        ]
        ended = [one.speaker_id for key, one in before.credentials.items() if key not in after.credentials]
        moved = [one.id for one in after.speakers.values() if before.speakers.get(one.id, one).role is not one.role]
        for change in (*changes, *(Change(speaker_id=speaker_id) for speaker_id in (*ended, *moved))):
            for told in self._hearers:
                told(change)


def _told_of(session: RecitalSession) -> tuple[object, ...]:
    return session.state, session.outcome, session.attempts, session.problem
