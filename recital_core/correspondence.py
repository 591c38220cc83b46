"""Writing to people: what a letter of each kind tells, and whether there is still a reason to write it."""

from __future__ import annotations

from collections.abc import Sequence

from recital_core.accounts import Accounts
from recital_core.agreements import Agreement, Signature
from recital_core.letters import Letter, LetterKind
from recital_core.ports import Mailer, Store
from recital_core.speakers import Role, Speaker, SpeakerId

OTHERWISE = "en"


class Correspondence:
    """`mailer` is None where no mail is configured: nobody is written to. `address` is the web client's."""

    def __init__(
        self, *, store: Store, accounts: Accounts, mailer: Mailer | None, agreement: Agreement, address: str
    ) -> None:
        self._store = store
        self._accounts = accounts
        self._mailer = mailer
        self._agreement = agreement
        self._address = address

    def write(self, kind: LetterKind, speaker_id: SpeakerId) -> None:
        """Write a speaker a letter of this kind as things are now: a sign-in link is made for it, and not before.

        Nothing is written to somebody who is gone or has no address, of an approval that was taken back, and of an
        agreement that another has replaced meanwhile. Raises MailFailed, MailRefused.
        """
        if self._mailer is None:
            return
        with self._store.separately() as tx:
            speaker = tx.speakers.get(speaker_id)
            signatures = tx.signatures.of_speaker(speaker_id)
        if speaker is None or speaker.email is None:
            return
        letter = self._letter(kind, speaker, speaker.email, signatures)
        if letter is not None:
            self._mailer.send(letter)

    def _letter(self, kind: LetterKind, speaker: Speaker, to: str, signatures: Sequence[Signature]) -> Letter | None:
        path, language, facts = "/", speaker.language, {"name": speaker.display_name}
        if kind is LetterKind.APPROVED and speaker.role is Role.PENDING:
            return None
        if kind is LetterKind.SIGN_IN_LINK:
            path = f"/sign-in#link={self._accounts.link_for(speaker.id)}"
        if kind is LetterKind.AGREED:
            signed = next(filter(self._is_of_today, signatures), None)
            if signed is None:
                return None
            path, language = "/account", language or signed.language
            facts |= {"version": signed.version, "agreement": self._agreement.texts[signed.language]}
        return Letter(kind=kind, to=to, language=language or OTHERWISE, address=f"{self._address}{path}", facts=facts)

    def _is_of_today(self, signed: Signature) -> bool:
        """Whether the words that were signed are those of the agreement that there is."""
        if signed.version != self._agreement.version or signed.language not in self._agreement.texts:
            return False
        return self._agreement.digest(signed.language) == signed.digest
