"""Every screen holds to WCAG 2.2, levels A and AA, as far as axe-core can tell, and fits a narrow phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Playwright

from tests.browser.people import browser_of
from tests.browser.visits import turn
from tests.browser.walk import Stage, staged

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
NARROW = 320
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"],
    "resultTypes": ["violations"],
    "preload": False,  # of style sheets: only rules of no level look into them
}
LOOK = "(rules) => axe.run(rules).then(({ violations }) => violations)"
SIDEWAYS = """[...document.querySelectorAll('html, dialog[open]')]
  .filter((box) => box.scrollWidth > box.clientWidth)
  .map((box) => `${box.localName} is ${box.scrollWidth} pixels wide in ${box.clientWidth}`)"""


@pytest.fixture(scope="module")
def stage(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with browser_of(playwright) as browser, staged(browser, tmp_path_factory.mktemp("screens")) as made:
        yield made


def test_no_screen_breaks_a_rule_or_scrolls_sideways(stage: Stage) -> None:
    faults = []
    for screen, page in stage.walk("he", "light", NARROW):
        faults += [f"{screen.name}, from right to left, light: {fault}" for fault in faults_of(page)]
        turn(page, "en", "dark")
        faults += [f"{screen.name}, from left to right, dark: {fault}" for fault in faults_of(page)]
    assert not faults, "\n".join([*faults, "To see one: python -m tests.browser.screenshots FOLDER SCREEN"])


def faults_of(page: Page) -> list[str]:
    return [*broken_rules(page), *page.evaluate(SIDEWAYS)]


def broken_rules(page: Page) -> Iterator[str]:
    """Each with an element that breaks it. Only a page of a test is given the program that looks, past its policy."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text("utf-8"))
    found: list[dict[str, Any]] = page.evaluate(LOOK, RULES)
    for rule in found:
        for element in rule["nodes"]:
            yield f"{rule['id']}, {rule['help']}: {element['html'][:200]}\n    {element['failureSummary']}"
