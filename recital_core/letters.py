"""The letters that Recital writes to people."""

from __future__ import annotations

import enum

import msgspec


class LetterKind(enum.StrEnum):
    SIGN_IN_LINK = "sign-in-link"
    APPROVED = "approved"
    AGREED = "agreed"


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """One letter to one person, before it is put into words: `language` is a BCP 47 tag, English where none fits.

    `address` is where its button leads; `facts` fill the gaps of its words: `name`, and for AGREED `version` and
    `agreement`, the text that was signed.
    """

    kind: LetterKind
    to: str
    language: str
    address: str
    facts: dict[str, str]
