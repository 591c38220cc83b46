"""A sealer that seals nothing: its hashes are not keyed, and its tokens say what they are."""

from __future__ import annotations

import hashlib
from uuid import UUID

from recital_core import errors
from recital_core.speakers import Credential, CredentialId, SpeakerId


class OpenSealer:
    def token(self, credential: Credential) -> str:
        return f"token {credential.id}"

    def credential_of(self, token: str) -> CredentialId:
        word, _, credential_id = token.partition(" ")
        if word != "token":
            raise errors.NotSignedIn("This is not a token of ours.")
        return CredentialId(UUID(credential_id))

    def seal(self, text: str) -> str:
        return hashlib.sha256(text.encode()).hexdigest()

    def is_sealed(self, text: str, seal: str) -> bool:
        return seal == self.seal(text)

    def pseudonym(self, speaker: SpeakerId) -> str:
        return f"speaker-{self.seal(str(speaker))[:16]}"
