"""The log of what matters to trust: who did what, when, from where. Entries are only ever added."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime
from uuid import UUID

import msgspec

from recital_core.sessions import SessionId
from recital_core.speakers import SpeakerId


class Event(enum.StrEnum):
    SIGNED_IN = "signed-in"
    SIGNED_OUT_EVERYWHERE = "signed-out-everywhere"
    LINK_MADE = "link-made"
    CREDENTIAL_MADE = "credential-made"
    CREDENTIAL_REVOKED = "credential-revoked"
    DELEGATED = "delegated"
    ROLE_CHANGED = "role-changed"
    INVITED = "invited"
    INVITATION_USED = "invitation-used"
    INVITATION_WITHDRAWN = "invitation-withdrawn"
    AGREED = "agreed"
    DATA_DOWNLOADED = "data-downloaded"
    ACCOUNT_ERASED = "account-erased"
    SESSION_RETRIED = "session-retried"
    SESSION_DISCARDED = "session-discarded"
    TEXT_SHARED = "text-shared"
    TEXT_WITHDRAWN = "text-withdrawn"
    TEXT_MENDED = "text-mended"
    TEXT_RETIRED = "text-retired"
    JOB_RETRIED = "job-retried"
    EXPORTED = "exported"
    TAKEN_OVER = "taken-over"


class Way(enum.StrEnum):
    """How somebody came in."""

    BROWSER = "browser"
    PROGRAM = "program"
    DELEGATION = "delegation"
    COMMAND_LINE = "command-line"


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """Who does something, and from where: `address` is an IP address, None at the machine itself."""

    speaker_id: SpeakerId | None = None
    way: Way
    address: str | None = None

    def did(
        self,
        event: Event,
        at: datetime,
        *,
        to: SpeakerId | None = None,
        session_id: SessionId | None = None,
        **facts: str,
    ) -> Entry:
        """The entry of `event`: done to the speaker `to`. `facts` never hold a secret, an address or a name."""
        return Entry(
            id=uuid.uuid4(),
            at=at,
            event=event,
            actor_id=self.speaker_id,
            way=self.way,
            address=self.address,
            subject_id=to,
            session_id=session_id,
            facts=facts,
        )


OPERATOR = Actor(way=Way.COMMAND_LINE)
"""Whoever sits at the machine."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the log. The ids of an erased person, and the address they came from, are None."""

    id: UUID
    at: datetime
    event: Event
    actor_id: SpeakerId | None
    way: Way
    address: str | None
    subject_id: SpeakerId | None
    session_id: SessionId | None
    facts: dict[str, str]
