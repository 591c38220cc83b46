"""What one session of five minutes asks of PostgreSQL and of S3: `python -m tests.benchmarks.footprint`.

The use cases run in this process, over a real PostgreSQL and, behind a door that counts, an S3 server. WAL is the log
that PostgreSQL writes to be safe: whole pages after a checkpoint are in it, the rows and indexes themselves are not.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import psycopg

from adapters_storage.assembly import assembled
from adapters_storage.embedded import EmbeddedPostgres
from adapters_storage.settings import Settings
from recital_core.sessions import SessionId
from tests.benchmarks.aggregation import five_minutes, recorded, sent
from tests.people import admitted
from tests.reading import reading
from tests.s3_door import StrictDoor, strict_door
from tests.s3_servers import Bucket, an_s3_server, s3_settings

METHODS = ("PUT", "POST", "GET", "HEAD", "DELETE")


class Counted:
    """Counts what steps ask of `door` and of the database at `url`."""

    def __init__(self, door: StrictDoor, url: str) -> None:
        self._door = door
        self._url = url

    def step(self, name: str, work: Callable[[], object]) -> None:
        self._door.seen.clear()
        before = self._wal()
        work()
        wal_kb = (self._wal() - before) / 1e3
        asked = Counter(each.method for each in self._door.seen)
        requests = "".join(f"{asked[method]:8}" for method in METHODS)
        put_mb = sum(each.bytes for each in self._door.seen) / 1e6
        print(f"{name:<34}{wal_kb:>9.0f}{put_mb:>9.1f}{requests}")

    def _wal(self) -> int:
        with psycopg.connect(self._url) as connection:
            row = connection.execute("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn").fetchone()
        assert row is not None
        return int(row[0])


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as name,
        EmbeddedPostgres(Path(name)) as database,
        an_s3_server() as s3,
        strict_door(s3) as door,
    ):
        for bucket in ("staging", "archive"):
            Bucket(door.url, bucket).make()
        given = {"RECITAL_DATA_DIR": name, "RECITAL_DATABASE_URL": database.url, **s3_settings(door.url)}
        whole = recorded(*five_minutes(reading(Path(name), seed=1)))
        with assembled(Settings.load(given), serving=True) as recital:
            dana = admitted(recital)
            counted = Counted(door, database.url)
            sent(recital.library, recital.recording, dana, whole)  # so that the one that counts is not the first
            print(f"{'':<34}{'WAL, kB':>9}{'put, MB':>9}", *(f"{each:>7}" for each in METHODS))
            made: list[SessionId] = []
            counted.step(
                f"opened, {len(whole.segments)} segments, {len(whole.marks)} marks",
                lambda: made.append(sent(recital.library, recital.recording, dana, whole)),
            )
            session = made[0]
            counted.step("kept", lambda: recital.recording.end(dana, session, whole.ending))
            counted.step("aggregated", lambda: recital.aggregation.aggregate(session))
            counted.step("uploaded", lambda: recital.aggregation.upload(session))
            counted.step("erased", lambda: recital.aggregation.discard(session))


if __name__ == "__main__":
    main()
