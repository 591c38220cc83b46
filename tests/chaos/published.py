"""What stands in the archive of one session, read as another program would: by file names, WebVTT and session.json."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tests.client import Take, decoded
from tests.client.audio import Samples
from tests.reading import Reading

TIMESTAMP = r"(\d\d+):(\d\d):(\d\d)\.(\d\d\d)"
CUE = re.compile(rf"^(\d+)\n{TIMESTAMP} --> {TIMESTAMP}\n(.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Caption:
    number: int
    start_ms: int
    end_ms: int
    words: str


class Published:
    """The folder of one session in the archive."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.record: dict[str, Any] = json.loads((folder / "session.json").read_bytes())
        self.rate: int = self.record["capture"]["measured"]["sample_rate_hz"]

    @property
    def names(self) -> set[str]:
        return {file.name for file in self.folder.iterdir() if not file.name.startswith(".")}

    @property
    def captions(self) -> list[Caption]:
        """The cues of the transcript, with WebVTT's escapes undone."""
        transcript = (self.folder / "transcript.vtt").read_text("utf-8")
        assert transcript.startswith("WEBVTT\n")
        return [
            Caption(
                int(found[1]),
                _ms(found.group(2, 3, 4, 5)),
                _ms(found.group(6, 7, 8, 9)),
                found[10].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"),
            )
            for found in CUE.finditer(transcript)
        ]

    @property
    def cues(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.record["cues"]
        return found

    def main(self) -> Samples:
        return decoded(self.folder / "main.audio.mka", self.rate)

    def source(self) -> Samples:
        (file,) = self.folder.glob("source.audio.*")
        return decoded(file, self.rate)

    def assert_complete(self) -> None:
        """Every file is there, described, and has the digest that the record gives."""
        objects = self.record["objects"]
        assert self.names == {"session.json", *objects}
        assert {"transcript.vtt", "main.audio.mka", "light.audio.mp3", "peaks.json"} < set(objects)
        for name, written in objects.items():
            body = (self.folder / name).read_bytes()
            assert (hashlib.sha256(body).hexdigest(), len(body)) == (written["sha256"], written["bytes"]), name
            described = json.loads((self.folder / f".{name}.json").read_bytes())
            assert described["metadata"] == {"session": self.folder.name}, name
            assert described["media_type"] == written["media_type"], name
        assert [state["state"] for state in self.record["states"]] == ["active", "ended", "aggregated", "uploaded"]

    def assert_captions_end_with_the_audio(self) -> None:
        captions = self.captions
        assert captions[0].start_ms == 0
        assert [caption.number for caption in captions] == list(range(1, len(captions) + 1))
        assert [(c["start_ms"], c["end_ms"], c["words"]) for c in self.cues] == [
            (caption.start_ms, caption.end_ms, caption.words) for caption in captions
        ]
        assert abs(captions[-1].end_ms - len(self.main()) * 1000 / self.rate) <= 1

    def assert_holds(self, take: Take) -> None:
        """Nothing of the take is missing, moved or there twice: the audio is exact, sample by sample."""
        self.assert_complete()
        self.assert_captions_end_with_the_audio()
        assert [segment["sha256"] for segment in self.record["segments"]] == [s.sha256 for s in take.segments]
        line = take.line()
        np.testing.assert_array_equal(self.source(), line)
        kept = [line[cue["start_sample"] : cue["end_sample"]] for cue in self.cues]
        np.testing.assert_array_equal(self.main(), np.concatenate(kept))

    def assert_captions_sit_in_the_pauses_of(self, spoken: Reading, slack_samples: int = 0) -> None:
        """Each sentence lies whole within its own cue, give or take `slack_samples`."""
        assert [caption.words for caption in self.captions] == [sentence.text for sentence in spoken.sentences]
        for cue, sentence in zip(self.cues, spoken.sentences, strict=True):
            assert cue["start_sample"] <= sentence.start + slack_samples, cue
            assert cue["end_sample"] >= sentence.end - slack_samples, cue


def files_under(folder: Path) -> list[Path]:
    """Every file in `folder` and below, in order; none when there is no such folder."""
    return sorted(found for found in folder.rglob("*") if found.is_file())


def _ms(digits: tuple[str | Any, ...]) -> int:
    hours, minutes, seconds, thousandths = map(int, digits)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths
