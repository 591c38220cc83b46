"""What the workshop of ffmpeg alone can meet: coded streams, damaged files, hostile bytes, a dying process."""

from __future__ import annotations

import hashlib
import io
import itertools
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import pytest

from adapters_storage.audio.ffmpeg import Ffmpeg
from adapters_storage.audio.workshop import FfmpegWorkshop
from recital_core import errors
from recital_core.ports import JoinedAudio, SegmentAudio, Span
from recital_core.sessions import Segment
from recital_core.testing.blobs import MemoryBlobStore
from tests.coding import Samples, decoded, encoded, noise

RATE = 48_000
OPUS, WEBM, MP4 = "audio/ogg;codecs=opus", "audio/webm;codecs=opus", "audio/mp4"
MAIN, LIGHT = "main.audio.mka", "light.audio.mp3"


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[FfmpegWorkshop]:
    made = FfmpegWorkshop(folder=tmp_path)
    yield made
    made.close()


def joined(
    workshop: FfmpegWorkshop,
    media_type: str,
    bodies: Sequence[bytes],
    samples: Sequence[int],
    *,
    rate: int = RATE,
    holes: Sequence[int] | None = None,
    sent: Sequence[bytes] | None = None,
) -> AbstractContextManager[JoinedAudio]:
    """The session of these segments, with holes of so many samples before them; `sent` is what they once were."""
    staging, segments, start = MemoryBlobStore(), [], 0
    for n, (body, count) in enumerate(zip(bodies, samples, strict=True)):
        start += holes[n] if holes else 0
        staging.put(f"s/{n}", io.BytesIO(body), media_type, {})
        segment = Segment(
            number=n,
            digest=hashlib.sha256(sent[n] if sent else body).hexdigest(),
            media_type=media_type,
            first_sample=start,
            samples=count,
            bytes=len(body),
        )
        segments.append(SegmentAudio(segment=segment, key=f"s/{n}"))
        start += count
    return workshop.join(staging, media_type, segments, sample_rate_hz=rate)


def published(audio: JoinedAudio, name: str, *kept: Span) -> bytes:
    audio.render(kept or [Span(0, audio.samples)])
    with audio.open(name) as file:
        return file.read()


def tone(count: int, rate: int = RATE) -> Samples:
    return (8_000 * np.sin(2 * np.pi * 440 * np.arange(count) / rate)).astype(np.int16)


def alike(one: Samples, other: Samples) -> bool:
    """Whether coding alone explains the difference."""
    return len(one) == len(other) and float(np.corrcoef(one, other)[0, 1]) > 0.99


# ---- coded audio


def test_opus_segments_are_trimmed_to_their_declared_samples(workshop: FfmpegWorkshop) -> None:
    sound = tone(3 * RATE)
    parts = [np.r_[sound[at : at + RATE], np.zeros(648, np.int16)] for at in range(0, 3 * RATE, RATE)]
    bodies = [encoded(part, "s.ogg", "-c:a", "libopus", "-b:a", "96k") for part in parts]
    with joined(workshop, OPUS, bodies, [RATE] * 3) as audio:
        assert (audio.samples, list(audio.problems), audio.source_lossless) == (3 * RATE, [], False)
        assert alike(decoded(published(audio, MAIN)), sound)
        assert alike(decoded(published(audio, "source.audio.flac")), sound)


def test_opus_that_was_counted_at_another_rate_comes_at_that_rate(workshop: FfmpegWorkshop) -> None:
    sound = tone(44_100, 44_100)
    body = encoded(sound, "s.ogg", "-c:a", "libopus", rate=44_100)
    with joined(workshop, OPUS, [body], [44_100], rate=44_100) as audio:
        assert (audio.sample_rate_hz, audio.samples, list(audio.problems)) == (44_100, 44_100, [])
        assert alike(decoded(published(audio, MAIN)), sound)


@pytest.mark.parametrize(
    ("media_type", "ending", "options"),
    [
        (WEBM, "webm", ["-c:a", "libopus", "-frame_duration", "60"]),
        (MP4, "mp4", ["-c:a", "aac", "-movflags", "frag_keyframe+delay_moov"]),
        (MP4, "mp4", ["-c:a", "libopus"]),
    ],
    ids=["webm", "mp4 in fragments", "mp4 of opus"],
)
def test_slices_of_a_stream_join_by_bytes(
    workshop: FfmpegWorkshop, media_type: str, ending: str, options: list[str]
) -> None:
    sound = tone(4 * RATE)
    whole = encoded(sound, f"s.{ending}", *options, "-b:a", "96k")
    cuts = [0, len(whole) // 3, len(whole) // 2, len(whole)]
    slices = [whole[a:b] for a, b in itertools.pairwise(cuts)]
    with joined(workshop, media_type, slices, [RATE, RATE, 2 * RATE]) as audio:
        assert 4 * RATE <= audio.samples < 4 * RATE + 1_024  # AAC ends with a whole frame
        assert (list(audio.problems), audio.source_channels) == ([], 1)
        assert published(audio, f"source.audio.{ending}", Span(0, 99_999)) == whole
        assert alike(decoded(published(audio, MAIN, Span(0, 99_999))), sound[:99_999])


def test_a_stream_from_which_nothing_is_cut_is_copied(workshop: FfmpegWorkshop) -> None:
    sound = tone(2 * RATE)
    whole = encoded(sound, "s.webm", "-c:a", "libopus")
    with joined(workshop, WEBM, [whole], [2 * RATE]) as audio:
        main = published(audio, MAIN)
    assert b"A_OPUS" in main
    assert alike(decoded(main), sound)


def test_a_stream_that_lacks_its_end_is_padded_and_told(workshop: FfmpegWorkshop) -> None:
    whole = encoded(tone(4 * RATE), "s.webm", "-c:a", "libopus", "-b:a", "96k")
    with joined(workshop, WEBM, [whole[: len(whole) // 2]], [4 * RATE]) as audio:
        assert audio.samples == 4 * RATE
        assert any("not the declared 192000" in problem for problem in audio.problems)
        assert len(decoded(published(audio, MAIN))) == 4 * RATE


def test_a_recorder_that_starts_late_is_padded_without_a_word(workshop: FfmpegWorkshop) -> None:
    whole = encoded(tone(2 * RATE - 5_800), "s.webm", "-c:a", "libopus")
    with joined(workshop, WEBM, [whole], [2 * RATE]) as audio:
        assert (audio.samples, list(audio.problems)) == (2 * RATE, [])
        assert len(decoded(published(audio, MAIN))) == 2 * RATE


@pytest.mark.parametrize("hole", [0, 4_800])
def test_what_a_recorder_says_after_its_last_count_is_kept(workshop: FfmpegWorkshop, hole: int) -> None:
    sound = tone(2 * RATE + 5_800)
    whole = encoded(sound, "s.webm", "-c:a", "libopus", "-b:a", "96k")
    halves = [whole[: len(whole) // 2], whole[len(whole) // 2 :]]
    with joined(workshop, WEBM, halves, [RATE, RATE], holes=[0, hole]) as audio:
        assert (audio.samples, list(audio.problems)) == (len(sound) + hole, [])
        main = decoded(published(audio, MAIN))
    assert alike(np.r_[main[:RATE], main[RATE + hole :]], sound)


def test_a_stream_far_longer_than_its_count_is_told(workshop: FfmpegWorkshop) -> None:
    whole = encoded(tone(3 * RATE), "s.webm", "-c:a", "libopus")
    with joined(workshop, WEBM, [whole], [2 * RATE]) as audio:
        assert audio.samples == 2 * RATE + RATE // 4
        assert any("not the declared 96000" in problem for problem in audio.problems)


def test_a_stream_without_its_first_slice_is_unreadable(workshop: FfmpegWorkshop) -> None:
    whole = encoded(tone(2 * RATE), "s.webm", "-c:a", "libopus")
    with pytest.raises(errors.AudioUnreadable), joined(workshop, WEBM, [whole[2_000:]], [2 * RATE]):
        pytest.fail("There was nothing to join.")


# ---- lossless audio of other shapes


def test_flac_that_does_not_say_its_length_is_joined_without_a_word(workshop: FfmpegWorkshop) -> None:
    parts, bodies = [noise(RATE, seed=n) for n in range(3)], []
    for part in parts:
        body = bytearray(encoded(part, "s.flac"))
        body[21] &= 0xF0
        body[22:26] = bytes(4)
        bodies.append(bytes(body))
    with joined(workshop, "audio/flac", bodies, [RATE] * 3) as audio:
        assert list(audio.problems) == []
        assert np.array_equal(decoded(published(audio, MAIN)), np.concatenate(parts))


@pytest.mark.parametrize("size", [0, 0x7FFF_F000, 0x8000_0000, 0xFFFF_FFFF], ids=hex)
def test_wav_that_was_piped_states_no_size_and_is_joined_without_a_word(workshop: FfmpegWorkshop, size: int) -> None:
    body = encoded(noise(RATE), "s.wav")
    at = body.index(b"data") + 4
    piped = body[:at] + size.to_bytes(4, "little") + body[at + 4 :]
    with joined(workshop, "audio/wav", [body, piped], [RATE] * 2) as audio:
        assert list(audio.problems) == []
        assert np.array_equal(decoded(published(audio, MAIN)), np.tile(noise(RATE), 2))


def test_truncated_wav_is_told(workshop: FfmpegWorkshop) -> None:
    body = encoded(noise(RATE), "s.wav")
    with joined(workshop, "audio/wav", [body[:-2_000], body], [RATE] * 2) as audio:
        assert list(audio.problems) == ["Segment 0 has 47000 samples, not the declared 48000."]


def test_24_bits_stay_24_bits(workshop: FfmpegWorkshop) -> None:
    samples = np.random.default_rng(1).integers(-(2**22), 2**22, RATE, dtype=np.int32) << 8
    body = encoded(samples, "s.flac", "-sample_fmt", "s32", "-bits_per_raw_sample", "24")
    with joined(workshop, "audio/flac", [body], [RATE]) as audio:
        assert np.array_equal(decoded(published(audio, MAIN, Span(7, 40_007)), "s32le"), samples[7:40_007])
        assert np.array_equal(decoded(published(audio, "source.audio.flac"), "s32le"), samples)


def test_two_channels_are_kept_in_the_source_and_mixed_in_the_main_audio(workshop: FfmpegWorkshop) -> None:
    both = np.stack([noise(RATE, seed=1), noise(RATE, seed=2)], axis=1)
    with joined(workshop, "audio/flac", [encoded(both, "s.flac")], [RATE]) as audio:
        assert audio.source_channels == 2
        assert np.array_equal(decoded(published(audio, "source.audio.flac")).reshape(-1, 2), both)
        mixed = (both.astype(np.int32).sum(axis=1) // 2).astype(np.int16)
        assert np.array_equal(decoded(published(audio, MAIN)), mixed)


def test_a_segment_of_another_rate_fills_its_declared_place(workshop: FfmpegWorkshop) -> None:
    bodies = [encoded(tone(RATE), "s.flac"), encoded(tone(16_000), "s.flac", rate=16_000)]
    bodies.append(encoded(tone(RATE), "s.flac"))
    with joined(workshop, "audio/flac", bodies, [RATE] * 3) as audio:
        assert list(audio.problems) == ["Segment 1 has another format than the others."]
        main = decoded(published(audio, MAIN))
        assert np.array_equal(main[:RATE], tone(RATE))
        assert np.array_equal(main[2 * RATE :], tone(RATE))


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100, 96_000])
def test_light_audio_is_as_long_as_main_audio_at_any_rate(workshop: FfmpegWorkshop, rate: int) -> None:
    with joined(workshop, "audio/flac", [encoded(tone(rate, rate), "s.flac", rate=rate)], [rate], rate=rate) as audio:
        light = decoded(published(audio, LIGHT, Span(0, rate - 7)))
        assert len(light) / min(rate, RATE) == pytest.approx((rate - 7) / rate, abs=0.001)


def test_the_same_samples_give_the_same_files(workshop: FfmpegWorkshop) -> None:
    body, digests = encoded(tone(RATE), "s.flac"), []
    for _ in range(2):
        with joined(workshop, "audio/flac", [body], [RATE]) as audio:
            files = [published(audio, name) for name in ("source.audio.flac", MAIN, LIGHT)]
            digests.append([hashlib.sha256(file).hexdigest() for file in files])
    assert digests[0] == digests[1]


# ---- damaged and hostile bytes


def test_a_truncated_segment_keeps_what_it_has_and_is_named(workshop: FfmpegWorkshop) -> None:
    parts = [noise(RATE, seed=n) for n in range(3)]
    bodies = [encoded(part, "s.flac") for part in parts]
    bodies[1] = bodies[1][: len(bodies[1]) // 2]
    with joined(workshop, "audio/flac", bodies, [RATE] * 3) as audio:
        assert len(audio.problems) == 1
        assert audio.problems[0].startswith("Segment 1 has ")
        main = decoded(published(audio, MAIN))
    assert np.array_equal(main[:RATE], parts[0])
    assert np.array_equal(main[2 * RATE :], parts[2])
    assert np.array_equal(main[RATE : RATE + 4_608], parts[1][:4_608])


def test_one_flipped_bit_is_told(workshop: FfmpegWorkshop) -> None:
    bodies = [bytearray(encoded(noise(RATE, seed=n), "s.flac")) for n in range(3)]
    bodies[2][len(bodies[2]) // 2] ^= 0x10
    with joined(workshop, "audio/flac", [bytes(body) for body in bodies], [RATE] * 3) as audio:
        assert len(audio.problems) == 1
        assert audio.problems[0].startswith("Segment 2 ")


@pytest.mark.parametrize(("media_type", "ending"), [("audio/wav", "wav"), (WEBM, "webm")])
def test_bytes_that_changed_since_they_were_sent_are_told_though_they_can_be_read(
    workshop: FfmpegWorkshop, media_type: str, ending: str
) -> None:
    body = encoded(tone(RATE), f"s.{ending}")
    changed = bytearray(body)
    changed[len(body) // 2] ^= 0x10
    with joined(workshop, media_type, [bytes(changed)], [RATE], sent=[body]) as audio:
        assert "Segment 0 has changed since it was sent." in audio.problems
        assert audio.samples == RATE


@pytest.mark.parametrize("media_type", ["audio/flac", "audio/wav", OPUS, WEBM, MP4])
def test_a_playlist_in_place_of_audio_opens_no_other_file(
    workshop: FfmpegWorkshop, media_type: str, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.wav"
    secret.write_bytes(encoded(tone(RATE), "s.wav"))
    playlist = f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{secret}\n#EXT-X-ENDLIST\n".encode()
    for body in (playlist, f"ffconcat version 1.0\nfile '{secret}'\n".encode()):
        with pytest.raises(errors.AudioUnreadable), joined(workshop, media_type, [body], [RATE]):
            pytest.fail("A playlist was taken for audio.")


def test_a_hole_in_a_coded_stream_is_silence(workshop: FfmpegWorkshop) -> None:
    sound = tone(2 * RATE)
    whole = encoded(sound, "s.webm", "-c:a", "libopus", "-b:a", "96k")
    halves = [whole[: len(whole) // 2], whole[len(whole) // 2 :]]
    with joined(workshop, WEBM, halves, [RATE, RATE], holes=[0, 4_800]) as audio:
        assert (audio.samples, list(audio.problems)) == (2 * RATE + 4_800, [])
        main = decoded(published(audio, MAIN))
    assert alike(np.r_[main[:RATE], main[RATE + 4_800 :]], sound)
    assert not main[RATE : RATE + 4_800].any()


def test_a_count_of_days_is_refused_before_it_fills_the_disk(workshop: FfmpegWorkshop) -> None:
    with pytest.raises(errors.AudioUnreadable), joined(workshop, "audio/flac", [b"", b""], [RATE, 2**40]):
        pytest.fail("A terabyte of silence was joined.")


def test_half_a_day_is_the_most_at_any_rate(workshop: FfmpegWorkshop) -> None:
    samples = [8_000, 12 * 3600 * 8_000]
    with pytest.raises(errors.AudioUnreadable), joined(workshop, "audio/flac", [b"", b""], samples, rate=8_000):
        pytest.fail("More than half a day was joined.")


# ---- processes and folders


def test_nothing_is_left_when_the_block_ends_or_raises(workshop: FfmpegWorkshop, tmp_path: Path) -> None:
    body = encoded(tone(RATE), "s.flac")
    with pytest.raises(ZeroDivisionError), joined(workshop, "audio/flac", [body], [RATE]):
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_the_folder_of_a_killed_process_goes_and_that_of_a_living_one_stays(
    workshop: FfmpegWorkshop, tmp_path: Path
) -> None:
    left = tmp_path / "recital-audio-left"
    left.mkdir()
    (left / "lock").touch()
    body = encoded(tone(RATE), "s.flac")
    with joined(workshop, "audio/flac", [body], [RATE]) as audio:
        assert not left.exists()
        with joined(workshop, "audio/flac", [body], [RATE]):
            assert len(decoded(published(audio, MAIN))) == RATE


def test_what_killed_processes_left_goes_with_a_sweep_and_nothing_else(
    workshop: FfmpegWorkshop, tmp_path: Path
) -> None:
    left, other = tmp_path / "recital-audio-left", tmp_path / "other"
    for folder in (left, other):
        folder.mkdir()
        (folder / "lock").touch()
    with joined(workshop, "audio/flac", [encoded(tone(RATE), "s.flac")], [RATE]) as audio:
        left.mkdir()
        (left / "lock").touch()
        workshop.sweep()
        assert len(decoded(published(audio, MAIN))) == RATE
    assert list(tmp_path.iterdir()) == [other]


def test_a_program_that_is_not_there_is_named_as_the_trouble(tmp_path: Path) -> None:
    workshop = FfmpegWorkshop(ffmpeg=tmp_path / "no-ffmpeg", folder=tmp_path)
    with pytest.raises(errors.AudioToolFailed):
        workshop.check()
    body = encoded(tone(RATE), "s.flac")
    with pytest.raises(errors.AudioToolFailed), joined(workshop, "audio/flac", [body], [RATE]):
        pytest.fail("It worked without ffmpeg.")


def test_closing_stops_what_runs(tmp_path: Path) -> None:
    ffmpeg, outcome, started = Ffmpeg(), [], threading.Event()

    def endless() -> Iterator[memoryview]:
        started.set()
        while True:
            yield memoryview(bytes(4_096))

    def work() -> None:
        source = ["-re", "-f", "s16le", "-ar", "8000", "-i", "pipe:0"]
        with pytest.raises(errors.AudioToolFailed) as stopped:
            ffmpeg.run([*source, "-f", "null", "-"], tmp_path, 60, endless())
        outcome.append(stopped.value.detail)

    thread = threading.Thread(target=work)
    thread.start()
    assert started.wait(30)
    ffmpeg.close()
    thread.join(30)
    assert outcome == ["ffmpeg was stopped, since Recital stops."]
    with pytest.raises(errors.AudioToolFailed):
        ffmpeg.run(["-version"], tmp_path, 60)


def test_a_run_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    slow = ["-re", "-f", "lavfi", "-i", "anullsrc", "-f", "null", "-"]
    with pytest.raises(errors.AudioToolFailed, match="longer than"):
        Ffmpeg().run(slow, tmp_path, 0.3)


def test_a_sound_run_says_nothing_among_which_an_error_could_be_lost(tmp_path: Path) -> None:
    (tmp_path / "s.flac").write_bytes(encoded(tone(RATE), "s.flac"))
    log = Ffmpeg().run(["-i", "s.flac", "-f", "s16le", "s.pcm"], tmp_path, 60)
    assert (log.text, log.clean) == ("", True)


def test_errors_are_told_without_the_names_of_the_parts_that_met_them(tmp_path: Path) -> None:
    log = Ffmpeg().run(["-i", "missing.flac", "s.wav"], tmp_path, 60)
    assert not log.clean
    assert log.errors
    assert not any(error.startswith("[") for error in log.errors)


def test_a_full_disk_is_told_as_such_and_not_as_damage(tmp_path: Path) -> None:
    endless = ["-f", "lavfi", "-i", "anullsrc", "-t", "60", "-f", "s16le", "/dev/full"]
    with pytest.raises(errors.StorageFull):
        Ffmpeg().run(endless, tmp_path, 60)


CHECKED_ALONE = """
    import sys
    from pathlib import Path
    from adapters_storage.audio.workshop import FfmpegWorkshop
    FfmpegWorkshop(folder=Path(sys.argv[1])).check()
    print("numpy" in sys.modules)
"""


def test_a_web_process_that_joins_nothing_does_not_load_what_measures_audio(tmp_path: Path) -> None:
    program = [sys.executable, "-c", textwrap.dedent(CHECKED_ALONE), str(tmp_path)]
    assert subprocess.run(program, capture_output=True, text=True, check=True).stdout == "False\n"
