"""What an operator can set and call is in the documents, and what they name is there."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from adapters_cli.main import main
from adapters_storage.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
OPERATING = (ROOT / "docs" / "operating.md").read_text("utf-8")


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


def test_make_bench_runs_programs_and_every_one_that_the_documents_name(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\necho "$@"\n', "utf-8")
    python.chmod(0o755)
    make = ["make", "--old-file=installed-test", "--old-file=client", f"BIN={tmp_path}", "bench"]
    said = subprocess.run(make, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    run = {name.replace(".", "/") + ".py" for name in re.findall(r"^-m (\S+)$", said, re.MULTILINE)}
    documents = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    named = {name for path in documents for name in re.findall(r"tests\.benchmarks\.(\w+)", path.read_text("utf-8"))}
    assert {f"tests/benchmarks/{name}.py" for name in named} <= run
    for program in run:
        assert '__name__ == "__main__"' in (ROOT / program).read_text("utf-8")
