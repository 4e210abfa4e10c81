"""Who was drawn how often: counted from closed battles alone, against what is fair, and told with every setting."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from arena.matchmaking.settings import SHARPNESS
from arena.models import Battle, BattlePurpose, BattleState, Contest, ContestantState, Matchmaking, PolicyName
from arena.queries import exposure as module
from arena.queries.drawing_rules import changes_told, settings_told
from arena.queries.exposure import Exposure, count_exposure, matchmaking_page
from arena.services.battles import open_battle
from arena.services.identical import record_identical_responses
from arena.services.leaderboards import ensure_boards
from arena.services.matchmaking import SETTINGS, change_matchmaking
from arena.services.votes import void_vote
from tests.arena.queries.drawn import draw_battles
from tests.factories import (
    make_arena,
    make_battle,
    make_contestant,
    make_prompt,
    make_rater,
    make_response,
    make_staff,
    make_vote,
    make_voted_arena,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def contest() -> Contest:
    """Four contestants, two of one organisation, and 100 drawn battles."""
    contest = make_arena(contestants=4, prompts=1)
    pair = contest.contestants.order_by("id")[:2]
    contest.contestants.filter(pk__in=[row.pk for row in pair]).update(organisation="Tea House")
    draw_battles(contest, 100)
    ensure_boards(contest)
    return contest


def counted(contest: Contest) -> Exposure:
    return count_exposure(contest, timezone.now())


def test_shares_are_those_of_a_count_by_hand(contest):
    found = counted(contest)
    assert found.battles == 100
    assert found.fair == 0.5
    for row in found.contestants:
        mine = [
            battle
            for battle in Battle.objects.select_related("contestant_a", "contestant_b", "vote")
            if row.slug in (battle.contestant_a.slug, battle.contestant_b.slug)
        ]
        assert (row.battles, row.share) == (len(mine), len(mine) / 100)
        assert row.votes == sum(battle.state == BattleState.VOTED for battle in mine)
        assert row.place == pytest.approx(100 * row.share / found.axis.top, abs=1e-3)
    assert sum(row.share for row in found.contestants) == pytest.approx(2)
    assert [row.battles for row in found.contestants] == sorted(
        (row.battles for row in found.contestants), reverse=True
    )


def test_organisations_are_held_against_their_share_of_contestants(contest):
    found = {row.name: row for row in counted(contest).organisations}
    assert set(found) == {"Tea House", "no organisation"}
    assert sum(row.sides for row in found.values()) == 200
    assert sum(row.share for row in found.values()) == pytest.approx(1)
    assert {row.fair for row in found.values()} == {0.5}


def test_what_became_of_battles_adds_up(contest):
    draw_battles(contest, 7, make_rater(), state=BattleState.EXPIRED)
    found = counted(contest)
    fates = {fate.state: fate for fate in found.fates}
    assert list(fates) == ["voted", "skipped", "expired"]
    assert fates["expired"].battles == 7
    assert sum(fate.battles for fate in fates.values()) == found.battles == 107
    assert sum(fate.share for fate in fates.values()) == pytest.approx(1)


def test_policies_are_counted_in_all_and_lately(contest):
    draw_battles(contest, 30, make_rater(), policy="information/1", served_at=timezone.now() - timedelta(days=8))
    found = counted(contest)
    assert [(use.policy, use.battles, use.recent) for use in found.policies] == [
        ("information/2", 100, 100),
        ("information/1", 30, 0),
    ]
    assert found.recent == 100


def test_checks_and_repeats_are_in_no_other_number(contest):
    before = counted(contest)
    rater = make_rater()
    draw_battles(contest, 3, rater, purpose=BattlePurpose.CHECK, policy="check/1")
    draw_battles(contest, 2, rater, purpose=BattlePurpose.REPEAT, policy="repeat/1")
    found = counted(contest)
    assert (found.checks, found.repeats) == (3, 2)
    for name in ("battles", "recent", "policies", "fates", "contestants", "organisations", "audited"):
        assert getattr(found, name) == getattr(before, name), name


@pytest.mark.parametrize("purpose", [None, BattlePurpose.CHECK, BattlePurpose.REPEAT])
def test_a_battle_that_is_out_changes_nothing(contest, purpose):
    before = matchmaking_page(contest, with_names=False)
    battle = open_battle(contest, make_rater())
    Battle.objects.filter(pk=battle.pk).update(purpose=purpose)
    cache.clear()
    after = matchmaking_page(contest, with_names=False)
    for name in Exposure.__slots__:
        if name != "at":
            assert getattr(after.exposure, name) == getattr(before.exposure, name), name
    assert (after.settings, after.changes) == (before.settings, before.changes)


def test_imports_are_counted_apart_and_their_votes_count():
    contest = make_voted_arena()
    Battle.objects.update(policy="imported")
    found = counted(contest)
    assert (found.battles, found.imported, found.policies) == (0, 14, [])
    assert [row.share for row in found.contestants] == [0, 0, 0]
    assert sorted(row.votes for row in found.contestants) == [9, 9, 10]


def test_voided_votes_and_ties_by_rule_are_no_votes(contest):
    before = sum(row.votes for row in counted(contest).contestants)
    void_vote(contest.battles.filter(state=BattleState.VOTED)[0].vote, None, "a test")
    prompt = make_prompt(contest)
    for author in contest.contestants.order_by("id")[:2]:
        make_response(prompt, author, "The same text.")
    assert record_identical_responses(contest) == 1
    found = counted(contest)
    assert sum(row.votes for row in found.contestants) == before - 2
    assert (found.battles, found.imported) == (100, 0)


def test_a_battle_that_is_shown_again_was_not_drawn_again(contest):
    before = counted(contest)
    first = contest.battles.order_by("id")[0]
    draw_battles(contest, 5, make_rater(), branch="", reason={**first.reason, "again": first.public_id})
    found = counted(contest)
    assert (found.battles, found.policies, found.fates) == (before.battles, before.policies, before.fates)
    assert {row.slug: row.battles for row in found.contestants} == {row.slug: row.battles for row in before.contestants}


def test_whoever_can_be_drawn_or_was_is_listed(contest):
    make_contestant(contest, "Newcomer")
    make_contestant(contest, "Never seen", state=ContestantState.RETIRED)
    contest.contestants.exclude(name__startswith="N").update(state=ContestantState.RETIRED)
    found = counted(contest)
    assert {row.name for row in found.contestants if row.state == "active"} == {"Newcomer"}
    assert len(found.contestants) == 5
    assert found.fair == 2 / 5


def test_a_contest_without_anything_has_calm_numbers():
    contest = make_arena(contestants=0, prompts=0)
    found = counted(contest)
    assert (found.battles, found.fair, found.contestants, found.organisations, found.audited) == (0, 0, [], [], None)


def test_counting_costs_as_many_queries_with_many_contestants_as_with_few(contest):
    with CaptureQueriesContext(connection) as few:
        matchmaking_page(contest, with_names=True)
    for _ in range(20):
        make_contestant(contest)
    for battle in range(10):
        make_vote(make_battle(contest, make_rater(), policy=f"test/{battle}", propensity=0.5))
    cache.clear()
    with CaptureQueriesContext(connection) as many:
        matchmaking_page(contest, with_names=True)
    assert len(many) == len(few) <= 12


def test_counts_are_kept_for_a_hundred_times_as_long_as_they_took(contest, monkeypatch):
    clock = iter([10.0, 10.5])
    monkeypatch.setattr(module.time, "monotonic", lambda: next(clock))
    kept: list[int] = []
    monkeypatch.setattr(module.cache, "set", lambda key, value, seconds: kept.append(seconds))
    module.kept_exposure(contest)
    assert kept == [51]


def test_counts_that_are_kept_are_not_counted_again(contest):
    first = module.kept_exposure(contest)
    with CaptureQueriesContext(connection) as none:
        assert module.kept_exposure(contest) == first
    assert len(none) == 0


# --- Settings and their log, in words ---------------------------------------------------------------
def test_every_setting_is_told_in_words():
    told = settings_told(Matchmaking())
    assert [setting.name for setting in told] == list(SETTINGS)
    assert all(setting.label and setting.told and setting.meaning for setting in told)
    words = {setting.name: setting.told for setting in told}
    assert words["policy"] == PolicyName.INFORMATION.label
    assert words["floor"] == "10 %"
    assert words["sharpness"] == f"the policy's own ({SHARPNESS['information']:g})"
    assert words["most_cost_usd"] == words["vote_budget"] == "no limit"
    assert words["same_organisation"] == "yes"
    assert words["category_sd"] == "0.35"


def test_what_was_set_is_told_with_its_digits():
    told = {one.name: one.told for one in settings_told(Matchmaking(floor=0.125, sharpness=2.5, vote_budget=12000))}
    assert (told["floor"], told["sharpness"], told["vote_budget"]) == ("12.5 %", "2.5", "12,000")


def test_changes_are_told_newest_first_and_by_whom_to_those_who_may_know(contest):
    staff = make_staff()
    change_matchmaking(contest, staff, policy="top_k", top_k=3)
    change_matchmaking(contest, None, floor=0.2, vote_budget=500)
    second, first = changes_told(contest, with_names=True)
    assert set(second.what) == {"Floor: 10 % → 20 %", "Vote budget: no limit → 500"}
    assert set(first.what) == {
        f"Policy: {PolicyName.INFORMATION.label} → {PolicyName.TOP_K.label}",
        "First places: 5 → 3",
    }
    assert (second.by, first.by) == ("a program", "ada")
    assert [change.by for change in changes_told(contest, with_names=False)] == [None, None]


def test_a_setting_that_is_no_more_is_told_as_it_was_written(contest):
    contest.matchmaking_changes.create(before={"old_rule": None}, after={"old_rule": "strict"})
    [change] = changes_told(contest, with_names=False)
    assert change.what == ["Old rule: not set → strict"]
