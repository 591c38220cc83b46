"""The shapes of sessions in the API, where they are not the domain's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec

from recital_core import errors, listening
from recital_core.measures import SessionMeasures
from recital_core.ports import Received, SessionSummary
from recital_core.quality import Limit
from recital_core.sessions import Capture, Mark, SessionId, State
from recital_core.texts import direction

Revision = Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    text_id: UUID
    capture: Capture
    text_revision: Revision | None = None


class MarksSent(msgspec.Struct, frozen=True, kw_only=True):
    """Marks numbered `from`, `from` + 1 and so on."""

    first: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = msgspec.field(name="from")
    marks: list[Mark]

    def __post_init__(self) -> None:
        """Raises MarksOutOfOrder when the marks are not numbered so."""
        for expected, mark in enumerate(self.marks, self.first):
            if mark.n != expected:
                raise errors.MarksOutOfOrder(f"Mark {mark.n} stands where {expected} should.", expected=expected)


class MarksHeld(msgspec.Struct, frozen=True, kw_only=True):
    marks: int


class ReceivedShown(msgspec.Struct, frozen=True, kw_only=True):
    """What is held of a session: first and last number of each run of segments, the count of marks, bytes of audio."""

    segments: Sequence[Annotated[Sequence[int], msgspec.Meta(min_length=2, max_length=2)]]
    marks: int
    bytes: int


class SegmentHeld(msgspec.Struct, frozen=True, kw_only=True):
    """`digest` is SHA-256 in lower-case hex."""

    number: int
    digest: str


class SessionShown(msgspec.Struct, frozen=True, kw_only=True):
    """`speaker_name` is told to admins alone."""

    id: UUID
    text_id: UUID
    text_title: str
    text_revision: int
    language: str
    direction: str
    speaker_id: UUID | None
    speaker_name: str | None
    state: State
    started_at: datetime
    ended_at: datetime | None
    duration_ms: int | None
    cues: int | None
    verdict: str | None
    reasons: Sequence[str]
    problem: str | None
    attempts: int


class SessionInFull(SessionShown, frozen=True, kw_only=True):
    """`measures` are null before `aggregated`, and of sessions from before they were kept."""

    aggregated_at: datetime | None
    uploaded_at: datetime | None
    capture: Capture
    measures: SessionMeasures | None


class LimitsOfQuality(msgspec.Struct, frozen=True, kw_only=True):
    """By the reason that is given beyond them; a smaller `doubtful` than `usable` means that small values are bad."""

    limits: Mapping[str, Limit]


class SessionPage(msgspec.Struct, frozen=True, kw_only=True):
    """Part of a list; `next` is the `cursor` of the part after it, null at the end."""

    items: Sequence[SessionShown]
    next: str | None


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """Addresses that answer without a sign-in until `expires_at`.

    `peaks_url` is of the audio's outline, in version 2 of BBC audiowaveform's JSON; null for an old session.
    """

    audio_url: str
    captions_url: str
    peaks_url: str | None
    expires_at: datetime


def received_shown(held: Received) -> ReceivedShown:
    return ReceivedShown(segments=held.segments, marks=held.marks, bytes=held.bytes)


def session_shown(summary: SessionSummary) -> SessionShown:
    return SessionShown(**_facts(summary))


def session_in_full(summary: SessionSummary) -> SessionInFull:
    session = summary.session
    return SessionInFull(
        **_facts(summary),
        aggregated_at=session.aggregated_at,
        uploaded_at=session.uploaded_at,
        capture=session.capture,
        measures=session.outcome.measures if session.outcome else None,
    )


def _facts(summary: SessionSummary) -> dict[str, Any]:
    session, outcome = summary.session, summary.session.outcome
    return {
        "id": session.id,
        "text_id": session.text_id,
        "text_title": summary.text_title,
        "text_revision": session.text_revision,
        "language": summary.language,
        "direction": direction(summary.language),
        "speaker_id": session.speaker_id,
        "speaker_name": summary.speaker_name,
        "state": session.state,
        "started_at": session.opened_at,
        "ended_at": session.ended_at,
        "duration_ms": outcome.duration_ms if outcome else None,
        "cues": outcome.cues if outcome else None,
        "verdict": outcome.verdict if outcome else None,
        "reasons": outcome.reasons if outcome else (),
        "problem": session.problem,
        "attempts": session.attempts,
    }


def preview_shown(session_id: SessionId, preview: listening.Preview) -> Preview:
    def address(file: listening.SignedFile) -> str:
        return f"/api/sessions/{session_id}/files/{file.name}?{urlencode({'expires': file.expires, 'seal': file.seal})}"

    return Preview(
        audio_url=address(preview.audio),
        captions_url=address(preview.captions),
        peaks_url=address(preview.peaks) if preview.peaks else None,
        expires_at=preview.expires_at,
    )
