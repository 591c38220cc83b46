"""People in memory: accounts, credentials, invitations, signatures and the audit log."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import msgspec

from recital_core.agreements import Signature
from recital_core.audit import Entry, Event
from recital_core.ports import Page, SpeakerFilter
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
from recital_core.testing.rows import Rows, part


class MemorySpeakers:
    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def add(self, speaker: Speaker) -> bool:
        if speaker.email is not None and self.by_email(speaker.email):
            return False
        self._rows.speakers[speaker.id] = speaker
        return True

    def get(self, speaker_id: SpeakerId) -> Speaker | None:
        return self._rows.speakers.get(speaker_id)

    lock = get

    def some(self, speaker_ids: Collection[SpeakerId]) -> Sequence[Speaker]:
        return [self._rows.speakers[speaker_id] for speaker_id in speaker_ids if speaker_id in self._rows.speakers]

    def save(self, speaker: Speaker) -> None:
        if speaker.id in self._rows.speakers:
            self._rows.speakers[speaker.id] = speaker

    def by_email(self, email: str) -> Speaker | None:
        return next((speaker for speaker in self._rows.speakers.values() if speaker.email == email), None)

    def by_identity(self, issuer: str, subject: str) -> Speaker | None:
        speaker_id = self._rows.identities.get((issuer, subject))
        return None if speaker_id is None else self.get(speaker_id)

    def add_identity(self, speaker_id: SpeakerId, identity: Identity) -> bool:
        key = (identity.issuer, identity.subject)
        known = any(issuer == identity.issuer and of == speaker_id for (issuer, _), of in self._rows.identities.items())
        if known or key in self._rows.identities:
            return self._rows.identities.get(key) == speaker_id
        self._rows.identities[key] = speaker_id
        return True

    def identities(self, speaker_id: SpeakerId) -> Sequence[Identity]:
        found = sorted(key for key, of in self._rows.identities.items() if of == speaker_id)
        return [Identity(issuer=issuer, subject=subject) for issuer, subject in found]

    def another_admin(self, than: SpeakerId) -> bool:
        return any(speaker.role is Role.ADMIN and speaker.id != than for speaker in self._rows.speakers.values())

    def forget(self, speaker_id: SpeakerId) -> None:
        rows = self._rows
        rows.speakers.pop(speaker_id, None)
        rows.identities = {key: of for key, of in rows.identities.items() if of != speaker_id}
        rows.credentials = {key: known for key, known in rows.credentials.items() if known.speaker_id != speaker_id}
        rows.links = {digest: link for digest, link in rows.links.items() if link[0] != speaker_id}
        rows.contributions = {key: given for key, given in rows.contributions.items() if key[0] != speaker_id}
        rows.places = {key: place for key, place in rows.places.items() if key[0] != speaker_id}
        rows.signatures = {key: signed for key, signed in rows.signatures.items() if key[0] != speaker_id}
        rows.sessions = {
            key: msgspec.structs.replace(session, speaker_id=None) if session.speaker_id == speaker_id else session
            for key, session in rows.sessions.items()
        }
        rows.texts = {
            key: msgspec.structs.replace(text, owner_id=None) if text.owner_id == speaker_id else text
            for key, text in rows.texts.items()
        }
        rows.entries = {key: _without(speaker_id, entry) for key, entry in rows.entries.items()}

    def count(self, role: Role) -> int:
        return sum(1 for speaker in self._rows.speakers.values() if speaker.role is role)

    def page(self, wanted: SpeakerFilter, cursor: str | None, limit: int) -> Page[Speaker]:
        search = wanted.search.lower()
        found = [
            speaker
            for speaker in self._rows.speakers.values()
            if wanted.role in (None, speaker.role)
            and (search in (speaker.email or "").lower() or search in speaker.display_name.lower())
        ]
        return part(found, cursor, limit, lambda speaker: speaker, descending=False)


class MemoryCredentials:
    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def add(self, credential: Credential) -> None:
        self._rows.credentials[credential.id] = credential

    def speaker_of(self, credential_id: CredentialId, now: datetime) -> Speaker | None:
        credential = self._rows.credentials.get(credential_id)
        if credential is None or credential.expires_at <= now:
            return None
        return self._rows.speakers.get(credential.speaker_id)

    def of_speaker(self, speaker_id: SpeakerId, now: datetime) -> Sequence[Credential]:
        found = [
            known
            for known in self._rows.credentials.values()
            if known.speaker_id == speaker_id and known.expires_at > now
        ]
        return sorted(found, key=lambda known: (known.created_at, known.id))

    def revoke(self, credential_id: CredentialId) -> None:
        self._rows.credentials.pop(credential_id, None)

    def revoke_all(self, speaker_id: SpeakerId, kind: CredentialKind | None = None) -> None:
        for known in list(self._rows.credentials.values()):
            if known.speaker_id == speaker_id and kind in (None, known.kind):
                self.revoke(known.id)
        for digest in [digest for digest, (of, _) in self._rows.links.items() if of == speaker_id]:
            del self._rows.links[digest]

    def add_link(self, digest: str, speaker_id: SpeakerId, expires_at: datetime) -> None:
        self._rows.links[digest] = (speaker_id, expires_at)

    def use_link(self, digest: str, now: datetime) -> SpeakerId | None:
        speaker_id, expires_at = self._rows.links.get(digest, (None, now))
        if expires_at <= now:
            return None
        del self._rows.links[digest]
        return speaker_id

    def forget_expired(self, now: datetime) -> int:
        credentials = [known.id for known in self._rows.credentials.values() if known.expires_at <= now]
        links = [digest for digest, (_, expires_at) in self._rows.links.items() if expires_at <= now]
        for credential_id in credentials:
            del self._rows.credentials[credential_id]
        for digest in links:
            del self._rows.links[digest]
        return len(credentials) + len(links)


class MemoryInvitations:
    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def add(self, invitation: Invitation, digest: str) -> None:
        self._rows.invitations[digest] = invitation

    def use(self, digest: str, now: datetime) -> Invitation | None:
        invitation = self._rows.invitations.get(digest)
        if invitation is None or invitation.expires_at <= now or invitation.used >= invitation.uses:
            return None
        used = msgspec.structs.replace(invitation, used=invitation.used + 1)
        self._rows.invitations[digest] = used
        return used

    def withdraw(self, invitation_id: InvitationId) -> bool:
        found = [digest for digest, known in self._rows.invitations.items() if known.id == invitation_id]
        for digest in found:
            del self._rows.invitations[digest]
        return bool(found)

    def page(self, cursor: str | None, limit: int) -> Page[Invitation]:
        return part(self._rows.invitations.values(), cursor, limit, lambda invitation: invitation)


class MemorySignatures:
    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def add(self, signature: Signature) -> bool:
        return self._rows.signatures.setdefault((signature.speaker_id, signature.version), signature) is signature

    def of_speaker(self, speaker_id: SpeakerId) -> Sequence[Signature]:
        found = [signature for (of, _), signature in self._rows.signatures.items() if of == speaker_id]
        return sorted(found, key=lambda signature: (signature.signed_at, signature.version))


class MemoryAuditLog:
    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def add(self, entry: Entry) -> None:
        self._rows.entries[entry.id] = entry

    def page(self, *, event: Event | None, speaker_id: SpeakerId | None, cursor: str | None, limit: int) -> Page[Entry]:
        found = [
            entry
            for entry in self._rows.entries.values()
            if event in (None, entry.event) and speaker_id in (None, entry.actor_id, entry.subject_id)
        ]
        return part(found, cursor, limit, lambda entry: entry, by="at")


def _without(speaker_id: SpeakerId, entry: Entry) -> Entry:
    if entry.subject_id == speaker_id:
        entry = msgspec.structs.replace(entry, subject_id=None)
    if entry.actor_id == speaker_id:
        entry = msgspec.structs.replace(entry, actor_id=None, address=None)
    return entry
