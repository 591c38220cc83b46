"""What the core asks of the outside, in the words of the domain. Each docstring is the port's contract.

Every method may also raise Unavailable of its family when what stands behind it does not answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import BinaryIO, Generic, Protocol, TypeVar

import msgspec

from recital_core.sessions import Mark, RecitalSession, Segment, SessionId, State
from recital_core.speakers import Credential, CredentialId, Speaker, SpeakerId
from recital_core.texts import Language, RecitalText, TextId

Item = TypeVar("Item")


class Clock(Protocol):
    def now(self) -> datetime:
        """The moment, in UTC."""


class Sealer(Protocol):
    """Whatever needs the installation's secret key."""

    def token(self, credential: Credential) -> str:
        """A signed JWT (RFC 7519) that names `credential` and its speaker and ends when it does."""

    def credential_of(self, token: str) -> CredentialId:
        """The credential that a token of ours names. Raises NotSignedIn for anything else, and after its end."""

    def seal(self, text: str) -> str:
        """A keyed hash of `text`, URL-safe: the same text under the same key gives the same seal."""

    def is_sealed(self, text: str, seal: str) -> bool:
        """Whether `seal` is the seal of `text`, compared in constant time."""

    def pseudonym(self, speaker: SpeakerId) -> str:
        """The name under which a speaker is published: stable, and not to be turned back without the key."""


# ---- bytes


class Blob(msgspec.Struct, frozen=True, kw_only=True):
    key: str
    bytes: int


class BlobStore(Protocol):
    """Bytes under keys such as `sessions/1f…/transcript.vtt`.

    A key is parts joined by "/", as `keys.valid_key` says; anything else raises Invalid before something is touched.
    """

    def put(self, key: str, body: BinaryIO, media_type: str, metadata: Mapping[str, str]) -> int:
        """Keep the rest of `body` under `key` and give its size in bytes.

        Whole or not at all, and kept through a power cut once this returns; what stood there is replaced.
        Raises StorageFull, after which nothing stands there that did not before.
        """

    def open(self, key: str, first: int = 0, count: int | None = None) -> AbstractContextManager[BinaryIO]:
        """The blob's bytes from `first` on, `count` at most, to be read in order. Raises BlobNotFound."""

    def find(self, key: str) -> Blob | None: ...

    def list(self, prefix: str) -> Iterator[Blob]:
        """The blobs whose key starts with `prefix`, which ends in "/", in the order of their keys."""

    def delete_under(self, prefix: str) -> None:
        """Forget every blob whose key starts with `prefix`, which ends in "/".

        Nothing there is fine: a crash may have deleted half. When it raises, some may remain; call again.
        """

    def check(self) -> None:
        """Raises BlobStoreUnavailable when blobs could not be kept now."""


# ---- audio


class SegmentAudio(msgspec.Struct, frozen=True, kw_only=True):
    """A segment and the blob that holds its bytes."""

    segment: Segment
    key: str


class LevelFrames(msgspec.Struct, frozen=True, kw_only=True):
    """How loud the audio is, in steps of `frame_samples` (10 ms), full scale 1.0.

    `power` is each frame's variance: its mean power without what is constant in it, so that neither an offset nor
    rumble below 50 Hz counts as sound.
    """

    sample_rate_hz: int
    frame_samples: int
    power: Sequence[float]


class Loudness(msgspec.Struct, frozen=True, kw_only=True):
    """Measures of the published audio. None where silence has no such value.

    `integrated_lufs` as EBU R 128 / ITU-R BS.1770, `true_peak_dbtp` in dB relative to full scale.
    """

    integrated_lufs: float | None
    true_peak_dbtp: float | None


class Span(msgspec.Struct, frozen=True):
    """Samples `start` to `end`, the last one excluded."""

    start: int
    end: int


class Rendered(msgspec.Struct, frozen=True, kw_only=True):
    """The audio files of a session: name → media type, to be opened until the joined audio is closed.

    `main_samples` is the exact length of main and light audio at `sample_rate_hz`.
    """

    media_types: dict[str, str]
    main_samples: int
    sample_rate_hz: int
    loudness: Loudness
    main_is_lossless: bool


class JoinedAudio(Protocol):
    """All segments of a session as one line of mono samples, lying ready in a temporary place."""

    @property
    def sample_rate_hz(self) -> int: ...

    @property
    def samples(self) -> int:
        """As long as was declared, whatever was decoded; slices of one stream may end a quarter of a second later."""

    @property
    def problems(self) -> Sequence[str]:
        """What differs from the declared: unreadable segments, wrong counts. Empty when all is as declared."""

    @property
    def levels(self) -> LevelFrames: ...

    @property
    def clipped_samples(self) -> int: ...

    @property
    def dc_offset(self) -> float:
        """Mean of all samples, full scale 1.0."""

    @property
    def source_channels(self) -> int: ...

    @property
    def source_lossless(self) -> bool: ...

    def render(self, kept: Sequence[Span]) -> Rendered:
        """Make source audio (everything) and main and light audio: the `kept` spans joined.

        At least one span, ascending, without overlap, none empty. The same samples give the same bytes.
        Raises AudioToolFailed.
        """

    def open(self, name: str) -> AbstractContextManager[BinaryIO]:
        """One of the rendered files by its name, such as `main.audio.mka`."""


class AudioWorkshop(Protocol):
    def join(
        self,
        staging: BlobStore,
        media_type: str,
        segments: Sequence[SegmentAudio],
        *,
        sample_rate_hz: int,
    ) -> AbstractContextManager[JoinedAudio]:
        """Decode `segments` (ascending, at least one) into one line of samples.

        The client counted samples at `sample_rate_hz`; FLAC and WAV say their own rate, which wins, and coded audio
        is decoded to this one, since Opus knows 48 kHz only.
        A segment that decodes alone counts exactly its declared samples: trimmed or padded with silence, and
        silence alone when it cannot be read; a hole between two segments is silence. What differs is a problem,
        not an error. Raises AudioUnreadable when not one segment can be read, AudioToolFailed.
        """

    def check(self) -> str:
        """The version of the program that does the work. Raises AudioToolFailed."""


# ---- rows


class Page(msgspec.Struct, Generic[Item], frozen=True, kw_only=True):
    """Part of a list; `next` is the cursor of the part after it, None at the end."""

    items: Sequence[Item]
    next: str | None


class Speakers(Protocol):
    def add(self, speaker: Speaker) -> bool:
        """False, and nothing changed, when the e-mail address is taken."""

    def save(self, speaker: Speaker) -> None: ...

    def by_email(self, email: str) -> Speaker | None: ...

    def page(self, cursor: str | None, limit: int) -> Page[Speaker]:
        """By creation, the oldest first. Raises Invalid for a cursor that is not ours."""


class Credentials(Protocol):
    def add(self, credential: Credential) -> None: ...

    def speaker_of(self, credential_id: CredentialId, now: datetime) -> Speaker | None:
        """Whose credential it is; None when it is unknown, revoked or over."""

    def revoke(self, credential_id: CredentialId) -> None: ...

    def add_link(self, digest: str, speaker_id: SpeakerId, expires_at: datetime) -> None:
        """Keep a sign-in link by the digest of its secret."""

    def use_link(self, digest: str, now: datetime) -> SpeakerId | None:
        """Whose link it is, once: of any number of tries at one time a single one gets an answer."""

    def forget_expired(self, now: datetime) -> int:
        """Remove the credentials and links that are over, and give how many they were."""


class TextSummary(msgspec.Struct, frozen=True, kw_only=True):
    id: TextId
    owner_id: SpeakerId
    title: str
    language: Language
    direction: str
    revision: int
    sentences: int
    words: int
    public: bool
    created_at: datetime


class Texts(Protocol):
    def add(self, text: RecitalText) -> None: ...

    def get(self, text_id: TextId, revision: int | None = None) -> RecitalText | None:
        """The text at `revision`, the newest without one."""

    def sentence_counts(self, text_id: TextId, revision: int) -> Sequence[int]:
        """How many sentences each paragraph has, without reading the words."""

    def page(self, reader: Speaker, cursor: str | None, limit: int) -> Page[TextSummary]:
        """What `reader` may read and is not retired, the newest first. Raises Invalid for a cursor not ours."""


class SessionSummary(msgspec.Struct, frozen=True, kw_only=True):
    session: RecitalSession
    text_title: str
    language: Language


class Intake(msgspec.Struct, frozen=True, kw_only=True):
    """A session, what is held of it under one number, and the media type of its segments once there is one."""

    session: RecitalSession
    held: Segment | None
    media_type: str | None


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """What is held of a session: inclusive ranges of segment numbers, the count of marks, bytes of audio."""

    segments: list[tuple[int, int]]
    marks: int
    bytes: int


class Sessions(Protocol):
    def add(self, session: RecitalSession) -> bool:
        """False, and nothing changed, when the id is taken."""

    def get(self, session_id: SessionId) -> RecitalSession | None: ...

    def lock(self, session_id: SessionId) -> RecitalSession | None:
        """The session, which nobody else changes or adds to until this transaction ends."""

    def save(self, session: RecitalSession) -> None: ...

    def touch(self, session_id: SessionId, now: datetime) -> bool:
        """Note activity and hold the session as `lock` does; False when it is not active any more."""

    def add_segment(self, session_id: SessionId, segment: Segment, now: datetime) -> Segment | None:
        """Touch the session and keep the segment; give what is held under its number, this one or one from before.

        None, and nothing kept, when the session is not active any more.
        """

    def intake(self, session_id: SessionId, number: int) -> Intake | None:
        """What decides on a segment that arrives under `number`; None without such a session."""

    def segments(self, session_id: SessionId) -> Sequence[Segment]:
        """In ascending order."""

    def add_marks(self, session_id: SessionId, marks: Sequence[Mark]) -> None: ...

    def marks(self, session_id: SessionId) -> Sequence[Mark]:
        """In ascending order."""

    def forget_pieces(self, session_id: SessionId) -> None:
        """Forget every segment and mark of the session."""

    def received(self, session_id: SessionId) -> Received: ...

    def summary(self, session_id: SessionId) -> SessionSummary | None: ...

    def page(
        self,
        *,
        speaker_id: SpeakerId | None,
        text_id: TextId | None,
        states: Sequence[State],
        cursor: str | None,
        limit: int,
    ) -> Page[SessionSummary]:
        """By opening, the newest first; of one speaker or of all, in any of `states`. Raises Invalid for a cursor."""

    def silent_since(self, moment: datetime, limit: int) -> Sequence[SessionId]:
        """Active sessions without activity since `moment`, the oldest first."""

    def unfinished(self, state: State, limit: int) -> Sequence[SessionId]:
        """Sessions in `state`, the oldest first; for DISCARDED those that are not erased yet."""


class Jobs(Protocol):
    def finalize(self, session_id: SessionId) -> None:
        """Have a worker take the session as far as it goes, once this transaction commits.

        Asked again while it waits, it is still done once.
        """


class Transaction(Protocol):
    """The rows and the job queue of one transaction."""

    @property
    def speakers(self) -> Speakers: ...

    @property
    def credentials(self) -> Credentials: ...

    @property
    def texts(self) -> Texts: ...

    @property
    def sessions(self) -> Sessions: ...

    @property
    def jobs(self) -> Jobs: ...


class Store(Protocol):
    def transaction(self) -> AbstractContextManager[Transaction]:
        """All of it is kept when the block ends, none of it when the block raises. It does not nest."""

    def separately(self) -> AbstractContextManager[Transaction]:
        """Every call stands alone and is kept at once, whatever happens to the block.

        For questions, and for a change that is one call; it costs a third of a transaction. It queues no jobs.
        """

    def claim(self, session_id: SessionId) -> AbstractContextManager[bool]:
        """Whether this caller alone may finalise the session until the block ends; a killed caller's claim ends too."""

    def check(self) -> None:
        """Raises DatabaseUnavailable when transactions cannot be made now."""
