"""What the container files say is true of the program, which no engine has to be there to tell."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from adapters_cli.main import main
from adapters_storage.settings import SETTINGS

ROOT = Path(__file__).parent.parent
FILES = ("Dockerfile", "compose.yaml", "containers/example.env")
COMPOSE = (ROOT / "compose.yaml").read_text("utf-8")


@pytest.mark.parametrize("file", FILES)
def test_every_variable_of_ours_is_a_setting(file: str) -> None:
    named = set(re.findall(r"\bRECITAL_[A-Z0-9_]+", (ROOT / file).read_text("utf-8")))
    assert named
    assert named <= {setting.name for setting in SETTINGS}


@pytest.mark.parametrize("command", sorted(set(re.findall(r"command: recital (.+)", COMPOSE))))
def test_every_command_is_one_of_the_program(command: str) -> None:
    words = [word for word in command.split() if not word.isdigit()]
    asked = CliRunner().invoke(main, [*words, "1", "--help"] if words[-1] == "--concurrency" else [*words, "--help"])
    assert asked.exit_code == 0, asked.output


def test_no_secret_stands_in_a_file() -> None:
    for line in (ROOT / "containers/example.env").read_text("utf-8").splitlines():
        name, _, value = line.partition("=")
        assert not value or not name.endswith(("PASSWORD", "SECRET", "KEY", "ID"))
    for value in re.findall(r"(?:PASSWORD|SECRET|SECRET_KEY|ACCESS_KEY): (.+)", COMPOSE):
        assert value.startswith("${") or value == "recital"


def test_the_image_takes_all_that_the_program_is_made_of() -> None:
    packages = re.findall(r"packages = \[(.+)\]", (ROOT / "pyproject.toml").read_text("utf-8"))[0]
    taken = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert {f"!{name}" for name in re.findall(r'"(\w+)"', packages)} <= set(taken)
