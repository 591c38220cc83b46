"""Pictures of every screen: `python -m tests.browser.screenshots FOLDER [NAME…]`.

Each at 390 and 1280 pixels, in Hebrew and English (small ones in Yiddish, too), light and dark; only those whose name
begins with a NAME where one is given.
"""

from __future__ import annotations

import sys
import tempfile
import time
from itertools import product
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.people import browser_of
from tests.browser.visits import Language, Scheme
from tests.browser.walk import staged

WIDTHS = (390, 1280)
LANGUAGES: tuple[Language, ...] = ("he", "en", "yi")
SCHEMES: tuple[Scheme, ...] = ("light", "dark")


def main(folder: Path, *names: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as scratch,
        sync_playwright() as playwright,
        browser_of(playwright) as browser,
        staged(browser, Path(scratch)) as stage,
    ):
        for language, scheme, width in product(LANGUAGES, SCHEMES, WIDTHS):
            if language == "yi" and width != min(WIDTHS):
                continue
            began = time.monotonic()
            for screen, page in stage.walk(language, scheme, width, names):
                held = page.locator("dialog[open], .studio").count() > 0  # to the window, however long the page is
                path = folder / f"{screen.name}-{width}-{language}-{scheme}.png"
                page.screenshot(path=path, full_page=not held)
            print(f"{language} {scheme} {width}: {time.monotonic() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
