"""Who belongs: approving, roles, invitations, the agreement, and what somebody says of themselves."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from recital_core import errors
from recital_core.agreements import Agreement, Signature
from recital_core.audit import OPERATOR, Actor, Event
from recital_core.letters import LetterKind
from recital_core.one_time import digest, fresh_secret
from recital_core.ports import Clock, Page, SpeakerFilter, Store, Transaction
from recital_core.speakers import (
    Invitation,
    InvitationId,
    Role,
    Speaker,
    SpeakerId,
    email_address,
    known_as,
    note,
)

MOST_USES = 10_000
LONGEST_INVITATION = timedelta(days=366)


class Membership:
    def __init__(self, *, store: Store, clock: Clock, agreement: Agreement) -> None:
        self._store = store
        self._clock = clock
        self.agreement = agreement

    # ---- roles

    def approve(self, email: str, role: Role = Role.SPEAKER, by: Actor = OPERATOR) -> Speaker:
        """Give the account of `email` at least `role`, and make it when the person never signed in. Raises Invalid."""
        address = email_address(email)
        fresh = Speaker(
            id=SpeakerId(uuid.uuid4()),
            email=address,
            display_name=known_as(None, address),
            role=Role.PENDING,
            created_at=self._clock.now(),
        )
        with self._store.transaction() as tx:
            is_new = tx.speakers.add(fresh)
            speaker = _locked(tx, known(tx, address).id)
            return self._with_role(tx, speaker, speaker.approved(role).role, by, tell=not is_new)

    def change_role(self, speaker_id: SpeakerId, role: Role, by: Actor = OPERATOR) -> Speaker:
        """Give a speaker exactly `role`; whoever is to wait again is signed out everywhere.

        Raises LastAdmin when nobody else is an admin, SpeakerNotFound.
        """
        with self._store.transaction() as tx:
            speaker = _locked(tx, speaker_id)
            if speaker.role is Role.ADMIN and role is not Role.ADMIN and not tx.speakers.another_admin(speaker_id):
                raise errors.LastAdmin("Make somebody else an admin first.")
            if role is Role.PENDING:
                tx.credentials.revoke_all(speaker_id)
            return self._with_role(tx, speaker, role, by, tell=speaker.role is Role.PENDING)

    def known(self, email: str) -> Speaker:
        """The account of `email`. Raises SpeakerNotFound, Invalid."""
        with self._store.separately() as tx:
            return known(tx, email_address(email))

    def page(self, wanted: SpeakerFilter, *, cursor: str | None = None, limit: int = 100) -> Page[Speaker]:
        """The accounts that are wanted, the oldest first. Raises Invalid for a wrong cursor."""
        with self._store.separately() as tx:
            return tx.speakers.page(wanted, cursor, limit)

    # ---- invitations

    def invite(self, *, uses: int, lasts: timedelta, purpose: str = "", by: Actor = OPERATOR) -> tuple[Invitation, str]:
        """An invitation and its secret, which is told here and nowhere else.

        Raises Invalid for uses that are not 1 to 10,000, a time that is not 0 to 366 days, or the note.
        """
        if not 1 <= uses <= MOST_USES:
            raise errors.Invalid(f"An invitation has 1 to {MOST_USES} uses.")
        if not timedelta() < lasts <= LONGEST_INVITATION:
            raise errors.Invalid(f"An invitation lasts more than nothing and at most {LONGEST_INVITATION.days} days.")
        now = self._clock.now()
        invitation = Invitation(
            id=InvitationId(uuid.uuid4()), note=note(purpose), uses=uses, created_at=now, expires_at=now + lasts
        )
        secret = fresh_secret()
        with self._store.transaction() as tx:
            tx.invitations.add(invitation, digest(secret))
            tx.audit.add(by.did(Event.INVITED, now, invitation=str(invitation.id)))
        return invitation, secret

    def invitations(self, *, cursor: str | None = None, limit: int = 20) -> Page[Invitation]:
        """The newest first, those that are over too. Raises Invalid for a wrong cursor."""
        with self._store.separately() as tx:
            return tx.invitations.page(cursor, limit)

    def withdraw(self, invitation_id: InvitationId, by: Actor = OPERATOR) -> None:
        """Let an invitation admit nobody any more. Raises InvitationNotFound."""
        with self._store.transaction() as tx:
            if not tx.invitations.withdraw(invitation_id):
                raise errors.InvitationNotFound("There is no invitation of this id.")
            tx.audit.add(by.did(Event.INVITATION_WITHDRAWN, self._clock.now(), invitation=str(invitation_id)))

    def accept(self, speaker: Speaker, secret: str, by: Actor = OPERATOR) -> Speaker:
        """Make a waiting speaker one who may record. Whoever may already uses nothing up. Raises InvitationNotValid."""
        with self._store.transaction() as tx:
            _still_there(tx, speaker)
            return invited(tx, speaker.id, secret, by, self._clock.now())

    # ---- what somebody says of themselves

    def agree(self, speaker: Speaker, version: str, language: str, by: Actor = OPERATOR) -> Speaker:
        """Note that the speaker has read the agreement in `language` and agrees.

        Doing so again is fine. Raises AgreementDiffers when `version` is not the one of today, Invalid for a language
        in which it is not there.
        """
        if version != self.agreement.version:
            raise errors.AgreementDiffers("The agreement has changed. Read it again.", version=self.agreement.version)
        now = self._clock.now()
        signature = Signature(
            speaker_id=speaker.id,
            version=version,
            language=language,
            digest=self.agreement.digest(language),
            signed_at=now,
        )
        with self._store.transaction() as tx:
            agreed = msgspec.structs.replace(_still_there(tx, speaker), agreement_version=version)
            tx.speakers.save(agreed)
            if tx.signatures.add(signature):
                tx.audit.add(by.did(Event.AGREED, now, to=speaker.id, version=version))
                tx.jobs.write(LetterKind.AGREED, speaker.id)
        return agreed

    def update(self, speaker: Speaker, changes: Mapping[str, object]) -> Speaker:
        """Change some of display_name, language, birth_year, sex, on_leaderboard. Raises Invalid."""
        with self._store.transaction() as tx:
            before = _still_there(tx, speaker)
            changed = before.changed(changes, this_year=self._clock.now().year)
            tx.speakers.save(changed)
            if changed.on_leaderboard != before.on_leaderboard:
                tx.standings.enlist(speaker.id, listed=changed.on_leaderboard)
        return changed

    def _with_role(self, tx: Transaction, speaker: Speaker, role: Role, by: Actor, *, tell: bool) -> Speaker:
        if role is speaker.role:
            return speaker
        changed = msgspec.structs.replace(speaker, role=role)
        tx.speakers.save(changed)
        tx.audit.add(
            by.did(Event.ROLE_CHANGED, self._clock.now(), to=speaker.id, before=speaker.role.value, after=role.value)
        )
        if tell and role is not Role.PENDING:
            tx.jobs.write(LetterKind.APPROVED, speaker.id)
        return changed


def known(tx: Transaction, email: str) -> Speaker:
    """The account of an address in its one spelling. Raises SpeakerNotFound."""
    speaker = tx.speakers.by_email(email)
    if speaker is None:
        raise errors.SpeakerNotFound(f"Nobody is known as {email}. Approve the address first.")
    return speaker


def invited(tx: Transaction, speaker_id: SpeakerId, secret: str, by: Actor, now: datetime) -> Speaker:
    """The speaker, waiting no longer, by one use of an invitation. Raises InvitationNotValid."""
    speaker = _locked(tx, speaker_id)
    if speaker.role is not Role.PENDING:
        return speaker
    invitation = tx.invitations.use(digest(secret), now)
    if invitation is None:
        raise errors.InvitationNotValid("The invitation is used up, too old, or was never ours. Ask for a new one.")
    admitted = speaker.approved(Role.SPEAKER)
    tx.speakers.save(admitted)
    tx.audit.add(by.did(Event.INVITATION_USED, now, to=speaker.id, invitation=str(invitation.id)))
    return admitted


def _still_there(tx: Transaction, caller: Speaker) -> Speaker:
    """The caller as they are now, locked. Raises NotSignedIn when they were erased since they were let in."""
    speaker = tx.speakers.lock(caller.id)
    if speaker is None:
        raise errors.NotSignedIn("This account is gone.")
    return speaker


def _locked(tx: Transaction, speaker_id: SpeakerId) -> Speaker:
    speaker = tx.speakers.lock(speaker_id)
    if speaker is None:
        raise errors.SpeakerNotFound("There is no speaker of this id.")
    return speaker
