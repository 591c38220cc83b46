"""The shapes of people in the API, where they are not the domain's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from recital_core.agreements import Agreement
from recital_core.audit import Entry
from recital_core.ports import Given
from recital_core.speakers import (
    MAX_NAME_CHARACTERS,
    MAX_NOTE_CHARACTERS,
    OLDEST_BIRTH_YEAR,
    Credential,
    CredentialId,
    CredentialKind,
    Invitation,
    Role,
    Sex,
    Speaker,
)

LanguageTag = Annotated[str, msgspec.Meta(pattern="^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}$")]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_NAME_CHARACTERS)]
Note = Annotated[str, msgspec.Meta(max_length=MAX_NOTE_CHARACTERS)]
Days = Annotated[int, msgspec.Meta(ge=1, le=366)]
BirthYear = Annotated[int, msgspec.Meta(ge=OLDEST_BIRTH_YEAR, le=9999)]
Secret = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Email = Annotated[str, msgspec.Meta(min_length=3, max_length=320)]

# ---- oneself


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """The caller. `agreement_needed`: nothing may be recorded before the agreement of today is signed."""

    id: UUID
    email: str | None
    display_name: str
    role: Role
    agreement_version: str | None
    agreement_needed: bool
    language: str | None
    birth_year: int | None
    sex: Sex
    on_leaderboard: bool


class MeChanged(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be changed; what is left out stays."""

    display_name: Name | UnsetType = UNSET
    language: LanguageTag | UnsetType | None = UNSET
    birth_year: BirthYear | UnsetType | None = UNSET
    sex: Sex | UnsetType = UNSET
    on_leaderboard: bool | UnsetType = UNSET

    def given(self) -> dict[str, object]:
        return {name: value for name, value in msgspec.structs.asdict(self).items() if value is not UNSET}


class AgreementShown(msgspec.Struct, frozen=True, kw_only=True):
    """The agreement of today in `language`, in paragraphs with an empty line between them."""

    version: str
    language: str
    languages: Sequence[str]
    text: str


class Signing(msgspec.Struct, frozen=True, kw_only=True):
    """`language` is the one in which the agreement was read."""

    version: Annotated[str, msgspec.Meta(max_length=100)]
    language: LanguageTag


class Invited(msgspec.Struct, frozen=True, kw_only=True):
    secret: Secret


# ---- sign-ins and tokens


class TokenWanted(msgspec.Struct, frozen=True, kw_only=True):
    note: Note = ""
    days: Days = 30


class TokenShown(msgspec.Struct, frozen=True, kw_only=True):
    """A sign-in of a browser or a token of a program; `current` is the one that asks."""

    id: UUID
    kind: CredentialKind
    note: str
    created_at: datetime
    expires_at: datetime
    current: bool


class TokenMade(msgspec.Struct, frozen=True, kw_only=True):
    """A new token; it is shown here and nowhere else."""

    id: UUID
    token: str
    note: str
    expires_at: datetime


class TokenList(msgspec.Struct, frozen=True, kw_only=True):
    items: Sequence[TokenShown]


# ---- for operators


class SpeakerShown(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    email: str | None
    display_name: str
    role: Role
    agreement_version: str | None
    created_at: datetime


class SpeakerListed(SpeakerShown, frozen=True, kw_only=True):
    """With what the speaker has published."""

    duration_ms: int
    recordings: int


class SpeakerPage(msgspec.Struct, frozen=True, kw_only=True):
    items: Sequence[SpeakerListed]
    next: str | None


class Approval(msgspec.Struct, frozen=True, kw_only=True):
    """Whom to approve: at least as `role`."""

    email: Email
    role: Role = Role.SPEAKER


class RoleChanged(msgspec.Struct, frozen=True, kw_only=True):
    role: Role


class InvitationWanted(msgspec.Struct, frozen=True, kw_only=True):
    uses: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 1
    days: Days = 7
    note: Note = ""


class InvitationMade(msgspec.Struct, frozen=True, kw_only=True):
    """A new invitation; `address`, which admits whoever opens it, is shown here and nowhere else."""

    id: UUID
    address: str
    uses: int
    note: str
    expires_at: datetime


class InvitationPage(msgspec.Struct, frozen=True, kw_only=True):
    items: Sequence[Invitation]
    next: str | None


class LogShown(msgspec.Struct, frozen=True, kw_only=True):
    """Part of the log; `people` says how the speakers in it are known."""

    items: Sequence[Entry]
    people: Mapping[str, str]
    next: str | None


def me_shown(speaker: Speaker, agreement: Agreement) -> Me:
    return Me(
        id=speaker.id,
        email=speaker.email,
        display_name=speaker.display_name,
        role=speaker.role,
        agreement_version=speaker.agreement_version,
        agreement_needed=speaker.agreement_version != agreement.version,
        language=speaker.language,
        birth_year=speaker.birth_year,
        sex=speaker.sex,
        on_leaderboard=speaker.on_leaderboard,
    )


def token_shown(credential: Credential, current: CredentialId | None) -> TokenShown:
    return TokenShown(
        id=credential.id,
        kind=credential.kind,
        note=credential.note,
        created_at=credential.created_at,
        expires_at=credential.expires_at,
        current=credential.id == current,
    )


def speaker_shown(speaker: Speaker) -> SpeakerShown:
    return SpeakerShown(
        id=speaker.id,
        email=speaker.email,
        display_name=speaker.display_name,
        role=speaker.role,
        agreement_version=speaker.agreement_version,
        created_at=speaker.created_at,
    )


def speaker_listed(speaker: Speaker, given: Given | None) -> SpeakerListed:
    return SpeakerListed(
        **msgspec.structs.asdict(speaker_shown(speaker)),
        duration_ms=given.duration_ms if given else 0,
        recordings=given.recordings if given else 0,
    )
