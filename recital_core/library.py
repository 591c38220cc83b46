"""Adding texts from every source, finding and reading them, and looking after them."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import BinaryIO

import msgspec
from msgspec import UNSET, UnsetType

from recital_core import errors
from recital_core.audit import OPERATOR, Actor, Event
from recital_core.ports import (
    Analytics,
    Clock,
    Document,
    Page,
    Sealer,
    Sources,
    Store,
    Suggestion,
    TextFilter,
    Texts,
    TextSummary,
    Transaction,
)
from recital_core.prose import without_brackets
from recital_core.speakers import Role, Speaker
from recital_core.texts import (
    LONG_SENTENCE_WORDS,
    Language,
    Pieces,
    Place,
    RecitalText,
    TextId,
    TextSort,
    TextSource,
    language_tag,
    paragraphs_of,
    title_of,
)

MAX_PROSE_CHARACTERS = 5_000_000
SUGGESTIONS = 3
FEWEST_WORDS, MOST_WORDS = 5, 200
"""Between which the limit of long sentences lies."""
BEGUN = 3
LOOKED_AT = 20
"""Of the texts that somebody read last: those of which nothing is left are passed over."""


class Wishes(msgspec.Struct, frozen=True, kw_only=True):
    """What whoever adds a text wants of it: what is None, the source says. Without `brackets` they are left out.

    `otherwise` is the language where neither says one. `long_sentence_words` is a limit of the text's own.
    """

    language: str | None = None
    otherwise: str | None = None
    title: str | None = None
    public: bool = False
    brackets: bool = True
    long_sentence_words: int | None = None


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """A text as one reader finds it: `read` are the sentences they have read, `place` is where they will go on.

    `voices`, for an admin, is how many speakers have read of it.
    """

    text: RecitalText
    read: Sequence[Place]
    place: Place | None
    voices: int | None


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A text in a list: how much of it the reader has read, and for an admin how many voices it has."""

    text: TextSummary
    read: int
    voices: int | None


class Library:
    """`languages` are those that texts may be in; each stands for its variants too.

    Sentences of more than `long_sentence_words` words are read in pieces, where a text has no limit of its own.
    """

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        sealer: Sealer,
        analytics: Analytics,
        sources: Sources,
        languages: Sequence[Language],
        long_sentence_words: int = LONG_SENTENCE_WORDS,
    ) -> None:
        self._store = store
        self._sources = sources
        self._languages = languages
        self._long_sentence_words = long_sentence_words
        self._clock = clock
        self._sealer = sealer
        self._analytics = analytics

    # ---- adding

    def preview(
        self, owner: Speaker, prose: str, language: str, title: str | None = None, *, public: bool = False
    ) -> RecitalText:
        """The text that `prose` makes, a paragraph a line, split into sentences; nothing is kept.

        Raises UnsupportedLanguage, EmptyText, TooLarge, Invalid for the title.
        """
        return self.from_prose(owner, prose, Wishes(language=language, title=title, public=public))

    def add(
        self, owner: Speaker, prose: str, language: str, title: str | None = None, *, public: bool = False
    ) -> RecitalText:
        """Keep `prose` as a text of `owner`, private unless `public`. Raises as `preview` does."""
        return self.keep(owner, self.preview(owner, prose, language, title, public=public))

    def from_prose(self, owner: Speaker, prose: str, wishes: Wishes) -> RecitalText:
        """The text that `prose` makes; nothing is kept. Raises as `preview` does."""
        document = Document(title=None, language=None, blocks=(prose,), source=TextSource())
        return self._made(owner, document, wishes)

    def from_file(
        self, owner: Speaker, name: str, body: BinaryIO, wishes: Wishes, numbers: Collection[int] | None = None
    ) -> RecitalText:
        """The text of a file, of a book the chapters of these `numbers`, or all, in their order; nothing is kept.

        Raises as `preview` and `Sources.file` do, and EmptyText without a chapter of these numbers.
        """
        found = enumerate(self._sources.file(name, body))
        chapters = [chapter for number, chapter in found if numbers is None or number in numbers]
        if not chapters:
            raise errors.EmptyText("The file has no chapter of these numbers.")
        blocks = [block for chapter in chapters for block in chapter.blocks]
        return self._made(owner, msgspec.structs.replace(chapters[0], blocks=blocks), wishes)

    def chapters(self, owner: Speaker, name: str, body: BinaryIO, wishes: Wishes) -> Iterator[RecitalText]:
        """A text for each chapter of a book, as it is read; nothing is kept. Raises as `from_file` does."""
        for chapter in self._sources.file(name, body):
            yield self._made(owner, chapter, wishes)

    def from_article(self, owner: Speaker, url: str, wishes: Wishes) -> RecitalText:
        """The text of a wiki's article; nothing is kept. Raises as `preview` and `Sources.article` do."""
        return self._made(owner, self._sources.article(url), wishes)

    def from_page(self, owner: Speaker, url: str, wishes: Wishes) -> RecitalText:
        """The text of any page of the web, of an article as `from_article`; nothing is kept. For operators.

        Raises as `preview` and `Sources.page` do.
        """
        try:
            document = self._sources.article(url)
        except errors.SiteNotAllowed:
            document = self._sources.page(url)
        return self._made(owner, document, wishes)

    def suggestions(self, language: str, count: int = SUGGESTIONS) -> Sequence[Suggestion]:
        """Random articles in a language. Raises UnsupportedLanguage, ArticlesUnavailable."""
        return self._sources.suggestions(self._language(language), count)

    def keep(self, owner: Speaker, text: RecitalText, by: Actor = OPERATOR) -> RecitalText:
        """Keep a text that was made."""
        with self._store.transaction() as tx:
            tx.texts.add(text)
            if text.public:
                self._note(tx, by, Event.TEXT_SHARED, text)
        self._analytics.count("text added", self._sealer.pseudonym(owner.id), language=text.language)
        return text

    def twin(self, reader: Speaker, text: RecitalText) -> TextSummary | None:
        """The oldest text with the very same words that the reader may read."""
        with self._store.separately() as tx:
            return tx.texts.twin(reader, text.digest)

    def _made(self, owner: Speaker, document: Document, wishes: Wishes) -> RecitalText:
        prose = "\n".join(document.blocks)
        if len(prose) > MAX_PROSE_CHARACTERS:
            raise errors.TooLarge(f"A text has at most {MAX_PROSE_CHARACTERS} characters.", limit=MAX_PROSE_CHARACTERS)
        tag = self._language(wishes.language or document.language or wishes.otherwise)
        paragraphs = paragraphs_of(prose if wishes.brackets else without_brackets(prose), tag)
        return RecitalText(
            id=TextId(uuid.uuid4()),
            owner_id=owner.id,
            title=title_of(wishes.title or document.title, paragraphs),
            language=tag,
            revision=1,
            paragraphs=paragraphs,
            public=wishes.public,
            source=document.source,
            created_at=self._clock.now(),
            long_sentence_words=_limit(wishes.long_sentence_words),
        )

    def _language(self, given: str | None) -> Language:
        known = ", ".join(self._languages)
        if given is None:
            raise errors.UnsupportedLanguage(f"Say in which language it is: {known}.", languages=self._languages)
        tag = language_tag(given)
        if tag not in self._languages and tag.partition("-")[0] not in self._languages:
            raise errors.UnsupportedLanguage(f"Texts here are in {known}, not {tag}.", languages=self._languages)
        return tag

    # ---- reading

    def get(self, reader: Speaker, text_id: TextId) -> RecitalText:
        """Raises TextNotFound, also for a text that is not the reader's to see."""
        with self._store.separately() as tx:
            return _readable(tx.texts.get(text_id), reader)

    def pieces(self, text: RecitalText) -> Pieces:
        """What its long sentences are read in."""
        return text.pieces(self._long_sentence_words)

    def reading(self, reader: Speaker, text_id: TextId) -> Reading:
        """The text, what the reader has read of it, and where they will go on. Raises TextNotFound."""
        with self._store.separately() as tx:
            text = _readable(tx.texts.get(text_id), reader)
            is_admin = reader.role is Role.ADMIN
            return Reading(
                text=text,
                read=tx.texts.read_by(reader.id, text_id),
                place=tx.texts.place(reader.id, text_id),
                voices=tx.texts.voices([text_id]).get(text_id, 0) if is_admin else None,
            )

    def page(
        self,
        reader: Speaker,
        wanted: TextFilter | None = None,
        *,
        sort: TextSort = TextSort.NEWEST,
        cursor: str | None = None,
        limit: int = 20,
    ) -> Page[Listed]:
        """What the reader may read of what is wanted. Raises Invalid for a wrong cursor, NotAllowed for whoever is not
        told the voices and wants them in their order.
        """
        if sort is TextSort.VOICES and reader.role is not Role.ADMIN:
            raise errors.NotAllowed("Only admins see how many voices a text has.")
        with self._store.separately() as tx:
            page = tx.texts.page(reader, wanted or TextFilter(), sort, cursor, limit)
            return Page(items=_listed(tx.texts, page.items, reader), next=page.next)

    def begun(self, reader: Speaker, limit: int = BEGUN) -> Sequence[Listed]:
        """The texts in which the reader stopped before their end, the latest first."""
        with self._store.separately() as tx:
            latest = _listed(tx.texts, tx.texts.begun(reader, LOOKED_AT), reader)
        return [listed for listed in latest if listed.read < listed.text.sentences][:limit]

    def save_place(self, reader: Speaker, text_id: TextId, place: Place) -> None:
        """Keep where the reader will go on. Raises TextNotFound, Invalid for a place that the text does not have."""
        with self._store.transaction() as tx:
            text = _readable(tx.texts.get(text_id), reader)
            if text.words_at(place) is None:
                raise errors.Invalid(f"The text has no sentence {place.paragraph}.{place.sentence}.")
            tx.texts.save_place(reader.id, text_id, place, self._clock.now())

    # ---- looking after

    def change(
        self,
        speaker: Speaker,
        text_id: TextId,
        *,
        title: str | None = None,
        public: bool | None = None,
        wording: Mapping[Place, str] | None = None,
        long_sentence_words: int | UnsetType | None = UNSET,
        by: Actor = OPERATOR,
    ) -> RecitalText:
        """Give a text another title or limit of long sentences, share or withdraw it, or mend the wording of sentences.

        Mended words make a new revision; recordings keep the words that they were made with. A limit of None is that
        of all texts. Raises TextNotFound, NotAllowed for whoever neither added it nor operates Recital, Invalid.
        """
        limit = long_sentence_words if long_sentence_words is UNSET else _limit(long_sentence_words)
        with self._store.transaction() as tx:
            before = text = _readable(tx.texts.lock(text_id), speaker)
            text.must_be_changed_by(speaker)
            if wording:
                text = text.reworded(wording)
                tx.texts.add_revision(text)
                self._note(tx, by, Event.TEXT_MENDED, text)
            if title is not None or public is not None or limit is not UNSET:
                text = msgspec.structs.replace(
                    text,
                    title=text.title if title is None else title_of(title, text.paragraphs),
                    public=text.public if public is None else public,
                    long_sentence_words=text.long_sentence_words if limit is UNSET else limit,
                )
                tx.texts.save(text)
            if text.public != before.public:
                self._note(tx, by, Event.TEXT_SHARED if text.public else Event.TEXT_WITHDRAWN, text)
        return text

    def retire(self, speaker: Speaker, text_id: TextId, by: Actor = OPERATOR) -> None:
        """Take a text out of all lists, once; sessions keep its words. Raises TextNotFound, NotAllowed."""
        with self._store.transaction() as tx:
            text = _readable(tx.texts.lock(text_id), speaker)
            text.must_be_changed_by(speaker)
            if text.retired_at is None:
                tx.texts.retire(text_id, self._clock.now())
                self._note(tx, by, Event.TEXT_RETIRED, text)

    def _note(self, tx: Transaction, by: Actor, event: Event, text: RecitalText) -> None:
        tx.audit.add(by.did(event, self._clock.now(), to=text.owner_id, text=str(text.id)))


def _readable(text: RecitalText | None, reader: Speaker) -> RecitalText:
    if text is None or not text.may_be_read_by(reader):
        raise errors.TextNotFound("There is no text of this id that you may read.")
    return text


def _limit(words: int | None) -> int | None:
    if words is not None and not FEWEST_WORDS <= words <= MOST_WORDS:
        raise errors.Invalid(f"A sentence is long from {FEWEST_WORDS} to {MOST_WORDS} words on.")
    return words


def _listed(texts: Texts, found: Sequence[TextSummary], reader: Speaker) -> list[Listed]:
    ids = [text.id for text in found]
    read = texts.read_counts(reader.id, ids)
    voices = texts.voices(ids) if reader.role is Role.ADMIN else None
    return [
        Listed(text=text, read=read.get(text.id, 0), voices=None if voices is None else voices.get(text.id, 0))
        for text in found
    ]
