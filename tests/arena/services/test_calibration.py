"""Calibration: a new voter answers known pairs first, is told what was expected, and counts only who agreed enough."""

from typing import Any

import pytest

from arena.integrity.leaks import VERSION, Leak, LeakKind
from arena.models import (
    Battle,
    BattlePurpose,
    Contest,
    IntegrityReason,
    KnownPair,
    LeakPolicy,
    Rater,
    RaterKind,
    Response,
    Vote,
    VoteOutcome,
)
from arena.queries.calibration import calibration, calibration_counts, expected, tell_place, why_too_few
from arena.queries.selection import counted_votes
from arena.services.battles import open_battle, skip_battle
from arena.services.calibration import count_in_full, repeat_calibration
from arena.services.errors import CalibrationRefused, ContestClosed, ServiceError
from arena.services.leaderboards import ensure_boards
from arena.services.live import start_live
from arena.services.votes import cast_vote, void_votes
from tests.factories import make_arena, make_battle, make_known_pair, make_rater, make_vote

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def make_round(pairs: int = 5, asked: int = 2, **fields: Any) -> Contest:
    """A contest with known pairs, on the first two responses to each of its first prompts.

    Two rounds, and one pair to spare: a battle that ranks may happen to show a known pair, which is then answered.
    """
    contest = make_arena(contestants=3, prompts=6, calibration_pairs=asked, **fields)
    for prompt in contest.prompts.order_by("id")[:pairs]:
        make_known_pair(contest, prompt=prompt, rationale="The other one is *empty*.")
    return contest


def answer(contest: Contest, rater: Rater, *, well: bool = True) -> Battle:
    """Answer the next battle; of a known pair as is known, or not."""
    battle = open_battle(contest, rater)
    pair = KnownPair.objects.filter(prompt=battle.prompt_id).first()
    better = pair is None or battle.response_a_id == pair.better_id
    cast_vote(battle.token, rater, VoteOutcome.A if better == well else VoteOutcome.B)
    return Battle.objects.get(pk=battle.pk)


def test_a_new_voter_begins_with_known_pairs_and_goes_on_to_what_ranks():
    contest, rater = make_round(), make_rater()
    told = []
    for _ in range(3):
        battle = open_battle(contest, rater)
        told.append((battle.purpose, tell_place(battle)))
        answer(contest, rater)
    known = BattlePurpose.CALIBRATION
    assert told == [(known, "Calibration 1 of 2"), (known, "Calibration 2 of 2"), (None, "")]
    first = Battle.objects.order_by("id")[0]
    assert (first.reason, first.propensity, first.branch) == ({"source": "calibration", "round": 1, "of": 2}, None, "")


@pytest.mark.parametrize("kind", [RaterKind.JUDGE, RaterKind.SIMULATED])
def test_nobody_but_people_is_asked(kind):
    assert open_battle(make_round(), make_rater(kind)).purpose is None


def test_where_a_contest_asks_for_none_nothing_is_different(django_assert_num_queries):
    contest, rater = make_round(asked=0), make_rater()
    assert open_battle(contest, rater).purpose is None
    with django_assert_num_queries(0):
        assert not calibration(contest, rater).asks


def test_who_voted_before_is_not_new():
    contest, rater = make_round(asked=0), make_rater()
    answer(contest, rater)
    Contest.objects.update(calibration_pairs=2)
    contest.refresh_from_db()
    assert not calibration(contest, rater).asks
    assert open_battle(contest, rater).purpose is None


def test_what_was_expected_is_told_after_the_vote_and_not_before():
    contest, rater = make_round(), make_rater()
    battle = open_battle(contest, rater)
    assert expected(battle) is None
    for well in (True, False):
        found = expected(answer(contest, rater, well=well))
        assert found is not None
        assert (found.agreed, found.rationale) == (well, "The other one is *empty*.")


def test_votes_of_the_round_count_on_no_board():
    contest, rater = make_round(), make_rater()
    for _ in range(3):
        answer(contest, rater)
    [board] = ensure_boards(contest)
    assert counted_votes(board).count() == 1


def test_who_agrees_enough_counts_in_full():
    contest, rater = make_round(calibration_share=0.5), make_rater()
    answer(contest, rater, well=True)
    answer(contest, rater, well=False)
    assert answer(contest, rater).vote.integrity_weight == 1
    told = calibration(contest, rater).told
    assert told == "In the calibration you agreed with 1 of 2 known pairs. Your votes count in full."


def fail(contest: Contest, rater: Rater) -> None:
    for _ in range(2):
        answer(contest, rater, well=False)


def test_who_does_not_goes_on_with_votes_that_are_kept_without_weight_for_a_reason():
    contest, rater = make_round(calibration_share=0.8), make_rater()
    fail(contest, rater)
    vote = answer(contest, rater).vote
    assert (vote.integrity_weight, vote.integrity_reason) == (0, IntegrityReason.CALIBRATION)
    [board] = ensure_boards(contest)
    assert counted_votes(board).count() == 0
    standing = calibration(contest, rater)
    assert (standing.sets_aside, standing.may_repeat) == (True, True)
    assert "asks for 80 %: your votes are kept, and count on no board for now (calibration)" in standing.told


def test_without_a_least_share_a_round_only_teaches():
    contest, rater = make_round(), make_rater()
    fail(contest, rater)
    assert answer(contest, rater).vote.integrity_weight == 1


def test_another_round_has_other_pairs_and_what_comes_of_it_holds_for_later_votes():
    contest, rater = make_round(calibration_share=0.8), make_rater()
    fail(contest, rater)
    before = answer(contest, rater).vote
    again = repeat_calibration(contest, rater)
    assert (again.purpose, again.reason["round"], tell_place(again)) == ("calibration", 2, "Calibration 1 of 2")
    assert repeat_calibration(contest, rater) == again
    for _ in range(2):
        answer(contest, rater)
    pairs = Battle.objects.filter(purpose=BattlePurpose.CALIBRATION).values_list("prompt", flat=True)
    assert len(set(pairs)) == len(pairs) == 4
    assert answer(contest, rater).vote.integrity_weight == 1
    before.refresh_from_db()
    assert before.integrity_weight == 0


def test_a_battle_that_waits_is_handed_out_after_the_round():
    contest, rater = make_round(calibration_share=0.8), make_rater()
    fail(contest, rater)
    waiting = open_battle(contest, rater)
    repeat_calibration(contest, rater)
    for _ in range(2):
        assert answer(contest, rater).purpose == BattlePurpose.CALIBRATION
    assert open_battle(contest, rater) == waiting


def test_no_other_round_where_none_is_due_or_too_few_pairs_are_left():
    contest, rater = make_round(pairs=3, calibration_share=0.8), make_rater()
    with pytest.raises(CalibrationRefused, match="your votes count"):
        repeat_calibration(make_round(asked=0, slug="other"), rater)
    fail(contest, rater)
    assert not calibration(contest, rater).may_repeat
    with pytest.raises(CalibrationRefused, match="ask an admin"):
        repeat_calibration(contest, rater)
    contest.state = "closed"
    with pytest.raises(ContestClosed):
        repeat_calibration(contest, rater)


def test_a_skipped_pair_comes_back_so_that_skipping_leads_past_no_round():
    contest, rater = make_round(pairs=2), make_rater()
    for _ in range(4):
        battle = open_battle(contest, rater)
        skip_battle(battle.token, rater)
    assert open_battle(contest, rater).purpose == BattlePurpose.CALIBRATION
    for _ in range(2):
        answer(contest, rater)
    assert open_battle(contest, rater).purpose is None


@pytest.mark.parametrize("pairs", [0, 1])
def test_too_few_known_pairs_hold_nobody_up_and_decide_nothing(pairs):
    contest, rater = make_round(pairs=pairs, calibration_share=0.8), make_rater()
    for _ in range(pairs):
        assert answer(contest, rater, well=False).reason["short"] is True
    vote = answer(contest, rater).vote
    assert (vote.battle.purpose, vote.integrity_weight) == (None, 1)
    assert f"asks for 2 known pairs, and {pairs} can be shown" in why_too_few(contest)
    assert why_too_few(make_round(slug="enough")) == ""


def test_pairs_that_run_out_within_a_round_end_it():
    contest, rater = make_round(pairs=2, calibration_share=0.8), make_rater()
    answer(contest, rater, well=False)
    KnownPair.objects.update(active=False)
    assert answer(contest, rater).vote.integrity_weight == 1


def test_a_round_shows_no_response_that_the_contest_leaves_out_and_no_language_that_is_not_read():
    contest, rater = make_round(leak_policy="exclude"), make_rater(external_key="t:reads", languages=["de"])
    first, second, *_ = KnownPair.objects.order_by("id")
    type(first.better).objects.filter(pk=first.better_id).update(leaks=[{"start": 0}])
    contest.prompts.exclude(pk__in=[first.prompt_id, second.prompt_id]).update(language="fr")
    contest.prompts.filter(pk__in=[first.prompt_id, second.prompt_id]).update(language="de")
    assert open_battle(contest, rater).prompt_id == second.prompt_id
    assert calibration(contest, rater).left == 1


def test_live_battles_come_after_the_round():
    contest, rater = make_round(live=True), make_rater()
    with pytest.raises(CalibrationRefused, match="Start voting first"):
        start_live(contest, rater, "How long should tea steep?")


def test_an_admin_lets_votes_count_again_with_a_reason():
    contest, rater = make_round(calibration_share=0.8), make_rater()
    fail(contest, rater)
    vote, other = (
        answer(contest, rater).vote,
        make_vote(make_battle(contest), integrity_weight=0, integrity_reason="anomaly"),
    )
    with pytest.raises(ServiceError, match="Say why"):
        count_in_full(Vote.objects.all(), " ")
    assert count_in_full(Vote.objects.all(), "an expert") == 1
    vote.refresh_from_db()
    other.refresh_from_db()
    assert (vote.integrity_weight, vote.integrity_reason, other.integrity_weight) == (1, "", 0)


def test_a_round_that_is_voided_is_asked_for_again_with_other_pairs():
    contest, rater = make_round(calibration_share=0.8), make_rater()
    fail(contest, rater)
    assert calibration_counts(rater).answered == 2
    void_votes(Vote.objects.filter(battle__purpose=BattlePurpose.CALIBRATION), None, "a wrong pair")
    assert calibration_counts(rater).answered == 0
    assert not calibration(contest, rater).sets_aside
    for _ in range(2):
        assert answer(contest, rater).purpose == BattlePurpose.CALIBRATION
    assert answer(contest, rater).vote.integrity_weight == 1


def test_a_vote_that_counts_again_still_counts_half_where_a_response_named_its_author():
    contest, rater = make_round(calibration_share=0.8, leak_policy=LeakPolicy.WEIGH), make_rater()
    leak = Leak(0, 4, LeakKind.SELF, "Some")
    Response.objects.update(leaks=[leak.to_dict()], leaks_version=f"{VERSION}.x")
    fail(contest, rater)
    vote = answer(contest, rater).vote
    assert (vote.integrity_weight, vote.integrity_reason) == (0, IntegrityReason.CALIBRATION)
    assert count_in_full(Vote.objects.all(), "an expert") == 1
    vote.refresh_from_db()
    assert (vote.integrity_weight, vote.integrity_reason) == (0.5, IntegrityReason.IDENTITY_LEAK)
