"""What audio files say of themselves in their first bytes."""

from __future__ import annotations

import io
import struct
from typing import BinaryIO

import msgspec

HEAD_BYTES = 64 * 1024
NARROW_BITS = 16
LOWEST_RATE, HIGHEST_RATE = 8_000, 384_000
STREAMINFO_END = 42
OPUS_MOST_CHANNELS = 8


class Format(msgspec.Struct, frozen=True):
    """How samples lie in a file. `bits` as the source has them; PCM of ours has 16 or, for more, 32."""

    sample_rate_hz: int
    channels: int
    bits: int

    @property
    def pcm(self) -> str:
        """ffmpeg's name of the raw samples that hold these without loss."""
        return "s16le" if self.bits <= NARROW_BITS else "s32le"

    @property
    def frame_bytes(self) -> int:
        """Bytes of one sample of all channels, as `pcm`."""
        return self.channels * (2 if self.bits <= NARROW_BITS else 4)


class Header(msgspec.Struct, frozen=True):
    """`samples` (of each channel) is None where the file does not say."""

    format: Format
    samples: int | None


def header(media_type: str, file: BinaryIO) -> Header | None:
    """The header of a file that decodes alone; None when it is not of `media_type`."""
    head = file.read(HEAD_BYTES)
    if media_type == "audio/wav":
        found = wav_header(head, file.seek(0, io.SEEK_END))
    else:
        found = flac_header(head) if media_type == "audio/flac" else opus_header(head)
    return found if found and LOWEST_RATE <= found.format.sample_rate_hz <= HIGHEST_RATE else None


def flac_header(head: bytes) -> Header | None:
    """STREAMINFO (RFC 9639, 8.2), which is always the first block."""
    if len(head) < STREAMINFO_END or head[:4] != b"fLaC" or head[4] & 0x7F != 0:
        return None
    facts = int.from_bytes(head[18:26], "big")
    rate, channels, bits = facts >> 44, (facts >> 41 & 7) + 1, (facts >> 36 & 31) + 1
    return Header(Format(rate, channels, bits), facts & (1 << 36) - 1 or None) if rate else None


def wav_header(head: bytes, file_bytes: int) -> Header | None:
    """The `fmt ` and `data` chunks (Multimedia Programming Interface and Data Specifications 1.0).

    Programs that write into a pipe know no size: they put none, or one far beyond the end of the file.
    """
    if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
        return None
    at, found = 12, None
    while at + 8 <= len(head):
        name, size = head[at : at + 4], int.from_bytes(head[at + 4 : at + 8], "little")
        if name == b"fmt " and at + 24 <= len(head):
            _, channels, rate, _, block, bits = struct.unpack_from("<HHIIHH", head, at + 8)
            found = (Format(rate, channels, bits), block) if rate and channels and block else None
        elif name == b"data" and found:
            form, frame_bytes = found
            return Header(form, size // frame_bytes if 0 < size <= file_bytes else None)
        at += 8 + size + size % 2
    return None


def opus_header(head: bytes) -> Header | None:
    """OpusHead (RFC 7845, 5.1) on the first page of an Ogg stream; Opus decodes at 48 kHz."""
    at = head[:512].find(b"OpusHead")
    if head[:4] != b"OggS" or at < 0 or at + 10 > len(head) or not 1 <= head[at + 9] <= OPUS_MOST_CHANNELS:
        return None
    return Header(Format(48_000, head[at + 9], 16), None)
