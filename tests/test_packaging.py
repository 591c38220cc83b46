"""What an installed Recital brings with it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

ROOT = Path(__file__).resolve().parent.parent


def test_a_wheel_carries_all_that_recital_reads_of_itself(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with ZipFile(wheel) as opened:
        names = opened.namelist()
    assert "adapters_http/client/index.html" in names
    assert any(name.startswith("adapters_http/client/assets/") and name.endswith(".js") for name in names)
    assert "migrations/versions/v0001_initial.py" in names
    for language in ("en", "he", "yi"):
        assert f"adapters_storage/agreements/1/{language}.txt" in names
        assert f"adapters_storage/mail/letters/{language}/sign-in-link.txt" in names
    assert "adapters_storage/mail/layout.html" in names
    assert not any(name.startswith(("tests/", "web/")) for name in names)
