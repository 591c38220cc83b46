"""What makes a recording good data: its measures, the limits they are held to, and a verdict with reasons."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

import msgspec

from recital_core.captions import Cue, kept_spans
from recital_core.measures import Measures, Verdict
from recital_core.pauses import DIGITAL_SILENCE, noise_and_speech, quiet_runs, smoothed, threshold
from recital_core.ports import LevelFrames, Loudness

TOO_CLEAN_DBFS = -80.0
"""No room and microphone are as quiet: below it, something took the noise away, and perhaps speech with it."""
TOO_CLEAN_SHARE = 0.2
"""A gate shuts off whole pauses, a gap in the recording only a short moment."""
SLOWEST_WPM, FASTEST_WPM = 30.0, 330.0
"""Nobody reads aloud slower or faster: the words of such a cue are not what was said."""
PACE_FACTOR = 2.2
"""How far a cue's pace may be from the session's median; names and numbers vary a reader's pace by less."""
PACE_FEWEST_WORDS = 4
"""In a shorter cue the pause weighs more than the words."""
PACE_FEWEST_CUES = 5


class Assessment(msgspec.Struct, frozen=True, kw_only=True):
    """A verdict and the slugs of what led to it, the gravest first. `SENTENCES` says them in English."""

    verdict: Verdict
    reasons: tuple[str, ...]


class Limit(msgspec.Struct, frozen=True):
    """From `usable` on a value is a blemish, from `doubtful` on the recording is in doubt.

    A smaller `doubtful` than `usable` means that small values are bad.
    """

    usable: float
    doubtful: float

    def judge(self, value: float | None) -> Verdict:
        if value is None:
            return Verdict.GOOD
        sign = 1 if self.doubtful > self.usable else -1
        if value * sign >= self.doubtful * sign:
            return Verdict.DOUBTFUL
        return Verdict.USABLE if value * sign >= self.usable * sign else Verdict.GOOD


LIMITS = {
    # A reader pauses for a third of the time at most; a recording that is mostly silence has lost its voice.
    "little-speech": Limit(0.4, 0.15),
    # Speech close to a microphone is -30 to -16 LUFS; much below, 16 bits and the microphone's hiss show.
    "quiet": Limit(-38.0, -48.0),
    # Clipped samples of all: some a second are heard by few, a hundred a second by everyone.
    "clipped": Limit(1e-5, 2e-3),
    # Speech recognition suffers below 15 to 20 dB, speech synthesis below 30.
    "noisy": Limit(30.0, 15.0),
    # A constant offset takes headroom and clicks at cuts.
    "dc-offset": Limit(0.01, 0.05),
    # Seconds without a word within what was kept.
    "long-silence": Limit(5_000.0, 30_000.0),
    # The share of cues whose pace does not fit their words.
    "uneven-pace": Limit(0.1, 0.3),
    # Speech has sounds up to 16 kHz; a telephone's 8 kHz lose some consonants.
    "low-rate": Limit(31_999.0, 15_999.0),
    # How many declared gaps, and how many things that differ from what was declared.
    "gaps": Limit(1.0, 20.0),
    "damaged": Limit(0.5, 1.0),
    "too-clean": Limit(1.0, 2.0),
    "empty": Limit(0.5, 1.0),
}

SENTENCES = {
    "little-speech": "Most of the recording is silence.",
    "quiet": "The voice is very quiet; sit closer to the microphone or turn it up.",
    "clipped": "The voice is too loud for the microphone and is cut off; turn it down or sit back a little.",
    "noisy": "The room is noisy; a quieter place makes the recording more useful.",
    "dc-offset": "The microphone adds a constant current; another one would be better.",
    "long-silence": "There is a long silence between sentences.",
    "uneven-pace": "Some sentences were read much faster or slower than their words allow; were they skipped?",
    "low-rate": "The microphone delivers a telephone's sound; a wired one is better than Bluetooth.",
    "gaps": "The device lost pieces of the sound; close other programs while you record.",
    "damaged": "Parts of the recording arrived damaged and were filled with silence.",
    "too-clean": "Something removes the noise between words; turn noise suppression off.",
    "empty": "Nothing of the recording was kept.",
}


def measure(
    levels: LevelFrames, cues: Sequence[Cue], loudness: Loudness, *, clipped_samples: int, dc_offset: float
) -> Measures:
    """The measures of the audio that `cues` publish, out of the `levels` of the whole recording."""
    frame, rate = levels.frame_samples, levels.sample_rate_hz
    power = [value for span in kept_spans(cues) for value in levels.power[span.start // frame : span.end // frame]]
    limit = threshold(*noise_and_speech(power))
    heard = smoothed(power, 1)
    loud = [value for value, mean in zip(power, heard, strict=True) if mean >= limit]
    quiet = [value for value, mean in zip(power, heard, strict=True) if mean < limit]
    hiss = [value for value in quiet if value > DIGITAL_SILENCE]
    noise = statistics.median(hiss) if hiss else None
    noise_db = _db(noise)
    gated = len(quiet) - len(hiss) > TOO_CLEAN_SHARE * len(quiet)
    longest = max((end - start for start, end in quiet_runs(heard, limit)), default=0)
    paces = tuple(_pace(cue) for cue in cues)
    return Measures(
        duration_ms=cues[-1].end_ms if cues else 0,
        speech_ratio=round(len(loud) / max(1, len(power)), 3),
        integrated_lufs=loudness.integrated_lufs,
        true_peak_dbtp=loudness.true_peak_dbtp,
        clipped_samples=clipped_samples,
        noise_floor_db=noise_db,
        signal_to_noise_db=_db(max(0.0, statistics.fmean(loud) - noise) / noise) if noise and loud else None,
        dc_offset=round(dc_offset, 6),
        longest_silence_ms=longest * frame * 1000 // rate,
        too_clean=gated or (noise_db is not None and noise_db < TOO_CLEAN_DBFS),
        words_per_minute=_overall_pace(cues),
        cue_words_per_minute=paces,
        pace_outliers=_outliers(cues, paces),
    )


def assess(measures: Measures, *, sample_rate_hz: int, problems: int, gaps: int) -> Assessment:
    """The verdict on a recording of so many audio `problems` and declared `gaps`."""
    minutes_of_samples = max(1.0, measures.duration_ms / 1000 * sample_rate_hz)
    values: dict[str, float | None] = {
        "empty": float(measures.duration_ms == 0),
        "damaged": problems,
        "little-speech": measures.speech_ratio,
        "clipped": measures.clipped_samples / minutes_of_samples,
        "noisy": measures.signal_to_noise_db,
        "quiet": measures.integrated_lufs,
        "uneven-pace": len(measures.pace_outliers) / max(1, len(measures.cue_words_per_minute)),
        "too-clean": float(measures.too_clean),
        "gaps": gaps,
        "low-rate": sample_rate_hz,
        "long-silence": measures.longest_silence_ms,
        "dc-offset": abs(measures.dc_offset),
    }
    judged = {slug: LIMITS[slug].judge(value) for slug, value in values.items()}
    doubts = [slug for slug, verdict in judged.items() if verdict is Verdict.DOUBTFUL]
    blemishes = [slug for slug, verdict in judged.items() if verdict is Verdict.USABLE]
    verdict = Verdict.DOUBTFUL if doubts else Verdict.USABLE if blemishes else Verdict.GOOD
    return Assessment(verdict=verdict, reasons=(*doubts, *blemishes))


def _db(power: float | None) -> float | None:
    return round(10 * math.log10(power), 1) if power else None


def _pace(cue: Cue) -> float:
    return round(len(cue.words.split()) * 60_000 / (cue.end_ms - cue.start_ms), 1)


def _overall_pace(cues: Sequence[Cue]) -> float | None:
    if not cues:
        return None
    return round(sum(len(cue.words.split()) for cue in cues) * 60_000 / cues[-1].end_ms, 1)


def _outliers(cues: Sequence[Cue], paces: Sequence[float]) -> tuple[int, ...]:
    told = [
        (cue.number, pace) for cue, pace in zip(cues, paces, strict=True) if len(cue.words.split()) >= PACE_FEWEST_WORDS
    ]
    low, high = SLOWEST_WPM, FASTEST_WPM
    if len(told) >= PACE_FEWEST_CUES:
        usual = statistics.median(pace for _, pace in told)
        low, high = max(low, usual / PACE_FACTOR), min(high, usual * PACE_FACTOR)
    return tuple(number for number, pace in told if not low <= pace <= high)
