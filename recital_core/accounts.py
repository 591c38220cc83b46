"""Signing in, and the credentials of browsers and programs."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta

from recital_core import errors
from recital_core.audit import OPERATOR, Actor, Event, Way
from recital_core.letters import LetterKind
from recital_core.membership import invited, known
from recital_core.one_time import digest, fresh_secret
from recital_core.ports import Analytics, Clock, Sealer, Store, Transaction
from recital_core.speakers import (
    Credential,
    CredentialId,
    CredentialKind,
    Identity,
    Role,
    Speaker,
    SpeakerId,
    email_address,
    known_as,
    note,
)

PRINTED_LINK_LASTS = timedelta(hours=24)
MAILED_LINK_LASTS = timedelta(hours=1)
BROWSER_LASTS = timedelta(days=30)
LONGEST_TOKEN = timedelta(days=366)


class Accounts:
    """`new_role` is what somebody becomes who signs in for the first time, uninvited and unknown."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        sealer: Sealer,
        analytics: Analytics,
        new_role: Role = Role.PENDING,
        delegated_admins: bool = False,
    ) -> None:
        self._store = store
        self._clock = clock
        self._sealer = sealer
        self._analytics = analytics
        self._new_role = new_role
        self._delegated_admins = delegated_admins

    # ---- coming in

    def sign_in_by_identity(
        self, identity: Identity, *, invitation: str | None = None, address: str | None = None
    ) -> str:
        """The token of a browser's sign-in, good for 30 days, for whom a provider vouches.

        A stranger gets a new account. One that was approved by its e-mail address becomes the identity's at the first
        sign-in; from then on the identity counts, and the address is no key any more. Raises EmailTaken,
        InvitationNotValid.
        """
        with self._store.transaction() as tx:
            speaker = tx.speakers.by_identity(identity.issuer, identity.subject) or self._introduced(tx, identity)
            actor = Actor(speaker_id=speaker.id, way=Way.BROWSER, address=address)
            if invitation is not None:
                speaker = invited(tx, speaker.id, invitation, actor, self._clock.now())
            return self._signed_in(tx, speaker, actor)

    def login_link(self, email: str, by: Actor = OPERATOR) -> str:
        """The secret of a sign-in link for `email`: good once, for 24 hours. Raises SpeakerNotFound, Invalid."""
        with self._store.transaction() as tx:
            speaker = known(tx, email_address(email))
            tx.audit.add(by.did(Event.LINK_MADE, self._clock.now(), to=speaker.id))
            return self._link(tx, speaker.id, PRINTED_LINK_LASTS)

    def ask_for_link(self, email: str, invitation: str | None = None) -> None:
        """Have a sign-in link mailed to `email` if the address is known, or comes with a good invitation.

        Raises Invalid for what is no address, InvitationNotValid.
        """
        address = email_address(email)
        with self._store.transaction() as tx:
            speaker = tx.speakers.by_email(address)
            if speaker is None and invitation is not None:
                speaker = self._stranger(email=address, name=None, role=Role.PENDING)
                tx.speakers.add(speaker)
                invited(tx, speaker.id, invitation, Actor(speaker_id=speaker.id, way=Way.BROWSER), self._clock.now())
            if speaker is not None:
                tx.jobs.write(LetterKind.SIGN_IN_LINK, speaker.id)

    def link_for(self, speaker_id: SpeakerId) -> str:
        """The secret of a link that is mailed to a speaker now: good once, for an hour."""
        with self._store.transaction() as tx:
            return self._link(tx, speaker_id, MAILED_LINK_LASTS)

    def sign_in_by_link(self, secret: str, address: str | None = None) -> str:
        """The token of a browser's sign-in, good for 30 days. Raises LinkNotValid, also at the second use."""
        with self._store.transaction() as tx:
            speaker_id = tx.credentials.use_link(digest(secret), self._clock.now())
            speaker = tx.speakers.get(speaker_id) if speaker_id else None
            if speaker is None:
                raise errors.LinkNotValid("The link was used, is too old, or was never ours. Ask for a new one.")
            return self._signed_in(tx, speaker, Actor(speaker_id=speaker.id, way=Way.BROWSER, address=address))

    # ---- being known

    def caller(self, token: str) -> tuple[Speaker, CredentialId]:
        """Whom a token speaks for. Raises NotSignedIn when it is not ours, over, or revoked."""
        credential_id = self._sealer.credential_of(token)
        with self._store.separately() as tx:
            speaker = tx.credentials.speaker_of(credential_id, self._clock.now())
        if speaker is None:
            raise errors.NotSignedIn("This sign-in is over. Sign in again.")
        return speaker, credential_id

    def delegated(self, email: str, address: str | None) -> Speaker:
        """The speaker in whose name a trusted system acts, which is noted in the log each time.

        Raises NotSignedIn for an unknown address, NotAllowed for an admin's unless that was allowed.
        """
        with self._store.separately() as tx:
            speaker = tx.speakers.by_email(email_address(email))
            if speaker is None:
                raise errors.NotSignedIn("The delegated address is not known here.")
            if speaker.role is Role.ADMIN and not self._delegated_admins:
                raise errors.NotAllowed("Nobody may act in an admin's name.")
            actor = Actor(speaker_id=None, way=Way.DELEGATION, address=address)
            tx.audit.add(actor.did(Event.DELEGATED, self._clock.now(), to=speaker.id))
        return speaker

    # ---- credentials

    def token(
        self, speaker: Speaker, lasts: timedelta, purpose: str = "", by: Actor = OPERATOR
    ) -> tuple[Credential, str]:
        """A token for a program of the speaker's. Raises Invalid for a time that is not 0 to 366 days, or the note."""
        if not timedelta() < lasts <= LONGEST_TOKEN:
            raise errors.Invalid(f"A token lasts more than nothing and at most {LONGEST_TOKEN.days} days.")
        with self._store.transaction() as tx:
            credential = self._credential(tx, speaker.id, CredentialKind.PROGRAM, lasts, note(purpose))
            tx.audit.add(by.did(Event.CREDENTIAL_MADE, credential.created_at, to=speaker.id))
        return credential, self._sealer.token(credential)

    def credentials(self, speaker: Speaker) -> Sequence[Credential]:
        """The speaker's sign-ins and tokens that are good now, the oldest first."""
        with self._store.separately() as tx:
            return tx.credentials.of_speaker(speaker.id, self._clock.now())

    def revoke(self, speaker: Speaker, credential_id: CredentialId, by: Actor = OPERATOR) -> None:
        """End one of the speaker's own sign-ins or tokens. Raises CredentialNotFound."""
        now = self._clock.now()
        with self._store.transaction() as tx:
            if not any(held.id == credential_id for held in tx.credentials.of_speaker(speaker.id, now)):
                raise errors.CredentialNotFound("You have no sign-in or token of this id.")
            tx.credentials.revoke(credential_id)
            tx.audit.add(by.did(Event.CREDENTIAL_REVOKED, now, to=speaker.id))

    def sign_out(self, credential_id: CredentialId) -> None:
        """End a sign-in; ending it twice is fine."""
        with self._store.transaction() as tx:
            tx.credentials.revoke(credential_id)

    def sign_out_everywhere(self, speaker: Speaker, by: Actor = OPERATOR) -> None:
        """End every sign-in and every token of the speaker, and every link that was not used yet."""
        with self._store.transaction() as tx:
            tx.credentials.revoke_all(speaker.id)
            tx.audit.add(by.did(Event.SIGNED_OUT_EVERYWHERE, self._clock.now(), to=speaker.id))

    def forget_expired(self) -> int:
        """Remove sign-ins, tokens and links whose time is over, and give how many they were."""
        with self._store.transaction() as tx:
            return tx.credentials.forget_expired(self._clock.now())

    def _introduced(self, tx: Transaction, identity: Identity) -> Speaker:
        """The account of an identity that is seen for the first time."""
        speaker = tx.speakers.by_email(identity.email) if identity.email else None
        if speaker is None:
            speaker = self._stranger(email=identity.email, name=identity.name, role=self._new_role)
            if not tx.speakers.add(speaker):
                raise errors.EmailTaken("This e-mail address was taken a moment ago. Try again.")
        if not tx.speakers.add_identity(speaker.id, identity):
            raise errors.EmailTaken("This e-mail address belongs to another account of the same provider.")
        return speaker

    def _stranger(self, *, email: str | None, name: str | None, role: Role) -> Speaker:
        return Speaker(
            id=SpeakerId(uuid.uuid4()),
            email=email,
            display_name=known_as(name, email),
            role=role,
            created_at=self._clock.now(),
        )

    def _signed_in(self, tx: Transaction, speaker: Speaker, actor: Actor) -> str:
        credential = self._credential(tx, speaker.id, CredentialKind.BROWSER, BROWSER_LASTS)
        tx.audit.add(actor.did(Event.SIGNED_IN, credential.created_at, to=speaker.id))
        self._analytics.count("signed in", self._sealer.pseudonym(speaker.id))
        return self._sealer.token(credential)

    def _credential(
        self, tx: Transaction, speaker_id: SpeakerId, kind: CredentialKind, lasts: timedelta, purpose: str = ""
    ) -> Credential:
        now = self._clock.now()
        credential = Credential(
            id=CredentialId(uuid.uuid4()),
            speaker_id=speaker_id,
            kind=kind,
            note=purpose,
            created_at=now,
            expires_at=now + lasts,
        )
        tx.credentials.add(credential)
        return credential

    def _link(self, tx: Transaction, speaker_id: SpeakerId, lasts: timedelta) -> str:
        secret = fresh_secret()
        tx.credentials.add_link(digest(secret), speaker_id, self._clock.now() + lasts)
        return secret
