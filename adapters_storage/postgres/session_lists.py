"""Sessions as lists show them, and the questions that keep such lists flat however many sessions there are.

Each filter has an index that goes on with (opened_at, id), the order of the list: PostgreSQL walks the one that it
takes for the narrowest, and checks the others on the way.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, literal_column, select, text, tuple_

from adapters_storage.postgres import rows
from adapters_storage.postgres.tables import sessions, speakers, texts
from recital_core.ports import SessionFilter, SessionSummary
from recital_core.sessions import AUDIBLE, RecitalSession, State

SUMMARY = (
    select(
        sessions,
        texts.c.title.label("text_title"),
        texts.c.language.label("text_language"),
        speakers.c.display_name.label("speaker_name"),
    )
    .join(texts, texts.c.id == sessions.c.text_id)
    .outerjoin(speakers, speakers.c.id == sessions.c.speaker_id)
)
SHOWN = tuple(state for state in State if state is not State.DISCARDED)
# Written out, as the indexes have them: a value that is sent beside the statement would hide that they fit.
VERDICT: ColumnElement[str] = literal_column("(sessions.outcome ->> 'verdict')")
IN_TROUBLE = text("(sessions.problem IS NOT NULL OR sessions.attempts > 0)")


def page_of(wanted: SessionFilter, cursor: str | None, limit: int) -> Select[*tuple[Any, ...]]:
    """One session more than a page has, the newest first. Raises Invalid for a cursor that is not of this list."""
    statement = SUMMARY.order_by(sessions.c.opened_at.desc(), sessions.c.id.desc()).limit(limit + 1)
    statement = statement.where(sessions.c.state.in_(wanted.states or SHOWN))
    for column, value in (
        (sessions.c.speaker_id, wanted.speaker_id),
        (sessions.c.text_id, wanted.text_id),
        (sessions.c.language, wanted.language),
        (VERDICT, wanted.verdict),
    ):
        if value is not None:
            statement = statement.where(column == value)
    if wanted.trouble:
        statement = statement.where(IN_TROUBLE)
    if wanted.since is not None:
        statement = statement.where(sessions.c.opened_at >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(sessions.c.opened_at < wanted.until)
    if cursor is not None:
        statement = statement.where(rows.beyond(sessions, "opened_at", cursor, descending=True))
    return statement


def neighbours_of(session: RecitalSession) -> Select[*tuple[Any, ...]]:
    """One row: the sessions that can be heard of the same speaker, the next `newer` and the next `older`."""
    place = tuple_(sessions.c.opened_at, sessions.c.id)
    here = (session.opened_at, session.id)
    heard = select(sessions.c.id).where(sessions.c.speaker_id == session.speaker_id, sessions.c.state.in_(AUDIBLE))
    newer = heard.where(place > here).order_by(sessions.c.opened_at, sessions.c.id)
    older = heard.where(place < here).order_by(sessions.c.opened_at.desc(), sessions.c.id.desc())
    return select(newer.limit(1).scalar_subquery().label("newer"), older.limit(1).scalar_subquery().label("older"))


def summary(row: rows.AnyRow) -> SessionSummary:
    """A row of SUMMARY."""
    return SessionSummary(
        session=rows.read(row, RecitalSession),
        text_title=row.text_title,
        language=row.text_language,
        speaker_name=row.speaker_name,
    )
