"""What a list of texts costs in PostgreSQL: each sort and filter, the first page and the hundredth.

    python -m tests.benchmarks.texts [texts]

Statements as the library sends them, with 20 texts a page, under EXPLAIN ANALYZE. Wanted: at most 5 ms, far into the
list as at its beginning. Times of the rounds after the first; on a busy machine the best round tells more.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable
from uuid import UUID

from adapters_storage.postgres.connections import separate
from adapters_storage.postgres.unit_of_work import PostgresTransaction
from recital_core.ports import TextFilter
from recital_core.speakers import Role, Speaker, SpeakerId
from recital_core.texts import Language, TextScope, TextSort
from tests.benchmarks.filled import REVISIONS, SPEAKERS, TEXTS, asking, database, fill, head, line
from tests.contracts.conftest import NOW

SPEAKERS_OF_THEM = 2_000
PAGE = 20
FILTERS = {
    "all": TextFilter(),
    "mine": TextFilter(scope=TextScope.MINE),
    "public": TextFilter(scope=TextScope.PUBLIC),
    "language, a tenth": TextFilter(language=Language("en")),
    "language, none": TextFilter(language=Language("fr")),
    "kind, a fifth": TextFilter(kind="file"),
    "kind, none": TextFilter(kind="book"),
    "up to 60 words, a 500th": TextFilter(max_words=60),
    "title, a fifth": TextFilter(search="chapter"),
    "title, a hundred": TextFilter(search="9999"),
    "title, none": TextFilter(search="no such title"),
    "title of one letter": TextFilter(search="é"),
    "title and language": TextFilter(search="song", language=Language("yi")),
}
READER = Speaker(
    id=SpeakerId(UUID(hashlib.md5(b"speaker1").hexdigest())),
    email="1@example.org",
    display_name="Speaker 1",
    role=Role.SPEAKER,
    created_at=NOW,
)


def main(texts: int) -> None:
    with database() as url:
        fill(url, SPEAKERS, TEXTS, REVISIONS, speakers=SPEAKERS_OF_THEM, texts=texts)
        with asking(url) as asked:
            for sort in (TextSort.NEWEST, TextSort.TITLE, TextSort.SHORTEST):
                head(f"{texts} texts, {sort.value}")
                for name, wanted in FILTERS.items():
                    line(name, asked(page(wanted, sort, None)))
                    there = last_of(url, wanted, sort)
                    if there is not None:
                        line("  hundredth page", asked(page(wanted, sort, there)))


def page(wanted: TextFilter, sort: TextSort, cursor: str | None) -> Callable[[PostgresTransaction], object]:
    return lambda tx: tx.texts.page(READER, wanted, sort, cursor, PAGE)


def last_of(url: str, wanted: TextFilter, sort: TextSort) -> str | None:
    """The cursor of the hundredth page, None where there are fewer."""
    engine = separate(url)
    with engine.connect() as connection:
        found = PostgresTransaction(connection, None).texts.page(READER, wanted, sort, None, 99 * PAGE).next
    engine.dispose()
    return found


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
