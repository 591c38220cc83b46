"""What operators see of the whole."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from recital_core.audit import Entry, Event
from recital_core.ports import Page, Store
from recital_core.speakers import SpeakerId


class LogPage(msgspec.Struct, frozen=True, kw_only=True):
    """Part of the log, and how the people in it are known: by e-mail address, else by name."""

    entries: Page[Entry]
    people: Mapping[SpeakerId, str]


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
    ) -> LogPage:
        """The log of what matters, the newest first. Raises Invalid for a wrong cursor."""
        with self._store.separately() as tx:
            entries = tx.audit.page(event=event, speaker_id=speaker_id, cursor=cursor, limit=limit)
            named = {one for entry in entries.items for one in (entry.actor_id, entry.subject_id) if one}
            people = {speaker.id: speaker.email or speaker.display_name for speaker in tx.speakers.some(named)}
        return LogPage(entries=entries, people=people)
