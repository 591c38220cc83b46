"""Texts that are read aloud: their sentences, how these are addressed, and where a text came from."""

from __future__ import annotations

import enum
import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from typing import NewType
from uuid import UUID

import msgspec

from recital_core import errors
from recital_core.prose import normal
from recital_core.sentences import pieces, split
from recital_core.speakers import Role, Speaker, SpeakerId

TextId = NewType("TextId", UUID)
Language = NewType("Language", str)
Paragraphs = tuple[tuple[str, ...], ...]

LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,4}")
RIGHT_TO_LEFT = frozenset(("ar", "arc", "ckb", "dv", "fa", "he", "ks", "lad", "ps", "sd", "syr", "ug", "ur", "yi"))
RIGHT_TO_LEFT_SCRIPTS = frozenset(("hebr", "arab", "syrc", "thaa"))
SCRIPT_LETTERS = 4
TITLE_WORDS = 8
LONG_SENTENCE_WORDS = 25
MAX_TITLE_CHARACTERS = 200


class Place(msgspec.Struct, frozen=True, order=True):
    """The address of a sentence in a text: paragraph and sentence, both from 0."""

    paragraph: int
    sentence: int


Pieces = tuple[tuple[tuple[str, ...] | None, ...], ...]
"""Of each sentence of each paragraph: what it is read in where it is long, else None."""


class TextScope(enum.StrEnum):
    """Whose texts a list shows, of those that its reader may read."""

    ALL = "all"
    MINE = "mine"
    PUBLIC = "public"


class TextSort(enum.StrEnum):
    NEWEST = "newest"
    TITLE = "title"
    SHORTEST = "shortest"
    VOICES = "voices"
    """Those that the fewest have read of first."""


class TextSource(msgspec.Struct, frozen=True, kw_only=True):
    """Where a text came from: `kind` is prose, file, article or page; `revision` and `title` are the source's own."""

    kind: str = "prose"
    url: str | None = None
    revision: str | None = None
    retrieved_at: datetime | None = None
    licence: str | None = None
    title: str | None = None


class RecitalText(msgspec.Struct, frozen=True, kw_only=True):
    """A text at one revision; recordings keep the revision that they were made with.

    `owner_id` is None once that person was erased. Without `long_sentence_words` of its own, the limit of all texts
    holds.
    """

    id: TextId
    owner_id: SpeakerId | None
    title: str
    language: Language
    revision: int
    paragraphs: Paragraphs
    public: bool
    source: TextSource
    created_at: datetime
    retired_at: datetime | None = None
    long_sentence_words: int | None = None

    @property
    def direction(self) -> str:
        """`rtl` or `ltr`, as HTML's `dir` spells it."""
        return direction(self.language)

    @property
    def sentence_count(self) -> int:
        return sum(len(paragraph) for paragraph in self.paragraphs)

    @property
    def word_count(self) -> int:
        return sum(len(sentence.split()) for paragraph in self.paragraphs for sentence in paragraph)

    @property
    def digest(self) -> str:
        """SHA-256 of all its words, whatever the spaces and the line breaks between them; lower-case hex."""
        words = " ".join(word for paragraph in self.paragraphs for sentence in paragraph for word in sentence.split())
        return hashlib.sha256(words.encode()).hexdigest()

    def words_at(self, place: Place) -> str | None:
        """The sentence at `place`; None beyond the text."""
        if 0 <= place.paragraph < len(self.paragraphs):
            paragraph = self.paragraphs[place.paragraph]
            if 0 <= place.sentence < len(paragraph):
                return paragraph[place.sentence]
        return None

    def pieces(self, limit: int = LONG_SENTENCE_WORDS) -> Pieces:
        """What long sentences are read in: those of more words than the text's own limit, or else `limit`.

        One without a fit place to be cut is its own only piece.
        """
        words = self.long_sentence_words or limit
        return tuple(
            tuple(_pieces(sentence, self.language, words) for sentence in paragraph) for paragraph in self.paragraphs
        )

    def reworded(self, wording: Mapping[Place, str]) -> RecitalText:
        """The next revision, in which the sentences at those places have other words, and the same addresses.

        Raises Invalid for a place that the text does not have, and for words of more than one line or of none.
        """
        paragraphs = [list(paragraph) for paragraph in self.paragraphs]
        for place, given in wording.items():
            words = normal(given)
            if self.words_at(place) is None:
                raise errors.Invalid(f"The text has no sentence {place.paragraph}.{place.sentence}.")
            if "\n" in words or not any(c.isalnum() for c in words):
                raise errors.Invalid("A sentence is one line with a letter or digit to read aloud.")
            paragraphs[place.paragraph][place.sentence] = words
        return msgspec.structs.replace(
            self, revision=self.revision + 1, paragraphs=tuple(tuple(paragraph) for paragraph in paragraphs)
        )

    def must_be_changed_by(self, speaker: Speaker) -> None:
        """Raises NotAllowed for whoever may read it but neither added it nor operates Recital."""
        if speaker.role is not Role.ADMIN and self.owner_id != speaker.id:
            raise errors.NotAllowed("Only whoever added a text, or an admin, may change it.")

    def may_be_read_by(self, speaker: Speaker) -> bool:
        """Public texts by all, private ones by their owner and by admins, retired ones by nobody else."""
        if speaker.role is Role.ADMIN or self.owner_id == speaker.id:
            return True
        return self.public and self.retired_at is None


def language_tag(given: str) -> Language:
    """`given` as a BCP 47 tag with its language in lower case. Raises UnsupportedLanguage."""
    if not LANGUAGE_TAG.fullmatch(given.strip()):
        raise errors.UnsupportedLanguage(f"“{given[:40]}” is not a language tag such as he, yi or en-GB.")
    primary, *rest = given.strip().split("-")
    return Language("-".join([primary.lower(), *rest]))


def direction(language: str) -> str:
    """The writing direction of a BCP 47 tag: its script decides if it names one, else its language."""
    primary, *rest = language.lower().split("-")
    scripts = [part for part in rest if len(part) == SCRIPT_LETTERS and part.isalpha()]
    right_to_left = scripts[0] in RIGHT_TO_LEFT_SCRIPTS if scripts else primary in RIGHT_TO_LEFT
    return "rtl" if right_to_left else "ltr"


def paragraphs_of(prose: str, language: Language) -> Paragraphs:
    """The paragraphs of `prose`, a line each, as tuples of sentences. Raises EmptyText without a letter or digit."""
    lines = normal(prose).split("\n")
    paragraphs = tuple(tuple(split(line, language)) for line in lines if any(c.isalnum() for c in line))
    if not paragraphs:
        raise errors.EmptyText("The text has no letter or digit to read aloud.")
    return paragraphs


def title_of(title: str | None, paragraphs: Paragraphs) -> str:
    """The given title, trimmed, or the text's first words. Raises Invalid over 200 characters."""
    given = " ".join(normal(title or "").split())
    if len(given) > MAX_TITLE_CHARACTERS:
        raise errors.Invalid(f"A title has at most {MAX_TITLE_CHARACTERS} characters.", limit=MAX_TITLE_CHARACTERS)
    if given:
        return given
    words = paragraphs[0][0].split()
    start = " ".join(words[:TITLE_WORDS])[: MAX_TITLE_CHARACTERS - 1].rstrip(".,;:")
    return f"{start}…" if len(words) > TITLE_WORDS else start


def _pieces(sentence: str, language: Language, limit: int) -> tuple[str, ...] | None:
    found = tuple(pieces(sentence, language, limit))
    return found if len(found) > 1 or len(sentence.split()) > limit else None
