"""What standings and the overview cost in PostgreSQL, from a thousand sessions to ten million.

    python -m tests.benchmarks.standings [sessions ...]

Statements as the library sends them, under EXPLAIN ANALYZE; a speaker's standing and the leaderboard are one statement
each. Wanted: at most 2 ms for both together, at every size. One speaker has 100 sessions, up to 100,000 speakers; the
totals are counted from the sessions by `recital standings rebuild`, which is timed too.
"""

from __future__ import annotations

import hashlib
import sys
import time
from uuid import UUID

from adapters_storage.postgres.connections import separate, transactional
from adapters_storage.postgres.unit_of_work import PostgresTransaction
from recital_core.speakers import SpeakerId
from tests.benchmarks.filled import (
    REVISIONS,
    SESSIONS,
    SPEAKERS,
    TEXTS,
    asking,
    database,
    fill,
    head,
    line,
    without_indexes,
)

SIZES = (1_000, 1_000_000)
TEXTS_OF_THEM = 1_000
MOST_SPEAKERS = 100_000
MIDDLE = SpeakerId(UUID(hashlib.md5(b"speaker7").hexdigest()))


def main(sizes: list[int]) -> None:
    for sessions in sizes:
        speakers = min(max(sessions // 100, 20), MOST_SPEAKERS)
        with database() as url:
            without_indexes(url, "sessions")
            fill(url, SPEAKERS, TEXTS, REVISIONS, SESSIONS, speakers=speakers, texts=TEXTS_OF_THEM, sessions=sessions)
            seconds = rebuilt(url)
            head(f"{sessions} sessions of {speakers} speakers; counted anew in {seconds:.1f} s")
            with asking(url) as asked:
                line("my standing", asked(lambda tx: tx.standings.of(MIDDLE)))
                line("leaderboard of 20", asked(lambda tx: tx.standings.leaders(20)))
                line("both", asked(lambda tx: (tx.standings.of(MIDDLE), tx.standings.leaders(20))))
                line("leaderboard of 100", asked(lambda tx: tx.standings.leaders(100)))
                line("totals", asked(lambda tx: tx.standings.totals()))


def rebuilt(url: str) -> float:
    engine = separate(url)
    began = time.perf_counter()
    with transactional(engine).begin() as connection:
        PostgresTransaction(connection, None).standings.recount()
    took = time.perf_counter() - began
    engine.dispose()
    fill(url)
    return took


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or list(SIZES))
