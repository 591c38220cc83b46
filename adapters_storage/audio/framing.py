"""FLAC with its frames told apart exactly.

ffmpeg looks for frames by their headers, and coded samples may look like one: a file of few frames is then cut
short, though nothing is wrong with it. Matroska says where each frame ends, and nothing is left to guess.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from adapters_storage.audio.headers import STREAMINFO_END, Format

SYNC_CODES = (b"\xff\xf8", b"\xff\xf9")
CRC16_POLYNOMIAL = 0x8005
# Elements of Matroska (RFC 9559, 5), by their identifiers.
EBML, DOC_TYPE = 0x1A45DFA3, 0x4282
TRACKS, TRACK, TRACK_NUMBER, TRACK_UID, TRACK_TYPE = 0x1654AE6B, 0xAE, 0xD7, 0x73C5, 0x83
CODEC, CODEC_PRIVATE, AUDIO, RATE, CHANNELS = 0x86, 0x63A2, 0xE1, 0xB5, 0x9F
CLUSTER, TIMESTAMP, BLOCK = 0x1F43B675, 0xE7, 0xA3
SEGMENT_OF_ANY_LENGTH = bytes.fromhex("18538067 01ffffffffffffff")
KEY_FRAME_OF_TRACK_1 = b"\x81\0\0\x80"


def matroska_of(flac: bytes, form: Format) -> bytes:
    """The same frames in Matroska (RFC 9639, 10.2); `flac` begins with a STREAMINFO of `form`.

    All bytes after the last sound frame make one block.
    """
    streaminfo = flac[:4] + b"\x80" + flac[5:STREAMINFO_END]  # marked as the last metadata, since only it is kept
    track = [
        _element(TRACK_NUMBER, b"\1"),
        _element(TRACK_UID, b"\1"),
        _element(TRACK_TYPE, b"\2"),
        _element(CODEC, b"A_FLAC"),
        _element(CODEC_PRIVATE, streaminfo),
        _element(
            AUDIO, _element(RATE, struct.pack(">d", form.sample_rate_hz)), _element(CHANNELS, b"%c" % form.channels)
        ),
    ]
    head = [
        _element(EBML, _element(DOC_TYPE, b"matroska")),
        SEGMENT_OF_ANY_LENGTH,
        _element(TRACKS, _element(TRACK, *track)),
    ]
    frame_ms = int.from_bytes(flac[8:10], "big") * 1000 / form.sample_rate_hz
    clusters = (
        _element(
            CLUSTER,
            _element(TIMESTAMP, struct.pack(">Q", round(number * frame_ms))),
            _element(BLOCK, KEY_FRAME_OF_TRACK_1, frame),
        )
        for number, frame in enumerate(_frames(flac))
    )
    return b"".join((*head, *clusters))


def _frames(flac: bytes) -> Iterator[bytes]:
    """A frame begins with a sync code and ends with its CRC-16, after which that of all its bytes is 0.

    (RFC 9639, 9.1 and 9.3.)
    """
    start, crc = _after_metadata(flac), 0
    for at in range(start, len(flac) - 1):
        if crc == 0 and at > start and flac[at : at + 2] in SYNC_CODES:
            yield flac[start:at]
            start = at
        crc = (crc << 8 & 0xFFFF) ^ CRC16[crc >> 8 ^ flac[at]]
    yield flac[start:]


def _after_metadata(flac: bytes) -> int:
    """Where the first frame begins: after the block of metadata that is marked as the last."""
    at, last = 4, False
    while not last and at < len(flac):
        last = bool(flac[at] & 0x80)
        at += 4 + int.from_bytes(flac[at + 1 : at + 4], "big")
    return at


def _element(identifier: int, *body: bytes) -> bytes:
    content = b"".join(body)
    name = identifier.to_bytes((identifier.bit_length() + 7) // 8, "big")
    return name + struct.pack(">Q", 1 << 56 | len(content)) + content


def _crc16(byte: int) -> int:
    crc = byte << 8
    for _ in range(8):
        crc = crc << 1 ^ (0x10000 | CRC16_POLYNOMIAL if crc & 0x8000 else 0)
    return crc


CRC16 = tuple(map(_crc16, range(256)))
