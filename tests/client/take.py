"""A recording as a client has it, and how its outbox brings it to the server."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from tests.client.audio import Samples
from tests.client.protocol import Client, Ending, Mark, Refused, Segment

IN_FLIGHT = 2


@dataclass(frozen=True)
class Take:
    """One recording: its segments and marks in order. `pcm` is what the segments were made of, at `rate`."""

    pcm: Samples
    rate: int
    segments: Sequence[Segment]
    marks: Sequence[Mark]
    drop_last: int = 0

    @property
    def samples(self) -> int:
        return self.segments[-1].end_sample

    @property
    def ending(self) -> Ending:
        return Ending(len(self.segments), self.samples, len(self.marks), self.drop_last)

    @property
    def capture(self) -> dict[str, object]:
        """What the recorder says of itself."""
        return {
            "sample_rate_hz": self.rate,
            "channels": 1,
            "codec": self.segments[0].media_type,
            "device_class": "program",
            "echo_cancellation": False,
            "noise_suppression": False,
            "auto_gain_control": False,
            "app_version": "test",
        }

    def line(self) -> Samples:
        """All samples where they were declared to lie, silence in the holes."""
        line = np.zeros(self.samples, dtype=np.int16)
        at = 0
        for segment in self.segments:
            line[segment.first_sample : segment.end_sample] = self.pcm[at : at + segment.samples]
            at += segment.samples
        return line


@dataclass
class Outbox:
    """Sends takes with two segments in flight, and remembers what the server said it has."""

    client: Client
    acknowledged: dict[str, dict[int, str]] = field(default_factory=dict)
    """Of each session the digests of the segments that were answered with a success, by their numbers."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, session_id: str, text_id: str, take: Take) -> None:
        """Everything, from opening to the accepted end."""
        self.client.open(session_id, text_id, take.capture)
        self.send_segments(session_id, take.segments)
        self.send_marks(session_id, take.marks)
        self.end(session_id, take)

    def send_segments(self, session_id: str, segments: Iterable[Segment]) -> None:
        with ThreadPoolExecutor(IN_FLIGHT) as flights:
            for done in [flights.submit(self._put, session_id, segment) for segment in segments]:
                done.result()

    def send_marks(self, session_id: str, marks: Sequence[Mark], at_once: int = 3) -> None:
        for first in range(0, len(marks), at_once):
            self.client.put_marks(session_id, marks[first : first + at_once])

    def end(self, session_id: str, take: Take) -> None:
        """End the session; what the server misses is sent again before."""
        while True:
            try:
                self.client.end(session_id, take.ending)
            except Refused as refused:
                if refused.slug != "pieces-missing":
                    raise
                self.send_segments(session_id, [take.segments[n] for n in refused.problem["missing_segments"]])
                self.send_marks(session_id, [take.marks[n] for n in refused.problem["missing_marks"]])
            else:
                return

    def _put(self, session_id: str, segment: Segment) -> None:
        self.client.put_segment(session_id, segment)
        with self._lock:
            self.acknowledged.setdefault(session_id, {})[segment.number] = segment.sha256
