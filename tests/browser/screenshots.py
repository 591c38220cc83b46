"""Pictures of every screen: `python -m tests.browser.screenshots FOLDER [NAME…]`.

Each at 390 and 1280 pixels, in Hebrew and English (small ones in Yiddish, too), light and dark; only those whose name
begins with a NAME where one is given.
"""

from __future__ import annotations

import sys
import tempfile
from itertools import product
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.people import browser_of
from tests.browser.screens import SIGN_IN_WAYS, Language, Scheme, staged
from tests.running import running

WIDTHS = (390, 1280)
LANGUAGES: tuple[Language, ...] = ("he", "en", "yi")
SCHEMES: tuple[Scheme, ...] = ("light", "dark")


def main(folder: Path, *names: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as scratch,
        sync_playwright() as playwright,
        running(Path(scratch, "data"), **SIGN_IN_WAYS) as server,
        browser_of(playwright) as browser,
    ):
        readings = Path(scratch, "readings")
        readings.mkdir()
        stage = staged(server, browser, readings)
        for language, scheme, width in product(LANGUAGES, SCHEMES, WIDTHS):
            if language == "yi" and width != min(WIDTHS):
                continue
            for screen, page in stage.walk(language, scheme, width, names):
                page.screenshot(path=folder / f"{screen.name}-{width}-{language}-{scheme}.png", full_page=True)
            print(f"{language} {scheme} {width}", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
