"""The core's audio workshop, made of ffmpeg for coding and numpy for measuring.

numpy is imported with the first session: a web process, which only asks whether ffmpeg runs, does without its memory.
"""

from __future__ import annotations

import errno
import fcntl
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from adapters_storage.audio.ffmpeg import Ffmpeg
from adapters_storage.audio.joining import LOSSLESS, Joiner, Line
from recital_core import errors
from recital_core.ports import BlobStore, Rendered, SegmentAudio, Span
from recital_core.sessions import SEGMENTS_DECODE_ALONE

if TYPE_CHECKING:
    from adapters_storage.audio.samples import Measured

PREFIX = "recital-audio-"
EXTENSIONS = {"audio/webm;codecs=opus": "webm", "audio/mp4": "mp4"}


class FfmpegWorkshop:
    """Works in folders of its own under `folder`, by default the system's for temporary files.

    `ffmpeg` names the program; without one it is looked for. `ran` is told how many seconds each run of it took.
    Safe for threads. `close` stops what runs.
    """

    def __init__(
        self,
        *,
        ffmpeg: Path | None = None,
        folder: Path | None = None,
        ran: Callable[[float], object] = lambda _seconds: None,
    ) -> None:
        self._ffmpeg = Ffmpeg(ffmpeg, ran)
        self._folder = folder or Path(tempfile.gettempdir())

    def check(self) -> str:
        return self._ffmpeg.version()

    def close(self) -> None:
        self._ffmpeg.close()

    def sweep(self) -> None:
        """Remove what killed processes left here; the next `join` would, too."""
        with _storage_errors():
            _remove_all_left(self._folder)

    @contextmanager
    def join(
        self,
        staging: BlobStore,
        media_type: str,
        segments: Sequence[SegmentAudio],
        *,
        sample_rate_hz: int,
    ) -> Iterator[FfmpegJoinedAudio]:
        from adapters_storage.audio.samples import measure

        with _working_folder(self._folder) as folder:
            with _storage_errors():
                joiner = Joiner(self._ffmpeg, folder, media_type, segments, sample_rate_hz)
                if media_type in SEGMENTS_DECODE_ALONE:
                    line = joiner.alone(staging)
                else:
                    line = joiner.slices(staging, EXTENSIONS[media_type])
                mono = line.pcm if line.format.channels == 1 else folder / "mono.pcm"
                measured = measure(line.pcm, line.format, mono)
            yield FfmpegJoinedAudio(self._ffmpeg, folder, line, mono, measured, lossless=media_type in LOSSLESS)


class FfmpegJoinedAudio:
    """A session's samples in a folder that goes away when the block of `join` ends."""

    def __init__(
        self, ffmpeg: Ffmpeg, folder: Path, line: Line, mono: Path, measured: Measured, *, lossless: bool
    ) -> None:
        self._ffmpeg = ffmpeg
        self._folder = folder
        self._line = line
        self._mono = mono
        self.sample_rate_hz = line.format.sample_rate_hz
        self.samples = line.samples
        self.problems = line.problems
        self.levels = measured.levels
        self.clipped_samples = measured.clipped
        self.dc_offset = measured.dc_offset
        self.source_channels = line.coded_channels or line.format.channels
        self.source_lossless = lossless

    def render(self, kept: Sequence[Span]) -> Rendered:
        from adapters_storage.audio.rendering import render

        with _storage_errors():
            return render(self._ffmpeg, self._folder, self._line, self._mono, kept, lossless=self.source_lossless)

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        with (self._folder / name).open("rb") as file:
            yield file


@contextmanager
def _working_folder(parent: Path) -> Iterator[Path]:
    """A new folder, removed in the end; what killed processes left behind goes with it.

    Each folder holds a locked file while its owner lives: the lock of a killed process is free.
    """
    with _storage_errors():
        parent.mkdir(parents=True, exist_ok=True)
        _remove_all_left(parent)
        folder, lock = _locked_folder(parent)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        lock.close()


def _locked_folder(parent: Path) -> tuple[Path, BinaryIO]:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
        lock = (folder / "lock").open("wb")
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (folder / "lock").exists():  # else another process took it for a killed one's before it was locked
            return folder, lock
        lock.close()


def _remove_all_left(parent: Path) -> None:
    for old in parent.glob(f"{PREFIX}*"):
        _remove_if_left(old)


def _remove_if_left(folder: Path) -> None:
    try:
        with (folder / "lock").open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
    except OSError:
        return  # in use, being made, or gone already


@contextmanager
def _storage_errors() -> Iterator[None]:
    try:
        yield
    except OSError as failure:
        if failure.errno in (errno.ENOSPC, errno.EDQUOT):
            raise errors.StorageFull("There is no room to work on audio.") from failure
        raise errors.AudioToolFailed(f"Audio cannot be worked on: {failure}") from failure
