"""From marks to captions."""

from __future__ import annotations

import html
import itertools
import random
import re
import uuid
from array import array
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters_storage.audio.headers import Format
from adapters_storage.audio.samples import measure
from recital_core import errors
from recital_core.captions import (
    Cue,
    Take,
    TranscriptHeader,
    kept_spans,
    refined,
    takes,
    webvtt,
)
from recital_core.ports import LevelFrames
from recital_core.sessions import Mark, MarkKind, SessionId
from recital_core.texts import Language, Place, TextId
from tests.reading import Reading, reading

RATE = 48_000
FRAME = 480
MS = RATE // 1000
QUIET, LOUD = 1e-6, 1e-2


def mark(n: int, at: int, kind: MarkKind = MarkKind.READ, sentence: int | None = None) -> Mark:
    return Mark(n=n, paragraph=0, sentence=n if sentence is None else sentence, at_sample=at, kind=kind)


def words(place: Place) -> str:
    return f"sentence {place.sentence}"


def spans_of(taken: Sequence[Take]) -> list[tuple[int, int, int]]:
    return [(take.place.sentence, take.start_sample, take.end_sample) for take in taken]


def take(start: int, end: int, sentence: int = 0) -> Take:
    return Take(place=Place(0, sentence), words="words", start_sample=start, end_sample=end)


def levels(*stretches: tuple[int, float]) -> LevelFrames:
    """Stretches of (ms, mean power), one after the other."""
    power = array("d")
    for ms, value in stretches:
        power.extend([value] * (ms // 10))
    return LevelFrames(sample_rate_hz=RATE, frame_samples=FRAME, power=power)


def boundary(sound: LevelFrames, pressed_ms: float) -> float:
    """Where the boundary between two sentences goes, in ms, when it was pressed at `pressed_ms`."""
    samples, press = len(sound.power) * FRAME, round(pressed_ms * MS)
    cues = refined([take(0, press), take(press, samples, 1)], sound, samples)
    assert cues[0].end_sample == cues[1].start_sample
    return cues[0].end_sample / MS


# ---- takes


def test_each_take_lasts_from_the_mark_before_to_its_own() -> None:
    taken = takes([mark(0, 100), mark(1, 250), mark(2, 300)], 0, words)
    assert spans_of(taken) == [(0, 0, 100), (1, 100, 250), (2, 250, 300)]
    assert [take.words for take in taken] == ["sentence 0", "sentence 1", "sentence 2"]


def test_again_and_skip_void_what_was_read_since_the_mark_before() -> None:
    marks = [mark(0, 100), mark(1, 150, MarkKind.AGAIN, 1), mark(2, 300, sentence=1)]
    marks += [mark(3, 320, MarkKind.SKIP, 7), mark(4, 400, sentence=7)]
    assert spans_of(takes(marks, 0, words)) == [(0, 0, 100), (1, 150, 300), (7, 320, 400)]


def test_the_last_takes_are_dropped_on_demand_and_empty_ones_do_not_count() -> None:
    marks = [mark(0, 100), mark(1, 200), mark(2, 200)]
    assert spans_of(takes(marks, 0, words)) == [(0, 0, 100), (1, 100, 200)]
    assert spans_of(takes(marks, 1, words)) == [(0, 0, 100)]
    assert takes(marks, 9, words) == []


def test_a_mark_without_words_is_beyond_the_text() -> None:
    with pytest.raises(errors.MarkBeyondText):
        takes([mark(0, 100)], 0, lambda _: None)


# ---- boundaries


def test_a_press_in_speech_moves_into_the_pause_beside_it() -> None:
    sound = levels((2_000, LOUD), (600, QUIET), (2_000, LOUD))
    for pressed in (1_850, 1_990, 2_000, 2_300, 2_590, 2_750):
        assert 2_050 <= boundary(sound, pressed) <= 2_550


def test_a_closure_within_a_word_is_no_pause() -> None:
    sound = levels((1_500, LOUD), (90, QUIET), (410, LOUD), (500, QUIET), (2_000, LOUD))
    assert 2_000 < boundary(sound, 1_800) < 2_500
    lonely = levels((1_900, LOUD), (90, QUIET), (2_010, LOUD))
    assert boundary(lonely, 2_000) == 2_000


def test_the_quietest_point_of_the_pause_is_taken() -> None:
    sound = levels((2_000, LOUD), (200, 3e-6), (200, QUIET), (200, 3e-6), (2_000, LOUD))
    assert 2_200 <= boundary(sound, 2_050) <= 2_400


def test_a_boundary_moves_400_ms_at_most() -> None:
    sound = levels((2_000, LOUD), (900, QUIET), (2_000, LOUD))
    assert boundary(sound, 1_550) == 1_550
    assert 2_000 < boundary(sound, 1_700) <= 2_100


def test_a_click_does_not_end_a_pause() -> None:
    sound = levels((2_000, LOUD), (150, QUIET), (30, LOUD), (150, QUIET), (2_000, LOUD))
    assert 2_000 < boundary(sound, 2_165) < 2_330


def test_a_stretch_of_lost_sound_is_no_pause() -> None:
    pauses = [(1_000, LOUD), (500, QUIET)] * 4
    lost = levels((1_000, LOUD), (300, 0.0), (300, LOUD), (500, QUIET), *pauses)
    assert 1_600 < boundary(lost, 1_300) < 1_700
    gated = levels(*[(1_000, LOUD), (500, 0.0)] * 4)
    assert 1_000 < boundary(gated, 950) < 1_500


def test_noise_that_rises_in_the_middle_is_still_told_from_speech() -> None:
    sound = levels((9_000, LOUD), (500, QUIET), (500, LOUD), *[(1_000, LOUD), (500, 1e-5)] * 8)
    assert 12_500 < boundary(sound, 12_400) < 13_000


def test_the_end_of_the_last_take_reaches_the_end_of_the_sound() -> None:
    sound = levels((2_000, LOUD), (600, QUIET), (1_000, LOUD))
    samples = len(sound.power) * FRAME
    cues = refined([take(0, 2_300 * MS), take(2_300 * MS, 3_400 * MS, 1)], sound, samples)
    assert cues[-1].end_sample == samples


def test_both_edges_of_a_void_move_each_into_its_own_pause() -> None:
    sound = levels((2_000, LOUD), (400, QUIET), (800, LOUD), (400, QUIET), (2_000, LOUD))
    samples = len(sound.power) * FRAME
    cues = refined([take(0, 1_950 * MS), take(3_250 * MS, samples, 1)], sound, samples)
    assert 2_000 <= cues[0].end_sample / MS <= 2_400
    assert 3_200 <= cues[1].start_sample / MS <= 3_600
    assert cues[1].start_ms == cues[0].end_ms


def test_marks_after_the_end_of_the_audio_end_with_it() -> None:
    sound = levels((1_000, LOUD))
    cues = refined([take(0, RATE // 2), take(RATE // 2, 2 * RATE, 1), take(2 * RATE, 3 * RATE, 2)], sound, RATE)
    assert [cue.end_sample for cue in cues][-1] == RATE
    assert len(cues) == 2


@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_cues_keep_order_never_overlap_and_count_every_kept_sample(data: st.DataObject) -> None:
    power = data.draw(st.lists(st.sampled_from([0.0, QUIET, 3e-6, 1e-4, LOUD]), min_size=1, max_size=60))
    sound = levels(*[(60, value) for value in power])
    rate = data.draw(st.sampled_from([8_000, 44_100, 48_000]))
    sound = LevelFrames(sample_rate_hz=rate, frame_samples=rate // 100, power=sound.power)
    samples = len(sound.power) * sound.frame_samples - data.draw(st.integers(0, 70))
    edges = sorted(data.draw(st.lists(st.integers(0, samples + 50), min_size=2, max_size=12)))
    pairs = [pair for pair in itertools.pairwise(edges) if pair[0] < pair[1]]
    kept = [pair for pair in pairs if data.draw(st.booleans())]
    cues = refined([take(*pair) for pair in kept], sound, samples)
    assert [cue.number for cue in cues] == list(range(1, len(cues) + 1))
    for cue in cues:
        assert 0 <= cue.start_sample < cue.end_sample <= samples
        assert abs(cue.start_sample - cue.raw_start_sample) <= 0.4 * rate
        assert abs(cue.end_sample - cue.raw_end_sample) <= 0.4 * rate
        assert cue.start_ms < cue.end_ms
    for before, after in itertools.pairwise(cues):
        assert before.end_sample <= after.start_sample
        assert before.end_ms == after.start_ms
        if before.raw_end_sample == after.raw_start_sample:
            assert before.end_sample == after.start_sample
    if cues:
        total = sum(span.end - span.start for span in kept_spans(cues))
        assert cues[0].start_ms == 0
        assert 0 <= total * 1000 / rate - cues[-1].end_ms < 1


@pytest.fixture(scope="session")
def readings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.getbasetemp().parent / "recital-readings"


@pytest.mark.parametrize("noise_db", [-62, -53, -45])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_boundaries_of_a_spoken_reading_lie_in_the_pauses(
    seed: int, noise_db: int, readings: Path, tmp_path: Path
) -> None:
    spoken = reading(readings, seed=seed, noise_db=noise_db)
    raw = tmp_path / "reading.pcm"
    raw.write_bytes(spoken.pcm().tobytes())
    sound = measure(raw, Format(spoken.rate, 1, 16), tmp_path / "mono.pcm").levels
    chance = random.Random(seed)
    in_the_middle = [s.next + chance.uniform(-0.25, 0.25) * spoken.rate for s in spoken.sentences]
    early = [s.end - chance.uniform(0, 0.15) * spoken.rate for s in spoken.sentences]
    late = [start + chance.uniform(0, 0.15) * spoken.rate for start in starts(spoken)]
    for presses in (in_the_middle, early, late):
        edges = [0, *(min(spoken.samples, round(press)) for press in presses)]
        cues = refined([take(*pair) for pair in itertools.pairwise(edges)], sound, spoken.samples)
        for cue, sentence, following in zip(cues, spoken.sentences, starts(spoken), strict=True):
            assert sentence.end <= cue.end_sample <= following


def starts(spoken: Reading) -> list[int]:
    """Where the sentence after each one starts; after the last one, the end."""
    return [*(sentence.start for sentence in spoken.sentences[1:]), spoken.samples]


# ---- the transcript


def header(title: str = "A walk", language: str = "he") -> TranscriptHeader:
    ids = uuid.UUID(int=7), uuid.UUID(int=8)
    return TranscriptHeader(
        session_id=SessionId(ids[0]),
        text_id=TextId(ids[1]),
        text_revision=2,
        title=title,
        language=Language(language),
    )


def cue(number: int, start_ms: int, end_ms: int, said: str) -> Cue:
    return Cue(
        number=number,
        place=Place(0, number),
        words=said,
        raw_start_sample=0,
        raw_end_sample=1,
        start_sample=0,
        end_sample=1,
        start_ms=start_ms,
        end_ms=end_ms,
    )


def test_a_transcript_is_webvtt_with_its_origin_in_notes() -> None:
    text = webvtt(header(), [cue(1, 0, 1_234, "שלום, עולם."), cue(2, 1_234, 3_723_004, "a < b & c --> d")])
    assert text == (
        "WEBVTT\n\n"
        "NOTE session 00000000-0000-0000-0000-000000000007\n\n"
        "NOTE text 00000000-0000-0000-0000-000000000008 revision 2: A walk\n\n"
        "NOTE language he\n\n"
        "1\n00:00:00.000 --> 00:00:01.234\nשלום, עולם.\n\n"
        "2\n00:00:01.234 --> 01:02:03.004\na &lt; b &amp; c --&gt; d\n"
    )


@given(said=st.lists(st.text(min_size=1).filter(lambda text: text.strip() != ""), max_size=5), title=st.text())
def test_what_a_reader_of_webvtt_finds_is_what_was_written(said: list[str], title: str) -> None:
    cues = [cue(n, n * 1_000, n * 1_000 + 999, words) for n, words in enumerate(said, start=1)]
    found = parsed(webvtt(header(title), cues))
    assert found == [
        (str(n), n * 1_000, n * 1_000 + 999, re.sub(r"\r\n|\r|\n", " ", text).replace("\0", "\ufffd"))
        for n, text in enumerate(said, start=1)
    ]


def parsed(text: str) -> list[tuple[str, int, int, str]]:
    """The cues of a WebVTT file, by the rules of the W3C's parser that our files can touch."""
    lines = text.replace("\0", "\ufffd").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert lines[0] == "WEBVTT"
    blocks, block = [], list[str]()
    for line in [*lines[1:], ""]:
        if line:
            block.append(line)
        elif block:
            blocks.append(block)
            block = []
    cues = []
    for block in blocks:
        timed = next((n for n, line in enumerate(block[:2]) if "-->" in line), None)
        if timed is None:
            assert block[0].startswith("NOTE")
            continue
        start, end = (milliseconds(stamp.strip()) for stamp in block[timed].split("-->"))
        payload = "\n".join(block[timed + 1 :])
        assert "<" not in payload
        cues.append(("".join(block[:timed]), start, end, unescaped(payload)))
    return cues


def unescaped(payload: str) -> str:
    return re.sub(r"&(amp|lt|gt);", lambda found: html.unescape(found[0]), payload)


def milliseconds(stamp: str) -> int:
    hours, minutes, seconds, thousandths = map(int, re.split("[:.]", stamp))
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths
