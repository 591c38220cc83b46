"""ffmpeg, found and run safely. The only file that knows its command line's general shape and its log."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import IO, cast

import imageio_ffmpeg
import msgspec

from recital_core import errors

LOG_HEAD_BYTES, LOG_TAIL_BYTES = 64 * 1024, 64 * 1024
QUIET = ("-hide_banner", "-nostats", "-nostdin", "-y")
PREFIXES = re.compile(r"^(?:\[[^]]*] )+")
STOPPED = (255, -signal.SIGINT, -signal.SIGKILL, -signal.SIGTERM)
"""How it ends when somebody stops it; a crash on damaged input ends by other signals."""
# Uploaded bytes may pretend to be a playlist: nothing but the file that is named may be opened.
ONLY_FILES = ("-protocol_whitelist", "file,pipe")


class Log(msgspec.Struct, frozen=True, kw_only=True):
    """What one run said, and whether it ended well. Of a long text the beginning and the end are kept."""

    text: str
    succeeded: bool
    talkative: bool

    @property
    def errors(self) -> list[str]:
        """What ffmpeg calls errors, one a line; of a talkative run some may be missing."""
        if self.talkative:
            return re.findall(r"\[(?:error|fatal)\] (.*)", self.text)
        return [PREFIXES.sub("", line) for line in self.text.splitlines() if line.strip()]

    @property
    def clean(self) -> bool:
        """Whether nothing at all was wrong: ffmpeg ends well on damaged and truncated input, too."""
        return self.succeeded and not self.errors


class Ffmpeg:
    """Runs ffmpeg, any number at a time from any thread, until it is closed.

    `path` names the program; without one it is taken from PATH, else from the imageio-ffmpeg wheel. `ran` is told how
    many seconds each run took.
    """

    def __init__(self, path: Path | None = None, ran: Callable[[float], object] = lambda _seconds: None) -> None:
        self._path = path
        self._ran = ran
        self._version: str | None = None
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()
        self._closed = False

    def version(self) -> str:
        """Such as "ffmpeg 7.1"; asked until it answers once. Raises AudioToolFailed when it does not run."""
        if self._version is None:
            self._version = self._ask_version()
        return self._version

    def run(
        self,
        arguments: Sequence[str],
        folder: Path,
        timeout_s: float,
        feed: Iterable[memoryview] | None = None,
        *,
        talkative: bool = False,
    ) -> Log:
        """One run with `folder` as its working folder and `feed` as its standard input.

        Its log has errors alone. A `talkative` run tells of streams and filters, too; but ffmpeg's threads then write
        into each other's lines, where an error may lose what marks it as one.

        Raises AudioToolFailed when it takes longer than `timeout_s` or is stopped, StorageFull. That ffmpeg refused
        its input is for the caller to judge, by the log.
        """
        level = ("-loglevel", "level+info" if talkative else "level+error")
        process = self._start([*level, *arguments], folder, feed is not None)
        late = threading.Timer(timeout_s, process.kill)
        log: list[str] = []
        reader = threading.Thread(target=lambda: log.append(_bounded(process)), daemon=True)
        started = time.perf_counter()
        late.start()
        reader.start()
        try:
            fed = feed is None or _feed(process, feed)
            code = process.wait()
        finally:
            process.kill()
            process.wait()
            expired = not late.is_alive()
            late.cancel()
            reader.join()
            self._ran(time.perf_counter() - started)
            with self._lock:
                self._running.discard(process)
        if self._closed:
            raise errors.Interrupted("ffmpeg was stopped, since Recital stops.")
        if expired and code < 0:
            raise errors.AudioToolFailed(f"ffmpeg took longer than {timeout_s:.0f} s.")
        if code in STOPPED:
            raise errors.AudioToolFailed("ffmpeg was stopped from outside.")
        if "No space left on device" in log[0]:
            raise errors.StorageFull("There is no room to work on audio.")
        return Log(text=log[0], succeeded=code == 0 and fed, talkative=talkative)

    def close(self) -> None:
        """Kill what runs, and run nothing more."""
        with self._lock:
            self._closed = True
            for process in self._running:
                process.kill()

    def _start(self, arguments: Sequence[str], folder: Path, fed: bool) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._closed:
                raise errors.Interrupted("ffmpeg does not start, since Recital stops.")
            try:
                process = subprocess.Popen(
                    [self._program(), *QUIET, *arguments],
                    cwd=folder,
                    stdin=subprocess.PIPE if fed else subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    bufsize=0,
                )
            except OSError as failure:
                raise errors.AudioToolFailed(f"ffmpeg does not run: {failure}") from failure
            self._running.add(process)
            return process

    def _ask_version(self) -> str:
        try:
            shown = subprocess.run(
                [self._program(), "-version"], capture_output=True, timeout=30, check=True, stdin=subprocess.DEVNULL
            )
        except (OSError, subprocess.SubprocessError) as failure:
            raise errors.AudioToolFailed(f"ffmpeg does not run: {failure}") from failure
        return "ffmpeg " + shown.stdout.decode("utf-8", "replace").partition("version ")[2].split(" ")[0]

    def _program(self) -> str:
        if self._path is not None:
            return str(self._path)
        found = shutil.which("ffmpeg")
        if found:
            return found
        try:
            return str(imageio_ffmpeg.get_ffmpeg_exe())
        except RuntimeError as failure:
            raise errors.AudioToolFailed("There is no ffmpeg; install it or name it in the settings.") from failure


def _bounded(process: subprocess.Popen[bytes]) -> str:
    head, tail = b"", b""
    with cast("IO[bytes]", process.stderr) as pipe:
        while piece := pipe.read(8192):
            room = LOG_HEAD_BYTES - len(head)
            head += piece[:room]
            tail = (tail + piece[room:])[-LOG_TAIL_BYTES:]
    return (head + tail).decode("utf-8", "replace")


def _feed(process: subprocess.Popen[bytes], feed: Iterable[memoryview]) -> bool:
    """Whether all of `feed` was taken; not so when the process ended before."""
    try:
        with cast("IO[bytes]", process.stdin) as pipe:
            for piece in feed:
                rest = piece.cast("B")
                while rest:
                    rest = rest[pipe.write(rest) :]
    except BrokenPipeError:
        return False
    return True
