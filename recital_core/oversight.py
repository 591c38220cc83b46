"""What operators see of the whole."""

from __future__ import annotations

from recital_core.audit import Entry, Event
from recital_core.ports import Page, Store
from recital_core.speakers import SpeakerId


class Oversight:
    def __init__(self, *, store: Store) -> None:
        self._store = store

    def audit(
        self,
        *,
        event: Event | None = None,
        speaker_id: SpeakerId | None = None,
        cursor: str | None = None,
        limit: int = 100,
    ) -> Page[Entry]:
        """The log of what matters, the newest first. Raises Invalid for a wrong cursor."""
        with self._store.separately() as tx:
            return tx.audit.page(event=event, speaker_id=speaker_id, cursor=cursor, limit=limit)
