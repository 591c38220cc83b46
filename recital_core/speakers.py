"""Who recites, and who may what."""

from __future__ import annotations

import enum
import re
from datetime import datetime
from typing import NewType
from uuid import UUID

import msgspec

from recital_core import errors

SpeakerId = NewType("SpeakerId", UUID)
CredentialId = NewType("CredentialId", UUID)

EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}")


class Role(enum.StrEnum):
    PENDING = "pending"
    SPEAKER = "speaker"
    ADMIN = "admin"


RANK = {Role.PENDING: 0, Role.SPEAKER: 1, Role.ADMIN: 2}


class Speaker(msgspec.Struct, frozen=True, kw_only=True):
    """A person with an account."""

    id: SpeakerId
    email: str
    display_name: str
    role: Role
    agreement_version: str | None = None
    created_at: datetime

    def approved(self, role: Role) -> Speaker:
        """The same speaker with at least `role`: approving never lowers anybody."""
        return msgspec.structs.replace(self, role=max(self.role, role, key=RANK.__getitem__))

    def must_be(self, role: Role) -> None:
        """Raises ApprovalNeeded or NotAllowed when this speaker's role is below `role`."""
        if RANK[self.role] >= RANK[role]:
            return
        if self.role is Role.PENDING:
            raise errors.ApprovalNeeded("An operator has to approve this account first.")
        raise errors.NotAllowed("This needs an operator's role.")

    def may_see(self, owner: SpeakerId) -> bool:
        """Whether what belongs to `owner` is this speaker's to see: their own, or anything for an admin."""
        return self.id == owner or self.role is Role.ADMIN


class CredentialKind(enum.StrEnum):
    BROWSER = "browser"
    PROGRAM = "program"


class Credential(msgspec.Struct, frozen=True, kw_only=True):
    """A sign-in of a browser or a token of a program: revocable, and gone after `expires_at`."""

    id: CredentialId
    speaker_id: SpeakerId
    kind: CredentialKind
    created_at: datetime
    expires_at: datetime


def email_address(given: str) -> str:
    """`given` in the one spelling under which an account is known: trimmed, lower case. Raises Invalid."""
    email = given.strip().lower()
    if not EMAIL.fullmatch(email):
        raise errors.Invalid(f"“{given[:80]}” is not an e-mail address.")
    return email
