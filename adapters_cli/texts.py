"""`recital texts`: what is read aloud."""

from __future__ import annotations

from uuid import UUID

import click
import msgspec
from msgspec import UNSET

from adapters_cli.adding import add
from adapters_cli.output import json_option, limit_option, show_facts, show_json, show_list, up_to
from adapters_cli.start import OPERATOR, Installation
from recital_core.library import FEWEST_WORDS, MOST_WORDS, Listed
from recital_core.ports import TextFilter
from recital_core.texts import TextId, TextSort, language_tag

COLUMNS = ("id", "language", "sentences", "words", "voices", "public", "added", "title")


@click.group("texts")
def command() -> None:
    """Add and list texts."""


@command.command("list")
@click.option("--search", default="", help="Only those with this in their title.")
@click.option("--language", help="Only those in this language.")
@click.option("--sort", type=click.Choice([sort.value for sort in TextSort]), default="newest", show_default=True)
@limit_option
@json_option
@click.pass_obj
def list_all(
    installation: Installation, *, search: str, language: str | None, sort: str, limit: int, as_json: bool
) -> None:
    """Texts, and how many voices each has."""
    wanted = TextFilter(search=search, language=language_tag(language) if language else None)
    with installation.recital() as recital:
        found = up_to(
            limit,
            lambda cursor, count: recital.library.page(
                OPERATOR, wanted, sort=TextSort(sort), cursor=cursor, limit=count
            ),
        )
    if as_json:
        show_json([{**msgspec.structs.asdict(listed.text), "voices": listed.voices} for listed in found])
    else:
        show_list(found, COLUMNS, _row)


@command.command()
@click.argument("text_id", type=click.UUID, metavar="ID")
@json_option
@click.pass_obj
def show(installation: Installation, text_id: UUID, as_json: bool) -> None:
    """One text, a sentence a line, each after its address: paragraph.sentence, from 0."""
    with installation.recital() as recital:
        text = recital.library.get(OPERATOR, TextId(text_id))
    if as_json:
        show_json(text)
        return
    show_facts((("title", text.title), ("language", text.language), ("revision", text.revision), ("id", text.id)))
    for number, paragraph in enumerate(text.paragraphs):
        click.echo()
        for place, sentence in enumerate(paragraph):
            click.echo(f"{number}.{place}  {sentence}")


@command.command()
@click.argument("text_id", type=click.UUID, metavar="ID")
@click.option("--title", help="Another title.")
@click.option("--public/--private", default=None, help="For everybody to read, or for its owner alone.")
@click.option(
    "--long-sentence-words",
    type=click.IntRange(FEWEST_WORDS, MOST_WORDS),
    help="Words over which a sentence of it is read in pieces.",
)
@click.pass_obj
def change(
    installation: Installation, text_id: UUID, title: str | None, public: bool | None, long_sentence_words: int | None
) -> None:
    """Give a text another title or limit of long sentences; share it, or withdraw it."""
    limit = UNSET if long_sentence_words is None else long_sentence_words
    with installation.recital() as recital:
        text = recital.library.change(OPERATOR, TextId(text_id), title=title, public=public, long_sentence_words=limit)
    click.echo(f"“{text.title}” is {'public' if text.public else 'private'}.")


@command.command()
@click.argument("text_id", type=click.UUID, metavar="ID")
@click.pass_obj
def retire(installation: Installation, text_id: UUID) -> None:
    """Take a text out of all lists; recordings keep its words."""
    with installation.recital() as recital:
        recital.library.retire(OPERATOR, TextId(text_id))
    click.echo("It is in no list any more.")


command.add_command(add)


def _row(listed: Listed) -> tuple[object, ...]:
    text = listed.text
    return (
        text.id,
        text.language,
        text.sentences,
        text.words,
        listed.voices,
        text.public,
        text.created_at,
        text.title,
    )
