"""Counting all sessions anew, and telling, or putting right, what the kept totals say otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    FromClause,
    Table,
    Text,
    and_,
    column,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import insert

from adapters_storage.postgres import rows
from adapters_storage.postgres.tables import days, speaker_days, standing_bands, standings
from recital_core.ports import Difference

TOLD = 1000

# Each is counted from the sessions, or from those before it.
SPEAKER_DAYS = text("""
    CREATE TEMPORARY TABLE counted_speaker_days ON COMMIT DROP AS
    SELECT speaker_id, CAST(uploaded_at AT TIME ZONE 'UTC' AS date) AS date,
        sum(CAST(outcome->>'duration_ms' AS bigint)) AS duration_ms, count(*) AS recordings,
        count(*) FILTER (WHERE outcome->>'verdict' = 'good') AS good,
        count(*) FILTER (WHERE outcome->>'verdict' = 'usable') AS usable,
        count(*) FILTER (WHERE outcome->>'verdict' = 'doubtful') AS doubtful
    FROM sessions WHERE state = 'uploaded' AND speaker_id IS NOT NULL GROUP BY 1, 2
""")
STANDINGS = text("""
    CREATE TEMPORARY TABLE counted_standings ON COMMIT DROP AS
    SELECT speaker_id, CAST(sum(duration_ms) AS bigint) AS duration_ms, sum(recordings) AS recordings,
        max(date) AS latest_on, on_leaderboard AS listed
    FROM counted_speaker_days JOIN speakers ON speakers.id = speaker_id GROUP BY speaker_id, on_leaderboard
""")
STANDING_BANDS = text("""
    CREATE TEMPORARY TABLE counted_standing_bands ON COMMIT DROP AS
    SELECT (duration_ms >> low_bits) << low_bits AS first_ms, count(DISTINCT duration_ms) AS totals
    FROM (
        SELECT duration_ms, greatest(length(ltrim(CAST(CAST(duration_ms AS bit(64)) AS text), '0')) - 8, 0) AS low_bits
        FROM counted_standings WHERE listed
    ) AS listed GROUP BY 1
""")
DAYS = text("""
    CREATE TEMPORARY TABLE counted_days ON COMMIT DROP AS
    SELECT date, sum(duration_ms) AS duration_ms, sum(recordings) AS recordings, sum(speakers) AS speakers,
        sum(latest) AS latest, sum(good) AS good, sum(usable) AS usable, sum(doubtful) AS doubtful,
        sum(discarded) AS discarded
    FROM (
        SELECT date, sum(duration_ms) AS duration_ms, sum(recordings) AS recordings, count(*) AS speakers,
            0 AS latest, sum(good) AS good, sum(usable) AS usable, sum(doubtful) AS doubtful, 0 AS discarded
        FROM counted_speaker_days GROUP BY date
        UNION ALL
        SELECT date, 0, 0, 0, 0, 0, 0, 0, 0 FROM days -- one that lost everything stays
        UNION ALL
        SELECT latest_on, 0, 0, 0, count(*), 0, 0, 0, 0 FROM counted_standings GROUP BY latest_on
        UNION ALL
        SELECT CAST(discarded_at AT TIME ZONE 'UTC' AS date), 0, 0, 0, 0, 0, 0, 0, count(*)
        FROM sessions WHERE discarded_at IS NOT NULL GROUP BY 1
    ) AS parts GROUP BY date
""")
COUNTS = ((speaker_days, SPEAKER_DAYS), (standings, STANDINGS), (standing_bands, STANDING_BANDS), (days, DAYS))


def recounted(connection: Connection, *, mend: bool) -> list[Difference]:
    """What differs, and with `mend` is put right, of every table.

    The caller lets nobody else count meanwhile; who only looks has a transaction that sees none of it.
    """
    found: list[Difference] = []
    for kept, count in COUNTS:
        connection.execute(count)
        connection.execute(text(f"ANALYZE counted_{kept.name}"))  # else it is joined as if it had a few rows
        counted = table(f"counted_{kept.name}", *(column(each.name, each.type) for each in kept.columns))
        differences = _differences(connection, kept, counted)
        if differences and mend:
            _put_right(connection, kept, counted)
        found.extend(differences)
    return found


def _differences(connection: Connection, kept: Table, counted: FromClause) -> list[Difference]:
    key = [func.coalesce(each, counted.c[each.name]) for each in kept.primary_key]
    totals = [each for each in kept.columns if not each.primary_key]
    found = connection.execute(
        select(
            func.concat_ws(" ", literal(str(kept.name), Text), *key).label("what"),
            _told(kept, totals).label("kept"),
            _told(counted, totals).label("counted"),
        )
        .select_from(kept.join(counted, _same_key(kept, counted), full=True))
        .where(or_(*(each.is_distinct_from(counted.c[each.name]) for each in totals)))
        .order_by(*key)
        .limit(TOLD)
    )
    return [rows.read(row, Difference) for row in found]


def _told(of: FromClause, totals: Sequence[Column[Any]]) -> ColumnElement[str | None]:
    """The totals in one text; None where the row is not there: no total is NULL."""
    return func.nullif(func.concat_ws(", ", *(literal(f"{each.name} ").concat(of.c[each.name]) for each in totals)), "")


def _put_right(connection: Connection, kept: Table, counted: FromClause) -> None:
    names, totals = kept.columns.keys(), [each for each in kept.columns if not each.primary_key]
    connection.execute(delete(kept).where(~exists(select(1).select_from(counted).where(_same_key(kept, counted)))))
    right = exists().where(_same_key(kept, counted), *(each == counted.c[each.name] for each in totals))
    fresh = insert(kept).from_select(names, select(*(counted.c[name] for name in names)).where(~right))
    connection.execute(
        fresh.on_conflict_do_update(
            index_elements=list(kept.primary_key), set_={each.name: fresh.excluded[each.name] for each in totals}
        )
    )


def _same_key(kept: Table, counted: FromClause) -> ColumnElement[bool]:
    return and_(*(each == counted.c[each.name] for each in kept.primary_key))
