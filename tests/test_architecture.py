"""The walls of the house: who may import whom, what the core may touch, where each outside thing is named."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LINTER = Path(sys.executable).with_name("lint-imports")
CODE = ("recital_core", "adapters_storage", "adapters_http", "adapters_cli", "migrations")
TOP_LEVEL = {*CODE, "web", "tests", "docs", "containers", ".ci"}

# The world outside, as the standard library offers it. Time comes to the core through its clock.
OUTSIDE = {
    "asyncio",
    "ctypes",
    "fcntl",
    "glob",
    "http",
    "logging",
    "mmap",
    "multiprocessing",
    "os",
    "pathlib",
    "select",
    "shutil",
    "signal",
    "smtplib",
    "socket",
    "sqlite3",
    "ssl",
    "subprocess",
    "tempfile",
    "time",
    "urllib",
}

# Where each thing from outside may be named; a folder ends in "/".
HOMES: dict[str, tuple[str, ...]] = {
    "alembic": ("adapters_storage/postgres/schema.py", "adapters_storage/database.py", "migrations/"),
    "authlib": ("adapters_http/auth/",),
    "boto3": ("adapters_storage/blobs/", "adapters_storage/mail/"),
    "botocore": ("adapters_storage/blobs/", "adapters_storage/mail/"),
    "charset_normalizer": ("adapters_storage/articles/",),
    "click": ("adapters_cli/",),
    "cryptography": ("adapters_storage/certificate.py",),
    "dotenv": ("adapters_storage/setting_values.py",),
    "httpx": ("adapters_http/auth/", "adapters_storage/articles/network.py"),
    "imageio_ffmpeg": ("adapters_storage/audio/ffmpeg.py",),
    "joserfc": ("adapters_storage/sealer.py", "adapters_http/auth/"),
    "justhtml": ("adapters_storage/articles/",),
    "litestar": ("adapters_http/",),
    "msgspec": ("recital_core/", "adapters_storage/", "adapters_http/", "adapters_cli/"),
    "numpy": ("adapters_storage/audio/",),
    "opentelemetry": ("adapters_storage/telemetry/",),
    "posthog": ("adapters_storage/analytics.py",),
    "procrastinate": ("adapters_storage/jobs/",),
    "prometheus_client": ("adapters_storage/telemetry/",),
    "psycopg": (
        "adapters_storage/postgres/",
        "adapters_storage/jobs/",
        "adapters_storage/database.py",
        "adapters_storage/setting_values.py",
    ),
    "pypdfium2": ("adapters_storage/articles/",),
    "sqlalchemy": ("adapters_storage/", "migrations/"),
    "types_boto3_s3": ("adapters_storage/blobs/",),
    "subprocess": (
        "adapters_storage/articles/files.py",
        "adapters_storage/audio/ffmpeg.py",
        "adapters_storage/embedded/",
    ),
    "uvicorn": ("adapters_http/server.py",),
    "webencodings": ("adapters_storage/articles/",),
}


@cache
def tree_of(file: str) -> ast.Module:
    return ast.parse((ROOT / file).read_text("utf-8"))


def files_of(*folders: str) -> list[str]:
    return sorted(str(file.relative_to(ROOT)) for folder in folders for file in (ROOT / folder).rglob("*.py"))


def imports_of(file: str) -> Iterator[str]:
    """The top-level names of what a file imports, wherever in the file."""
    for node in ast.walk(tree_of(file)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def git(*arguments: str) -> list[str]:
    asked = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert not asked.stderr, asked.stderr
    return asked.stdout.splitlines()


def test_the_contracts_of_imports_hold() -> None:
    """Asked in a process of its own: the linter switches off every logger that it finds."""
    asked = subprocess.run([LINTER, "--no-cache", "--no-logo"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert asked.returncode == 0, asked.stdout


def test_the_core_stands_on_the_standard_library_and_msgspec() -> None:
    allowed = (set(sys.stdlib_module_names) - OUTSIDE) | {"msgspec", "recital_core"}
    strangers = {file: names for file in files_of("recital_core") if (names := set(imports_of(file)) - allowed)}
    assert strangers == {}


def test_the_core_opens_no_file_and_reads_no_clock() -> None:
    clocks = {f"{kind}.{ask}" for kind in ("datetime", "date") for ask in ("now", "utcnow", "today")}
    found = [
        f"{file}:{node.lineno}"
        for file in files_of("recital_core")
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"open", "input", "print", *clocks}
    ]
    assert found == []


def test_every_thing_from_outside_is_named_in_its_own_place() -> None:
    own = (set(sys.stdlib_module_names) - {"subprocess"}) | set(CODE)
    misplaced = [
        f"{file} imports {name}"
        for file in files_of(*CODE)
        for name in sorted(set(imports_of(file)) - own)
        if not file.startswith(HOMES.get(name, ()))
    ]
    assert misplaced == []


def test_only_the_http_adapter_and_the_job_worker_are_asynchronous() -> None:
    found = {
        file
        for file in files_of(*CODE)
        if any(isinstance(node, ast.AsyncFunctionDef) for node in ast.walk(tree_of(file)))
    }
    assert {file for file in found if not file.startswith("adapters_http/")} <= {"adapters_storage/jobs/worker.py"}


def test_no_route_catches_an_error() -> None:
    caught = [
        f"{file}:{node.lineno}"
        for file in files_of("adapters_http/routes")
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.Try)
    ]
    assert caught == []


def test_the_top_level_holds_the_house_and_nothing_else() -> None:
    folders = {Path(file).parts[0] for file in git("ls-files") if len(Path(file).parts) > 1}
    assert folders <= TOP_LEVEL
    assert [file for file in git("ls-files", "*.py") if "/" not in file] == []


def test_no_tracked_file_names_a_registry_or_a_place_on_somebodys_machine() -> None:
    hosts = [r"\.".join(words) for words in (("registry", "npmjs"), ("pypi", "org"), ("files", "pythonhosted"))]
    places = [f"/{folder}/" for folder in ("work", "farm", "root")] + ["/home/[a-z]+/", "/Users/[A-Za-z]+/"]
    assert git("grep", "-nIE", "|".join([*hosts, r"deb\.debian", *places])) == []
