"""Whatever strangers write: nothing runs, nothing is loaded, and nothing changes outside the box in which it is shown."""

import re
from collections.abc import Callable
from typing import Any, Final

import pytest
from django.test import Client
from playwright.sync_api import Dialog, Page, Response, expect

from arena.models import Contest, LiveBattle, LiveState
from arena.rendering.events import render_event
from arena.services.leaderboards import refresh_contest
from arena.services.raters import identify_account
from tests.factories import (
    make_battle,
    make_category,
    make_contest,
    make_contestant,
    make_live,
    make_prompt,
    make_response,
    make_staff,
    make_user,
    vote_between,
)
from tests.support.payloads import ALL, PAYLOADS

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]

BATCH: Final = 26
# As much as a field takes; what is cut off in the middle is as hostile as what is whole.
NAMES: Final = list(dict.fromkeys(payload[:120] for payload in ALL))
RATED: Final = 24
OWN_PAGES: Final = re.compile(
    r"/(battles/[\w-]+/(\w+/)?|live/[\w-]+/(events/)?|contests/[\w/.-]*|me/|static/[\w/.-]+|admin/.*)?$"
)
# What is outside the boxes for texts of strangers: every element with its id and its classes, and how often each is there.
OUTLINE = """() => {
  const page = document.documentElement.cloneNode(true);
  page.querySelectorAll(".prose, .difference p").forEach((box) => box.replaceChildren());
  // Which part is in view depends on how much there is.
  page.querySelectorAll("[data-unread]").forEach((side) => delete side.dataset.unread);
  page.querySelectorAll(".jump a").forEach((link) => link.removeAttribute("aria-current"));
  return [...page.querySelectorAll("*")].map((element) =>
    [element.tagName, element.id, element.className.baseVal ?? element.className,
     [...element.getAttributeNames()].sort().join(" ")].join("|"));
}"""
# What must not be inside: anything but text, its layout and plain links.
INSIDE = """() => [...document.querySelectorAll(".prose *, .difference p *")].flatMap((element) =>
  [...element.attributes].filter(({ name, value }) =>
    /^(id|name|style|on.*|(data-)?hx.*|data-.*|src.*|form.*|action|target|download|ping|accesskey|autofocus)$/i.test(name)
    || (name === "href" && !/^https?:/i.test(value))
    || (name === "class" && !value.split(" ").every((word) => /^(highlight|remote-image|cut|end|hl-[\\w-]+)$/.test(word)))
  ).map(({ name, value }) => `${element.tagName} ${name}=${value}`))"""
CANARY = "window.hits = []; window.pwned = (n) => { window.hits.push(n); };"


class Watch:
    """A page, what it asked for, and what was run on it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.asked: list[str] = []
        self.dialogs: list[str] = []
        page.add_init_script(CANARY)
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("dialog", self._dismiss)
        page.context.on("page", lambda other: self.asked.append(f"another page: {other.url}"))

    def _dismiss(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def assert_untouched(self) -> None:
        """Nothing ran, nothing was asked for but pages and files of our own, nothing is in the boxes but text."""
        assert self.page.evaluate("window.hits") == []
        assert self.dialogs == []
        origin = re.match(r"https?://[^/]+", self.page.url)
        assert origin is not None
        foreign = [url for url in self.asked if not url.startswith(origin[0])]
        paths = [url.removeprefix(origin[0]).partition("?")[0] for url in self.asked]
        assert (foreign, [path for path in paths if not OWN_PAGES.match(path)]) == ([], [])
        assert self.page.evaluate(INSIDE) == []

    def outline(self) -> list[str]:
        return list(self.page.evaluate(OUTLINE))


@pytest.fixture
def watch(open_page: Callable[..., Page]) -> Watch:
    return Watch(open_page(viewport={"width": 1100, "height": 800}, reduced_motion="reduce"))


def parts() -> list[tuple[str, str]]:
    """Return all payloads, some in a text, each in both orders: what never closes stands before all others once."""
    rows = [ALL[start : start + BATCH] for start in range(0, len(ALL), BATCH)]
    return [("\n\n".join(row), "\n\n".join(row[::-1])) for row in rows]


def contest_of(slug: str, prompt: str, answers: tuple[str, str], **fields: Any) -> Contest:
    """A contest with one battle; all of them look alike from outside."""
    contest = make_contest(slug, name="Tea", **fields)
    asked = make_prompt(contest, prompt)
    for name, text in zip(("First", "Second"), answers, strict=True):
        make_response(asked, make_contestant(contest, name), text)
    return contest


def begin(page: Page, slug: str) -> None:
    page.goto(f"/contests/{slug}/")
    page.get_by_role("button", name="Start voting").click()
    expect(page).to_have_title("Vote · Versus")
    page.wait_for_load_state("networkidle")


def is_ahead(response: Response) -> bool:
    """Return whether this is the end of what a page fetches ahead: the next battle, or that there is none."""
    fetched = response.request.resource_type == "fetch" and response.request.method == "GET"
    return fetched and response.status == 200


def vote(page: Page) -> None:
    with page.expect_response(is_ahead):
        page.get_by_role("button", name="Tie").click()
        expect(page).to_have_title("Who wrote what · Versus")


def heights(page: Page) -> list[int]:
    """Return how high each box is, in whole pixels, so that nothing beside it is rounded otherwise."""
    script = "[...document.querySelectorAll('.prose')].map((box) => Math.ceil(box.getBoundingClientRect().height))"
    return list(page.evaluate(script))


def set_heights(page: Page, wanted: list[int]) -> None:
    """Make the boxes as high as others were, so that what stands around them stands where it stood there."""
    page.evaluate(
        """(wanted) => document.querySelectorAll(".prose").forEach((box, n) => {
             box.style.boxSizing = "border-box"; box.style.height = `${wanted[n]}px`; })""",
        wanted,
    )


def outside(page: Page) -> bytes:
    """Return the picture of a whole page, its boxes covered."""
    page.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
    return page.screenshot(full_page=True, mask=[page.locator(".prose")], mask_color="#00ff00", animations="disabled")


def sign_in(page: Page, user: Any, url: str) -> None:
    client = Client()
    client.force_login(user)
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": url}])


def test_there_are_enough_payloads_of_many_kinds() -> None:
    assert len(set(ALL)) >= 150
    assert min(map(len, PAYLOADS.values())) >= 10


def test_a_page_on_which_something_runs_or_changes_is_noticed(watch: Watch, problems: list[str]) -> None:
    """The tests below are worth nothing if they see nothing."""
    contest_of("plain", "Plain.", ("One.", "Two."))
    begin(watch.page, "plain")
    before, picture = watch.outline(), outside(watch.page)
    watch.page.evaluate(
        """() => {
          pwned(1);
          document.querySelector("#side-a .prose").innerHTML = '<p id="x" hx-get="/canary/">x</p>';
          document.querySelector("h1").innerHTML += '<b class="x">x</b>';
          fetch("/canary/").catch(() => 0);
        }"""
    )
    watch.page.wait_for_load_state("networkidle")
    assert watch.page.evaluate("window.hits") == [1]
    assert len(watch.page.evaluate(INSIDE)) == 2
    assert watch.outline() != before
    assert outside(watch.page) != picture
    with pytest.raises(AssertionError):
        watch.assert_untouched()
    watch.page.evaluate("window.hits = []; document.querySelector('#side-a .prose p').remove()")
    with pytest.raises(AssertionError, match="canary"):
        watch.assert_untouched()
    problems.clear()


def test_battle_and_reveal(watch: Watch) -> None:
    page = watch.page
    for number, (text, reverse) in enumerate(parts()):
        contest_of(f"hostile-{number}", text, (text, reverse))
        contest_of(f"benign-{number}", "Plain.", ("One.", "Two."))
        begin(page, f"hostile-{number}")
        watch.assert_untouched()
        outline, high = watch.outline(), heights(page)
        set_heights(page, high)
        picture = outside(page)
        vote(page)
        watch.assert_untouched()
        revealed = watch.outline()
        begin(page, f"benign-{number}")
        assert watch.outline() == outline
        set_heights(page, high)
        assert outside(page) == picture, f"part {number} paints outside its box"
        vote(page)
        assert watch.outline() == revealed


def test_names_and_texts_of_a_contest(watch: Watch) -> None:
    everything = "\n\n".join(ALL)
    contest = make_contest(
        "named",
        name=NAMES[0],
        question=NAMES[1],
        description=everything,
        instructions=everything,
        attribution=everything,
        live=True,
    )
    quarter = -(-len(NAMES) // 4)
    cast = []
    for n in range(quarter):
        name, organisation, model, licence = (NAMES[(n + k * quarter) % len(NAMES)] for k in range(4))
        fields = {"organisation": organisation, "model": model, "licence": licence, "description": licence}
        cast.append(make_contestant(contest, name, slug=f"c{n}", **fields, system_prompt=everything))
    contest.contestants.update(sampling={name: name for name in NAMES})
    for n, name in enumerate(NAMES[:40]):
        category = make_category(contest, f"k{n}")
        category.name = name[:80]
        category.save()
    prompt = make_prompt(contest)
    prompt.categories.set(contest.categories.all())
    rated = cast[:RATED]
    for author in rated:
        make_response(prompt, author)
    for n, author in enumerate(rated):
        vote_between(contest, author, rated[n - 1], "AB"[n % 2])
        vote_between(contest, author, rated[n - 1], "BA"[n % 2])
    refresh_contest(contest)
    for path in ("/", *(f"/contests/named/{door}" for door in ("", "live/", "leaderboard/", "matchmaking/"))):
        watch.page.goto(path)
        watch.page.wait_for_load_state("networkidle")
        watch.assert_untouched()
        assert watch.page.get_by_text(NAMES[0]).count() > 0
    begin(watch.page, "named")
    watch.assert_untouched()
    watch.page.get_by_text("Say why, if you like").click()
    watch.page.get_by_label("Comment").fill(everything[:2000])
    vote(watch.page)
    watch.assert_untouched()
    watch.page.goto("/me/")
    watch.assert_untouched()
    assert watch.page.get_by_text(NAMES[0]).count() > 0


def test_comments_and_reports_come_back_as_they_were_written(watch: Watch, live_server: Any) -> None:
    contest_of("told", "Plain.", ("One.", "Two."))
    page, told = watch.page, "\n".join(ALL)[:2000].rstrip()
    begin(page, "told")
    page.get_by_text("Report a problem").click()
    page.get_by_label("In your words").fill(told)
    page.get_by_role("button", name="Send the report").click()
    expect(page.get_by_role("status")).not_to_be_empty()
    watch.assert_untouched()
    page.get_by_text("Say why, if you like").click()
    page.get_by_label("Comment").fill(told)
    vote(page)
    watch.assert_untouched()
    page.get_by_text("Say why, if you like").click()
    expect(page.get_by_label("Comment")).to_have_value(told)
    sign_in(page, make_staff(), live_server.url)
    for table in ("battlereport", "vote", "battle"):
        page.goto(f"/admin/arena/{table}/")
        page.locator("#result_list tbody th a").first.click()
        page.wait_for_load_state("networkidle")
        assert page.evaluate("window.hits") == []
    watch.assert_untouched()


def test_live_battles(watch: Watch, live_server: Any) -> None:
    page, user = watch.page, make_user()
    sign_in(page, user, live_server.url)
    rater = identify_account(user)
    contest = contest_of("live", "Plain.", ("One.", "Two."), live=True)
    turns = [{"user": text, "a": text, "b": reverse} for text, reverse in parts()]
    ready = make_live(contest, rater=rater)
    battle = make_battle(contest, rater, token=ready.token, reason={"live": True})
    LiveBattle.objects.filter(pk=ready.pk).update(state=LiveState.READY, turns=turns, battle=battle)
    page.goto(f"/live/{ready.token}/")
    page.wait_for_load_state("networkidle")
    expect(page.get_by_role("button", name="A is better")).to_be_visible()
    watch.assert_untouched()


def test_live_answers_while_they_are_written(watch: Watch, live_server: Any) -> None:
    """Text that grows is text: a piece of it may end in the middle of whatever it tries."""
    page, user = watch.page, make_user()
    sign_in(page, user, live_server.url)
    contest = contest_of("live", "Plain.", ("One.", "Two."), live=True)
    live = make_live(contest, rater=identify_account(user), asked="\n\n".join(ALL))
    text = "\n\n".join(ALL)
    pieces = [text[start : start + 997] for start in range(0, len(text), 997)]
    events = "".join(render_event("more", {"a": piece, "b": piece}) for piece in pieces)
    body = render_event("begin", {}) + events
    page.route("**/events/", lambda route: route.fulfill(body=body, content_type="text/event-stream"))
    page.goto(f"/live/{live.token}/")
    expect(page.locator("[data-side=a]")).to_contain_text(pieces[-1][-20:])
    watch.assert_untouched()
    assert page.locator("[data-side] *").count() == 0
    assert (
        page.locator("[data-side=b]").evaluate("(box) => box.textContent.length") == len(text.encode("utf-16-le")) // 2
    )
