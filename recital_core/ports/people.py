"""Rows of people: accounts, how they sign in, what they agreed to, and the log."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from recital_core.agreements import Signature
from recital_core.audit import Entry, Event
from recital_core.ports.pages import Page
from recital_core.speakers import (
    Credential,
    CredentialId,
    CredentialKind,
    Identity,
    Invitation,
    InvitationId,
    Role,
    Speaker,
    SpeakerId,
)


class SpeakerFilter(msgspec.Struct, frozen=True, kw_only=True):
    """`search` is part of an e-mail address or a display name, in any case."""

    search: str = ""
    role: Role | None = None


class Speakers(Protocol):
    def add(self, speaker: Speaker) -> bool:
        """False, and nothing changed, when the e-mail address is taken; any number have none."""

    def get(self, speaker_id: SpeakerId) -> Speaker | None: ...

    def some(self, speaker_ids: Collection[SpeakerId]) -> Sequence[Speaker]:
        """Those of the speakers that there are, in any order."""

    def lock(self, speaker_id: SpeakerId) -> Speaker | None:
        """The speaker, whom nobody else changes or locks until this transaction ends."""

    def save(self, speaker: Speaker) -> None: ...

    def by_email(self, email: str) -> Speaker | None: ...

    def by_identity(self, issuer: str, subject: str) -> Speaker | None: ...

    def add_identity(self, speaker_id: SpeakerId, identity: Identity) -> bool:
        """Keep issuer and subject as the speaker's. False when the speaker has another subject of that issuer."""

    def identities(self, speaker_id: SpeakerId) -> Sequence[Identity]:
        """Without e-mail address and name, which are not kept with them."""

    def another_admin(self, than: SpeakerId) -> bool:
        """Whether somebody else is an admin, and stays one until this transaction ends.

        It holds because whoever lowers or forgets an admin asks this first, in the same transaction.
        """

    def forget(self, speaker_id: SpeakerId) -> None:
        """Remove the account and all that names it: identities, credentials, links, signatures.

        Sessions, texts and audit entries stay, without this speaker's id and address.
        """

    def count(self, role: Role) -> int: ...

    def page(self, wanted: SpeakerFilter, cursor: str | None, limit: int) -> Page[Speaker]:
        """By creation, the oldest first. Raises Invalid for a cursor that is not ours."""


class Credentials(Protocol):
    def add(self, credential: Credential) -> None: ...

    def speaker_of(self, credential_id: CredentialId, now: datetime) -> Speaker | None:
        """Whose credential it is; None when it is unknown, revoked or over."""

    def of_speaker(self, speaker_id: SpeakerId, now: datetime) -> Sequence[Credential]:
        """Those that are not over, the oldest first."""

    def revoke(self, credential_id: CredentialId) -> None: ...

    def revoke_all(self, speaker_id: SpeakerId, kind: CredentialKind | None = None) -> None:
        """Revoke every credential of the speaker, or those of one kind; and either way the unused sign-in links."""

    def add_link(self, digest: str, speaker_id: SpeakerId, expires_at: datetime) -> None:
        """Keep a sign-in link by the digest of its secret."""

    def use_link(self, digest: str, now: datetime) -> SpeakerId | None:
        """Whose link it is, once: of any number of tries at one time a single one gets an answer."""

    def forget_expired(self, now: datetime) -> int:
        """Remove the credentials and links that are over, and give how many they were."""


class Invitations(Protocol):
    def add(self, invitation: Invitation, digest: str) -> None:
        """Keep an invitation by the digest of its secret."""

    def use(self, digest: str, now: datetime) -> Invitation | None:
        """Count one use of it; None when it is unknown, over, or used up.

        Of any number of tries at one time no more succeed than it has uses.
        """

    def withdraw(self, invitation_id: InvitationId) -> bool:
        """False when there is none."""

    def page(self, cursor: str | None, limit: int) -> Page[Invitation]:
        """By creation, the newest first. Raises Invalid for a cursor that is not ours."""


class Signatures(Protocol):
    def add(self, signature: Signature) -> bool:
        """False, and nothing changed, when the speaker has signed that version."""

    def of_speaker(self, speaker_id: SpeakerId) -> Sequence[Signature]:
        """The oldest first."""


class AuditLog(Protocol):
    """Entries are never changed or removed, save that `Speakers.forget` takes an erased person out of them."""

    def add(self, entry: Entry) -> None: ...

    def page(self, *, event: Event | None, speaker_id: SpeakerId | None, cursor: str | None, limit: int) -> Page[Entry]:
        """The newest first; of one event, and of one speaker as actor or subject. Raises Invalid for a cursor."""
