"""Battles are opened with a known probability, blind to nothing that must be known, and never twice the same."""

from datetime import datetime, timedelta

import numpy as np
import pytest
from django.utils import timezone
from scipy.stats import chi2

from arena.matchmaking.draw import pair_probabilities
from arena.matchmaking.settings import PolicySettings
from arena.matchmaking.state import MatchState
from arena.models import Battle, BattleState, Contest, ContestantState, ContestState, PromptState, Rater, RaterKind
from arena.queries.battles import drawing_table
from arena.queries.catalogue import catalogue
from arena.queries.matchmaking import matchmaking_of
from arena.services.battles import expire_battles, open_battle, skip_battle
from arena.services.beliefs import rebuild_beliefs
from arena.services.errors import BattleClosed, BattleNotFound, ContestClosed, NoBattleLeft
from arena.services.votes import cast_vote
from tests.factories import make_arena, make_contest, make_contestant, make_prompt, make_rater, make_response

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def state_for(contest: Contest, rater: Rater, now: datetime | None = None) -> MatchState:
    stock = catalogue(contest)
    rows = np.ones(stock.prompts.size, dtype=bool)
    return drawing_table(contest, rater, stock, rows, matchmaking_of(contest), now or timezone.now()).state


def test_a_battle_says_why_and_how_likely_it_was():
    battle = open_battle(make_arena(), make_rater())
    assert battle.policy == "information/2"
    assert battle.branch in {"active", "floor"}
    assert 0 < battle.propensity <= 1
    assert battle.reason["branch"] == battle.branch
    assert battle.expires_at > battle.served_at


def test_both_responses_answer_the_prompt_of_the_battle():
    battle = open_battle(make_arena(), make_rater())
    assert battle.response_a.prompt == battle.response_b.prompt == battle.prompt
    assert battle.response_a.contestant == battle.contestant_a
    assert battle.response_b.contestant == battle.contestant_b
    assert battle.contestant_a != battle.contestant_b


def test_an_unanswered_battle_is_handed_out_again():
    contest, rater = make_arena(), make_rater()
    assert open_battle(contest, rater) == open_battle(contest, rater)
    assert Battle.objects.count() == 1


def test_a_rater_sees_every_pair_on_every_prompt_once_and_then_is_done():
    contest, rater = make_arena(contestants=3, prompts=2), make_rater()
    seen = set()
    for _ in range(6):
        battle = open_battle(contest, rater)
        seen.add((battle.prompt_id, frozenset((battle.contestant_a_id, battle.contestant_b_id))))
        cast_vote(battle.token, rater, "A")
    assert len(seen) == 6
    with pytest.raises(NoBattleLeft, match="compared everything"):
        open_battle(contest, rater)


def test_a_skipped_battle_is_not_offered_again():
    contest, rater = make_arena(contestants=2, prompts=1), make_rater()
    skip_battle(open_battle(contest, rater).token, rater)
    with pytest.raises(NoBattleLeft):
        open_battle(contest, rater)


def test_another_rater_starts_afresh():
    contest = make_arena(contestants=2, prompts=1)
    first = open_battle(contest, make_rater())
    second = open_battle(contest, make_rater())
    assert first != second
    assert first.prompt == second.prompt


def test_identical_responses_are_never_shown():
    contest = make_contest()
    one, two, three = (make_contestant(contest) for _ in range(3))
    prompt = make_prompt(contest)
    for who, text in ((one, "same"), (two, "same"), (three, "other")):
        make_response(prompt, who, text)
    pairs = set()
    rater = make_rater()
    for _ in range(2):
        battle = open_battle(contest, rater)
        pairs.add(frozenset((battle.contestant_a_id, battle.contestant_b_id)))
        cast_vote(battle.token, rater, "A")
    assert frozenset((one.id, two.id)) not in pairs
    with pytest.raises(NoBattleLeft):
        open_battle(contest, rater)


@pytest.mark.parametrize("state", [ContestantState.PAUSED, ContestantState.RETIRED])
def test_a_contestant_that_is_not_active_is_not_drawn(state):
    contest = make_arena(contestants=3, prompts=1)
    absent = contest.contestants.order_by("id")[0]
    # Asked once before, so that what is kept in the cache must notice the change.
    open_battle(contest, make_rater())
    absent.state = state
    absent.save()
    for _ in range(5):
        battle = open_battle(contest, make_rater())
        assert absent not in (battle.contestant_a, battle.contestant_b)


def test_a_junk_prompt_is_not_drawn():
    contest = make_arena(contestants=2, prompts=2)
    junk, good = contest.prompts.order_by("id")
    open_battle(contest, make_rater())
    junk.state = PromptState.JUNK
    junk.save()
    assert {open_battle(contest, make_rater()).prompt for _ in range(5)} == {good}


def test_prompts_can_be_narrowed():
    contest = make_arena(contestants=2, prompts=3)
    wanted = contest.prompts.order_by("id")[1]
    assert {open_battle(contest, make_rater(), prompts=[wanted.id]).prompt for _ in range(4)} == {wanted}


def test_a_closed_contest_opens_no_battle():
    contest = make_arena(state=ContestState.CLOSED)
    with pytest.raises(ContestClosed):
        open_battle(contest, make_rater())


def test_a_contest_with_one_contestant_says_that_there_is_nothing_to_compare():
    with pytest.raises(NoBattleLeft, match="fewer than two"):
        open_battle(make_arena(contestants=1), make_rater())


def test_propensities_are_those_of_the_policy_and_sum_to_one():
    contest, rater = make_arena(contestants=4, prompts=2), make_rater()
    stock = catalogue(contest)
    state = state_for(contest, rater)
    table = pair_probabilities(state, PolicySettings())
    battle = open_battle(contest, rater)
    place = {key: index for index, key in enumerate(stock.contestants.tolist())}
    expected = table[place[battle.contestant_a_id], place[battle.contestant_b_id]]
    assert battle.propensity == pytest.approx(expected)
    assert np.triu(table, 1).sum() == pytest.approx(1)


def test_pairs_are_drawn_as_often_as_their_propensity_says():
    """Chi-square of 300 draws, each for a new rater, against the sum of the probabilities at each draw."""
    contest = make_arena(contestants=3, prompts=1)
    rng = np.random.default_rng(7)
    stock = catalogue(contest)
    expected, observed = np.zeros((3, 3)), np.zeros((3, 3))
    place = {key: index for index, key in enumerate(stock.contestants.tolist())}
    rater = make_rater()
    for _ in range(300):
        state = state_for(contest, rater)
        expected += pair_probabilities(state, PolicySettings())
        battle = open_battle(contest, rater, rng=rng)
        i, j = sorted((place[battle.contestant_a_id], place[battle.contestant_b_id]))
        observed[i, j] += 1
        battle.delete()
    upper = np.triu_indices(3, 1)
    statistic = ((observed[upper] - expected[upper]) ** 2 / expected[upper]).sum()
    assert chi2.sf(statistic, df=2) > 0.001


def test_sides_are_a_fair_coin():
    contest = make_arena(contestants=2, prompts=1)
    low = contest.contestants.order_by("id")[0]
    rng = np.random.default_rng(11)
    left = 0
    for _ in range(200):
        battle = open_battle(contest, make_rater(), rng=rng)
        left += battle.contestant_a == low
    # 200 fair coins fall outside of 72..128 with probability below 1e-4.
    assert 72 <= left <= 128


def test_beliefs_come_from_raters_of_the_same_kind():
    contest = make_arena(contestants=2, prompts=1)
    person, machine = make_rater(), make_rater(RaterKind.SIMULATED)
    battle = open_battle(contest, person)
    cast_vote(battle.token, person, "A")
    assert state_for(contest, make_rater()).votes.sum() == 2
    assert state_for(contest, machine).votes.sum() == 0


def test_battles_in_flight_are_folded_in_until_they_expire():
    contest = make_arena(contestants=2, prompts=1)
    battle = open_battle(contest, make_rater())
    during = state_for(contest, make_rater(), battle.served_at)
    after = state_for(contest, make_rater(), battle.expires_at)
    assert during.pending.sum() == 2
    assert after.pending.sum() == 0
    assert during.covariance[0, 0] < after.covariance[0, 0]


def test_time_runs_out_for_those_alone_whose_time_it_is():
    contest = make_arena()
    old = open_battle(contest, make_rater(), now=timezone.now() - timedelta(days=2))
    fresh = open_battle(contest, make_rater())
    assert expire_battles() == 1
    old.refresh_from_db()
    fresh.refresh_from_db()
    assert (old.state, fresh.state) == (BattleState.EXPIRED, BattleState.SERVED)
    assert expire_battles() == 0


def test_skipping_twice_is_one_skip():
    contest, rater = make_arena(), make_rater()
    battle = open_battle(contest, rater)
    first = skip_battle(battle.token, rater)
    again = skip_battle(battle.token, rater)
    assert first.closed_at == again.closed_at
    assert again.state == BattleState.SKIPPED


def test_a_voted_battle_cannot_be_skipped():
    contest, rater = make_arena(), make_rater()
    battle = open_battle(contest, rater)
    cast_vote(battle.token, rater, "A")
    with pytest.raises(BattleClosed, match="voted"):
        skip_battle(battle.token, rater)


def test_a_foreign_battle_cannot_be_skipped():
    battle = open_battle(make_arena(), make_rater())
    with pytest.raises(BattleNotFound):
        skip_battle(battle.token, make_rater())
    battle.refresh_from_db()
    assert battle.state == BattleState.SERVED


def test_a_simulation_takes_votes_of_simulated_raters_alone():
    contest = make_arena(simulated=True)
    for kind in (RaterKind.HUMAN, RaterKind.JUDGE):
        with pytest.raises(ContestClosed):
            open_battle(contest, make_rater(kind))
    assert open_battle(contest, make_rater(RaterKind.SIMULATED)).contest == contest


def test_a_battle_past_its_time_cannot_be_skipped_any_more():
    contest, rater = make_arena(), make_rater()
    battle = open_battle(contest, rater)
    late = battle.expires_at + timedelta(seconds=1)
    with pytest.raises(BattleClosed, match="expired"):
        skip_battle(battle.token, rater, now=late)
    battle.refresh_from_db()
    assert battle.state == BattleState.SERVED
    assert expire_battles(now=late) == 1


def test_beliefs_come_from_the_votes_that_count_with_their_weights():
    contest, rater = make_arena(contestants=2, prompts=4), make_rater()

    def votes() -> float:
        rebuild_beliefs(contest, "human")
        return float(state_for(contest, make_rater()).votes[0, 1])

    cast = [cast_vote(open_battle(contest, rater).token, rater, "A").vote for _ in range(4)]
    assert votes() == 4
    for vote, weight in zip(cast, (0.5, 0.0), strict=False):
        vote.integrity_weight, vote.integrity_reason = weight, "manual"
        vote.save()
    assert votes() == 2.5
    junk = cast[3].battle.prompt
    junk.state = PromptState.JUNK
    junk.save()
    assert votes() == 1.5
