"""What aggregating a five-minute session costs, against one bare ffmpeg run that makes the same files.

Run as `python -m tests.benchmarks.aggregation`. CPU is user and system time of all processes, the best of a few runs.
"""

from __future__ import annotations

import hashlib
import io
import resource
import subprocess
import tempfile
import uuid
from collections.abc import Callable
from pathlib import Path

import numpy as np

from adapters_storage.audio.workshop import FfmpegWorkshop
from adapters_storage.blobs.filesystem import FolderBlobStore
from recital_core.sessions import Capture, Ending, Mark, Segment, SessionId
from tests.coding import FFMPEG, Samples, encoded
from tests.reading import HEBREW, Reading, reading
from tests.world import World

MINUTES, RATE, SEGMENT_SECONDS, RUNS = 5, 48_000, 5, 3
ALLOWED = 1.3


def five_minutes(spoken: Reading) -> tuple[Samples, list[int]]:
    """The reading again and again, and a press in the middle of each pause."""
    samples = np.resize(spoken.pcm(), MINUTES * 60 * RATE)
    starts = range(0, len(samples), spoken.samples)
    presses = [start + sentence.next for start in starts for sentence in spoken.sentences]
    return samples, [press for press in presses if press <= len(samples)]


class Installation:
    """The use cases over folders, and a store in memory: the work on audio and blobs is the real one."""

    def __init__(self, folder: Path) -> None:
        world = World(
            staging=FolderBlobStore(folder / "staging"),
            archive=FolderBlobStore(folder / "archive"),
            audio=FfmpegWorkshop(folder=folder / "work"),
        )
        self.library, self.recording, self.aggregation = world.library, world.recording, world.aggregation
        self.speaker = world.speaker("dana")

    def ended(self, samples: Samples, presses: list[int]) -> SessionId:
        """A session of these samples in FLAC segments, ended and ready."""
        text = self.library.add(self.speaker, "\n".join(HEBREW), "he")
        session, _ = self.recording.open(
            self.speaker, SessionId(uuid.uuid4()), text.id, None, Capture(sample_rate_hz=RATE)
        )
        step = SEGMENT_SECONDS * RATE
        for number, first in enumerate(range(0, len(samples), step)):
            piece = samples[first : first + step]
            body = encoded(piece, "segment.flac")
            segment = Segment(
                number=number,
                digest=hashlib.sha256(body).hexdigest(),
                media_type="audio/flac",
                first_sample=first,
                samples=len(piece),
                bytes=len(body),
            )
            self.recording.take_segment(self.speaker, session.id, segment, io.BytesIO(body))
        marks = [Mark(n=n, paragraph=n % len(HEBREW), sentence=0, at_sample=press) for n, press in enumerate(presses)]
        self.recording.take_marks(self.speaker, session.id, marks)
        ending = Ending(segments=number + 1, samples=len(samples), marks=len(marks))
        self.recording.end(self.speaker, session.id, ending)
        return session.id


def bare(folder: Path, last_press: int) -> None:
    """One ffmpeg run from the joined audio: source, main and light audio, loudness with true peak."""
    graph = (
        f"[0:a]atrim=end_sample={last_press},asplit=3[main][light][meter];"
        "[meter]ebur128=peak=true:framelog=quiet,anullsink"
    )
    outputs = ["-map", "0:a", "-c:a", "flac", "source.flac", "-map", "[main]", "-c:a", "flac", "main.mka"]
    outputs += ["-map", "[light]", "-c:a", "libmp3lame", "-b:a", "64k", "light.mp3"]
    subprocess.run(
        [FFMPEG, "-nostats", "-nostdin", "-y", "-i", "joined.flac", "-filter_complex", graph, *outputs],
        cwd=folder,
        check=True,
        stderr=subprocess.DEVNULL,
    )


def cpu_seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def cost(work: Callable[[], object]) -> float:
    before = cpu_seconds()
    work()
    return cpu_seconds() - before


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        samples, presses = five_minutes(reading(folder, seed=1))
        installation = Installation(folder)
        sessions = [installation.ended(samples, presses) for _ in range(RUNS)]
        (folder / "joined.flac").write_bytes(encoded(samples, "joined.flac"))
        bare_s = min(cost(lambda: bare(folder, presses[-1])) for _ in range(RUNS))
        aggregate_s = min(
            cost(lambda session=session: installation.aggregation.aggregate(session)) for session in sessions
        )
        upload_s = min(cost(lambda session=session: installation.aggregation.upload(session)) for session in sessions)
    print(f"A session of {MINUTES} minutes in {len(samples) // RATE // SEGMENT_SECONDS} FLAC segments, {RATE} Hz")
    print(f"{'':28}{'CPU s':>8}{'ratio':>8}{'allowed':>9}")
    print(f"{'bare ffmpeg, same files':28}{bare_s:8.2f}{1:8.2f}")
    print(f"{'aggregate':28}{aggregate_s:8.2f}{aggregate_s / bare_s:8.2f}{ALLOWED:9.2f}")
    print(f"{'upload':28}{upload_s:8.2f}{upload_s / bare_s:8.2f}")


if __name__ == "__main__":
    main()
