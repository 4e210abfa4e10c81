"""What the tests in a browser share: pages of any kind, and contests worth looking at."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from arena.models import Battle, Board, Contest, Contestant, RaterKind, VoteOutcome
from arena.services.boards import add_board
from arena.services.leaderboards import refresh_contest
from arena.services.matchmaking import change_matchmaking
from tests.arena.queries.drawn import draw_battles
from tests.factories import (
    make_arena,
    make_contest,
    make_contestant,
    make_judge,
    make_prompt,
    make_rater,
    make_response,
    make_styled_arena,
    vote_between,
)
from tests.support.browser import record_problems

PHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}
LONG_LINE = "total = " + " + ".join(f"measured[{k}] * weight[{k}]" for k in range(20))
CODE = f'''# Sum what was measured.
import math

@cached
class Teapot(Vessel):
    """Holds tea."""

    def pour(self, cups: int = 2) -> float:
        if cups > 0x10 or not self.leaves:
            raise ValueError(f"{{cups}} cups are too many\\n")
        return round(math.pi * 3.5e-1 * cups, 2)

{LONG_LINE}
'''
WIDE_TABLE = "\n".join(
    [
        "| " + " | ".join(f"Temperature after {k} minutes" for k in range(8)) + " |",
        "|" + "---|" * 8,
        "| " + " | ".join(f"{96 - 4 * k} °C" for k in range(8)) + " |",
    ]
)
TEXT = f"""# Three to five minutes

Black tea wants **boiling** water, *green* tea does not; see [a guide](https://example.org/tea) and `steep()`.

> Tea tempers the spirits.

1. Warm the pot.
2. Pour $t = \\frac{{V}}{{q}}$.

{WIDE_TABLE}

```python
{CODE}
```

![a cup](https://example.org/cup.png)

$$\\sum_{{k=0}}^{{n}} c_k e^{{-\\lambda_k t}} = 1$$
"""


# Several people and programs may be at work on this machine.
expect.set_options(timeout=30_000)


@pytest.fixture
def open_page(browser: Browser, live_server: LiveServer, problems: list[str]) -> Iterator[Callable[..., Page]]:
    """Return what opens a page in a browser of its own, as `page` is one; with options of Playwright's contexts."""
    contexts = []

    def opened(**options: Any) -> Page:
        context = browser.new_context(base_url=live_server.url, **options)
        contexts.append(context)
        new = context.new_page()
        new.set_default_timeout(30_000)
        record_problems(new, problems)
        return new

    yield opened
    for context in contexts:
        context.close()
    assert problems == []


@pytest.fixture
def contest() -> Contest:
    """Three contestants, two prompts: six battles for each rater."""
    return make_arena()


def start_voting(page: Page, contest: Contest) -> str:
    """Go from the contest to its voting page; return the path of the battle.

    From there on `window.sent` counts what is sent, as long as the page is not loaded anew.
    """
    page.goto(f"/contests/{contest.slug}/")
    page.get_by_role("button", name="Start voting").click()
    expect(page).to_have_title("Vote · Versus")
    # The title is there before the scripts that listen to keys.
    page.wait_for_load_state()
    page.evaluate("window.sent = 0; document.addEventListener('htmx:beforeRequest', () => { window.sent += 1 })")
    return str(page.evaluate("location.pathname"))


@pytest.fixture
def start(contest: Contest) -> Callable[[Page], str]:
    """Return what leads a page to the first battle of `contest` and tells its path."""
    return lambda page: start_voting(page, contest)


@pytest.fixture
def start_showcase(showcase: Contest) -> Callable[[Page], str]:
    """Return what leads a page to the battle of `showcase`."""
    return lambda page: start_voting(page, showcase)


@pytest.fixture
def showcase() -> Contest:
    """A contest with every kind of text, on which somebody voted already, so that authors have ratings."""
    contest = make_contest(
        "showcase",
        name="Everything about tea",
        description=TEXT,
        instructions="Prefer what is *correct*.",
        attribution="Answers by [the tea house](https://example.org/), CC BY 4.0.",
    )
    turns = [{"role": "user", "content": "I like tea."}, {"role": "assistant", "content": "So do I."}]
    prompt = make_prompt(contest, TEXT, turns=turns, language="en")
    for name in ("Assam", "Ceylon"):
        author = make_contestant(
            contest,
            name,
            description="Brewed with care.",
            organisation="Tea House",
            system_prompt="Answer as a tea master.",
            sampling={"temperature": 0.7, "top_p": 0.9},
        )
        make_response(prompt, author, f"{TEXT}\nSo says {name[0]}.")
    cast = list(contest.contestants.order_by("name"))
    for winner in (VoteOutcome.A, VoteOutcome.B):
        vote_between(contest, cast[0], cast[1], winner)
    refresh_contest(contest)
    return contest


def vote_often(contest: Contest, pair: tuple[Contestant, Contestant], said: str, **fields: Any) -> None:
    """Vote once for each letter: a and b for the sides, t for a tie, x for both bad."""
    outcomes = {"a": VoteOutcome.A, "b": VoteOutcome.B, "t": VoteOutcome.TIE, "x": VoteOutcome.BOTH_BAD}
    for letter in said:
        vote_between(contest, *pair, outcomes[letter], **fields)


@pytest.fixture
def board() -> Contest:
    """A contest with two boards: of people, with an unrated contestant and a notice, and of a judge.

    People: Assam beat Ceylon three times of four, so 400 log10(3) = 191 points apart around 1000; Darjeeling, which
    nobody compared with anything, is unrated. The judge says the contrary.
    """
    contest = make_contest("tea", attribution="Answers by [the tea house](https://example.org/), CC BY 4.0.")
    assam, ceylon, _ = (make_contestant(contest, name) for name in ("Assam", "Ceylon", "Darjeeling"))
    prompt = make_prompt(contest)
    for author in contest.contestants.all():
        make_response(prompt, author)
    vote_often(contest, (assam, ceylon), "aaabx")
    judge = make_rater(RaterKind.JUDGE, judge=make_judge("careful-judge"))
    vote_often(contest, (assam, ceylon), "bbba", rater=judge)
    refresh_contest(contest)
    return contest


@pytest.fixture
def drawn() -> Contest:
    """A contest with drawn battles and a log of changes, whose sides were not drawn by a fair coin."""
    contest = make_arena(contestants=4, prompts=1, slug="drawn")
    contest.contestants.update(organisation="Tea House")
    change_matchmaking(contest, None, policy="top_k", vote_budget=1000)
    battles = draw_battles(contest, 300)
    for battle in battles:
        if battle.contestant_a_id > battle.contestant_b_id:
            battle.contestant_a, battle.contestant_b = battle.contestant_b, battle.contestant_a
            battle.response_a, battle.response_b = battle.response_b, battle.response_a
    Battle.objects.bulk_update(battles, ["contestant_a", "contestant_b", "response_a", "response_b"])
    refresh_contest(contest)
    return contest


@pytest.fixture
def stuck_board(board: Contest) -> Contest:
    """The same, with a board that could not be brought up to date."""
    Board.objects.filter(contest=board, slug="human").update(problem="The fit broke off.", checked_at=timezone.now())
    return board


@pytest.fixture
def styled_board() -> Contest:
    """A contest of sixty votes with two boards: of people, and the same with style controlled."""
    contest = make_styled_arena("styled", rounds=20)
    contest.contestants.update(organisation="Tea House")
    add_board(
        contest, "controlled", name="Style controlled", language="en", settings={"covariates": ["tokens", "lists"]}
    )
    refresh_contest(contest)
    return contest


@pytest.fixture
def islands() -> Contest:
    """A contest with everything that keeps contestants apart.

    Assam, Ceylon and Darjeeling beat each other, Darjeeling seldom; Earl Grey never lost; Fennel and Ginger met each
    other alone.
    """
    contest = make_contest("islands")
    names = ("Assam", "Ceylon", "Darjeeling", "Earl Grey", "Fennel", "Ginger")
    assam, ceylon, darjeeling, earl, fennel, ginger = (make_contestant(contest, name) for name in names)
    prompt = make_prompt(contest)
    for author in contest.contestants.all():
        make_response(prompt, author)
    vote_often(contest, (assam, ceylon), 8 * "ab")
    vote_often(contest, (ceylon, darjeeling), 24 * "a" + 2 * "b")
    vote_often(contest, (assam, darjeeling), 24 * "a" + 2 * "b")
    vote_often(contest, (earl, assam), "aaa")
    vote_often(contest, (fennel, ginger), "aab")
    refresh_contest(contest)
    return contest
