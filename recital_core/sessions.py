"""What a session is: one continuous recording of one speaker reading one text, and the rules of its life."""

from __future__ import annotations

import enum
import itertools
import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Annotated, NewType
from uuid import UUID

import msgspec

from recital_core import errors
from recital_core.measures import SessionMeasures
from recital_core.speakers import SpeakerId
from recital_core.texts import Place, TextId

SessionId = NewType("SessionId", UUID)

MAX_SEGMENT_BYTES = 8 * 1024 * 1024
MAX_SEGMENTS = 100_000
MAX_MARKS = 200_000
MAX_SAMPLES = 2**40
LONGEST_SEGMENT_S = 600
LONGEST_SESSION_S = 12 * 60 * 60
ABANDON_AFTER = timedelta(hours=24)

# One type a session. "alone": each segment decodes by itself and counts its declared samples.
# "stream": slices of one stream, the first with the header, joined by bytes.
SEGMENTS_DECODE_ALONE = frozenset(("audio/flac", "audio/wav", "audio/ogg;codecs=opus"))
SEGMENTS_ARE_SLICES = frozenset(("audio/webm;codecs=opus", "audio/mp4"))
MEDIA_TYPES = SEGMENTS_DECODE_ALONE | SEGMENTS_ARE_SLICES

SHA_256 = re.compile(r"[0-9a-f]{64}")

Word = Annotated[str, msgspec.Meta(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
SampleRate = Annotated[int, msgspec.Meta(ge=8_000, le=384_000)]
Channels = Annotated[int, msgspec.Meta(ge=1, le=8)]
Samples = Annotated[int, msgspec.Meta(ge=0, le=MAX_SAMPLES)]
Index = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]


class State(enum.StrEnum):
    ACTIVE = "active"
    ENDED = "ended"
    AGGREGATED = "aggregated"
    UPLOADED = "uploaded"
    DISCARDED = "discarded"


NEXT = {
    State.ACTIVE: {State.ENDED, State.DISCARDED},
    State.ENDED: {State.AGGREGATED, State.DISCARDED},
    State.AGGREGATED: {State.UPLOADED, State.DISCARDED},
    State.UPLOADED: {State.DISCARDED},
    State.DISCARDED: set[State](),
}
AUDIBLE = (State.AGGREGATED, State.UPLOADED)
"""In which states there is something to hear of a session."""


class Capture(msgspec.Struct, frozen=True, kw_only=True):
    """What the recording device really did, as its client read it back."""

    sample_rate_hz: SampleRate
    channels: Channels = 1
    codec: Word | None = None
    source: Word | None = None
    device_class: Word | None = None
    user_agent_family: Word | None = None
    app_version: Word | None = None
    echo_cancellation: bool | None = None
    noise_suppression: bool | None = None
    auto_gain_control: bool | None = None


class MarkKind(enum.StrEnum):
    """What a mark says of the audio since the mark before it."""

    READ = "read"
    """It is the named sentence, read to its end."""
    AGAIN = "again"
    """It is void; the named sentence follows from here."""
    UNDO = "undo"
    """The `again` before it never was."""
    SKIP = "skip"
    """It is void; reading goes on at the named sentence."""


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """One press of the reader, at a sample of the recording; numbered from 0 and never changed."""

    n: Index
    paragraph: Index
    sentence: Index
    at_sample: Samples
    kind: MarkKind = MarkKind.READ

    @property
    def place(self) -> Place:
        return Place(self.paragraph, self.sentence)


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """One numbered piece of a session's audio, as it was sent. `digest` is SHA-256 in lower-case hex."""

    number: Annotated[int, msgspec.Meta(ge=0, lt=MAX_SEGMENTS)]
    digest: str
    media_type: str
    first_sample: Samples
    samples: Annotated[int, msgspec.Meta(ge=1, le=MAX_SAMPLES)]
    bytes: int

    @property
    def end_sample(self) -> int:
        """The sample after the last one of this segment."""
        return self.first_sample + self.samples


class Ending(msgspec.Struct, frozen=True, kw_only=True):
    """The client's count of all that exists. `drop_last` of the sentences read at the end are left out.

    `gaps` are pairs (first sample, count) that the device lost and the client filled with silence.
    """

    segments: Annotated[int, msgspec.Meta(ge=0, le=MAX_SEGMENTS)]
    samples: Samples
    marks: Annotated[int, msgspec.Meta(ge=0, le=MAX_MARKS)]
    drop_last: Annotated[int, msgspec.Meta(ge=0, le=MAX_MARKS)] = 0
    gaps: Annotated[tuple[tuple[Samples, Samples], ...], msgspec.Meta(max_length=10_000)] = ()


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What aggregation found. `duration_ms` is the published audio's; old sessions keep no measures."""

    duration_ms: int
    cues: int
    verdict: str
    reasons: tuple[str, ...] = ()
    measures: SessionMeasures | None = None


ABANDONED = "abandoned"
"""The problem of a session that its client never ended: the sweep did, with what was there."""
EMPTY = "empty"
"""The problem of a session that was discarded since nothing of it was kept; whatever else happens, this stays said."""


class RecitalSession(msgspec.Struct, frozen=True, kw_only=True):
    """One continuous recording. Failure is not a state: `attempts` and `problem` say what went wrong last.

    `speaker_id` is None once that person was erased.
    """

    id: SessionId
    speaker_id: SpeakerId | None
    text_id: TextId
    text_revision: int
    capture: Capture
    state: State = State.ACTIVE
    agreement_version: str | None = None
    opened_at: datetime
    last_activity_at: datetime
    ending: Ending | None = None
    ended_at: datetime | None = None
    outcome: Outcome | None = None
    aggregated_at: datetime | None = None
    uploaded_at: datetime | None = None
    discarded_at: datetime | None = None
    erased_at: datetime | None = None
    attempts: int = 0
    problem: str | None = None
    abandoned: bool = False

    def to(self, state: State, **changes: object) -> RecitalSession:
        """This session in the next `state`. Raises WrongState where the order of states forbids it."""
        if state not in NEXT[self.state]:
            raise errors.WrongState(f"A session that is {self.state} cannot become {state}.", state=self.state)
        return msgspec.structs.replace(self, state=state, **changes)

    def discarded(self, now: datetime, problem: str | None = None) -> RecitalSession:
        """This session, final for every reader from `now` on; its bytes are still to be erased."""
        return self.to(State.DISCARDED, discarded_at=now, attempts=0, problem=problem)

    def must_take_pieces(self) -> None:
        """Raises SessionClosed once the session has ended or was discarded."""
        if self.state is not State.ACTIVE:
            raise errors.SessionClosed(f"The session is {self.state} and takes nothing more.", state=self.state)

    def must_fit(self, segment: Segment) -> None:
        """Raises SegmentTooLong for one of over ten minutes, or one that ends over twelve hours after the start."""
        rate = self.capture.sample_rate_hz
        if segment.samples > LONGEST_SEGMENT_S * rate or segment.end_sample > LONGEST_SESSION_S * rate:
            raise errors.SegmentTooLong(
                f"A segment has at most {LONGEST_SEGMENT_S} s, a session at most {LONGEST_SESSION_S} s.",
                longest_segment_s=LONGEST_SEGMENT_S,
                longest_session_s=LONGEST_SESSION_S,
            )

    def must_reach(self, marks: Sequence[Mark]) -> None:
        """Raises MarkBeyondAudio for a mark later than any audio that a session takes."""
        longest = LONGEST_SESSION_S * self.capture.sample_rate_hz
        for mark in marks:
            if mark.at_sample > longest:
                raise errors.MarkBeyondAudio(f"A session has at most {LONGEST_SESSION_S} s.", n=mark.n)

    def opened_alike(self, other: RecitalSession) -> bool:
        """Whether `other` asks for the very session that this one is."""
        return (self.speaker_id, self.text_id, self.text_revision, self.capture) == (
            other.speaker_id,
            other.text_id,
            other.text_revision,
            other.capture,
        )

    def is_abandoned(self, now: datetime, after: timedelta) -> bool:
        return self.state is State.ACTIVE and now - self.last_activity_at >= after

    @property
    def is_in_trouble(self) -> bool:
        """Whether something is told against it, or went wrong and has not gone right since."""
        return self.problem is not None or self.attempts > 0

    def failed(self, problem: str) -> RecitalSession:
        """The same session after one more attempt that went wrong."""
        stays = self.problem if self.problem == EMPTY else problem
        return msgspec.structs.replace(self, attempts=self.attempts + 1, problem=stays)

    def untroubled(self) -> RecitalSession:
        """The same session as if no attempt had gone wrong."""
        return msgspec.structs.replace(self, attempts=0, problem=self.problem if self.problem == EMPTY else None)


def media_type(given: str) -> str:
    """`given` as one of MEDIA_TYPES. Raises UnsupportedMediaType.

    Parameters are compared without spaces, quotes and case (RFC 9110, 8.3.1); `audio/x-wav`, `audio/wave` and
    `audio/mp4` with any codec are known under their plain names.
    """
    plain = given.lower().replace(" ", "").replace('"', "")
    if plain == "audio/mp4" or plain.startswith("audio/mp4;"):
        plain = "audio/mp4"
    plain = {"audio/x-wav": "audio/wav", "audio/wave": "audio/wav", "audio/x-flac": "audio/flac"}.get(plain, plain)
    if plain not in MEDIA_TYPES:
        raise errors.UnsupportedMediaType(
            f"“{given[:80]}” is not one of {', '.join(sorted(MEDIA_TYPES))}.", accepted=sorted(MEDIA_TYPES)
        )
    return plain


def ranges(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Ascending `numbers` as inclusive ranges: 0 1 2 5 becomes (0, 2) (5, 5)."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


def missing_numbers(held: Iterable[int], count: int) -> list[int]:
    """Which of 0 … count-1 are not in `held`."""
    return sorted(set(range(count)).difference(held))


def check_marks(held: Sequence[Mark], new: Sequence[Mark], sentence_counts: Sequence[int]) -> list[Mark]:
    """The marks of `new` that are not held yet. `sentence_counts` is the text's sentences in each paragraph.

    Of the held ones those suffice that follow, and include, the last `read` or `skip` before the first of `new`.

    Raises MarksDiffer where a held number comes with other values, MarksOutOfOrder for a hole, for a position
    before the one before it and for an `undo` without its `again`, MarkBeyondText for a sentence that is not there.
    """
    fresh: list[Mark] = []
    start = held[0].n if held else 0
    for mark in new:
        expected = start + len(held) + len(fresh)
        if mark.n < start + len(held):
            if held[mark.n - start] != mark:
                raise errors.MarksDiffer(f"Mark {mark.n} is already held with other values.", n=mark.n)
            continue
        if mark.n != expected:
            raise errors.MarksOutOfOrder(f"Mark {expected} comes before mark {mark.n}.", expected=expected)
        if mark.paragraph >= len(sentence_counts) or mark.sentence >= sentence_counts[mark.paragraph]:
            raise errors.MarkBeyondText(
                f"The text has no sentence {mark.sentence} in paragraph {mark.paragraph}.", n=mark.n
            )
        before = fresh[-1] if fresh else held[-1] if held else None
        if before and mark.at_sample < before.at_sample:
            raise errors.MarksOutOfOrder(f"Mark {mark.n} lies before mark {before.n}.", n=mark.n)
        fresh.append(mark)
    if start + len(held) + len(fresh) > MAX_MARKS:
        raise errors.TooLarge(f"A session takes at most {MAX_MARKS} marks.", limit=MAX_MARKS)
    standing_marks([*held, *fresh])
    return fresh


def standing_marks(marks: Sequence[Mark]) -> list[Mark]:
    """`marks` without each `undo` and the `again` that it takes back. Raises MarksOutOfOrder without that `again`."""
    standing: list[Mark] = []
    for mark in marks:
        if mark.kind is not MarkKind.UNDO:
            standing.append(mark)
        elif standing and standing[-1].kind is MarkKind.AGAIN:
            standing.pop()
        else:
            raise errors.MarksOutOfOrder(f"Mark {mark.n} undoes an “again” that is not there.", n=mark.n)
    return standing


def check_ending(ending: Ending, segments: Sequence[Segment], marks: int) -> None:
    """Raises PiecesMissing or SamplesDiffer when what is held, in ascending order, is not what `ending` counts.

    A segment may start later than the one before it ended (the device lost samples there), never earlier.
    """
    missing_segments = missing_numbers((s.number for s in segments), ending.segments)
    missing_marks = list(range(marks, ending.marks))
    if missing_segments or missing_marks:
        raise errors.PiecesMissing(
            "Send the missing pieces, then end the session again.",
            missing_segments=missing_segments,
            missing_marks=missing_marks,
        )
    if len(segments) > ending.segments or marks > ending.marks:
        raise errors.SamplesDiffer(
            "More is held than the ending counts.", held_segments=len(segments), held_marks=marks
        )
    held = segments[-1].end_sample if segments else 0
    if held != ending.samples:
        raise errors.SamplesDiffer(
            f"The segments hold {held} samples, the ending counts {ending.samples}.", held_samples=held
        )
    for before, segment in itertools.pairwise(segments):
        if segment.first_sample < before.end_sample:
            raise errors.SamplesDiffer(
                f"Segment {segment.number} starts inside segment {before.number}.", segment=segment.number
            )
    reached = 0
    for first, count in ending.gaps:
        if first < reached or count < 1 or first + count > ending.samples:
            raise errors.SamplesDiffer("The gaps are not in order within the samples.", gap=[first, count])
        reached = first + count


def lost_sound(ending: Ending, segments: Sequence[Segment]) -> tuple[tuple[int, int], ...]:
    """Where silence stands for sound: the declared gaps, and the holes between ascending segments, as `gaps` has it."""
    found = set(ending.gaps)
    heard = 0
    for segment in segments:
        if segment.first_sample > heard:
            found.add((heard, segment.first_sample - heard))
        heard = segment.end_sample
    return tuple(sorted(found))


def what_is_left(segments: Sequence[Segment], marks: Sequence[Mark]) -> Ending | None:
    """The ending that an abandoned session can have: its segments from 0 without a hole, the marks that lie in them.

    None when segment 0 or every mark is missing.
    """
    whole = [segment for place, segment in enumerate(segments) if segment.number == place]
    if not whole:
        return None
    samples = whole[-1].end_sample
    inside = sum(1 for mark in marks if mark.at_sample <= samples)
    return Ending(segments=len(whole), samples=samples, marks=inside) if inside else None
