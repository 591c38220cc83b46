"""A spoken reading whose truth is known: sentences by espeak-ng, pauses of random length between them, and noise."""

from __future__ import annotations

import random
import secrets
import subprocess
import tempfile
import wave
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

HEBREW = (
    "השמש עלתה לאט מעל ההרים, והאור מילא את העמק.",
    "הילדים רצו אל הנחל כדי לראות את הדגים הקטנים.",
    "סבתא ישבה ליד החלון, שתתה תה וקראה ספר ישן.",
    "בשוק מכרו תפוחים, רימונים, ענבים ולחם טרי.",
    "הרכבת לירושלים יוצאת בכל שעה עגולה מן התחנה המרכזית.",
    "מי שקם מוקדם בבוקר שומע את הציפורים לפני כולם.",
    "החוקרת רשמה את התוצאות במחברת וחזרה אל המעבדה.",
    "בלילה ירד גשם חזק, וברחובות עמדו שלוליות גדולות.",
    "הנגר תיקן את הכיסא השבור וצבע אותו בכחול.",
    "אחרי הצהריים הלכנו כולנו לטייל בפארק שליד הנהר.",
    "הספרן עזר לי למצוא את הכרך השלישי של האנציקלופדיה.",
    "בסוף השיר קמו כל האורחים ומחאו כפיים זמן רב.",
    "דני שאל שאלה קשה, והמורה חשבה רגע לפני שענתה.",
    "ביום שישי אנחנו אופים חלות ומדליקים נרות.",
    "הים היה שקט, והסירות הקטנות חזרו אל הנמל.",
)
TRUTH_THRESHOLD = 180
"""A sample louder than this (-45 dBFS) belongs to a sentence."""
LEAD_MS = 700
VERSION = 1
"""Raised when readings of the same seed become others, so that kept ones are made again."""

Samples = npt.NDArray[np.int16]


class Spoken(msgspec.Struct, frozen=True):
    """One sentence: its first and last loud sample, and the middle of the pause after it."""

    text: str
    start: int
    end: int
    next: int


class Reading(msgspec.Struct, frozen=True):
    wav: str
    rate: int
    samples: int
    sentences: tuple[Spoken, ...]

    def pcm(self) -> Samples:
        with wave.open(self.wav) as file:
            return np.frombuffer(file.readframes(file.getnframes()), dtype=np.int16)


def reading(
    folder: Path, *, seed: int = 1, noise_db: float = -62, rate: int = 48_000, language: str = "he",
    sentences: tuple[str, ...] = HEBREW,
) -> Reading:  # fmt: skip
    """The reading for these values, made once and kept in `folder`. The Hebrew one lasts over 60 seconds."""
    name = f"reading-{VERSION}-{language}-{len(sentences)}-{seed}-{-noise_db:g}-{rate}"
    wav, truth = folder / f"{name}.wav", folder / f"{name}.json"
    if not truth.exists():
        folder.mkdir(parents=True, exist_ok=True)
        pcm, spoken = _read_aloud(sentences, language, random.Random(seed), rate)
        noise = np.random.default_rng(seed).normal(0, 32768 * 10 ** (noise_db / 20), len(pcm))
        pcm = np.clip(np.rint(pcm + noise), -32768, 32767).astype(np.int16)
        unfinished = folder / f"{name}.{secrets.token_hex(4)}"  # others may make it at the same time
        with wave.open(str(unfinished), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(rate)
            file.writeframes(pcm.tobytes())
        unfinished.replace(wav)
        made = Reading(wav=str(wav), rate=rate, samples=len(pcm), sentences=tuple(spoken))
        unfinished.write_bytes(msgspec.json.encode(made))
        unfinished.replace(truth)
    return msgspec.structs.replace(msgspec.json.decode(truth.read_bytes(), type=Reading), wav=str(wav))


def _read_aloud(
    sentences: tuple[str, ...], language: str, chance: random.Random, rate: int
) -> tuple[npt.NDArray[np.float64], list[Spoken]]:
    parts: list[npt.NDArray[np.float64]] = [np.zeros(rate * LEAD_MS // 1000)]
    at, spoken = len(parts[0]), []
    for text in sentences:
        voice = _speak(text, language, rate, chance.randint(140, 185))
        pause = int(rate * chance.uniform(0.55, 1.1))
        end = at + len(voice)
        spoken.append(Spoken(text, at, end, end + pause // 2))
        parts += [voice, np.zeros(pause)]
        at = end + pause
    return np.concatenate(parts), spoken


def _speak(text: str, language: str, rate: int, words_a_minute: int) -> npt.NDArray[np.float64]:
    """`text` by espeak-ng, its peak at -6 dBFS, without the silence around it."""
    with tempfile.TemporaryDirectory() as name:
        raw, resampled = Path(name) / "raw.wav", Path(name) / "resampled.wav"
        subprocess.run(["espeak-ng", "-v", language, "-s", str(words_a_minute), "-w", str(raw), text], check=True)
        subprocess.run(
            ["sox", "-R", str(raw), "-r", str(rate), "-c", "1", "-b", "16", str(resampled), "gain", "-n", "-6"],
            check=True,
            stderr=subprocess.DEVNULL,
        )
        with wave.open(str(resampled)) as file:
            voice = np.frombuffer(file.readframes(file.getnframes()), dtype=np.int16)
    loud = np.flatnonzero(np.abs(voice.astype(np.int32)) > TRUTH_THRESHOLD)
    return voice[loud[0] : loud[-1] + 1].astype(np.float64)
