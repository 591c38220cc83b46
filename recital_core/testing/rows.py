"""What the store in memory keeps, and how it gives it out in parts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any, Literal, TypeVar
from uuid import UUID

import msgspec

from recital_core import errors
from recital_core.agreements import Signature
from recital_core.audit import Entry
from recital_core.contributions import Contribution
from recital_core.letters import LetterKind
from recital_core.ports import Page
from recital_core.sessions import Mark, RecitalSession, Segment, SessionId
from recital_core.speakers import Credential, CredentialId, Invitation, Speaker, SpeakerId
from recital_core.texts import Place, RecitalText, TextId

Item = TypeVar("Item")
Row = TypeVar("Row")


class Rows:
    """Everything that is kept. Rows are frozen values, so a copy of the mappings is a copy of all."""

    def __init__(self) -> None:
        self.speakers: dict[SpeakerId, Speaker] = {}
        self.identities: dict[tuple[str, str], SpeakerId] = {}
        self.credentials: dict[CredentialId, Credential] = {}
        self.links: dict[str, tuple[SpeakerId, datetime]] = {}
        self.invitations: dict[str, Invitation] = {}
        self.signatures: dict[tuple[SpeakerId, str], Signature] = {}
        self.entries: dict[UUID, Entry] = {}
        self.texts: dict[tuple[TextId, int], RecitalText] = {}
        self.sessions: dict[SessionId, RecitalSession] = {}
        self.segments: dict[tuple[SessionId, int], Segment] = {}
        self.marks: dict[SessionId, tuple[Mark, ...]] = {}
        self.places: dict[tuple[SpeakerId, TextId], tuple[Place, datetime]] = {}
        self.contributions: dict[tuple[SpeakerId, date], Contribution] = {}
        self.discarded: dict[date, int] = {}
        self.jobs: tuple[SessionId, ...] = ()
        self.letters: tuple[tuple[LetterKind, SpeakerId], ...] = ()
        self.retractions_wanted = False

    def copy(self) -> Rows:
        copy = Rows()
        for name, kept in vars(self).items():
            setattr(copy, name, kept.copy() if isinstance(kept, dict) else kept)
        return copy


def part(
    found: Iterable[Row],
    cursor: str | None,
    limit: int,
    shown: Callable[[Row], Item],
    *,
    by: str = "created_at",
    descending: bool = True,
) -> Page[Item]:
    """The rows after the place that `cursor` names, by the field `by` and id. Raises Invalid for a cursor not ours."""

    def place(row: Any) -> tuple[Any, UUID]:
        return getattr(row, by), row.id

    ordered = sorted(found, key=place, reverse=descending)
    if cursor is not None:
        start = _place_of(cursor, by, type(place(ordered[0])[0]) if ordered else object)
        ordered = [row for row in ordered if (place(row) < start if descending else place(row) > start)]
    items = ordered[:limit]
    after = msgspec.json.encode((by, *place(items[-1]))).decode() if len(ordered) > limit else None
    return Page(items=[shown(row) for row in items], next=after)


def _place_of(cursor: str, by: str, kind: Any) -> tuple[Any, UUID]:
    try:
        _, value, row_id = msgspec.json.decode(cursor, type=tuple[Literal[by], kind, UUID])  # type: ignore[valid-type]
    except msgspec.MsgspecError as wrong:
        raise errors.Invalid("This cursor is not one of this list.") from wrong
    return value, row_id
