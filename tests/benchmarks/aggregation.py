"""What aggregating a five-minute session costs, against one bare ffmpeg run that makes the same files and measures.

Run as `python -m tests.benchmarks.aggregation`. CPU is user and system time of all processes, the best of a few runs.
The bare run reads one joined file, checks nothing, and leaves its measures in a text that somebody would have to read.
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
from typing import NamedTuple

import numpy as np

from adapters_storage.audio.workshop import FfmpegWorkshop
from adapters_storage.blobs.filesystem import FolderBlobStore
from recital_core.library import Library
from recital_core.recording import Recording
from recital_core.sessions import Capture, Ending, Mark, Segment, SessionId
from recital_core.speakers import Speaker
from tests.coding import FFMPEG, Samples, encoded
from tests.reading import HEBREW, Reading, reading
from tests.world import World

MINUTES, RATE, SEGMENT_SECONDS, RUNS = 5, 48_000, 5, 3
ALLOWED = 1.15
FRAME_SAMPLES = RATE // 100
LOUDNESS = "ebur128=peak=true:framelog=quiet,anullsink"
LEVELS = (
    f"asetnsamples=n={FRAME_SAMPLES}:p=0,"
    "astats=metadata=1:reset=1:measure_overall=none:measure_perchannel=RMS_level+DC_offset+Min_level+Max_level+Peak_count,"
    "ametadata=mode=print:file=levels.txt,anullsink"
)
"""Of each 10 ms the power, the mean, the lowest and the highest sample, and how often these: what we measure, too."""


def five_minutes(spoken: Reading) -> tuple[Samples, list[int]]:
    """The reading again and again, and a press in the middle of each pause."""
    samples = np.resize(spoken.pcm(), MINUTES * 60 * RATE)
    starts = range(0, len(samples), spoken.samples)
    presses = [start + sentence.next for start in starts for sentence in spoken.sentences]
    return samples, [press for press in presses if press <= len(samples)]


class Recorded(NamedTuple):
    """A recording that sessions are made of, as its segments and marks."""

    segments: list[tuple[Segment, bytes]]
    marks: list[Mark]
    ending: Ending


def recorded(samples: Samples, presses: list[int]) -> Recorded:
    """These samples in FLAC segments."""
    segments = []
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
        segments.append((segment, body))
    marks = [Mark(n=n, paragraph=n % len(HEBREW), sentence=0, at_sample=press) for n, press in enumerate(presses)]
    return Recorded(segments, marks, Ending(segments=len(segments), samples=len(samples), marks=len(marks)))


def sent(library: Library, recording: Recording, speaker: Speaker, whole: Recorded) -> SessionId:
    """A session of which everything is there but its ending."""
    text = library.add(speaker, "\n".join(HEBREW), "he")
    session, _ = recording.open(speaker, SessionId(uuid.uuid4()), text.id, None, Capture(sample_rate_hz=RATE))
    for segment, body in whole.segments:
        recording.take_segment(speaker, session.id, segment, io.BytesIO(body))
    recording.take_marks(speaker, session.id, whole.marks)
    return session.id


def bare(folder: Path, last_press: int, *, levels: bool) -> None:
    """One ffmpeg run: source, main and light audio, loudness with true peak; and the levels, if they are wanted."""
    kept = f"atrim=end_sample={last_press},asplit=3[main][light][meter];[meter]{LOUDNESS}"
    graph = f"[0:a]asplit=2[all][kept];[kept]{kept};[all]{LEVELS}" if levels else f"[0:a]{kept}"
    outputs = ["-map", "0:a", "-c:a", "flac", "source.flac", "-map", "[main]", "-c:a", "flac", "main.mka"]
    outputs += ["-map", "[light]", "-c:a", "libmp3lame", "-b:a", "64k", "light.mp3"]
    subprocess.run(
        [FFMPEG, "-nostats", "-nostdin", "-y", "-i", "joined.flac", "-filter_complex", graph, *outputs],
        cwd=folder,
        check=True,
        stderr=subprocess.DEVNULL,
    )


def bare_cpu_s(folder: Path, samples: Samples, last_press: int, *, levels: bool) -> float:
    (folder / "joined.flac").write_bytes(encoded(samples, "joined.flac"))
    return min(cost(lambda: bare(folder, last_press, levels=levels)) for _ in range(RUNS))


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
        world = World(
            staging=FolderBlobStore(folder / "staging"),
            archive=FolderBlobStore(folder / "archive"),
            audio=FfmpegWorkshop(folder=folder / "work"),
        )
        speaker, whole = world.speaker("dana"), recorded(samples, presses)
        sessions = [sent(world.library, world.recording, speaker, whole) for _ in range(RUNS)]
        for session in sessions:
            world.recording.end(speaker, session, whole.ending)
        files_s, measures_s = (bare_cpu_s(folder, samples, presses[-1], levels=levels) for levels in (False, True))
        aggregate_s = min(cost(lambda session=session: world.aggregation.aggregate(session)) for session in sessions)
        upload_s = min(cost(lambda session=session: world.aggregation.upload(session)) for session in sessions)
    print(f"A session of {MINUTES} minutes in {len(whole.segments)} FLAC segments, {RATE} Hz")
    print(f"{'':38}{'CPU s':>8}{'ratio':>8}{'allowed':>9}")
    print(f"{'bare ffmpeg, same files and measures':38}{measures_s:8.2f}{1:8.2f}")
    print(f"{'  same files and loudness only':38}{files_s:8.2f}{files_s / measures_s:8.2f}")
    print(f"{'aggregate':38}{aggregate_s:8.2f}{aggregate_s / measures_s:8.2f}{ALLOWED:9.2f}")
    print(f"{'  against same files and loudness only':38}{'':8}{aggregate_s / files_s:8.2f}")
    print(f"{'upload':38}{upload_s:8.2f}{upload_s / measures_s:8.2f}")


if __name__ == "__main__":
    main()
