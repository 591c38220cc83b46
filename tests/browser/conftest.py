"""One server and one reading for all browser tests; a browser profile each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect, sync_playwright

from tests.browser.stage import RATE, microphone_file
from tests.reading import Reading, reading
from tests.running import Server, running

PATIENCE_MS = 15_000
"""With a machine that does other things, too; nothing waits for longer than it has to."""


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """Ends with these tests, as others could start no event loop beside it."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("browser") / "data") as started:
        yield started


@pytest.fixture(scope="session")
def minute(request: pytest.FixtureRequest) -> Reading:
    """A Hebrew reading of more than 60 seconds."""
    return reading(request.config.cache.mkdir("readings"), rate=RATE)


@pytest.fixture(scope="session")
def microphone(minute: Reading) -> Path:
    return microphone_file(minute, Path(minute.wav).parent)
