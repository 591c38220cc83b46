"""Signing in, approving, and the credentials of browsers and programs."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from datetime import timedelta

from recital_core import errors
from recital_core.ports import Clock, Page, Sealer, Store, Transaction
from recital_core.speakers import Credential, CredentialId, CredentialKind, Role, Speaker, SpeakerId, email_address

LINK_LASTS = timedelta(hours=24)
BROWSER_LASTS = timedelta(days=30)
LONGEST_TOKEN = timedelta(days=366)


class Accounts:
    def __init__(self, *, store: Store, clock: Clock, sealer: Sealer) -> None:
        self._store = store
        self._clock = clock
        self._sealer = sealer

    def approve(self, email: str, role: Role = Role.SPEAKER) -> Speaker:
        """Give the account of `email` at least `role`, and make it when the person never signed in. Raises Invalid."""
        address = email_address(email)
        with self._store.transaction() as tx:
            tx.speakers.add(
                Speaker(
                    id=SpeakerId(uuid.uuid4()),
                    email=address,
                    display_name=address.partition("@")[0],
                    role=role,
                    created_at=self._clock.now(),
                )
            )
            speaker = self._known(tx, address).approved(role)
            tx.speakers.save(speaker)
        return speaker

    def known(self, email: str) -> Speaker:
        """The account of `email`. Raises SpeakerNotFound, Invalid."""
        with self._store.separately() as tx:
            return self._known(tx, email_address(email))

    def page(self, *, cursor: str | None = None, limit: int = 100) -> Page[Speaker]:
        """Every account, the oldest first. Raises Invalid for a wrong cursor."""
        with self._store.separately() as tx:
            return tx.speakers.page(cursor, limit)

    def login_link(self, email: str) -> str:
        """The secret of a sign-in link for `email`: good once, for 24 hours. Raises SpeakerNotFound, Invalid."""
        secret = secrets.token_urlsafe(32)
        with self._store.transaction() as tx:
            speaker = self._known(tx, email_address(email))
            tx.credentials.add_link(_digest(secret), speaker.id, self._clock.now() + LINK_LASTS)
        return secret

    def sign_in_by_link(self, secret: str) -> str:
        """The token of a browser's sign-in, good for 30 days. Raises LinkNotValid, also at the second use."""
        with self._store.transaction() as tx:
            speaker_id = tx.credentials.use_link(_digest(secret), self._clock.now())
            if speaker_id is None:
                raise errors.LinkNotValid("The link was used, is too old, or was never ours. Ask for a new one.")
            return self._credential(tx, speaker_id, CredentialKind.BROWSER, BROWSER_LASTS)

    def token(self, email: str, lasts: timedelta) -> str:
        """A token for a program of `email`'s. Raises Invalid for a time that is not 0 to 366 days, SpeakerNotFound."""
        if not timedelta() < lasts <= LONGEST_TOKEN:
            raise errors.Invalid(f"A token lasts more than nothing and at most {LONGEST_TOKEN.days} days.")
        with self._store.transaction() as tx:
            speaker = self._known(tx, email_address(email))
            return self._credential(tx, speaker.id, CredentialKind.PROGRAM, lasts)

    def caller(self, token: str) -> tuple[Speaker, CredentialId]:
        """Whom a token speaks for. Raises NotSignedIn when it is not ours, over, or revoked."""
        credential_id = self._sealer.credential_of(token)
        with self._store.separately() as tx:
            speaker = tx.credentials.speaker_of(credential_id, self._clock.now())
        if speaker is None:
            raise errors.NotSignedIn("This sign-in is over. Sign in again.")
        return speaker, credential_id

    def sign_out(self, credential_id: CredentialId) -> None:
        """End a sign-in; ending it twice is fine."""
        with self._store.transaction() as tx:
            tx.credentials.revoke(credential_id)

    def forget_expired(self) -> int:
        """Remove sign-ins, tokens and links whose time is over, and give how many they were."""
        with self._store.transaction() as tx:
            return tx.credentials.forget_expired(self._clock.now())

    def _known(self, tx: Transaction, email: str) -> Speaker:
        speaker = tx.speakers.by_email(email)
        if speaker is None:
            raise errors.SpeakerNotFound(f"Nobody is known as {email}. Approve the address first.")
        return speaker

    def _credential(self, tx: Transaction, speaker_id: SpeakerId, kind: CredentialKind, lasts: timedelta) -> str:
        now = self._clock.now()
        credential = Credential(
            id=CredentialId(uuid.uuid4()), speaker_id=speaker_id, kind=kind, created_at=now, expires_at=now + lasts
        )
        tx.credentials.add(credential)
        return self._sealer.token(credential)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
