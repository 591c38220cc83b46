"""From the segments of a session to one line of raw samples. Declared counts decide, and what differs is told."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import msgspec

from adapters_storage.audio.ffmpeg import ONLY_FILES, Ffmpeg, Log
from adapters_storage.audio.framing import matroska_of
from adapters_storage.audio.headers import Format, Header, header
from recital_core import errors
from recital_core.ports import BlobStore, SegmentAudio
from recital_core.sessions import LONGEST_SESSION_S, Segment

LOSSLESS = frozenset(("audio/flac", "audio/wav"))
DEMUXERS = {
    "audio/flac": "flac",
    "audio/wav": "wav",
    "audio/ogg;codecs=opus": "ogg",
    "audio/webm;codecs=opus": "matroska",
    "audio/mp4": "mov",
}
CHECKED = ("-err_detect", "crccheck")
LONGEST_CODED_FRAME_MS = 60
"""Coded audio ends with a whole frame; Opus has the longest ones."""
STREAM_SLACK_MS = 250
"""A MediaRecorder starts and stops some frames after it is told, and its client counts samples by the clock.

Chromium's WebM was 42 ms short and its MP4 121; a slice that is lost or damaged lacks far more.
"""
COPY_BYTES = 1024 * 1024
AT_ONCE = 16
"""Segments that one process decodes, each from a file of its own."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """All samples of a session, of all its channels, in the file `pcm`; `coded` is the stream they came from."""

    format: Format
    pcm: Path
    samples: int
    problems: list[str]
    coded: Path | None = None
    coded_samples: int = 0
    coded_channels: int = 0


class Joiner:
    """Joins one session's segments in `folder`."""

    def __init__(
        self, ffmpeg: Ffmpeg, folder: Path, media_type: str, segments: Sequence[SegmentAudio], rate: int
    ) -> None:
        self._ffmpeg = ffmpeg
        self._folder = folder
        self._media_type = media_type
        self._segments = [audio.segment for audio in segments]
        self._keys = [audio.key for audio in segments]
        self._rate = rate
        self._samples = self._segments[-1].end_sample
        self._problems: list[str] = []
        if self._samples > LONGEST_SESSION_S * rate:  # so much silence would fill the disk
            raise errors.AudioUnreadable(f"The segments declare more than {LONGEST_SESSION_S} s.")

    def alone(self, staging: BlobStore) -> Line:
        """Segments that decode alone. Raises AudioUnreadable when not one of them is of the media type."""
        files = [self._folder / f"{place:06}.in" for place in range(len(self._segments))]
        heads = [self._fetch_headed(staging, at, file) for at, file in enumerate(files)]
        formats = Counter(head.format for head in heads if head)
        if not formats:
            raise errors.AudioUnreadable("Not one segment can be read.")
        form = formats.most_common(1)[0][0]
        if self._media_type not in LOSSLESS:
            form = Format(self._rate, form.channels, 16)
        pcm = self._folder / "source.pcm"
        as_declared = [Header(form, segment.samples) for segment in self._segments]
        if not (heads == as_declared and self._decode_joined(files, form, pcm)):
            self._decode_each(files, heads, form, pcm)
        for file in files:
            file.unlink(missing_ok=True)
        return Line(format=form, pcm=pcm, samples=self._samples, problems=self._problems)

    def slices(self, staging: BlobStore, extension: str) -> Line:
        """Slices of one stream. Raises AudioUnreadable when nothing of it can be read."""
        coded, pcm = self._folder / f"source.audio.{extension}", self._folder / "source.pcm"
        joined = self._folder / "joined.pcm"
        with coded.open("wb") as whole:
            for at, segment in enumerate(self._segments):
                if not self._fetch(staging, at, whole):
                    self._problems.append(f"Segment {segment.number} is missing.")
        form = Format(self._rate, 1, 16)
        log = self._run([*self._input(coded), "-map", "0:a:0", *_raw(form), joined.name])
        decoded = joined.stat().st_size // form.frame_bytes if joined.exists() else 0
        if decoded == 0:
            raise errors.AudioUnreadable("The stream cannot be read.")
        if log.errors:
            self._problems.append(f"The stream is damaged: {log.errors[0][:200].strip()}")
        declared = sum(segment.samples for segment in self._segments)
        slack = STREAM_SLACK_MS * self._rate // 1000
        if abs(decoded - declared) > slack:
            self._problems.append(f"The stream has {decoded} samples, not the declared {declared}.")
        rest = min(max(0, decoded - declared), slack)
        self._lay(joined, form, pcm, rest)
        return Line(
            format=form,
            pcm=pcm,
            samples=self._samples + rest,
            problems=self._problems,
            coded=coded,
            coded_samples=decoded,
            coded_channels=_channels(self._run(self._input(coded), talkative=True)),
        )

    def _fetch(self, staging: BlobStore, at: int, into: BinaryIO) -> bool:
        """Append a segment to a file, and note when it is not the one that was sent; False when there is none."""
        digest = hashlib.sha256()
        try:
            with staging.open(self._keys[at]) as body:
                while piece := body.read(COPY_BYTES):
                    digest.update(piece)
                    into.write(piece)
        except errors.BlobNotFound:
            return False
        if digest.hexdigest() != self._segments[at].digest:
            self._problems.append(f"Segment {self._segments[at].number} has changed since it was sent.")
        return True

    def _fetch_headed(self, staging: BlobStore, at: int, file: Path) -> Header | None:
        with file.open("w+b") as copy:
            fetched = self._fetch(staging, at, copy)
            copy.seek(0)
            return header(self._media_type, copy) if fetched else None

    def _decode_joined(self, files: Sequence[Path], form: Format, pcm: Path) -> bool:
        """One run over all segments; False unless it gave exactly the declared samples without a complaint."""
        listed = self._folder / "segments.txt"
        listed.write_text("ffconcat version 1.0\n" + "".join(f"file {file.name}\n" for file in files), "utf-8")
        joined = self._folder / "joined.pcm"
        inner = f"concat,{DEMUXERS[self._media_type]}"
        source = [*ONLY_FILES, "-format_whitelist", inner, *CHECKED, "-f", "concat", "-i", listed.name]
        log = self._run([*source, "-map", "0:a:0", *_raw(form), joined.name])
        declared = sum(segment.samples for segment in self._segments) * form.frame_bytes
        if not log.clean or joined.stat().st_size != declared:
            joined.unlink(missing_ok=True)
            return False
        self._lay(joined, form, pcm)
        return True

    def _lay(self, joined: Path, form: Format, pcm: Path, rest: int = 0) -> None:
        """Make `pcm` of what was decoded in one go: each segment's samples where they belong, silence in holes.

        `rest` is how many samples follow the last segment.
        """
        contiguous = sum(segment.samples for segment in self._segments) == self._samples
        if contiguous:
            joined.rename(pcm)
        with pcm.open("r+b" if contiguous else "wb") as line:
            if not contiguous:
                with joined.open("rb") as decoded:
                    for segment in self._segments:
                        line.seek(segment.first_sample * form.frame_bytes)
                        _copy(decoded, line, segment.samples * form.frame_bytes)
                    _copy(decoded, line, rest * form.frame_bytes)
                joined.unlink()
            line.truncate((self._samples + rest) * form.frame_bytes)

    def _decode_each(self, files: Sequence[Path], heads: Sequence[Header | None], form: Format, pcm: Path) -> None:
        """Every segment by itself, laid where it belongs; silence where one is missing, unreadable or short."""
        readable = 0
        with pcm.open("wb") as line:
            for start in range(0, len(files), AT_ONCE):
                batch = [at for at in range(start, min(start + AT_ONCE, len(files))) if heads[at]]
                together = len(batch) > 0 and self._decode([files[at] for at in batch], form).clean
                for at in range(start, min(start + AT_ONCE, len(files))):
                    segment, head, raw = self._segments[at], heads[at], files[at].with_suffix(".pcm")
                    sound = together or head is None or self._decode_one(files[at], head, form)
                    decoded = raw.stat().st_size // form.frame_bytes if raw.exists() else 0
                    self._compare(segment, head, form, decoded, damaged=not sound)
                    if decoded:
                        readable += 1
                        line.seek(segment.first_sample * form.frame_bytes)
                        with raw.open("rb") as samples:
                            _copy(samples, line, min(decoded, segment.samples) * form.frame_bytes)
                    raw.unlink(missing_ok=True)
            line.truncate(self._samples * form.frame_bytes)
        if not readable:
            raise errors.AudioUnreadable("Not one segment can be read.")

    def _compare(self, segment: Segment, head: Header | None, form: Format, decoded: int, *, damaged: bool) -> None:
        """Note how a segment differs from what was declared. Coded audio may end with a frame's rest."""
        spare = 0 if self._media_type in LOSSLESS else LONGEST_CODED_FRAME_MS * self._rate // 1000
        if not decoded:
            self._problems.append(f"Segment {segment.number} cannot be read: silence stands in its place.")
        elif not segment.samples <= decoded <= segment.samples + spare:
            self._problems.append(
                f"Segment {segment.number} has {decoded} samples, not the declared {segment.samples}."
            )
        elif damaged:
            self._problems.append(f"Segment {segment.number} is damaged.")
        elif head and self._media_type in LOSSLESS and head.format != form:
            self._problems.append(f"Segment {segment.number} has another format than the others.")
        elif head and head.samples not in (None, segment.samples):
            self._problems.append(f"Segment {segment.number} says {head.samples} samples, and has {segment.samples}.")

    def _decode_one(self, file: Path, head: Header, form: Format) -> bool:
        """Whether a segment is sound as a whole; what ffmpeg can read of it is decoded in any case."""
        raw = file.with_suffix(".pcm")
        raw.unlink(missing_ok=True)
        if self._decode([file], form).clean:
            return True
        if self._media_type != "audio/flac":
            return False
        framed, exact = file.with_suffix(".mka"), file.with_suffix(".exact")
        framed.write_bytes(matroska_of(file.read_bytes(), head.format))
        source = [*ONLY_FILES, *CHECKED, "-f", "matroska", "-i", framed.name]
        sound = self._run([*source, "-map", "0:a:0", *_raw(form), exact.name]).clean
        if sound:
            exact.rename(raw)
        exact.unlink(missing_ok=True)
        framed.unlink()
        return sound

    def _decode(self, files: Sequence[Path], form: Format) -> Log:
        inputs = [argument for file in files for argument in self._input(file)]
        outputs = [
            argument
            for place, file in enumerate(files)
            for argument in ("-map", f"{place}:a:0", *_raw(form), file.with_suffix(".pcm").name)
        ]
        return self._run([*inputs, *outputs])

    def _input(self, file: Path) -> list[str]:
        checked = CHECKED if self._media_type in LOSSLESS else ()
        return [*ONLY_FILES, *checked, "-f", DEMUXERS[self._media_type], "-i", file.name]

    def _run(self, arguments: Sequence[str], *, talkative: bool = False) -> Log:
        """A run may take a minute on a busy machine, and as long as the audio lasts."""
        return self._ffmpeg.run(arguments, self._folder, 60 + self._samples / self._rate, talkative=talkative)


def sample_count(ffmpeg: Ffmpeg, file: Path, media_type: str, rate: int) -> int:
    """How many samples a whole recording has when it is decoded at `rate`. Raises AudioUnreadable for none."""
    form, decoded = Format(rate, 1, 16), file.with_suffix(".pcm")
    source = [*ONLY_FILES, "-f", DEMUXERS[media_type], "-i", file.name]
    ffmpeg.run([*source, "-map", "0:a:0", *_raw(form), decoded.name], file.parent, LONGEST_SESSION_S)
    samples = decoded.stat().st_size // form.frame_bytes if decoded.exists() else 0
    decoded.unlink(missing_ok=True)
    if samples == 0:
        raise errors.AudioUnreadable("The recording cannot be read.")
    return samples


def _raw(form: Format) -> list[str]:
    return [
        "-c:a",
        f"pcm_{form.pcm}",
        "-ac",
        str(form.channels),
        "-ar",
        str(form.sample_rate_hz),
        "-f",
        form.pcm,
    ]


def _channels(log: Log) -> int:
    """How many channels the first input has, from ffmpeg's own words; 0 when it does not say."""
    found = re.search(r"Stream #0:\d.*Audio: .*? Hz, (mono|stereo|(\d+) channels)", log.text)
    return 0 if not found else int(found[2] or {"mono": 1, "stereo": 2}[found[1]])


def _copy(source: BinaryIO, target: BinaryIO, count: int) -> None:
    while count > 0 and (piece := source.read(min(count, COPY_BYTES))):
        target.write(piece)
        count -= len(piece)
