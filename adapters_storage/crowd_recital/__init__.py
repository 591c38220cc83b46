"""The system that Recital follows, as a collection to be taken over: its PostgreSQL database and its archive."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Engine

from adapters_storage.audio.ffmpeg import Ffmpeg
from adapters_storage.crowd_recital import rows
from adapters_storage.crowd_recital.archive import whole_recording
from adapters_storage.postgres.connections import separate
from adapters_storage.postgres.unit_of_work import answering
from recital_core.ports import (
    BlobStore,
    CollectedAudio,
    CollectedPerson,
    CollectedSession,
    CollectedText,
)


class CrowdRecital:
    """The port Collection. `folder` is for recordings while their samples are counted."""

    def __init__(self, engine: Engine, archive: BlobStore, ffmpeg: Ffmpeg, folder: Path) -> None:
        self._engine = engine
        self._archive = archive
        self._ffmpeg = ffmpeg
        self._folder = folder

    def people(self) -> Iterator[CollectedPerson]:
        with answering(), self._engine.connect() as connection:
            yield from rows.people(connection)

    def texts(self) -> Iterator[CollectedText]:
        with answering(), self._engine.connect() as connection:
            yield from rows.texts(connection)

    def sessions(self) -> Iterator[CollectedSession]:
        with answering(), self._engine.connect() as connection:
            yield from rows.sessions(connection)

    def session_count(self) -> int:
        with answering(), self._engine.connect() as connection:
            return rows.session_count(connection)

    @contextlib.contextmanager
    def audio(self, key: str) -> Iterator[CollectedAudio]:
        with (
            tempfile.TemporaryDirectory(dir=self._folder) as folder,
            whole_recording(self._archive, key, self._ffmpeg, Path(folder)) as audio,
        ):
            yield audio


@contextlib.contextmanager
def crowd_recital(url: str, archive: BlobStore, ffmpeg: Path | None, folder: Path) -> Iterator[CrowdRecital]:
    """The collection behind `url`, until the block ends. Raises DatabaseUnavailable, and Invalid for other tables."""
    engine = separate(url).execution_options(postgresql_readonly=True, isolation_level="REPEATABLE READ")
    program = Ffmpeg(ffmpeg)
    try:
        with answering(), engine.connect() as connection:
            rows.must_be_there(connection)
        yield CrowdRecital(engine, archive, program, folder)
    finally:
        program.close()
        engine.dispose()
