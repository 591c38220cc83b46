"""Blobs that nobody needs any more.

A segment that was long on its way may arrive after its session was settled, and whoever put it down may be killed
before it can say so; a worker that was cut off from the database may go on writing what another has erased meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from itertools import groupby
from typing import TypeVar
from uuid import UUID

import msgspec

from recital_core import errors
from recital_core.ports import BlobStore, Clock, Store
from recital_core.published import archive_prefix
from recital_core.recording import STAGED_SESSIONS, staging_prefix
from recital_core.sessions import SessionId, State

Thing = TypeVar("Thing")

LATELY = timedelta(days=2)
"""Longer than anybody goes on writing."""
FAILURES_BORNE = 10
"""In one part of a sweep: a session that cannot be swept hinders no other, a store that does not answer every one."""


class Swept(msgspec.Struct, frozen=True, kw_only=True):
    """How many leftovers were forgotten, and what lies among the sessions of staging without being of any."""

    forgotten: int = 0
    strangers: tuple[str, ...] = ()


class Orphans:
    def __init__(self, *, store: Store, staging: BlobStore, archive: BlobStore, clock: Clock) -> None:
        self._store = store
        self._staging = staging
        self._archive = archive
        self._clock = clock

    def sweep(self) -> Swept:
        """Forget what is left of settled sessions and what killed writers left half-written.

        Staging holds nothing of a session that is published or erased, and the archive nothing of one that was erased
        lately. What belongs to no session that is known stays: the database may be one of yesterday. May be done at
        any time, by any number at once. What can be swept is swept before the first failure is raised.
        """
        sweep, strangers = _Sweep(), list[str]()
        sweep.each(lambda blobs: blobs.sweep(), (self._staging, self._archive))
        sweep.each(self._forget_staged, self._staged(strangers))
        sweep.each(self._unpublish, self._erased())
        sweep.end()
        return Swept(forgotten=sweep.forgotten, strangers=tuple(strangers))

    def sweep_drafts(self) -> int:
        """Forget only what killed writers left half-written; give how many they were."""
        return self._staging.sweep() + self._archive.sweep()

    def _staged(self, strangers: list[str]) -> Iterator[SessionId]:
        """The sessions of which staging holds something; names that are no session's go to `strangers`."""
        names = (
            blob.key.removeprefix(STAGED_SESSIONS).partition("/")[0] for blob in self._staging.list(STAGED_SESSIONS)
        )
        for name, _ in groupby(names):
            session_id = _session_named(name)
            if session_id is None:
                strangers.append(STAGED_SESSIONS + name)
            else:
                yield session_id

    def _erased(self) -> Iterator[SessionId]:
        with self._store.separately() as tx:
            yield from tx.sessions.erased_since(self._clock.now() - LATELY)

    def _forget_staged(self, session_id: SessionId) -> bool:
        with self._store.separately() as tx:
            session = tx.sessions.get(session_id)
        settled = session is not None and (session.state is State.UPLOADED or session.erased_at is not None)
        if settled:
            self._staging.delete_under(staging_prefix(session_id))
        return settled

    def _unpublish(self, session_id: SessionId) -> bool:
        prefix = archive_prefix(session_id)
        left = next(iter(self._archive.list(prefix)), None) is not None
        if left:
            self._archive.delete_under(prefix)
        return left


class _Sweep:
    """Counts what was forgotten, and goes on after what failed."""

    def __init__(self) -> None:
        self.forgotten = 0
        self._failures: list[errors.Unavailable] = []

    def each(self, forget: Callable[[Thing], int], things: Iterable[Thing]) -> None:
        """One part of the sweep, up to its end or FAILURES_BORNE failures."""
        borne = len(self._failures) + FAILURES_BORNE
        try:
            for thing in things:
                try:
                    self.forgotten += forget(thing)
                except errors.Unavailable as failure:
                    self._failures.append(failure)
                    if len(self._failures) >= borne:
                        return
        except errors.Unavailable as failure:
            self._failures.append(failure)

    def end(self) -> None:
        """Raises the first failure."""
        if self._failures:
            raise self._failures[0]


def _session_named(name: str) -> SessionId | None:
    """The session whose folder in staging has this name."""
    try:
        session_id = SessionId(UUID(name))
    except ValueError:
        return None
    return session_id if str(session_id) == name else None
