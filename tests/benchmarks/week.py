"""One week of a busy community: how long its sessions wait for a worker, and what its tables weigh.

    python -m tests.benchmarks.week [sessions [speakers]]

Running ffmpeg over 100,000 sessions takes three days, so the week is told in three parts, each as real as it can be:

- what finalising costs is measured first, on real sessions of one and of five minutes with real ffmpeg, as CPU;
- the queue is a simulation of events: sessions are kept by the curve of a day and of a week, with lengths as people
  read; workers take them in turn, and those that work at once share the cores evenly, nobody more than one core
  (ffmpeg by itself takes more than one, which helps where cores are idle, and is left out);
- the tables are real: every session of that week, with a row for each of its segments and marks, is put into a real
  PostgreSQL, and the totals are counted as `recital standings rebuild` does it.

Wanted: with 4 workers, 99 of 100 sessions are taken up within 60 s.
"""

from __future__ import annotations

import bisect
import itertools
import random
import statistics
import sys
import tempfile
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import psycopg

from adapters_storage.audio.workshop import FfmpegWorkshop
from adapters_storage.blobs.filesystem import FolderBlobStore
from tests.benchmarks.aggregation import MINUTES, RATE, cost, five_minutes, recorded, sent
from tests.benchmarks.filled import GIVEN_SESSIONS, REVISIONS, SPEAKERS, TEXTS, database, fill
from tests.benchmarks.standings import rebuilt
from tests.reading import reading
from tests.world import World

SESSIONS_OF_IT, SPEAKERS_OF_IT, TEXTS_OF_IT = 100_000, 5_000, 2_000
LIMIT_WAIT_S = 60
HOUR_S = 3600
HOURS = (1, 1, 0, 0, 0, 1, 2, 4, 5, 6, 6, 6, 7, 6, 5, 6, 7, 8, 10, 12, 13, 12, 8, 4)
"""How many are kept in each hour of a day, of 130: most between seven and ten in the evening."""
WEEKDAYS = (10, 10, 10, 11, 11, 4, 9)
"""And on each day, Sunday first: few on Friday; on Saturday, when the evening has come."""
MEDIAN_MINUTES, SPREAD, LONGEST_MINUTES = 4.0, 0.8, 60.0
WORKERS_AND_CORES = ((1, 1), (2, 2), (4, 2), (4, 4))
SEGMENT_MS, SENTENCE_MS = 5_000, 7_000
SESSIONS = GIVEN_SESSIONS.replace(
    "{given}", "SELECT n, timestamptz '2026-01-04' + kept_s * interval '1 second', duration_ms FROM lengths"
)
SEGMENTS = f"""
    INSERT INTO segments (session_id, number, digest, media_type, first_sample, samples, bytes)
    SELECT md5('session' || n)::uuid, number, md5(n || '.' || number) || md5(number || '.' || n), 'audio/flac',
        CAST(number AS bigint) * 240000, 240000, 150000 + (n * 7919 + number) % 90000
    FROM lengths, LATERAL generate_series(0, duration_ms / {SEGMENT_MS}) AS number
"""
MARKS = f"""
    INSERT INTO marks (session_id, n, paragraph, sentence, at_sample, kind)
    SELECT md5('session' || lengths.n)::uuid, mark, mark / 6, mark % 6, CAST(mark + 1 AS bigint) * 336000, 'next'
    FROM lengths, LATERAL generate_series(0, duration_ms / {SENTENCE_MS}) AS mark
"""
SIZES = """
    SELECT relname, reltuples, pg_table_size(oid), pg_indexes_size(oid) FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND reltuples > 0
    ORDER BY pg_total_relation_size(oid) DESC
"""


class Session(NamedTuple):
    """When it was kept, in seconds since the week began, and how long it is."""

    kept_s: float
    minutes: float


class Cost(NamedTuple):
    """CPU that finalising takes, whatever the length, and for each minute."""

    fixed_s: float
    a_minute_s: float

    def of(self, session: Session) -> float:
        return self.fixed_s + self.a_minute_s * session.minutes


class Wait(NamedTuple):
    """Seconds from keep until a worker took the session up, and until it was available."""

    taken_up_s: float
    available_s: float


class Weight(NamedTuple):
    """Of one table, as PostgreSQL tells it."""

    name: str
    rows: float
    table_b: int
    indexes_b: int


def measured_cost(folder: Path) -> Cost:
    """Of finalising one minute and five, the better of two runs each, upload included."""
    world = World(
        staging=FolderBlobStore(folder / "staging"),
        archive=FolderBlobStore(folder / "archive"),
        audio=FfmpegWorkshop(folder=folder / "work"),
    )
    speaker, (samples, presses) = world.speaker("dana"), five_minutes(reading(folder, seed=1))
    found = []
    for minutes in (1, MINUTES):
        end = minutes * 60 * RATE
        whole = recorded(samples[:end], [press for press in presses if press <= end])
        sessions = [sent(world.library, world.recording, speaker, whole) for _ in range(2)]
        for session in sessions:
            world.recording.end(speaker, session, whole.ending)
        found.append(min(cost(lambda session=session: world.aggregation.finalize(session)) for session in sessions))
    a_minute_s = (found[1] - found[0]) / (MINUTES - 1)
    return Cost(max(0.0, found[0] - a_minute_s), a_minute_s)


def week(sessions: int, chance: random.Random) -> list[Session]:
    """The sessions of a week, in the order in which they are kept."""
    weights = [day * hour for day in WEEKDAYS for hour in HOURS]
    for hour in range(5 * 24 + 17, 6 * 24 + 18):
        weights[hour] = 0
    hours = list(itertools.accumulate(weights))
    kept = sorted(
        (bisect.bisect(hours, chance.random() * hours[-1]) + chance.random()) * HOUR_S for _ in range(sessions)
    )
    return [Session(at, min(LONGEST_MINUTES, MEDIAN_MINUTES * chance.lognormvariate(0, SPREAD))) for at in kept]


def waits(sessions: Sequence[Session], cost_of: Cost, workers: int, cores: int) -> list[Wait]:
    """What each session waits where so many workers take them in turn, and share the cores evenly."""
    coming, queue = deque(sessions), deque[Session]()
    in_hand: list[tuple[Session, float, list[float]]] = []
    now, found = 0.0, []
    while coming or in_hand:
        speed = min(1.0, cores / len(in_hand)) if in_hand else 1.0
        done_at = min((now + left[0] / speed for _, _, left in in_hand), default=float("inf"))
        then = min(done_at, coming[0].kept_s if coming else float("inf"))
        for _, _, left in in_hand:
            left[0] -= (then - now) * speed
        now = then
        if then < done_at:
            queue.append(coming.popleft())
        else:
            session, taken_up, _ = done = min(in_hand, key=lambda each: each[2][0])
            in_hand.remove(done)
            found.append(Wait(taken_up - session.kept_s, now - session.kept_s))
        while queue and len(in_hand) < workers:
            session = queue.popleft()
            in_hand.append((session, now, [cost_of.of(session)]))
    return found


def filled(url: str, sessions: Sequence[Session], speakers: int) -> None:
    sizes = {"speakers": speakers, "texts": TEXTS_OF_IT, "sessions": len(sessions)}
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE lengths (n integer, kept_s float, duration_ms integer)")
        with connection.cursor().copy("COPY lengths FROM STDIN") as copy:
            for n, session in enumerate(sessions, 1):
                copy.write_row((n, session.kept_s, round(session.minutes * 60_000)))
    fill(url, SPEAKERS, TEXTS, REVISIONS, SESSIONS, SEGMENTS, MARKS, "DROP TABLE lengths", **sizes)


def main(count: int, speakers: int) -> None:
    sessions = week(count, random.Random(1))
    hours = [0] * (7 * 24)
    for session in sessions:
        hours[int(session.kept_s // HOUR_S)] += 1
    minutes = sum(session.minutes for session in sessions)
    print(
        f"{count:,} sessions of {speakers:,} speakers, {minutes / 60:,.0f} hours of reading, "
        f"{minutes / count:.1f} minutes each; {max(hours):,} in the busiest hour"
    )
    with tempfile.TemporaryDirectory() as folder:
        cost_of = measured_cost(Path(folder))
    print(f"finalising, measured: {cost_of.fixed_s:.2f} s of CPU, and {cost_of.a_minute_s:.2f} s for each minute")
    print(f"\n{'seconds':<24}{'until taken up':^32}{'until available':^24}")
    print(f"{'':<24}{'median':>8}{'p99':>8}{'worst':>8}{'':8}{'median':>8}{'p99':>8}{'worst':>8}")
    for workers, cores in WORKERS_AND_CORES:
        found = waits(sessions, cost_of, workers, cores)
        parts = [told([wait.taken_up_s for wait in found]), told([wait.available_s for wait in found])]
        print(f"{f'{workers} workers, {cores} cores':<24}{parts[0]}{'':8}{parts[1]}")
    print(f"{'wanted with 4 workers':<24}{'':8}{LIMIT_WAIT_S:>8}")
    with database() as url:
        began = time.perf_counter()
        filled(url, sessions, speakers)
        took_s = time.perf_counter() - began
        counted_s = rebuilt(url)
        print(f"\ntables, filled in {took_s:.0f} s, totals counted in {counted_s:.1f} s")
        print(f"{'':<24}{'rows':>12}{'table, MB':>12}{'indexes, MB':>12}{'B a session':>14}")
        with psycopg.connect(url) as connection:
            tables = [Weight(*row) for row in connection.execute(SIZES).fetchall()]
    whole = Weight("all of these", 0, sum(each.table_b for each in tables), sum(each.indexes_b for each in tables))
    for each in (*tables, whole):
        both = (each.table_b + each.indexes_b) / count
        print(f"{each.name:<24}{each.rows:>12,.0f}{each.table_b / 1e6:12.1f}{each.indexes_b / 1e6:12.1f}{both:14.0f}")


def told(seconds: Sequence[float]) -> str:
    return f"{statistics.median(seconds):8.1f}{statistics.quantiles(seconds, n=100)[98]:8.1f}{max(seconds):8.1f}"


if __name__ == "__main__":
    given = [int(each) for each in sys.argv[1:3]]
    main(*given, *(SESSIONS_OF_IT, SPEAKERS_OF_IT)[len(given) :])
