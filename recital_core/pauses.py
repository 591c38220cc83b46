"""Where a reader paused: telling quiet from speech by the recording's own noise, and the quietest point of a pause."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from recital_core.ports import LevelFrames

REACH_MS = 400
# The silence before t, p or k within a word lasts 60 to 100 ms, in speech synthesis up to 120.
SHORTEST_PAUSE_MS = 130
# From this length on a pause is as good as any longer one; up to it, a millisecond longer is worth one nearer.
LONG_PAUSE_MS = 500
# A key or a mouse clicks within this time; with quiet of some length on both sides it does not end a pause.
CLICK_MS = 40
QUIET_ROUND_CLICK_MS = 100
# Weak ends of words look like noise: keep this far from the edges of a pause, or a quarter of it if it is short.
MARGIN_MS = 80
AVERAGED_MS = 80
NEIGHBOURHOOD_MS = 4_000
ENOUGH_FRAMES = 50_000
"""Of a long recording so many frames, evenly spread, tell its noise as well as all of them."""

NOISE_SHARE, SPEECH_SHARE = 0.1, 0.75
"""A tenth of all frames is taken to be noise; of those well over it, a quarter is loud speech."""
LOCAL_NOISE_AT_MOST = 16.0
"""The noise may rise 12 dB over the whole recording's before quiet speech is suspected instead."""
THRESHOLD_SHARE = 0.3
THRESHOLD_LEAST, THRESHOLD_MOST = 4.0, 25.0
"""Speech begins 30 % of the way from noise to speech in dB, and 6 to 14 dB over the noise."""
LEAST_UNDER_SPEECH = 8.0
"""A pause is 9 dB quieter than speech; without any, the quietest tenth is speech itself."""
COMMONLY = 3
"""So many times more quiet frames with noise than without any: then silence is not what pauses are made of."""
LOSS_RIM = 2
"""Frames beside lost sound; the nearest may be half lost itself."""
DIGITAL_SILENCE = 1e-10
"""Mean power that no microphone at 16 bits goes below; gates and filled gaps do."""

Run = tuple[int, int]


def noise_and_speech(power: Sequence[float]) -> tuple[float, float]:
    """Estimated mean power of noise and of loud speech; equal when there is only one of them.

    Digital silence is neither, unless the rest is of one loudness: then it is what a gate made of the noise.
    """
    heard = sorted(value for value in power if value > DIGITAL_SILENCE)
    if not heard:
        return DIGITAL_SILENCE, DIGITAL_SILENCE
    noise = heard[int((len(heard) - 1) * NOISE_SHARE)]
    voiced = heard[bisect_right(heard, noise * THRESHOLD_LEAST) :]
    if voiced:
        return noise, voiced[int((len(voiced) - 1) * SPEECH_SHARE)]
    return (DIGITAL_SILENCE if len(heard) < (1 - NOISE_SHARE) * len(power) else noise), noise


def threshold(noise: float, speech: float) -> float:
    """The mean power from which a frame counts as speech."""
    over_noise = (speech / noise) ** THRESHOLD_SHARE if speech > noise else 1.0
    return noise * min(THRESHOLD_MOST, max(THRESHOLD_LEAST, over_noise))


def smoothed(power: Sequence[float], reach: int) -> list[float]:
    """Each frame's mean with `reach` frames on both sides; fewer at the ends."""
    sums = [0.0]
    for value in power:
        sums.append(sums[-1] + value)
    count = len(power)
    return [
        (sums[min(count, at + reach + 1)] - sums[max(0, at - reach)])
        / (min(count, at + reach + 1) - max(0, at - reach))
        for at in range(count)
    ]


def quiet_runs(power: Sequence[float], limit: float) -> Iterator[Run]:
    """The longest stretches of frames below `limit`: first frame and the frame after the last one."""
    start = None
    for at, value in enumerate(power):
        if value < limit:
            start = at if start is None else start
        elif start is not None:
            yield start, at
            start = None
    if start is not None:
        yield start, len(power)


class Pauses:
    """The pauses of one recording of `samples` samples."""

    def __init__(self, levels: LevelFrames, samples: int) -> None:
        self._power = levels.power
        self._frame = levels.frame_samples
        self._samples = samples
        self._rate = levels.sample_rate_hz
        some = levels.power[:: 1 + len(levels.power) // ENOUGH_FRAMES]
        self._noise, self._speech = noise_and_speech(some)
        self._silence_is_loss = _silence_is_loss(some, threshold(self._noise, self._speech))

    def near(self, edge: int, first: int, last: int, *, closes: bool) -> int:
        """Where a boundary pressed at sample `edge` belongs: `first` to `last`, at most REACH_MS from it.

        That is the quietest point of the pause around it, a long pause a little away before a short one close by.
        Where there is none, `edge`; unless the boundary `closes` the audio, since what follows would be lost: then
        the end of the sound, or of the recording, if that is within reach.
        """
        reach = REACH_MS * self._rate // 1000
        first, last = max(first, edge - reach), min(last, edge + reach)
        around = self._frames(NEIGHBOURHOOD_MS)
        start = max(0, edge // self._frame - around)
        power = self._heard(start, edge // self._frame + around)
        limit = self._limit(power)
        runs = [(start + a, start + b) for a, b in self._across_clicks(list(quiet_runs(smoothed(power, 1), limit)))]
        best, best_score = None, -math.inf
        for run in runs:
            begin, end = max(first, run[0] * self._frame), min(last, run[1] * self._frame - 1)
            score = self._worth(run) - max(0, begin - edge, edge - end) * 1000 / self._rate
            if begin <= end and self._worth(run) >= SHORTEST_PAUSE_MS and score > best_score:
                best, best_score = run, score
        if best is not None:
            return self._quietest(best, edge, first, last)
        return self._end_of_sound(runs, edge, last) if closes else edge

    def _heard(self, start: int, end: int) -> Sequence[float]:
        """The power of frames `start` to `end`, lost sound taken to be as loud as what is around it."""
        power = self._power[start:end]
        if not self._silence_is_loss:
            return power
        heard = list(power)
        for first, after in quiet_runs(power, DIGITAL_SILENCE):
            around = [*power[max(0, first - LOSS_RIM) : first], *power[after : after + LOSS_RIM]]
            heard[first:after] = [max(around, default=self._speech)] * (after - first)
        return heard

    def _limit(self, power: Sequence[float]) -> float:
        local, _ = noise_and_speech(power)
        noise = min(local, self._noise * LOCAL_NOISE_AT_MOST)
        return min(threshold(noise, self._speech), self._speech / LEAST_UNDER_SPEECH)

    def _frames(self, ms: int) -> int:
        return ms * self._rate // 1000 // self._frame

    def _across_clicks(self, runs: Sequence[Run]) -> list[Run]:
        """`runs` with those joined that only a click parts."""
        click, quiet = self._frames(CLICK_MS), self._frames(QUIET_ROUND_CLICK_MS)
        joined: list[Run] = []
        for run in runs:
            before = joined[-1] if joined else None
            if before and run[0] - before[1] <= click and min(_frames_of(before), _frames_of(run)) >= quiet:
                joined[-1] = (before[0], run[1])
            else:
                joined.append(run)
        return joined

    def _worth(self, run: Run) -> float:
        """The length of a pause in ms, up to where more is no better; at the recording's ends nobody knows it."""
        if run[0] == 0 or run[1] >= len(self._power):
            return LONG_PAUSE_MS
        return min(LONG_PAUSE_MS, _frames_of(run) * self._frame * 1000 / self._rate)

    def _quietest(self, run: Run, edge: int, first: int, last: int) -> int:
        """The middle of the quietest frame of `run` between two samples, the nearest to `edge` of equal ones."""
        margin = min(self._frames(MARGIN_MS), _frames_of(run) // 4)
        low, high = max(run[0], first // self._frame), min(run[1] - 1, last // self._frame)
        inside = range(max(low, run[0] + margin), min(high, run[1] - 1 - margin) + 1)
        if not inside:  # only a rim of the pause is within reach: its innermost frame
            inner = high if run[0] + margin > high else low
            inside = range(inner, inner + 1)
        half = self._frames(AVERAGED_MS) // 2
        begin = max(0, inside[0] - half)
        means = smoothed(self._power[begin : inside[-1] + half + 1], half)
        frame = min(inside, key=lambda at: (means[at - begin], abs(at * self._frame + self._frame // 2 - edge)))
        return min(last, max(first, frame * self._frame + self._frame // 2))

    def _end_of_sound(self, runs: Sequence[Run], edge: int, last: int) -> int:
        """Where the sound at `edge` ends, or the recording, if not after `last`; else `edge`."""
        for start, end in runs:
            if end * self._frame > edge:
                return min(last, max(edge, start * self._frame)) if start * self._frame <= last else edge
        return last if last == self._samples else edge


def _silence_is_loss(power: Sequence[float], limit: float) -> bool:
    """Whether digital silence is sound that was lost: so it is where quiet frames commonly have noise."""
    still = sum(1 for value in power if value <= DIGITAL_SILENCE)
    noisy = sum(1 for value in power if DIGITAL_SILENCE < value < limit)
    return still * COMMONLY < noisy


def _frames_of(run: Run) -> int:
    return run[1] - run[0]
