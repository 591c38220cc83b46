"""FLAC whose coded samples look like the header of another frame: valid, and cut short by ffmpeg's own reading."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from adapters_storage.audio.framing import matroska_of
from adapters_storage.audio.headers import flac_header
from adapters_storage.audio.workshop import FfmpegWorkshop
from recital_core.ports import Span
from tests.coding import Samples, decoded, encoded, noise
from tests.storage.test_audio_workshop import joined

MAIN = "main.audio.mka"
FULL_SCALE = 2**15
BLOCK = 4_096
SEGMENTS = 200


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[FfmpegWorkshop]:
    made = FfmpegWorkshop(folder=tmp_path)
    yield made
    made.close()


def frame_header(number: int, block_and_rate: int = 0x9A) -> bytes:
    """The header of a frame (RFC 9639, 9.1) of one channel of 16 bits; by default of 512 samples of 48 kHz.

    `number` is below 128.
    """
    head = bytes([0xFF, 0xF8, block_and_rate, 0x08, number])
    checksum = 0
    for byte in head:
        checksum ^= byte
        for _ in range(8):
            checksum = checksum << 1 ^ (0x107 if checksum & 0x80 else 0)
    return head + bytes([checksum])


def hiding(samples: Samples, at: int, number: int) -> Samples:
    """`samples` that are, from `at`, the bytes of the header of frame `number`, of 48 kHz.

    No encoder can code samples of full scale shorter than as they are, byte by byte.
    """
    hidden = samples.copy()
    hidden[at : at + 3] = np.frombuffer(frame_header(number), ">i2")
    return hidden


def published(workshop: FfmpegWorkshop, bodies: Sequence[bytes], parts: Sequence[Samples]) -> tuple[Samples, list[str]]:
    with joined(workshop, "audio/flac", bodies, [len(part) for part in parts]) as audio:
        audio.render([Span(0, audio.samples)])
        with audio.open(MAIN) as main:
            return decoded(main.read()), list(audio.problems)


@pytest.mark.parametrize(("at", "number"), [(5_990, 1), (5_990, 2), (11_443, 2)])
def test_samples_that_look_like_the_header_of_a_frame_cut_nothing(
    workshop: FfmpegWorkshop, at: int, number: int
) -> None:
    parts = [noise(12_000, seed=n, loud=FULL_SCALE) for n in range(3)]
    parts[1] = hiding(parts[1], at, number)
    bodies = [encoded(part, "s.flac") for part in parts]
    assert frame_header(number) in bodies[1]
    main, problems = published(workshop, bodies, parts)
    assert problems == []
    assert np.array_equal(main, np.concatenate(parts))


def test_hundreds_of_short_segments_lose_no_sample(workshop: FfmpegWorkshop) -> None:
    random, parts = np.random.default_rng(1), []
    for n in range(SEGMENTS):
        count = int(random.integers(16, 20_000))
        part = noise(count, seed=n, loud=FULL_SCALE >> int(random.integers(0, 16)))
        if count > BLOCK and n % 2:
            part = hiding(noise(count, seed=n, loud=FULL_SCALE), int(random.integers(count - 3)), n % 5)
        parts.append(part)
    main, problems = published(workshop, [encoded(part, "s.flac") for part in parts], parts)
    assert problems == []
    assert np.array_equal(main, np.concatenate(parts))


@pytest.mark.parametrize("rate", [8_000, 44_100, 96_000])
def test_two_channels_of_24_bits_are_the_same_in_matroska(rate: int) -> None:
    samples = np.random.default_rng(rate).integers(-(2**23), 2**23, (40_000, 2), dtype=np.int32) << 8
    body = encoded(samples, "s.flac", "-sample_fmt", "s32", "-bits_per_raw_sample", "24", rate=rate)
    head = flac_header(body)
    assert head
    assert np.array_equal(decoded(matroska_of(body, head.format), "s32le").reshape(-1, 2), samples)


def test_what_is_no_frame_goes_along(workshop: FfmpegWorkshop) -> None:
    part = noise(12_000)
    body = encoded(part, "s.flac")
    for bad in (body + bytes(100), body[:10_000] + bytes(300), body[:42], body[:4] + b"\x00\xff\xff\xff" + body[8:]):
        main, problems = published(workshop, [body, bad], [part, part])
        assert len(problems) == 1
        assert problems[0].startswith("Segment 1 ")
        assert np.array_equal(main[:12_000], part)
