"""Pictures of the pages for the documentation: `python -m tests.support.screenshots`, or with the address of a running demo.

Without an address a demo of its own is prepared and served, with providers by which live battles can be seen as well; on
another demo they are left out where it has none. The pictures of README go to docs/img, those of the tour (docs/voting.md)
to docs/img/voter: every page of a voter in every look, small enough to be kept with the source.
"""

import argparse
import base64
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.support.browser import FLAGS, chromium_path
from tests.support.endpoint import scripted_endpoint, streamed
from tests.support.modules import ROOT
from tests.support.server import run_server

WIDTH: Final = 1280
PHONE: Final[dict[str, Any]] = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
SCREENS: Final[dict[str, dict[str, Any]]] = {"desktop": {"viewport": {"width": WIDTH, "height": 800}}, "phone": PHONE}
SCHEMES: Final = ("light", "dark")
QUALITY: Final = 0.75
MOST_BYTES: Final = 3_000_000
TOUR: Final = (
    *("contests", "contest", "consent", "battle", "report", "reveal", "skipped", "own-votes"),
    *("calibration", "right-answer", "invitation", "log-in", "sign-up", "account", "leave", "terms"),
    *("leaderboard", "matchmaking", "live-ask", "live-writing", "live-battle"),
)
"""The pages of the tour, in its order; a picture is called PAGE-SCREEN-SCHEME.webp."""
STEEPING: Final = (
    "Three minutes for **black tea**, in boiling water. Green tea wants neither: two minutes at 75 °C. ",
    "Taste it after three minutes, and every half minute from then on. Time is a guide, *your tongue* is the judge. ",
)
INVITATION: Final = "an-invitation-for-the-pictures"
PREPARE: Final = """
from arena.models import Contest, Invitation, KnownPair, Terms
Terms.objects.update(asks_consent=True)
contest = Contest.objects.get(slug="small-model")
contest.live = True
contest.save()
for row in contest.contestants.all():
    row.provider = "demo"
    row.save()
Invitation.objects.create(contest=contest, token="INVITATION", note="For the pictures")
right = Contest.objects.create(
    slug="right-answers", name="Which answer is right?", kind="correctness", calibration_pairs=1, calibration_share=0
)
cast = [right.contestants.create(slug=slug, name=slug.title()) for slug in ("first", "second")]
ASKED = (
    ("How many minutes are three quarters of an hour?", "45 minutes.", "45 minutes.", "Three quarters are 34 minutes."),
    ("What is the capital of Australia?", "Canberra", "Sydney, its largest city.", "Canberra, since 1913."),
)
for number, (text, reference, *answers) in enumerate(ASKED):
    prompt = right.prompts.create(slug=f"question-{number}", text=text, reference=reference)
    rows = [
        prompt.responses.create(contest=right, contestant=author, text=answer, origin="imported")
        for author, answer in zip(cast, answers)
    ]
    if not number:
        told = "An hour has 60 minutes; three quarters of 60 are 45."
        KnownPair.objects.create(contest=right, prompt=prompt, better=rows[0], worse=rows[1], rationale=told)
""".replace("INVITATION", INVITATION)

Take = Callable[[Page, str], None]


def take_screenshots(url: str, folder: Path) -> None:
    """Take all pictures from a running demo, first those of README, then those of the tour."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        _vote(_page(browser, url), folder)
        _leaderboard(_page(browser, url), folder)
        _tour(browser, url, folder / "voter")
        browser.close()


def _page(browser: Browser, url: str, **look: Any) -> Page:
    options = {"viewport": {"width": WIDTH, "height": 800}, "reduced_motion": "reduce", **look}
    return browser.new_context(base_url=url, **options).new_page()


def _vote(page: Page, folder: Path) -> None:
    _begin(page)
    page.screenshot(path=folder / "vote.png")
    page.keyboard.press("a")
    page.get_by_role("button", name="Next battle").wait_for()
    page.screenshot(path=folder / "reveal.png")


def _leaderboard(page: Page, folder: Path) -> None:
    page.goto("/contests/simulation/leaderboard/")
    page.screenshot(path=folder / "leaderboard.png")
    page.get_by_role("region", name="Who beats whom").last.screenshot(path=folder / "heatmap.png")


def _tour(browser: Browser, url: str, folder: Path) -> None:
    """Vote as a new visitor in each look, and picture every page on the way."""
    folder.mkdir(parents=True, exist_ok=True)
    painter = browser.new_page()
    for screen, look in SCREENS.items():
        for scheme in SCHEMES:

            def take(page: Page, name: str, look: str = f"{screen}-{scheme}") -> None:
                page.wait_for_load_state()
                (folder / f"{name}-{look}.webp").write_bytes(_webp(painter, page.screenshot()))

            page = _page(browser, url, color_scheme=scheme, **look)
            _stored(page, take)
            _right(page, take)
            _people(page, take)
            _live(page, take)
            page.context.close()
    size = sum(path.stat().st_size for path in folder.glob("*.webp"))
    if size > MOST_BYTES:
        raise SystemExit(f"The pictures take {size:,} bytes, more than {MOST_BYTES:,}: lower QUALITY.")


def _begin(page: Page, take: Take | None = None) -> None:
    """Begin to vote; a demo that asks for consent first gets it."""
    page.goto("/contests/small-model/")
    page.get_by_role("button", name="Start voting").click()
    agreeing, voting = (page.get_by_role("button", name=name) for name in ("I agree", "A is better"))
    agreeing.or_(voting).first.wait_for()
    if agreeing.count():
        if take:
            take(page, "consent")
        agreeing.click()
        voting.wait_for()
    page.wait_for_load_state()


def _stored(page: Page, take: Take) -> None:
    """Go from the list to the leaderboard by way of a battle and a skip."""
    for name, path in (("contests", "/"), ("contest", "/contests/small-model/")):
        page.goto(path)
        take(page, name)
    _begin(page, take)
    take(page, "battle")
    page.get_by_text("Report a problem").click()
    # What has the focus is never under the bar.
    page.get_by_role("button", name="Send the report").focus()
    take(page, "report")
    page.get_by_role("button", name="A is better").click()
    page.get_by_role("button", name="Next battle").wait_for()
    take(page, "reveal")
    page.get_by_role("button", name="Next battle").click()
    page.get_by_role("button", name="Skip").click()
    expect(page).to_have_title("Skipped · Versus")
    take(page, "skipped")
    for name, path in (("own-votes", "/me/"), ("leaderboard", "leaderboard/"), ("matchmaking", "matchmaking/")):
        page.goto(path if path.startswith("/") else f"/contests/simulation/{path}")
        take(page, name)


def _right(page: Page, take: Take) -> None:
    """Answer a known pair, and say which answer is right, where the demo has a contest that asks so."""
    if page.goto("/contests/right-answers/").status != 200:  # type: ignore[union-attr]
        return
    onward = "Start voting"
    for name in ("calibration", "right-answer"):
        page.get_by_role("button", name=onward).click()
        page.get_by_role("button", name="A is right").click()
        onward = "Next battle"
        page.get_by_role("button", name=onward).wait_for()
        take(page, name)


def _people(page: Page, take: Take) -> None:
    """Look at what is there for people: invitations, accounts, terms, own data."""
    if page.goto(f"/invitations/{INVITATION}/").status == 200:  # type: ignore[union-attr]
        take(page, "invitation")
    paths = (("log-in", "/accounts/login/"), ("sign-up", "/accounts/signup/"), ("account", "/me/account/"))
    for name, path in (*paths, ("leave", "/me/leave/"), ("terms", "/terms/")):
        page.goto(path)
        take(page, name)


def _live(page: Page, take: Take) -> None:
    """Ask two contestants something, where the demo has live battles."""
    page.goto("/contests/small-model/")
    asking = page.get_by_role("link", name="Ask both something of your own")
    if not asking.count():
        return
    asking.click()
    page.get_by_label("Your prompt").fill("How long should tea steep?")
    take(page, "live-ask")
    page.get_by_role("button", name="Ask both").click()
    page.wait_for_function("() => document.querySelector('[data-side=b]')?.textContent.length > 150")
    take(page, "live-writing")
    page.get_by_role("button", name="A is better").wait_for(timeout=60_000)
    take(page, "live-battle")


def _webp(painter: Page, png: bytes) -> bytes:
    """Return a picture as WebP, which Chromium itself can write."""
    told: str = painter.evaluate(
        """async ([png, quality]) => {
             const image = new Image();
             image.src = `data:image/png;base64,${png}`;
             await image.decode();
             const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
             canvas.getContext("2d").drawImage(image, 0, 0);
             return canvas.toDataURL("image/webp", quality);
           }""",
        [base64.b64encode(png).decode(), QUALITY],
    )
    return base64.b64decode(told.partition(",")[2])


@contextmanager
def own_demo() -> Iterator[str]:
    """Serve a demo made for the pictures, in which live battles are answered by a script; give its address."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="versus-pictures-"))
        # In turn, so that the two of a battle say different things.
        replies = [streamed(*[text] * 8, pause=0.4) for text in STEEPING]
        endpoint = stack.enter_context(scripted_endpoint(*replies * 20))
        told = {"demo": {"base_url": endpoint.base_url}}
        database = f"sqlite:///{folder}/demo.sqlite3"
        os.environ.update(
            VERSUS_PROVIDERS=json.dumps(told), DATABASE_URL=database, DJANGO_SETTINGS_MODULE="config.settings"
        )
        for command in (("demo", "--no-serve"), ("shell", "--command", PREPARE)):
            subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, check=True)
        server = stack.enter_context(run_server(database))
        yield f"http://127.0.0.1:{server.port}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Take the pictures of README and of the tour.")
    parser.add_argument("url", nargs="?", help="a running demo; without it one is prepared")
    address = parser.parse_args().url
    with ExitStack() as context:
        take_screenshots(address or context.enter_context(own_demo()), ROOT / "docs" / "img")
