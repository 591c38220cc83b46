"""Blobs that nobody needs any more.

A segment that was long on its way may arrive after its session was settled, and whoever put it down may be killed
before it can say so; a worker that was cut off from the database may go on writing what another has erased meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import groupby
from uuid import UUID

from recital_core.ports import BlobStore, Clock, Store
from recital_core.published import archive_prefix
from recital_core.recording import STAGED_SESSIONS, staging_prefix
from recital_core.sessions import SessionId, State

LATELY = timedelta(days=2)
"""Longer than anybody goes on writing."""
ERASED_AT_ONCE = 10_000


class Orphans:
    def __init__(self, *, store: Store, staging: BlobStore, archive: BlobStore, clock: Clock) -> None:
        self._store = store
        self._staging = staging
        self._archive = archive
        self._clock = clock

    def sweep(self) -> int:
        """Forget what is left of settled sessions and what killed writers left half-written; give how many they were.

        Staging holds nothing of a session that is published or erased, and the archive nothing of one that was erased
        lately. What belongs to no session that is known stays: the database may be one of yesterday. May be done at
        any time, by any number at once.
        """
        return (
            self.sweep_drafts()
            + sum(map(self._forget_staged, self._staged()))
            + sum(map(self._unpublish, self._erased()))
        )

    def sweep_drafts(self) -> int:
        """Forget only what killed writers left half-written; give how many they were."""
        return self._staging.sweep() + self._archive.sweep()

    def _staged(self) -> Iterator[SessionId]:
        """The sessions of which staging holds something."""
        names = (
            blob.key.removeprefix(STAGED_SESSIONS).partition("/")[0] for blob in self._staging.list(STAGED_SESSIONS)
        )
        for name, _ in groupby(names):
            yield SessionId(UUID(name))

    def _erased(self) -> Iterator[SessionId]:
        with self._store.separately() as tx:
            yield from tx.sessions.erased_since(self._clock.now() - LATELY, ERASED_AT_ONCE)

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
