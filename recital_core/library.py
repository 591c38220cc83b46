"""Adding texts from every source, finding and reading them, and looking after them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

import msgspec

from recital_core import errors
from recital_core.ports import (
    Analytics,
    Clock,
    Document,
    Page,
    Sealer,
    Store,
    TextFilter,
    TextSummary,
)
from recital_core.speakers import Role, Speaker
from recital_core.texts import (
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


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """A text as one reader finds it: `read` are the sentences they have read, `place` is where they will go on."""

    text: RecitalText
    read: Sequence[Place]
    place: Place | None


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A text in a list: how much of it the reader has read, and for an admin how many voices it has."""

    text: TextSummary
    read: int
    voices: int | None


class Library:
    def __init__(self, *, store: Store, clock: Clock, sealer: Sealer, analytics: Analytics) -> None:
        self._store = store
        self._clock = clock
        self._sealer = sealer
        self._analytics = analytics

    # ---- adding

    def made_of(
        self, owner: Speaker, document: Document, language: str, title: str | None = None, *, public: bool = False
    ) -> RecitalText:
        """The text that `document` makes, split into paragraphs and sentences; nothing is kept.

        Raises UnsupportedLanguage, EmptyText, TooLarge, Invalid for the title.
        """
        prose = "\n".join(document.blocks)
        if len(prose) > MAX_PROSE_CHARACTERS:
            raise errors.TooLarge(f"A text has at most {MAX_PROSE_CHARACTERS} characters.", limit=MAX_PROSE_CHARACTERS)
        tag = language_tag(language)
        paragraphs = paragraphs_of(prose, tag)
        return RecitalText(
            id=TextId(uuid.uuid4()),
            owner_id=owner.id,
            title=title_of(title or document.title, paragraphs),
            language=tag,
            revision=1,
            paragraphs=paragraphs,
            public=public,
            source=document.source,
            created_at=self._clock.now(),
        )

    def preview(
        self, owner: Speaker, prose: str, language: str, title: str | None = None, *, public: bool = False
    ) -> RecitalText:
        """The text that `add` would keep, a paragraph a line. Raises as `made_of` does."""
        document = Document(title=None, language=None, blocks=(prose,), source=TextSource())
        return self.made_of(owner, document, language, title, public=public)

    def add(
        self, owner: Speaker, prose: str, language: str, title: str | None = None, *, public: bool = False
    ) -> RecitalText:
        """Keep `prose` as a text of `owner`, private unless `public`. Raises as `made_of` does."""
        return self.keep(owner, self.preview(owner, prose, language, title, public=public))

    def keep(self, owner: Speaker, text: RecitalText) -> RecitalText:
        """Keep a text that was made."""
        with self._store.transaction() as tx:
            tx.texts.add(text)
        self._analytics.count("text added", self._sealer.pseudonym(owner.id), language=text.language)
        return text

    def twin(self, reader: Speaker, text: RecitalText) -> TextSummary | None:
        """The oldest text with the very same words that the reader may read."""
        with self._store.separately() as tx:
            return tx.texts.twin(reader, text.digest)

    # ---- reading

    def get(self, reader: Speaker, text_id: TextId) -> RecitalText:
        """Raises TextNotFound, also for a text that is not the reader's to see."""
        with self._store.separately() as tx:
            return _readable(tx.texts.get(text_id), reader)

    def reading(self, reader: Speaker, text_id: TextId) -> Reading:
        """The text, what the reader has read of it, and where they will go on. Raises TextNotFound."""
        with self._store.separately() as tx:
            text = _readable(tx.texts.get(text_id), reader)
            return Reading(
                text=text,
                read=tx.texts.read_by(reader.id, text_id),
                place=tx.texts.place(reader.id, text_id),
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
        """What the reader may read of what is wanted. Raises Invalid for a wrong cursor."""
        with self._store.separately() as tx:
            page = tx.texts.page(reader, wanted or TextFilter(), sort, cursor, limit)
            ids = [text.id for text in page.items]
            read = tx.texts.read_counts(reader.id, ids)
            voices = tx.texts.voices(ids) if reader.role is Role.ADMIN else None
        items = [
            Listed(text=text, read=read.get(text.id, 0), voices=None if voices is None else voices.get(text.id, 0))
            for text in page.items
        ]
        return Page(items=items, next=page.next)

    def save_place(self, reader: Speaker, text_id: TextId, place: Place) -> None:
        """Keep where the reader will go on. Raises TextNotFound, Invalid for a place that the text does not have."""
        with self._store.transaction() as tx:
            text = _readable(tx.texts.get(text_id), reader)
            if text.words_at(place) is None:
                raise errors.Invalid(f"The text has no sentence {place.paragraph}.{place.sentence}.")
            tx.texts.save_place(reader.id, text_id, place)

    # ---- looking after

    def change(
        self,
        speaker: Speaker,
        text_id: TextId,
        *,
        title: str | None = None,
        public: bool | None = None,
        wording: Mapping[Place, str] | None = None,
    ) -> RecitalText:
        """Give a text another title, share or withdraw it, or mend the wording of sentences.

        Mended words make a new revision; recordings keep the words that they were made with. Raises TextNotFound,
        NotAllowed for whoever neither added it nor operates Recital, Invalid.
        """
        with self._store.transaction() as tx:
            text = _readable(tx.texts.lock(text_id), speaker)
            text.must_be_changed_by(speaker)
            if wording:
                text = text.reworded(wording)
                tx.texts.add_revision(text)
            if title is not None or public is not None:
                text = msgspec.structs.replace(
                    text,
                    title=text.title if title is None else title_of(title, text.paragraphs),
                    public=text.public if public is None else public,
                )
                tx.texts.save(text)
        return text

    def retire(self, speaker: Speaker, text_id: TextId) -> None:
        """Take a text out of all lists; sessions keep its words. Raises TextNotFound, NotAllowed."""
        with self._store.transaction() as tx:
            text = _readable(tx.texts.lock(text_id), speaker)
            text.must_be_changed_by(speaker)
            tx.texts.retire(text_id, self._clock.now())


def _readable(text: RecitalText | None, reader: Speaker) -> RecitalText:
    if text is None or not text.may_be_read_by(reader):
        raise errors.TextNotFound("There is no text of this id that you may read.")
    return text
