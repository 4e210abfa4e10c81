"""Who may meet whom, and on what: filters act before probabilities are normalised."""

from datetime import timedelta

import numpy as np
import pytest
from django.utils import timezone

from arena.models import Contest, Matchmaking
from arena.queries.battles import drawing_table, may_meet
from arena.queries.catalogue import catalogue
from arena.queries.matchmaking import matchmaking_of
from arena.services.battles import open_battle
from arena.services.errors import NoBattleLeft
from arena.services.votes import cast_vote
from tests.factories import make_arena, make_category, make_matchmaking, make_rater

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def meets(contest: Contest, **settings: object) -> list[list[bool]]:
    row = Matchmaking(contest=contest, **settings)
    allowed: list[list[bool]] = may_meet(contest, catalogue(contest), row, timezone.now()).tolist()
    return allowed


def everybody(size: int) -> list[list[bool]]:
    return (~np.eye(size, dtype=bool)).tolist()


def test_by_default_everybody_may_meet():
    assert meets(make_arena(contestants=3)) == everybody(3)


def test_an_organisation_may_be_kept_from_meeting_itself():
    contest = make_arena(contestants=4)
    first, second, third, fourth = contest.contestants.order_by("id")
    for one, name in ((first, "Acme"), (second, "Acme"), (third, ""), (fourth, "")):
        one.organisation = name
        one.save()
    allowed = meets(contest, same_organisation=False)
    assert not allowed[0][1]
    assert allowed[0][2]
    # No name is no organisation.
    assert allowed[2][3]
    assert meets(contest) == everybody(4)


def test_who_costs_too_much_is_left_out_and_who_has_no_price_is_not():
    contest = make_arena(contestants=3)
    dear, cheap, unknown = contest.contestants.order_by("id")
    for one, price in ((dear, 100.0), (cheap, 1.0)):
        one.prompt_price = one.completion_price = price
        one.save()
    contest.responses.exclude(contestant=unknown).update(prompt_tokens=1000, completion_tokens=1000)
    # What a response has cost enters when the stock is read; a price that changed is noticed at once.
    allowed = np.array(meets(contest, most_cost_usd=0.01))
    assert not allowed[0].any()
    assert allowed[1, 2]


def test_whose_provider_failed_just_now_is_left_out_for_a_while():
    contest = make_arena(contestants=3)
    failing = contest.contestants.order_by("id")[0]
    failing.failed_at = timezone.now() - timedelta(minutes=1)
    failing.save()
    assert not any(meets(contest, leave_out_failing=True)[0])
    assert meets(contest) == everybody(3)
    failing.failed_at = timezone.now() - timedelta(hours=1)
    failing.save()
    assert meets(contest, leave_out_failing=True) == everybody(3)


def test_propensities_are_over_what_the_filters_leave():
    contest = make_arena(contestants=3, prompts=2)
    contest.contestants.filter(pk__in=contest.contestants.order_by("id").values("pk")[:2]).update(organisation="Acme")
    make_matchmaking(contest, same_organisation=False, policy="uniform")
    for _ in range(4):
        battle = open_battle(contest, make_rater())
        assert battle.propensity == pytest.approx(0.5)
        assert battle.reason["pairs"] == 2
        assert {battle.contestant_a.organisation, battle.contestant_b.organisation} == {"Acme", ""}


def test_a_contest_draws_by_its_own_policy():
    contest = make_arena(contestants=3, prompts=2)
    make_matchmaking(contest, policy="top_k", top_k=2, floor=0.25)
    battle = open_battle(contest, make_rater())
    assert battle.policy.startswith("top_k/")
    assert battle.reason["top_k"] == 2
    assert battle.propensity >= 0.25 / 3 - 1e-9


def test_a_goal_sends_votes_to_what_is_open():
    contest, rater = make_arena(contestants=3, prompts=2), make_rater()
    make_matchmaking(contest, goal="interval", goal_width=10_000)
    stock = catalogue(contest)
    table = drawing_table(contest, rater, stock, np.ones(2, dtype=bool), matchmaking_of(contest), timezone.now())
    assert table.state.open is not None
    assert not table.state.open.any()


def test_categories_that_know_little_get_more_of_a_pairs_prompts():
    contest = make_arena(contestants=2, prompts=12)
    known, new = make_category(contest, "known"), make_category(contest, "new")
    for number, prompt in enumerate(contest.prompts.order_by("id")):
        prompt.categories.add(known if number % 2 else new)
    for _ in range(12):
        for prompt in contest.prompts.filter(categories=known):
            rater = make_rater()
            battle = open_battle(contest, rater, prompts=[prompt.pk])
            cast_vote(battle.token, rater, "A" if rater.pk % 2 else "B")
    chances = [open_battle(contest, make_rater()) for _ in range(40)]
    of_new = sum(battle.prompt.categories.filter(pk=new.pk).exists() for battle in chances)
    assert of_new > 20
    assert all(0 < battle.reason["prompt_probability"] < 1 for battle in chances)


def test_experts_see_more_of_what_they_know():
    contest = make_arena(contestants=2, prompts=10)
    maths, law = make_category(contest, "maths"), make_category(contest, "law")
    for number, prompt in enumerate(contest.prompts.order_by("id")):
        prompt.categories.add(maths if number % 2 else law)
    lawyer = make_rater()
    lawyer.expertise.add(law)
    battle = open_battle(contest, lawyer)
    # Nothing is known of either category, so that only the expertise tells them apart: 3 to 1, of five prompts each.
    chance = battle.reason["prompt_probability"]
    assert chance == pytest.approx(0.75 / 5 if law in battle.prompt.categories.all() else 0.25 / 5)


def test_filters_that_leave_nobody_say_that_nothing_is_left():
    contest = make_arena(contestants=2, prompts=1)
    contest.contestants.update(organisation="Acme")
    make_matchmaking(contest, same_organisation=False)
    with pytest.raises(NoBattleLeft, match="no two contestants that may be compared now"):
        open_battle(contest, make_rater())
