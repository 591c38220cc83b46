"""Sessions, their segments and their marks in PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from adapters_storage.postgres import rows
from adapters_storage.postgres.frequent import Frequent
from adapters_storage.postgres.session_lists import SUMMARY, neighbours_of, page_of, summary
from adapters_storage.postgres.tables import marks, segments, sessions
from recital_core.ports import Intake, Neighbours, Page, Received, Retraction, SessionFilter, SessionSummary
from recital_core.sessions import Mark, MarkKind, RecitalSession, Segment, SessionId, State, ranges
from recital_core.speakers import SpeakerId

SEGMENT_FIELDS = [segments.c[name] for name in Segment.__struct_fields__]
MARK_FIELDS = [marks.c[name] for name in Mark.__struct_fields__]

# What every upload runs is built once: building a statement costs more than PostgreSQL takes to answer it.
SESSION = select(sessions).where(sessions.c.id == bindparam("of"))
SEGMENT = select(*SEGMENT_FIELDS).where(
    segments.c.session_id == bindparam("of"), segments.c.number == bindparam("numbered")
)
HELD = {name: f"held_{name}" for name in Segment.__struct_fields__}
ANY_SEGMENT = segments.alias()
INTAKE = Frequent(
    select(
        sessions,
        *(segments.c[name].label(label) for name, label in HELD.items()),
        select(ANY_SEGMENT.c.media_type)
        .where(ANY_SEGMENT.c.session_id == sessions.c.id)
        .limit(1)
        .scalar_subquery()
        .label("its_media_type"),
    )
    .outerjoin(segments, (segments.c.session_id == sessions.c.id) & (segments.c.number == bindparam("numbered")))
    .where(sessions.c.id == bindparam("of"))
)
TOUCH = (
    update(sessions)
    .where(sessions.c.id == bindparam("of"), sessions.c.state == State.ACTIVE)
    .values(last_activity_at=func.greatest(sessions.c.last_activity_at, bindparam("moment")))
)
TOUCHED = TOUCH.returning(sessions.c.id).cte("touched")
ADD_SEGMENT = Frequent(
    insert(segments)
    .from_select(
        ["session_id", *Segment.__struct_fields__],
        select(TOUCHED.c.id, *(bindparam(name, type_=segments.c[name].type) for name in Segment.__struct_fields__)),
    )
    .on_conflict_do_nothing()
    .returning(segments.c.number)
)

ANCHOR = marks.alias()
MARKS_AROUND = (
    select(*MARK_FIELDS)
    .where(
        marks.c.session_id == bindparam("of"),
        marks.c.n
        >= func.coalesce(
            select(func.max(ANCHOR.c.n))
            .where(
                ANCHOR.c.session_id == bindparam("of"),
                ANCHOR.c.n < bindparam("number"),
                ANCHOR.c.kind.in_((MarkKind.READ, MarkKind.SKIP)),
            )
            .scalar_subquery(),
            0,
        ),
    )
    .order_by(marks.c.n)
)

RETRACTIONS = (
    select(sessions.c.id.label("session_id"), sessions.c.discarded_at.label("retracted_at"))
    .where(sessions.c.uploaded_at.is_not(None), sessions.c.discarded_at.is_not(None))
    .order_by(sessions.c.discarded_at, sessions.c.id)
    .limit(1000)
)


class PostgresSessions:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, session: RecitalSession) -> bool:
        return rows.inserted(self._connection, insert(sessions).values(rows.columns(session)), sessions.c.id)

    def get(self, session_id: SessionId) -> RecitalSession | None:
        return rows.first(self._connection, SESSION, RecitalSession, of=session_id)

    def lock(self, session_id: SessionId) -> RecitalSession | None:
        return rows.first(
            self._connection, select(sessions).where(sessions.c.id == session_id).with_for_update(), RecitalSession
        )

    def save(self, session: RecitalSession) -> None:
        self._connection.execute(update(sessions).where(sessions.c.id == session.id).values(rows.columns(session)))

    def touch(self, session_id: SessionId, now: datetime) -> bool:
        return self._connection.execute(TOUCH, {"of": session_id, "moment": now}).rowcount == 1

    def add_segment(self, session_id: SessionId, segment: Segment, now: datetime) -> Segment | None:
        values = {"of": session_id, "moment": now, **msgspec.structs.asdict(segment)}
        if ADD_SEGMENT.first(self._connection, **values) is not None:
            return segment
        if not self.touch(session_id, now):
            return None
        return rows.first(self._connection, SEGMENT, Segment, of=session_id, numbered=segment.number)

    def intake(self, session_id: SessionId, number: int) -> Intake | None:
        row = INTAKE.first(self._connection, of=session_id, numbered=number)
        if row is None:
            return None
        held = {name: row[label] for name, label in HELD.items()}
        return Intake(
            session=msgspec.convert(row, RecitalSession),
            held=None if held["number"] is None else Segment(**held),
            media_type=row["its_media_type"],
        )

    def segments(self, session_id: SessionId) -> Sequence[Segment]:
        found = self._connection.execute(
            select(*SEGMENT_FIELDS).where(segments.c.session_id == session_id).order_by(segments.c.number)
        )
        return [rows.read(row, Segment) for row in found]

    def add_marks(self, session_id: SessionId, new: Sequence[Mark]) -> None:
        if new:
            values = [{"session_id": session_id, **msgspec.structs.asdict(mark)} for mark in new]
            self._connection.execute(insert(marks), values)

    def marks(self, session_id: SessionId) -> Sequence[Mark]:
        found = self._connection.execute(
            select(*MARK_FIELDS).where(marks.c.session_id == session_id).order_by(marks.c.n)
        )
        return [rows.read(row, Mark) for row in found]

    def marks_around(self, session_id: SessionId, n: int) -> Sequence[Mark]:
        found = self._connection.execute(MARKS_AROUND, {"of": session_id, "number": n})
        return [rows.read(row, Mark) for row in found]

    def forget_pieces(self, session_id: SessionId) -> None:
        for pieces in (segments, marks):
            self._connection.execute(delete(pieces).where(pieces.c.session_id == session_id))

    def received(self, session_id: SessionId) -> Received:
        held = self._connection.execute(
            select(segments.c.number, segments.c.bytes)
            .where(segments.c.session_id == session_id)
            .order_by(segments.c.number)
        ).all()
        count = self._connection.execute(
            select(func.count()).select_from(marks).where(marks.c.session_id == session_id)
        ).scalar_one()
        return Received(segments=ranges(row.number for row in held), marks=count, bytes=sum(row.bytes for row in held))

    def summary(self, session_id: SessionId) -> SessionSummary | None:
        row = self._connection.execute(SUMMARY.where(sessions.c.id == session_id)).first()
        return None if row is None else summary(row)

    def page(self, wanted: SessionFilter, cursor: str | None, limit: int) -> Page[SessionSummary]:
        found = self._connection.execute(page_of(wanted, cursor, limit)).all()
        return rows.page(found, limit, "opened_at", summary)

    def neighbours(self, session: RecitalSession) -> Neighbours:
        found = self._connection.execute(neighbours_of(session)).one()
        return rows.read(found, Neighbours)

    def count(self, state: State) -> int:
        wanted = select(func.count()).select_from(sessions).where(sessions.c.state == state)
        return self._connection.execute(wanted).scalar_one()

    def active_count(self, speaker_id: SpeakerId) -> int:
        return self._connection.execute(
            select(func.count())
            .select_from(sessions)
            .where(sessions.c.speaker_id == speaker_id, sessions.c.state == State.ACTIVE)
        ).scalar_one()

    def of_speaker(self, speaker_id: SpeakerId) -> Sequence[RecitalSession]:
        found = self._connection.execute(
            select(sessions).where(sessions.c.speaker_id == speaker_id).order_by(sessions.c.opened_at, sessions.c.id)
        )
        return [rows.read(row, RecitalSession) for row in found]

    def retractions(self) -> Iterator[Retraction]:
        last: Retraction | None = None
        while found := self._retractions_after(last):
            yield from found
            last = found[-1]

    def silent_since(self, moment: datetime, limit: int) -> Sequence[SessionId]:
        return self._ids(State.ACTIVE, sessions.c.last_activity_at <= moment, limit)

    def erased_since(self, moment: datetime) -> Sequence[SessionId]:
        return self._ids(State.DISCARDED, sessions.c.erased_at >= moment)

    def unfinished(self, state: State, limit: int) -> Sequence[SessionId]:
        return self._ids(state, sessions.c.erased_at.is_(None), limit)

    def _retractions_after(self, last: Retraction | None) -> Sequence[Retraction]:
        wanted = RETRACTIONS
        if last is not None:
            here = tuple_(sessions.c.discarded_at, sessions.c.id)
            wanted = wanted.where(here > (last.retracted_at, last.session_id))
        return [rows.read(row, Retraction) for row in self._connection.execute(wanted)]

    def _ids(self, state: State, condition: ColumnElement[bool], limit: int | None = None) -> Sequence[SessionId]:
        found = self._connection.execute(
            select(sessions.c.id)
            .where(sessions.c.state == state, condition)
            .order_by(sessions.c.last_activity_at, sessions.c.id)
            .limit(limit)
        )
        return [SessionId(session_id) for session_id in found.scalars()]
