"""Totals in PostgreSQL, kept so that no question about them costs more as sessions and speakers grow in number.

    speaker_days    of each speaker and day what was published: the other three follow from it
    standings       of each speaker the whole of it
    standing_bands  of each band of totals how many different ones the leaderboard has: a rank is a sum over bands
    days            of each day the whole of it: the community's totals are a sum over days

One transaction counts at a time, by an advisory lock that is taken last: nobody waits for it with a lock in hand that
its holder could come to want.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from sqlalchemy import Connection, text

from adapters_storage.postgres import rows
from adapters_storage.postgres.recount import recounted
from recital_core.contributions import Tally
from recital_core.measures import Verdict
from recital_core.ports import Day, Difference, Given, Leader, Standing, Totals
from recital_core.speakers import SpeakerId

COUNTING = 0x57A4D
"""The advisory lock of whoever counts."""
BITS_OF_A_BAND = 8
AS_IT_IS = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
"""Of one moment, in which sessions and totals agree, since they are committed together."""
ALONE = text("SELECT pg_advisory_xact_lock(:key)").bindparams(key=COUNTING)

ADD = text("""
    WITH given AS (
        SELECT * FROM unnest(CAST(:speaker_id AS uuid[]), CAST(:on AS date[]), CAST(:duration_ms AS bigint[]),
            CAST(:recordings AS integer[]), CAST(:good AS integer[]), CAST(:usable AS integer[]),
            CAST(:doubtful AS integer[])
        ) AS each (speaker_id, date, duration_ms, recordings, good, usable, doubtful)
    ), kept AS (
        INSERT INTO speaker_days AS held (speaker_id, date, duration_ms, recordings)
        SELECT speaker_id, date, duration_ms, recordings FROM given
        ON CONFLICT (speaker_id, date) DO UPDATE SET
            duration_ms = held.duration_ms + excluded.duration_ms,
            recordings = held.recordings + excluded.recordings
        RETURNING speaker_id, date, recordings
    )
    INSERT INTO days AS held (date, duration_ms, recordings, speakers, latest, good, usable, doubtful, discarded)
    SELECT date, sum(duration_ms), sum(given.recordings),
        sum(CAST(kept.recordings > 0 AS integer) - CAST(kept.recordings > given.recordings AS integer)),
        0, sum(good), sum(usable), sum(doubtful), 0
    FROM given JOIN kept USING (speaker_id, date) GROUP BY date
    ON CONFLICT (date) DO UPDATE SET
        duration_ms = held.duration_ms + excluded.duration_ms,
        recordings = held.recordings + excluded.recordings,
        speakers = held.speakers + excluded.speakers,
        good = held.good + excluded.good,
        usable = held.usable + excluded.usable,
        doubtful = held.doubtful + excluded.doubtful
""")
FORGET_EMPTY = text("DELETE FROM speaker_days WHERE speaker_id = ANY(:speakers) AND recordings = 0")
DISCARD = text("""
    INSERT INTO days AS held (date, duration_ms, recordings, speakers, latest, good, usable, doubtful, discarded)
    SELECT date, 0, 0, 0, 0, 0, 0, 0, discarded
    FROM unnest(CAST(:date AS date[]), CAST(:discarded AS integer[])) AS given (date, discarded)
    ON CONFLICT (date) DO UPDATE SET discarded = held.discarded + excluded.discarded
""")
SUMS = text("""
    SELECT CAST(sum(duration_ms) AS bigint) AS duration_ms, sum(recordings) AS recordings, max(date) AS latest_on
    FROM speaker_days WHERE speaker_id = :of HAVING sum(recordings) > 0
""")
KEPT = text("SELECT duration_ms, latest_on, listed FROM standings WHERE speaker_id = :of")
KEEP = text("""
    INSERT INTO standings (speaker_id, duration_ms, recordings, latest_on, listed)
    SELECT id, :duration_ms, :recordings, :latest_on, on_leaderboard FROM speakers WHERE id = :of
    ON CONFLICT (speaker_id) DO UPDATE SET
        duration_ms = excluded.duration_ms, recordings = excluded.recordings, latest_on = excluded.latest_on
    RETURNING duration_ms, latest_on, listed
""")
REMOVE = text("DELETE FROM standings WHERE speaker_id = :of")
MOVE_LATEST = text("UPDATE days SET latest = latest + :more WHERE date = :date")
LIST = text("""
    UPDATE standings SET listed = :listed WHERE speaker_id = :of AND listed <> :listed RETURNING duration_ms
""")
COUNT_BAND = text("""
    INSERT INTO standing_bands (first_ms, totals)
    SELECT :first_ms, count(DISTINCT duration_ms) FROM standings
    WHERE listed AND duration_ms >= :first_ms AND duration_ms < :beyond_ms
    ON CONFLICT (first_ms) DO UPDATE SET totals = excluded.totals
""")
FORGET_BAND = text("DELETE FROM standing_bands WHERE first_ms = :first_ms AND totals = 0")

# Above mine are the bands that begin above it, and of my own band what lies between me and the next band.
STANDING = text("""
    SELECT duration_ms, recordings,
        1 + (SELECT coalesce(sum(totals), 0) FROM standing_bands WHERE first_ms > mine.duration_ms)
          + (
            SELECT count(DISTINCT duration_ms) FROM standings
            WHERE listed AND duration_ms > mine.duration_ms AND duration_ms < coalesce(
                (SELECT min(first_ms) FROM standing_bands WHERE first_ms > mine.duration_ms), 9223372036854775807
            )
        ) AS rank,
        (SELECT min(duration_ms) FROM standings WHERE listed AND duration_ms > mine.duration_ms) - duration_ms
            AS to_next_ms
    FROM standings AS mine WHERE speaker_id = :of
""")
GIVEN = text("SELECT speaker_id, duration_ms, recordings FROM standings WHERE speaker_id = ANY(:of)")
LEADERS = text("""
    SELECT dense_rank() OVER (ORDER BY duration_ms DESC) AS rank, speaker_id, display_name, duration_ms, recordings
    FROM (
        SELECT speaker_id, duration_ms, recordings FROM standings
        WHERE listed ORDER BY duration_ms DESC, speaker_id DESC LIMIT :limit
    ) AS first JOIN speakers ON speakers.id = speaker_id
    ORDER BY duration_ms DESC, speaker_id DESC
""")
TOTALS = text("""
    SELECT CAST(coalesce(sum(duration_ms), 0) AS bigint) AS duration_ms, coalesce(sum(recordings), 0) AS recordings,
        coalesce(sum(latest), 0) AS speakers
    FROM days
""")

VERDICTS = text("""
    SELECT coalesce(sum(good), 0) AS good, coalesce(sum(usable), 0) AS usable, coalesce(sum(doubtful), 0) AS doubtful
    FROM days
""")
DISCARDED = text("SELECT coalesce(sum(discarded), 0) FROM days")
DAYS = text("""
    SELECT date AS "on", duration_ms, recordings, speakers, latest AS not_since
    FROM days WHERE date >= :first ORDER BY date
""")


class PostgresStandings:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def count(self, tally: Tally) -> None:
        if tally.is_empty:
            return
        self._connection.execute(ALONE)
        if tally.discarded:
            given = {"date": list(tally.discarded), "discarded": list(tally.discarded.values())}
            self._connection.execute(DISCARD, given)
        if tally.contributions:
            fields = tally.contributions[0].__struct_fields__
            self._connection.execute(
                ADD, {name: [getattr(each, name) for each in tally.contributions] for name in fields}
            )
            speakers = sorted({each.speaker_id for each in tally.contributions})
            self._connection.execute(FORGET_EMPTY, {"speakers": speakers})
            for speaker_id in speakers:
                self._follow(speaker_id)

    def enlist(self, speaker_id: SpeakerId, *, listed: bool) -> None:
        self._connection.execute(ALONE)
        total = self._connection.execute(LIST, {"of": speaker_id, "listed": listed}).scalar()
        if total is not None:
            self._count_band(total)

    def of(self, speaker_id: SpeakerId) -> Standing:
        found = rows.first(self._connection, STANDING, Standing, of=speaker_id)
        return found or Standing(rank=None, duration_ms=0, recordings=0, to_next_ms=None)

    def given(self, speaker_ids: Collection[SpeakerId]) -> Sequence[Given]:
        return [rows.read(row, Given) for row in self._connection.execute(GIVEN, {"of": list(speaker_ids)})]

    def leaders(self, limit: int) -> Sequence[Leader]:
        return [rows.read(row, Leader) for row in self._connection.execute(LEADERS, {"limit": limit})]

    def totals(self) -> Totals:
        return rows.read(self._connection.execute(TOTALS).one(), Totals)

    def verdicts(self) -> Mapping[Verdict, int]:
        found = self._connection.execute(VERDICTS).one()
        return {verdict: getattr(found, verdict.value) for verdict in Verdict}

    def discarded(self) -> int:
        return int(self._connection.execute(DISCARDED).scalar_one())

    def days(self, first: date) -> Sequence[Day]:
        return [rows.read(row, Day) for row in self._connection.execute(DAYS, {"first": first})]

    def recount(self, *, mend: bool = True) -> Sequence[Difference]:
        self._connection.execute(ALONE if mend else AS_IT_IS)
        return recounted(self._connection, mend=mend)

    def _follow(self, speaker_id: SpeakerId) -> None:
        """Have standing, bands and days say of the speaker what their own days say."""
        of = {"of": speaker_id}
        before = self._connection.execute(KEPT, of).first()
        sums = self._connection.execute(SUMS, of).first()
        after = None
        if sums is None:
            self._connection.execute(REMOVE, of)
        else:
            after = self._connection.execute(KEEP, {**of, **sums._mapping}).first()  # noqa: SLF001 - as in `rows`
        for kept, more in ((before, -1), (after, 1)):
            if kept is not None:
                self._connection.execute(MOVE_LATEST, {"date": kept.latest_on, "more": more})
                if kept.listed:
                    self._count_band(kept.duration_ms)

    def _count_band(self, total_ms: int) -> None:
        within = band(total_ms)
        self._connection.execute(COUNT_BAND, {"first_ms": within.start, "beyond_ms": within.stop})
        self._connection.execute(FORGET_BAND, {"first_ms": within.start})


def band(total_ms: int) -> range:
    """The totals that are counted with this one: those whose eight highest bits, behind the leading zeros, are its.

    A band is at most 1/128 as wide as its totals are long: there are few bands, and few speakers in each.
    """
    low_bits = max(total_ms.bit_length() - BITS_OF_A_BAND, 0)
    first = total_ms >> low_bits << low_bits
    return range(first, first + (1 << low_bits))
