"""What needs the installation's secret key, and the moment."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from recital_core.speakers import Credential, CredentialId, SpeakerId


class Clock(Protocol):
    def now(self) -> datetime:
        """The moment, in UTC."""


class Sealer(Protocol):
    """Whatever needs the installation's secret key."""

    def token(self, credential: Credential) -> str:
        """A signed JWT (RFC 7519) that names `credential` and its speaker and ends when it does."""

    def credential_of(self, token: str) -> CredentialId:
        """The credential that a token of ours names. Raises NotSignedIn for anything else, and after its end."""

    def seal(self, text: str) -> str:
        """A keyed hash of `text`, URL-safe: the same text under the same key gives the same seal."""

    def is_sealed(self, text: str, seal: str) -> bool:
        """Whether `seal` is the seal of `text`, compared in constant time."""

    def pseudonym(self, speaker: SpeakerId) -> str:
        """The name under which a speaker is published: stable, and not to be turned back without the key."""
