"""The pictures of README, taken from a running demo: `python -m tests.support.screenshots http://127.0.0.1:8000`."""

import argparse
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Page, sync_playwright

from tests.support.browser import FLAGS, chromium_path
from tests.support.modules import ROOT

WIDTH: Final = 1280


def take_screenshots(url: str, folder: Path) -> None:
    """Vote once on the demo's first contest and picture what a voter and a reader see."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        _vote(_page(browser, url), folder)
        _leaderboard(_page(browser, url), folder)
        browser.close()


def _page(browser: Browser, url: str, height: int = 800) -> Page:
    return browser.new_context(base_url=url, viewport={"width": WIDTH, "height": height}).new_page()


def _vote(page: Page, folder: Path) -> None:
    page.goto("/contests/small-model/")
    page.get_by_role("button", name="Start voting").click()
    page.get_by_role("button", name="A is better").wait_for()
    page.screenshot(path=folder / "vote.png")
    page.keyboard.press("a")
    page.get_by_role("button", name="Next battle").wait_for()
    page.screenshot(path=folder / "reveal.png")


def _leaderboard(page: Page, folder: Path) -> None:
    page.goto("/contests/simulation/leaderboard/")
    page.screenshot(path=folder / "leaderboard.png")
    page.get_by_role("region", name="Who beats whom").last.screenshot(path=folder / "heatmap.png")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Take the pictures of README from a running demo.")
    parser.add_argument("url")
    take_screenshots(parser.parse_args().url, ROOT / "docs" / "img")
