"""A live battle with a real language model behind real servers, on the real pages, from the prompt to the names."""

import json
import re
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final

import pytest
from django.db import connection
from playwright.sync_api import Page, expect

from arena.models import Battle, Contest, Contestant, ContestantState, Response, Vote
from arena.providers import small_model
from arena.providers.small_model import MODEL, RunningModel, run_small_model
from tests.arena.services.live_cast import make_live_contest
from tests.browser.test_live import WATCH, ask, shown_lengths
from tests.support.server import Server, database_url, run_server

pytestmark = [
    pytest.mark.browser,
    pytest.mark.localmodel,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(240),
    pytest.mark.skipif(
        not small_model.available(), reason="the local model is not installed; make local-model installs it"
    ),
]

# Names that a model which is asked about tea does not come upon.
NAMES: Final = ("Quokka", "Numbat", "Potoroo", "Bilby")
PATIENCE: Final = 90_000
"""Milliseconds for which an answer is waited for; on a machine with nothing else to do it takes a few seconds."""
ENDLESS: Final = {"max_tokens": 1500, "ignore_eos": True, "temperature": 0.8}
BRIEF: Final = {"max_tokens": 32, "ignore_eos": True, "temperature": 0.8}


@contextmanager
def served(patch: pytest.MonkeyPatch) -> Iterator[tuple[Server, RunningModel, RunningModel]]:
    """Run the site, and the model in two processes: one for Numbat, another for all others."""
    with ExitStack() as stack:
        one, two = (stack.enter_context(run_small_model()) for _ in range(2))
        homes = {name: two if name == "Numbat" else one for name in NAMES}
        told = {name.lower(): {"base_url": home.base_url, "retries": 1} for name, home in homes.items()}
        patch.setenv("VERSUS_PROVIDERS", json.dumps(told))
        yield stack.enter_context(run_server(database_url(connection.settings_dict))), one, two
        # What is frozen does not hear that it shall end.
        for running in (one, two):
            running.process.send_signal(signal.SIGCONT)


def make_cast() -> Contest:
    contest = make_live_contest(NAMES)
    contest.contestants.update(model=MODEL, sampling=ENDLESS)
    contest.contestants.exclude(slug__in=("quokka", "numbat")).update(state=ContestantState.PAUSED)
    return contest


def assert_blind(page: Page) -> None:
    content = page.content().casefold()
    assert not [word for word in (*NAMES, MODEL, "smollm") if word.casefold() in content]


def test_from_the_prompt_to_the_names_with_a_real_model(page: Page, monkeypatch: Any) -> None:
    contest = make_cast()
    with served(monkeypatch) as (server, one, two):
        # Two streams grow, in step.
        ask(page, server, "Tell a long story about tea.")
        page.evaluate(WATCH)
        for side in "ab":
            # In each step come 80 characters at most, so these came in several.
            expect(page.locator(f"[data-side={side}]")).to_contain_text(
                re.compile(".{200}", re.DOTALL), timeout=PATIENCE
            )
        assert_blind(page)
        steps = shown_lengths(page)
        assert len(steps) >= 3
        assert all(a == b > 0 for a, b in steps)
        assert steps == sorted(steps)

        # A stop ends both where they are. The models hold still meanwhile, so that they are not done before it.
        for running in (one, two):
            running.process.send_signal(signal.SIGSTOP)
        page.get_by_role("button", name="Stop both").click()
        expect(page.get_by_role("button", name="Tie")).to_be_visible(timeout=PATIENCE)
        assert_blind(page)
        assert {row.finish_reason for row in Response.objects.all()} == {"stopped"}
        for running in (one, two):
            running.process.send_signal(signal.SIGCONT)

        # A follow-up is answered by both, and voted on with the rest.
        contest.contestants.update(sampling=BRIEF)
        page.get_by_text("Ask both one thing more").click()
        page.get_by_label("Your follow-up").fill("And how did it end?")
        page.get_by_role("button", name="Ask both").click()
        expect(page.get_by_role("button", name="A is better")).to_be_visible(timeout=PATIENCE)
        expect(page.get_by_role("heading", name="Response A")).to_have_count(2)
        assert_blind(page)
        page.keyboard.press("a")
        expect(page.get_by_text("Quokka").first).to_be_visible()
        expect(page.get_by_text("Numbat").first).to_be_visible()
        assert [len(row.turns or ()) for row in Response.objects.all()] == [4, 4]

        # One of the two processes hangs, and is killed while a battle waits for it.
        two.process.send_signal(signal.SIGSTOP)
        ask(page, server, "What is tea?")
        contest.contestants.update(state=ContestantState.ACTIVE)
        two.process.kill()
        expect(page.get_by_role("button", name="A is better")).to_be_visible(timeout=PATIENCE)
        assert_blind(page)
        assert_drawn_anew()
        page.keyboard.press("b")
        expect(page.get_by_role("link", name="Leaderboard").first).to_be_visible()
        expect(page.locator("#stage")).not_to_contain_text("Numbat")
        page.wait_for_load_state("networkidle")
    assert sorted(Vote.objects.values_list("outcome", flat=True)) == ["A", "B"]


def assert_drawn_anew() -> None:
    """The other contestants answered, and both draws are told with their propensities."""
    battle = Battle.objects.latest("id")
    [failed] = battle.reason["failed_draws"]
    assert (failed["pair"], failed["failed"], failed["propensity"]) == (["numbat", "quokka"], ["numbat"], 1.0)
    pair = {battle.contestant_a.slug, battle.contestant_b.slug}
    assert pair < {"quokka", "potoroo", "bilby"}
    # Three pairs were left to be drawn.
    assert battle.propensity is not None
    assert 0 < battle.propensity < 1
    assert Contestant.objects.get(slug="numbat").failed_at is not None
    answers = Response.objects.filter(pk__in=(battle.response_a_id, battle.response_b_id))
    for row in answers:
        assert (row.completion_tokens, row.finish_reason) == (32, "length")
        assert (row.mean_logprob or 0) < 0 < (row.logprob_bytes or 0)
