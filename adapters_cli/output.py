"""What commands print: tables for people, JSON for programs."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

import click
import msgspec

from recital_core.ports import Page
from recital_core.ports.pages import Item

PAGE = 100
GAP = "  "

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
limit_option = click.option(
    "--limit", type=click.IntRange(min=1), default=PAGE, show_default=True, help="How many at most."
)


def show_list(items: Sequence[Any], columns: Sequence[str], row: Callable[[Any], Iterable[object]]) -> None:
    """A table of `items`, one a line."""
    lines = [list(columns), *([cell(value) for value in row(item)] for item in items)]
    widths = [max(map(width, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        padded = (text + " " * (wide - width(text)) for text, wide in zip(line, widths, strict=True))
        click.echo(GAP.join(padded).rstrip())


def show_facts(facts: Iterable[tuple[str, object]]) -> None:
    """One fact a line, its name first."""
    named = [(name, cell(value)) for name, value in facts]
    wide = max(width(name) for name, _ in named)
    for name, text in named:
        click.echo(f"{name:{wide}}{GAP}{text}".rstrip())


def show_json(value: Any) -> None:
    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def up_to(limit: int, page: Callable[[str | None, int], Page[Item]]) -> list[Item]:
    """The first `limit` items of a list that comes in pages."""
    found: list[Item] = []
    cursor: str | None = None
    while True:
        part = page(cursor, min(PAGE, limit - len(found)))
        found.extend(part.items)
        cursor = part.next
        if cursor is None or len(found) >= limit:
            return found


def cell(value: object) -> str:
    """`value` as one cell of a table."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.astimezone().strftime("%Y-%m-%d %H:%M")
    return " ".join(str(value).split())


def width(text: str) -> int:
    """How many columns of a terminal `text` takes: none for points and marks, two for wide letters (UAX #11)."""
    return sum(
        0 if unicodedata.category(c) in {"Mn", "Me", "Cf"} else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )
