"""The measures of a recording, and the verdict on it."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recital_core.captions import Cue
from recital_core.measures import Measures, Verdict
from recital_core.ports import LevelFrames, Loudness
from recital_core.quality import LIMITS, SENTENCES, assess, measure
from recital_core.texts import Place

RATE = 48_000
FRAME = 480
SPEECH, HISS = 1e-2, 1e-6
LOUDNESS = Loudness(integrated_lufs=-22.0, true_peak_dbtp=-5.0)
GOOD = Measures(
    duration_ms=60_000,
    speech_ratio=0.8,
    integrated_lufs=-22.0,
    true_peak_dbtp=-5.0,
    clipped_samples=0,
    noise_floor_db=-62.0,
    signal_to_noise_db=40.0,
    dc_offset=0.0,
    longest_silence_ms=900,
    too_clean=False,
    words_per_minute=110.0,
    cue_words_per_minute=(110.0, 112.0),
    pace_outliers=(),
)


def levels(*stretches: tuple[int, float]) -> LevelFrames:
    power = [value for ms, value in stretches for _ in range(ms // 10)]
    return LevelFrames(sample_rate_hz=RATE, frame_samples=FRAME, power=power)


def cues(*ends_ms: int, words: int = 6) -> list[Cue]:
    """Cues that follow each other from 0, each of so many words."""
    return [
        Cue(
            number=number,
            place=Place(0, number),
            words=" ".join(["word"] * words),
            raw_start_sample=start * 48,
            raw_end_sample=end * 48,
            start_sample=start * 48,
            end_sample=end * 48,
            start_ms=start,
            end_ms=end,
        )
        for number, (start, end) in enumerate(zip((0, *ends_ms), ends_ms, strict=False), start=1)
    ]


def measured(sound: LevelFrames, of: list[Cue]) -> Measures:
    return measure(sound, of, LOUDNESS, clipped_samples=3, dc_offset=0.001)


def test_speech_and_silence_are_told_apart() -> None:
    found = measured(levels((500, HISS), (3_000, SPEECH), (500, HISS), (1_000, SPEECH)), cues(4_000, 5_000))
    assert found.duration_ms == 5_000
    assert found.speech_ratio == pytest.approx(0.8, abs=0.02)
    assert found.noise_floor_db == pytest.approx(-60, abs=0.5)
    assert found.signal_to_noise_db == pytest.approx(40, abs=0.5)
    assert found.longest_silence_ms == pytest.approx(500, abs=20)
    assert not found.too_clean
    assert (found.clipped_samples, found.dc_offset, found.integrated_lufs) == (3, 0.001, -22.0)


def test_what_was_cut_out_is_not_measured() -> None:
    sound = levels((1_000, SPEECH), (500, HISS), (9_000, HISS), (500, HISS), (1_000, SPEECH))
    first, second = cues(1_500, 3_000)
    second = msgspec.structs.replace(second, start_sample=10_500 * 48, end_sample=12_000 * 48)
    found = measured(sound, [first, second])
    assert found.longest_silence_ms == pytest.approx(1_000, abs=20)


def test_pauses_without_any_noise_are_too_clean() -> None:
    gated = levels(*[(800, SPEECH), (200, 0.0)] * 5)
    assert measured(gated, cues(5_000)).too_clean
    hushed = levels(*[(800, SPEECH), (200, 1e-9)] * 5)
    assert measured(hushed, cues(5_000)).too_clean


def test_pure_noise_has_no_speech_and_nothing_at_all_can_be_measured() -> None:
    assert measured(levels((5_000, HISS)), cues(5_000)).speech_ratio == 0
    nothing = measured(levels(), [])
    assert (nothing.duration_ms, nothing.speech_ratio, nothing.noise_floor_db) == (0, 0, None)
    assert nothing.words_per_minute is None


def test_the_pace_of_a_cue_is_its_words_in_its_time() -> None:
    found = measured(levels((6_000, SPEECH)), cues(2_000, 6_000, words=4))
    assert found.cue_words_per_minute == (120.0, 60.0)
    assert found.words_per_minute == 80.0


def test_a_cue_that_holds_much_more_or_less_than_its_words_is_an_outlier() -> None:
    ends = (3_000, 6_000, 9_000, 10_000, 13_000, 22_000, 25_000)
    found = measured(levels((25_000, SPEECH)), cues(*ends))
    assert found.pace_outliers == (4, 6)


def test_a_few_words_say_nothing_of_the_pace() -> None:
    assert measured(levels((20_000, SPEECH)), cues(200, 10_000, 20_000, words=3)).pace_outliers == ()


def test_a_clean_recording_is_good() -> None:
    assessment = assess(GOOD, sample_rate_hz=RATE, problems=0, gaps=0)
    assert (assessment.verdict, assessment.reasons) == (Verdict.GOOD, ())


@pytest.mark.parametrize(
    ("changes", "verdict", "reason"),
    [
        ({"signal_to_noise_db": 25.0}, Verdict.USABLE, "noisy"),
        ({"signal_to_noise_db": 12.0}, Verdict.DOUBTFUL, "noisy"),
        ({"integrated_lufs": -41.0}, Verdict.USABLE, "quiet"),
        ({"clipped_samples": 60}, Verdict.USABLE, "clipped"),
        ({"clipped_samples": 60_000}, Verdict.DOUBTFUL, "clipped"),
        ({"speech_ratio": 0.1}, Verdict.DOUBTFUL, "little-speech"),
        ({"too_clean": True}, Verdict.USABLE, "too-clean"),
        ({"longest_silence_ms": 8_000}, Verdict.USABLE, "long-silence"),
        ({"dc_offset": -0.02}, Verdict.USABLE, "dc-offset"),
        ({"pace_outliers": (1,)}, Verdict.DOUBTFUL, "uneven-pace"),
        ({"duration_ms": 0}, Verdict.DOUBTFUL, "empty"),
    ],
)
def test_each_fault_has_its_reason(changes: dict[str, object], verdict: Verdict, reason: str) -> None:
    faulty = msgspec.structs.replace(GOOD, **changes)
    assessment = assess(faulty, sample_rate_hz=RATE, problems=0, gaps=0)
    assert (assessment.verdict, assessment.reasons) == (verdict, (reason,))


def test_what_arrived_damaged_or_thin_counts_too() -> None:
    assert assess(GOOD, sample_rate_hz=RATE, problems=1, gaps=0).reasons == ("damaged",)
    assert assess(GOOD, sample_rate_hz=RATE, problems=0, gaps=1).reasons == ("gaps",)
    assert assess(GOOD, sample_rate_hz=16_000, problems=0, gaps=0).reasons == ("low-rate",)
    assert assess(GOOD, sample_rate_hz=8_000, problems=0, gaps=0).verdict is Verdict.DOUBTFUL


def test_the_gravest_reason_comes_first() -> None:
    faulty = msgspec.structs.replace(GOOD, signal_to_noise_db=5.0, speech_ratio=0.3)
    assert assess(faulty, sample_rate_hz=RATE, problems=0, gaps=0).reasons == ("noisy", "little-speech")


def test_every_reason_can_be_said_in_a_sentence() -> None:
    assert set(SENTENCES) == set(LIMITS)


@given(slug=st.sampled_from(sorted(LIMITS)), values=st.tuples(*[st.floats(-1e6, 1e6)] * 2))
def test_a_worse_value_never_gets_a_better_verdict(slug: str, values: tuple[float, float]) -> None:
    limit = LIMITS[slug]
    better, worse = sorted(values, reverse=limit.doubtful < limit.usable)
    order = [Verdict.GOOD, Verdict.USABLE, Verdict.DOUBTFUL]
    assert order.index(limit.judge(better)) <= order.index(limit.judge(worse))
