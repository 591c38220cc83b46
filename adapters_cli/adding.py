"""`recital texts add`: from files, from the web, from what is piped in."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from adapters_cli.failures import exit_code, one_line
from adapters_cli.output import json_option, show_json
from adapters_cli.start import Installation, local_admin
from recital_core import errors
from recital_core.library import FEWEST_WORDS, MOST_WORDS, Wishes
from recital_core.speakers import Speaker
from recital_core.texts import RecitalText

if TYPE_CHECKING:
    from adapters_storage.assembly import Recital

PIPED = "-"
WEB = ("http://", "https://")


@click.command("add")
@click.argument("places", nargs=-1, required=True, metavar="PATH_OR_URL...")
@click.option(
    "--language", help="Their language, as a BCP 47 tag.  [what they say, else the first of RECITAL_LANGUAGES]"
)
@click.option("--title", help="The title, of a single one.  [its own, else its first words]")
@click.option("--owner", help="E-mail of whose texts they are.  [the local admin]")
@click.option("--public", is_flag=True, help="Let everybody read them.")
@click.option("--chapters", is_flag=True, help="Make each chapter of a book a text of its own.")
@click.option("--without-brackets", is_flag=True, help="Leave out what stands in brackets.")
@click.option(
    "--long-sentence-words",
    type=click.IntRange(FEWEST_WORDS, MOST_WORDS),
    help="Words over which a sentence is read in pieces.  [RECITAL_LONG_SENTENCE_WORDS]",
)
@json_option
@click.pass_context
def add(
    ctx: click.Context,
    *,
    places: Sequence[str],
    language: str | None,
    title: str | None,
    owner: str | None,
    public: bool,
    chapters: bool,
    without_brackets: bool,
    long_sentence_words: int | None,
    as_json: bool,
) -> None:
    """Add texts from files (text, HTML, Word, EPUB, PDF), from addresses of the web, or, for -, what is piped in.

    Prints each new text's id last on its line. One that cannot be added does not stop the others.
    """
    if title and len(places) > 1:
        raise click.UsageError("--title is for a single text.")
    installation: Installation = ctx.obj
    with installation.recital() as recital:
        wishes = Wishes(
            language=language,
            otherwise=recital.settings.languages[0],
            title=title,
            public=public,
            brackets=not without_brackets,
            long_sentence_words=long_sentence_words,
        )
        added = Added(recital, _owner(recital, owner), wishes, chapters=chapters, as_json=as_json)
        with click.progressbar(
            places, file=sys.stderr, hidden=len(places) == 1 or not sys.stderr.isatty(), label="texts"
        ) as waiting:
            code = added.every(waiting)
    ctx.exit(code)


class Added:
    """Adds one place after the other, and says what became of each."""

    def __init__(self, recital: Recital, owner: Speaker, wishes: Wishes, *, chapters: bool, as_json: bool) -> None:
        self._library = recital.library
        self._owner = owner
        self._wishes = wishes
        self._chapters = chapters
        self._as_json = as_json

    def every(self, places: Iterable[str]) -> int:
        """The exit code: that of the last failure, or 0."""
        code, found = 0, []
        for place in places:
            try:
                for text in self._texts(place):
                    self._library.keep(self._owner, text)
                    found.append(text)
                    if not self._as_json:
                        click.echo(f"Added “{text.title}”, {text.sentence_count} sentences: {text.id}")
            except errors.RecitalError as error:
                click.echo(f"{place}: {one_line(error)}", err=True)
                code = exit_code(error)
        if self._as_json:
            show_json([_facts(text) for text in found])
        return code

    def _texts(self, place: str) -> Iterator[RecitalText]:
        if place.startswith(WEB):
            yield self._library.from_page(self._owner, place, self._wishes)
            return
        with _opened(place) as file:
            name = Path(place).name
            if self._chapters:
                yield from self._library.chapters(self._owner, name, file, self._wishes)
            else:
                yield self._library.from_file(self._owner, name, file, self._wishes)


@contextlib.contextmanager
def _opened(place: str) -> Iterator[BinaryIO]:
    """The file, or what is piped in. Raises NotFound."""
    if place == PIPED:
        yield sys.stdin.buffer
        return
    try:
        with Path(place).open("rb") as file:
            yield file
    except OSError as wrong:
        raise errors.NotFound(f"It cannot be read: {wrong.strerror or wrong}.") from wrong


def _facts(text: RecitalText) -> dict[str, object]:
    return {"id": text.id, "title": text.title, "language": text.language, "sentences": text.sentence_count}


def _owner(recital: Recital, email: str | None) -> Speaker:
    return recital.membership.known(email) if email else local_admin(recital)
