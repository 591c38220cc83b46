"""`recital`, called as people call it, on a data folder and a database of the test's own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from adapters_cli.main import main
from adapters_storage.assembly import Recital, assembled
from adapters_storage.settings import Settings


class Terminal:
    """Runs commands in a folder; `environ` is what they find set."""

    def __init__(self, folder: Path, database: str) -> None:
        self.folder = folder
        self.environ: dict[str, str | None] = {
            "RECITAL_DATA_DIR": str(folder / "data"),
            "RECITAL_DATABASE_URL": database,
        }

    def run(self, *arguments: str, code: int = 0, words: str | None = None) -> Result:
        """Raises AssertionError unless the command ends with `code`. `words` are typed or piped in."""
        result = CliRunner().invoke(main, list(arguments), env=self.environ, input=words)
        assert result.exit_code == code, (result.output, result.exception)
        return result

    def json(self, *arguments: str) -> Any:
        return json.loads(self.run(*arguments, "--json").stdout)

    def refused(self, *arguments: str, code: int) -> str:
        """The one line that says why."""
        result = self.run(*arguments, code=code)
        assert result.stdout == ""
        [line] = result.stderr.splitlines()
        return line


@pytest.fixture
def terminal(tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.chdir(tmp_path)
    return Terminal(tmp_path, database)


@pytest.fixture
def recital(terminal: Terminal) -> Iterator[Recital]:
    """The same installation, for what commands cannot do."""
    settings = Settings.load({name: value for name, value in terminal.environ.items() if value is not None})
    with assembled(settings) as recital:
        yield recital
