"""The shapes of the API, where they are not the domain's own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar.openapi.datastructures import ResponseSpec
from msgspec import UNSET, UnsetType

from recital_core.library import FEWEST_WORDS, MOST_WORDS, Listed, Reading
from recital_core.ports import Suggestion, TextSummary
from recital_core.sessions import Index
from recital_core.speakers import Speaker
from recital_core.texts import Paragraphs, Pieces, RecitalText, TextSource


def answered(shape: type, media_type: str = "application/json") -> ResponseSpec:
    """What an operation's OpenAPI entry says of a second way in which it succeeds."""
    return ResponseSpec(shape, generate_examples=False, description="Success", media_type=media_type)


EMPTY = ResponseSpec(None, generate_examples=False, description="Success, without a body")
"""The framework would promise JSON for a response of its own that has nothing in it."""


# ---- the client


class ProviderShown(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: str


class SignInWays(msgspec.Struct, frozen=True, kw_only=True):
    """With which providers one can sign in, and whether a link can be mailed."""

    providers: Sequence[ProviderShown]
    mail: bool


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    segment_bytes: int
    text_bytes: int
    open_sessions: int


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """What the client has to know before anybody signs in. `contact` is whom people may write to, or a page."""

    sign_in: SignInWays
    languages: Sequence[str]
    segment_ms: int
    limits: Limits
    agreement_version: str
    long_sentence_words: int
    contact: str | None
    version: str


class Readiness(msgspec.Struct, frozen=True, kw_only=True):
    """Each part by its name: null when it is fine, else "unavailable"; the log and `recital doctor` say why."""

    ready: bool
    parts: dict[str, str | None]


# ---- texts


class Chapter(msgspec.Struct, frozen=True, kw_only=True):
    """A chapter of a book, numbered from 0; `id` is null for a preview, which is not kept."""

    number: int
    id: UUID | None
    title: str
    sentences: int
    words: int


class ChapterList(msgspec.Struct, frozen=True, kw_only=True):
    items: Sequence[Chapter]


class SuggestionList(msgspec.Struct, frozen=True, kw_only=True):
    items: Sequence[Suggestion]


class TextRow(msgspec.Struct, frozen=True, kw_only=True):
    """A text in a list. `read` is how many of its sentences the caller has read; `voices`, for admins, by how many."""

    id: UUID
    title: str
    language: str
    direction: str
    revision: int
    sentences: int
    words: int
    kind: str
    public: bool
    mine: bool
    read: int
    voices: int | None
    created_at: datetime


class TextPage(msgspec.Struct, frozen=True, kw_only=True):
    """Part of a list; `next` is the `cursor` of the part after it, null at the end."""

    items: Sequence[TextRow]
    next: str | None


class TextList(msgspec.Struct, frozen=True, kw_only=True):
    items: Sequence[TextRow]


class PlaceShown(msgspec.Struct, frozen=True, kw_only=True):
    paragraph: Index
    sentence: Index


class Twin(msgspec.Struct, frozen=True, kw_only=True):
    """A text with the very same words."""

    id: UUID
    title: str


class TextShown(msgspec.Struct, frozen=True, kw_only=True):
    """A text with its words. `id` is null for a preview, which is not kept.

    `pieces` has, for each sentence of each paragraph, what it is read in where it is long, else null; joined, they are
    the sentence. `long_sentence_words` is the text's own limit, null for that of all texts. `read` has the sentences of
    each paragraph that the caller has read, by their numbers; `place` is where they go on; `voices`, for admins, is by
    how many it was read; `twin` is told of a preview and of a text that was just added.
    """

    id: UUID | None
    title: str
    language: str
    direction: str
    revision: int
    public: bool
    mine: bool
    paragraphs: Paragraphs
    pieces: Pieces
    long_sentence_words: int | None
    sentences: int
    words: int
    source: TextSource
    created_at: datetime
    read: Sequence[Sequence[int]]
    place: PlaceShown | None = None
    voices: int | None = None
    twin: Twin | None = None


class Wording(msgspec.Struct, frozen=True, kw_only=True):
    """Other words for one sentence."""

    paragraph: Index
    sentence: Index
    words: Annotated[str, msgspec.Meta(min_length=1, max_length=10_000)]


class TextChanged(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be changed; what is left out stays."""

    title: Annotated[str, msgspec.Meta(min_length=1, max_length=1000)] | None = None
    public: bool | None = None
    wording: Annotated[Sequence[Wording], msgspec.Meta(max_length=1000)] = ()
    long_sentence_words: Annotated[int, msgspec.Meta(ge=FEWEST_WORDS, le=MOST_WORDS)] | UnsetType | None = UNSET


def chapter_shown(number: int, text: RecitalText, *, kept: bool) -> Chapter:
    return Chapter(
        number=number,
        id=text.id if kept else None,
        title=text.title,
        sentences=text.sentence_count,
        words=text.word_count,
    )


def text_row(listed: Listed, reader: Speaker) -> TextRow:
    text = listed.text
    return TextRow(
        id=text.id,
        title=text.title,
        language=text.language,
        direction=text.direction,
        revision=text.revision,
        sentences=text.sentences,
        words=text.words,
        kind=text.kind,
        public=text.public,
        mine=text.owner_id == reader.id,
        read=listed.read,
        voices=listed.voices,
        created_at=text.created_at,
    )


def text_shown(
    text: RecitalText, pieces: Pieces, reader: Speaker, *, kept: bool = True, twin: TextSummary | None = None
) -> TextShown:
    return TextShown(
        id=text.id if kept else None,
        title=text.title,
        language=text.language,
        direction=text.direction,
        revision=text.revision,
        public=text.public,
        mine=text.owner_id == reader.id,
        paragraphs=text.paragraphs,
        pieces=pieces,
        long_sentence_words=text.long_sentence_words,
        sentences=text.sentence_count,
        words=text.word_count,
        source=text.source,
        created_at=text.created_at,
        read=[()] * len(text.paragraphs),
        twin=None if twin is None else Twin(id=twin.id, title=twin.title),
    )


def reading_shown(reading: Reading, pieces: Pieces, reader: Speaker) -> TextShown:
    read: list[list[int]] = [[] for _ in reading.text.paragraphs]
    for place in reading.read:
        if reading.text.words_at(place) is not None:
            read[place.paragraph].append(place.sentence)
    at = reading.place
    return msgspec.structs.replace(
        text_shown(reading.text, pieces, reader),
        read=read,
        voices=reading.voices,
        place=None if at is None else PlaceShown(paragraph=at.paragraph, sentence=at.sentence),
    )
