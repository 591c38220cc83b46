"""Adding and finding texts."""

from __future__ import annotations

import uuid

from recital_core import errors
from recital_core.ports import Analytics, Clock, Page, Sealer, Store, TextSummary
from recital_core.speakers import Speaker
from recital_core.texts import RecitalText, TextId, TextSource, language_tag, paragraphs_of, title_of

MAX_PROSE_CHARACTERS = 5_000_000


class Library:
    def __init__(self, *, store: Store, clock: Clock, sealer: Sealer, analytics: Analytics) -> None:
        self._store = store
        self._clock = clock
        self._sealer = sealer
        self._analytics = analytics

    def preview(
        self, owner: Speaker, prose: str, language: str, title: str | None = None, *, public: bool = False
    ) -> RecitalText:
        """The text that `add` would keep, split into paragraphs (lines) and sentences; nothing is kept.

        Raises UnsupportedLanguage, EmptyText, TooLarge.
        """
        if len(prose) > MAX_PROSE_CHARACTERS:
            raise errors.TooLarge(f"A text has at most {MAX_PROSE_CHARACTERS} characters.", limit=MAX_PROSE_CHARACTERS)
        tag = language_tag(language)
        paragraphs = paragraphs_of(prose, tag)
        return RecitalText(
            id=TextId(uuid.uuid4()),
            owner_id=owner.id,
            title=title_of(title, paragraphs),
            language=tag,
            revision=1,
            paragraphs=paragraphs,
            public=public,
            source=TextSource(),
            created_at=self._clock.now(),
        )

    def add(
        self, owner: Speaker, prose: str, language: str, title: str | None = None, *, public: bool = False
    ) -> RecitalText:
        """Keep `prose` as a text of `owner`, private unless `public`. Raises as `preview` does."""
        text = self.preview(owner, prose, language, title, public=public)
        with self._store.transaction() as tx:
            tx.texts.add(text)
        self._analytics.count("text added", self._sealer.pseudonym(owner.id), language=text.language)
        return text

    def get(self, reader: Speaker, text_id: TextId) -> RecitalText:
        """Raises TextNotFound, also for a text that is not the reader's to see."""
        with self._store.separately() as tx:
            text = tx.texts.get(text_id)
        if text is None or not text.may_be_read_by(reader):
            raise errors.TextNotFound("There is no text of this id that you may read.")
        return text

    def page(self, reader: Speaker, *, cursor: str | None = None, limit: int = 20) -> Page[TextSummary]:
        """What the reader may read, the newest first. Raises Invalid for a wrong cursor."""
        with self._store.separately() as tx:
            return tx.texts.page(reader, cursor, limit)
