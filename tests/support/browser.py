"""The browser that is installed here, and what went wrong on its pages."""

import shutil
from typing import Final

from playwright.sync_api import ConsoleMessage, Error, Page

# The first is the same engine without windows; it takes half the time and a third of the work.
NAMES: Final = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
# Nothing that talks to the network by itself, and no sandbox: tests may run as root, on our own pages only.
FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # One process draws all pages: a new one for each is a tenth of what a test costs.
    "--renderer-process-limit=1",
    "--in-process-gpu",
)


def chromium_path() -> str | None:
    """Return the path of Chromium or Chrome; None if neither is installed."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def record_problems(page: Page, problems: list[str]) -> None:
    """Add to `problems` each error in the page's console, each uncaught exception and each refusal by the policy."""

    def heard(message: ConsoleMessage) -> None:
        address = str(message.location.get("url", ""))
        # Browsers ask for this one by themselves where a page, as those of the admin, names no picture.
        if message.type == "error" and not address.endswith("/favicon.ico"):
            problems.append(f"console: {message.text} ({address})")

    def thrown(error: Error) -> None:
        problems.append(f"exception: {error.message}")

    page.on("console", heard)
    page.on("pageerror", thrown)
    page.add_init_script(
        "document.addEventListener('securitypolicyviolation', event =>"
        " console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`))"
    )
