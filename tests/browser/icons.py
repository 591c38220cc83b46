"""Draws the icons that systems want as pictures: `python -m tests.browser.icons`, after icon.svg was changed."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.people import browser_of

PUBLIC = Path(__file__).parents[2] / "web" / "public"
ROUNDED = 'rx="16"'
TOUCH = 180
"""What iOS shows on a home screen, which it rounds itself."""


def draw() -> None:
    drawing = (PUBLIC / "icon.svg").read_text("utf-8")
    assert ROUNDED in drawing, "a maskable icon fills its square: the corners are found and straightened"
    square = drawing.replace(ROUNDED, "")
    wanted = {"192": (drawing, 192), "512": (drawing, 512), "maskable-512": (square, 512), "touch": (square, TOUCH)}
    with sync_playwright() as playwright, browser_of(playwright) as browser:
        for name, (svg, size) in wanted.items():
            page = browser.new_page(viewport={"width": size, "height": size})
            page.set_content(f"<style>body {{ margin: 0 }} svg {{ display: block }}</style>{svg}")
            page.screenshot(path=PUBLIC / "icons" / f"{name}.png", omit_background=True)
            page.close()


if __name__ == "__main__":
    draw()
