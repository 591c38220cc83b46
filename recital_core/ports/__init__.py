"""What the core asks of the outside, in the words of the domain. Each docstring is the port's contract.

Every method may also raise Unavailable of its family when what stands behind it does not answer.
"""

from __future__ import annotations

from recital_core.ports.audio import (
    AudioWorkshop,
    JoinedAudio,
    LevelFrames,
    Loudness,
    Peaks,
    Rendered,
    SegmentAudio,
    Span,
)
from recital_core.ports.blobs import Blob, BlobStore
from recital_core.ports.collections import (
    CollectedAudio,
    CollectedPerson,
    CollectedReading,
    CollectedSession,
    CollectedText,
    Collection,
)
from recital_core.ports.news import Change, News
from recital_core.ports.outside import Analytics, Mailer
from recital_core.ports.pages import Page
from recital_core.ports.people import AuditLog, Credentials, Invitations, Signatures, SpeakerFilter, Speakers
from recital_core.ports.queue import Job, JobKind, JobState
from recital_core.ports.readings import (
    Intake,
    Neighbours,
    Received,
    Retraction,
    SessionFilter,
    Sessions,
    SessionSummary,
    TextFilter,
    Texts,
    TextSummary,
)
from recital_core.ports.secrets import Clock, Sealer
from recital_core.ports.sources import Document, Sources, Suggestion
from recital_core.ports.standings import Day, Difference, Given, Leader, Standing, Standings, Totals
from recital_core.ports.store import Backlog, Jobs, Store, Transaction

__all__ = [
    "Analytics",
    "AudioWorkshop",
    "AuditLog",
    "Backlog",
    "Blob",
    "BlobStore",
    "Change",
    "Clock",
    "CollectedAudio",
    "CollectedPerson",
    "CollectedReading",
    "CollectedSession",
    "CollectedText",
    "Collection",
    "Credentials",
    "Day",
    "Difference",
    "Document",
    "Given",
    "Intake",
    "Invitations",
    "Job",
    "JobKind",
    "JobState",
    "Jobs",
    "JoinedAudio",
    "Leader",
    "LevelFrames",
    "Loudness",
    "Mailer",
    "Neighbours",
    "News",
    "Page",
    "Peaks",
    "Received",
    "Rendered",
    "Retraction",
    "Sealer",
    "SegmentAudio",
    "SessionFilter",
    "SessionSummary",
    "Sessions",
    "Signatures",
    "Sources",
    "Span",
    "SpeakerFilter",
    "Speakers",
    "Standing",
    "Standings",
    "Store",
    "Suggestion",
    "TextFilter",
    "TextSummary",
    "Texts",
    "Totals",
    "Transaction",
]
