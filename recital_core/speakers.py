"""Who recites, and who may what."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from datetime import datetime
from typing import NewType
from uuid import UUID

import msgspec

from recital_core import errors

SpeakerId = NewType("SpeakerId", UUID)
CredentialId = NewType("CredentialId", UUID)
InvitationId = NewType("InvitationId", UUID)

YOUNGEST = 16
OLDEST_BIRTH_YEAR = 1900
MAX_NAME_CHARACTERS = 80
MAX_NOTE_CHARACTERS = 200
EMAIL = re.compile(r"[^@\s\x00-\x1f\x7f]{1,64}@[^@\s\x00-\x1f\x7f]{1,190}")


class Role(enum.StrEnum):
    PENDING = "pending"
    SPEAKER = "speaker"
    ADMIN = "admin"


RANK = {Role.PENDING: 0, Role.SPEAKER: 1, Role.ADMIN: 2}


class Sex(enum.StrEnum):
    FEMALE = "female"
    MALE = "male"
    OTHER = "other"
    UNSTATED = "unstated"


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """Who somebody is to an OpenID provider: `issuer` and `subject`. `email` only if the provider verified it."""

    issuer: str
    subject: str
    email: str | None = None
    name: str | None = None


class Speaker(msgspec.Struct, frozen=True, kw_only=True):
    """A person with an account. `email` is None where no provider vouched for an address.

    `agreement_version` is the last agreement that was signed; `language` the interface's, as a BCP 47 tag.
    """

    id: SpeakerId
    email: str | None
    display_name: str
    role: Role
    agreement_version: str | None = None
    language: str | None = None
    birth_year: int | None = None
    sex: Sex = Sex.UNSTATED
    on_leaderboard: bool = True
    created_at: datetime

    def approved(self, role: Role) -> Speaker:
        """The same speaker with at least `role`: approving never lowers anybody."""
        return msgspec.structs.replace(self, role=max(self.role, role, key=RANK.__getitem__))

    def changed(self, changes: Mapping[str, object], *, this_year: int) -> Speaker:
        """The same speaker with what they now say of themselves. Raises Invalid."""
        changed = msgspec.structs.replace(self, **changes)
        return msgspec.structs.replace(
            changed,
            display_name=display_name(changed.display_name),
            birth_year=birth_year(changed.birth_year, this_year),
        )

    def must_be(self, role: Role) -> None:
        """Raises ApprovalNeeded or NotAllowed when this speaker's role is below `role`."""
        if RANK[self.role] >= RANK[role]:
            return
        if self.role is Role.PENDING:
            raise errors.ApprovalNeeded("An operator has to approve this account first.")
        raise errors.NotAllowed("This needs an operator's role.")

    def must_have_agreed_to(self, version: str) -> None:
        """Raises AgreementNeeded unless the last agreement that this speaker signed is `version`."""
        if self.agreement_version != version:
            raise errors.AgreementNeeded("Read and sign the agreement first.", version=version)

    def may_see(self, owner: SpeakerId | None) -> bool:
        """Whether what belongs to `owner` is this speaker's to see: their own, or anything for an admin."""
        return self.id == owner or self.role is Role.ADMIN


class CredentialKind(enum.StrEnum):
    BROWSER = "browser"
    PROGRAM = "program"


class Credential(msgspec.Struct, frozen=True, kw_only=True):
    """A sign-in of a browser or a token of a program: revocable, and gone after `expires_at`.

    `note` says to its owner what it is for.
    """

    id: CredentialId
    speaker_id: SpeakerId
    kind: CredentialKind
    note: str = ""
    created_at: datetime
    expires_at: datetime


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """Lets whoever knows its secret become a speaker without waiting: `uses` times at most, until `expires_at`."""

    id: InvitationId
    note: str = ""
    uses: int
    used: int = 0
    created_at: datetime
    expires_at: datetime


def email_address(given: str) -> str:
    """`given` in the one spelling under which an account is known: trimmed, lower case. Raises Invalid."""
    trimmed = given.strip()
    email = trimmed.lower()
    # The Kelvin sign becomes a plain k: whoever has a mailbox with it must not be taken for the owner of the other.
    if not EMAIL.fullmatch(email) or (email.isascii() and not trimmed.isascii()):
        raise errors.Invalid(f"“{given[:80]}” is not an e-mail address.")
    return email


def known_as(name: str | None, email: str | None) -> str:
    """How somebody is shown at first: by the name that a provider knows, else by the start of the e-mail address."""
    printable = "".join(c for c in name or "" if c.isprintable())
    return (
        " ".join(printable.split())[:MAX_NAME_CHARACTERS].strip()
        or (email or "").partition("@")[0][:MAX_NAME_CHARACTERS]
        or "?"
    )


def display_name(given: str) -> str:
    """`given` as others see it: trimmed, one line. Raises Invalid when it is empty or over 80 characters."""
    name = " ".join(given.split())
    if not 0 < len(name) <= MAX_NAME_CHARACTERS or not name.isprintable():
        raise errors.Invalid(f"A name has 1 to {MAX_NAME_CHARACTERS} characters on one line.")
    return name


def birth_year(given: int | None, this_year: int) -> int | None:
    """`given` itself, None for unstated. Raises Invalid outside 1900 to 16 years before `this_year`."""
    youngest = this_year - YOUNGEST
    if given is not None and not OLDEST_BIRTH_YEAR <= given <= youngest:
        raise errors.Invalid(f"A year of birth lies between {OLDEST_BIRTH_YEAR} and {youngest}.")
    return given


def note(given: str) -> str:
    """A note of at most 200 characters on one line. Raises Invalid."""
    if len(given) > MAX_NOTE_CHARACTERS or not given.isprintable():
        raise errors.Invalid(f"A note has at most {MAX_NOTE_CHARACTERS} characters on one line.")
    return given.strip()
