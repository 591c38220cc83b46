"""What an operator can set and call is in the documents."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from adapters_cli.main import main
from adapters_storage.settings import Settings

OPERATING = (Path(__file__).resolve().parent.parent / "docs" / "operating.md").read_text("utf-8")


def commands_of(command: click.Command, path: str) -> Iterator[str]:
    if isinstance(command, click.Group):
        for name, part in command.commands.items():
            yield from commands_of(part, f"{path} {name}")
    else:
        yield path


@pytest.mark.parametrize(("name", "default"), [(name, default) for name, default, *_ in Settings.described()])
def test_every_setting_is_documented_with_its_default(name: str, default: str) -> None:
    assert f"| `{name}` | {default} |" in OPERATING


@pytest.mark.parametrize("command", list(commands_of(main, "recital")))
def test_every_command_is_documented(command: str) -> None:
    assert f"| `{command}` |" in OPERATING
