"""What speakers agree to before they record: a text in several languages, known by its version."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime

import msgspec

from recital_core import errors
from recital_core.speakers import SpeakerId


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """One version of the agreement: language (BCP 47) → plain text, paragraphs with an empty line between them."""

    version: str
    texts: Mapping[str, str]

    def nearest(self, language: str) -> str:
        """The language of the text for somebody who wants `language`: that, its primary one, English, or any."""
        wanted = (language, language.partition("-")[0].lower(), "en", *sorted(self.texts))
        return next(one for one in wanted if one in self.texts)

    def digest(self, language: str) -> str:
        """SHA-256 of the text in `language`, lower-case hex. Raises Invalid for a language without a text."""
        if language not in self.texts:
            raise errors.Invalid(f"The agreement is not there in “{language[:40]}”.", languages=sorted(self.texts))
        return hashlib.sha256(self.texts[language].encode()).hexdigest()


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    """That a speaker agreed to `version`, having read it in `language`; `digest` is the SHA-256 of those very words."""

    speaker_id: SpeakerId
    version: str
    language: str
    digest: str
    signed_at: datetime
