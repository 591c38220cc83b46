"""The published audio files, their loudness and their outline, made by one ffmpeg process from raw samples."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from adapters_storage.audio.ffmpeg import Ffmpeg, Log
from adapters_storage.audio.headers import Format, flac_header
from adapters_storage.audio.joining import Line
from adapters_storage.audio.outline import Outline
from recital_core import errors
from recital_core.ports import Loudness, Rendered, Span
from recital_core.published import LIGHT_AUDIO as LIGHT
from recital_core.published import MAIN_AUDIO as MAIN
from recital_core.published import MEDIA_TYPES

FEED_BYTES = 1024 * 1024
MP3_RATES = frozenset((8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000))
SILENCE_LUFS = -70.0
"""The absolute gate of ITU-R BS.1770: ffmpeg gives it for audio in which nothing was louder."""
# The same samples give the same bytes: no dates, no random numbers.
REPRODUCIBLE = ("-map_metadata", "-1", "-fflags", "+bitexact", "-flags", "+bitexact")


def render(ffmpeg: Ffmpeg, folder: Path, line: Line, mono: Path, kept: Sequence[Span], *, lossless: bool) -> Rendered:
    """Write source, main and light audio into `folder`; `mono` has the samples of `line` mixed to one channel.

    Raises AudioToolFailed.
    """
    form = Format(line.format.sample_rate_hz, 1, line.format.bits)
    rate, samples = form.sample_rate_hz, sum(span.end - span.start for span in kept)
    copied = _can_be_copied(line, kept)
    arguments = ["-f", form.pcm, "-ar", str(rate), "-ac", "1", "-i", "pipe:0"]
    splits = "[meter][light]" if copied else "[meter][light][main]"
    light_rate = rate if rate in MP3_RATES else 48_000
    graph = (
        f"[0:a]asplit={splits.count('[')}{splits};[meter]ebur128=peak=true:framelog=quiet,anullsink;"
        f"[light]aresample={light_rate}[mp3]"
    )
    flac = ["-c:a", "flac"]
    if line.coded is None:
        source = "source.audio.flac"
        arguments += ["-f", form.pcm, "-ar", str(rate), "-ac", str(line.format.channels), "-i", line.pcm.name]
        arguments += ["-filter_complex", graph, "-map", "1:a", *flac, *REPRODUCIBLE, source]
    else:
        source = line.coded.name
        arguments += ["-i", source] if copied else []
        arguments += ["-filter_complex", graph]
    if copied:
        arguments += ["-map", "1:a:0", "-c:a", "copy", *REPRODUCIBLE, MAIN]
    else:
        arguments += ["-map", "[main]", *flac, *REPRODUCIBLE, MAIN]
    arguments += ["-map", "[mp3]", "-c:a", "libmp3lame", "-b:a", "64k", *REPRODUCIBLE, LIGHT]
    outline = Outline(form)
    fed = outline.of(_slices(mono, kept, form))
    log = ffmpeg.run(arguments, folder, 60 + line.samples / rate, fed, talkative=True)
    if not log.clean or not (copied or _main_samples(folder / MAIN) == samples):
        raise errors.AudioToolFailed(f"ffmpeg did not render: {' '.join(log.errors)[-500:]}")
    return Rendered(
        media_types={name: MEDIA_TYPES[name] for name in (source, MAIN, LIGHT)},
        main_samples=samples,
        sample_rate_hz=rate,
        loudness=_loudness(log),
        peaks=outline.peaks,
        main_is_lossless=lossless,
    )


def _can_be_copied(line: Line, kept: Sequence[Span]) -> bool:
    """Whether the coded stream is the main audio as it stands: mono, nothing cut, no sample padded or trimmed."""
    return (
        line.coded is not None
        and line.coded_channels == 1
        and line.coded_samples == line.samples
        and not line.problems
        and list(kept) == [Span(0, line.samples)]
    )


def _slices(pcm: Path, kept: Sequence[Span], form: Format) -> Iterator[memoryview]:
    with pcm.open("rb") as file:
        for span in kept:
            file.seek(span.start * form.frame_bytes)
            count = (span.end - span.start) * form.frame_bytes
            while count > 0 and (piece := file.read(min(count, FEED_BYTES))):
                yield memoryview(piece)
                count -= len(piece)


def _main_samples(main: Path) -> int | None:
    """How many samples the FLAC stream in a Matroska file says it has, in its codec's private data."""
    with main.open("rb") as file:
        head = file.read(4096)
    found = flac_header(head[max(0, head.find(b"fLaC")) :])
    return found.samples if found else None


def _loudness(log: Log) -> Loudness:
    """From the summary that ffmpeg's ebur128 filter writes at its end."""
    summary = log.text.rpartition("Summary:")[2]
    integrated = _value(r"\bI:\s+(\S+) LUFS", summary)
    return Loudness(
        integrated_lufs=None if integrated is None or integrated <= SILENCE_LUFS else integrated,
        true_peak_dbtp=_value(r"\bPeak:\s+(\S+) dBFS", summary),
    )


def _value(pattern: str, text: str) -> float | None:
    found = re.search(pattern, text)
    try:
        value = float(found[1]) if found else math.nan
    except ValueError:
        return None
    return value if math.isfinite(value) else None
