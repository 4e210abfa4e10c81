"""What is read for an audit is what was written down: of one board, of closed battles, the same on both databases."""

from datetime import timedelta

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from arena.models import Battle, BattlePurpose, BattleState, Board, Contest, RaterKind
from arena.queries import audit as module
from arena.queries.audit import audit_board, read_drawn, votes_by_branch
from arena.queries.leaderboards import NoSuchBoard
from arena.queries.tally import pair_counts
from arena.services.leaderboards import ensure_boards
from arena.services.matchmaking import change_matchmaking
from arena.services.votes import void_vote
from tests.arena.queries.drawn import draw_battles
from tests.arena.queries.tallies import assert_same
from tests.factories import (
    make_arena,
    make_contest,
    make_contestant,
    make_judge,
    make_matchmaking,
    make_rater,
    make_voted_arena,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def contest() -> Contest:
    """Five contestants and 300 drawn battles."""
    contest = make_arena(contestants=5, prompts=1)
    draw_battles(contest, 300)
    ensure_boards(contest)
    return contest


def board_of(contest: Contest, slug: str = "human") -> Board:
    return contest.boards.select_related("contest").get(slug=slug)


def codes(contest: Contest, slug: str | None = None) -> list[str]:
    found = audit_board(contest, slug)
    assert found is not None
    return [notice.code for notice in found.audit.notices()]


def test_what_is_read_is_what_was_written_down(contest):
    found = read_drawn(board_of(contest), None)
    stored = list(Battle.objects.order_by("-id"))
    assert found.propensity.tolist() == [battle.propensity for battle in stored]
    for name in ("pairs", "rarer", "as_rare"):
        assert getattr(found, name).tolist() == pytest.approx([battle.reason[name] for battle in stored], abs=1e-15)
    assert found.on_floor.tolist() == [battle.branch == "floor" for battle in stored]
    assert found.first_on_a.tolist() == [battle.contestant_a_id < battle.contestant_b_id for battle in stored]
    assert found.current.all()


def test_the_draws_of_this_house_raise_no_alarm(contest):
    found = audit_board(contest)
    assert (found.board, found.name) == ("human", "People")
    assert found.audit.alarms == ()
    assert found.audit.propensities.battles == found.audit.propensities.told == 300


def test_open_battles_checks_repeats_and_imports_are_left_out(contest):
    rater = make_rater()
    draw_battles(contest, 5, rater, state=BattleState.SERVED, closed_at=None)
    for purpose in BattlePurpose.values:
        draw_battles(contest, 5, rater, purpose=purpose)
    draw_battles(contest, 5, rater, policy="imported", branch="", propensity=None, reason={})
    assert read_drawn(board_of(contest), None).propensity.size == 300
    active, floor, others = votes_by_branch(board_of(contest))
    assert (
        sum(part.games.sum() / 2 for part in (active, floor))
        == Battle.objects.filter(state=BattleState.VOTED, purpose__isnull=True, propensity__isnull=False).count()
    )
    assert others.games.sum() / 2 == Battle.objects.filter(policy="imported", state=BattleState.VOTED).count()


def test_each_board_has_its_own_raters_audited(contest):
    judge = make_rater(RaterKind.JUDGE, judge=make_judge("careful-judge"))
    draw_battles(contest, 40, judge, seed=2)
    draw_battles(contest, 30, make_rater(RaterKind.JUDGE), seed=3)
    ensure_boards(contest)
    assert read_drawn(board_of(contest), None).propensity.size == 300
    assert read_drawn(board_of(contest, "careful-judge"), None).propensity.size == 40
    assert audit_board(contest, "careful-judge").audit.propensities.battles == 40


def test_votes_are_split_by_branch_and_add_up_to_the_board(contest):
    board = board_of(contest)
    vote = board.contest.battles.filter(state=BattleState.VOTED)[0].vote
    void_vote(vote, None, "a test")
    other = contest.battles.filter(state=BattleState.VOTED).order_by("id")[9].vote
    other.integrity_weight, other.integrity_reason = 0.25, "manual"
    other.save()
    active, floor, others = votes_by_branch(board)
    assert_same(active + floor + others, pair_counts(board))
    assert others.games.sum() == 0
    assert floor.games.sum() / 2 == pytest.approx(
        sum(
            battle.vote.integrity_weight
            for battle in contest.battles.filter(
                branch="floor", state=BattleState.VOTED, vote__voided_at__isnull=True
            ).select_related("vote")
        )
    )


def test_reasons_without_what_is_needed_are_told_and_not_guessed(contest):
    draw_battles(contest, 20, make_rater(), policy="information/1", reason={"policy": "information/1"})
    draw_battles(contest, 20, make_rater(), reason={"pairs": "ten", "rarer": None, "as_rare": [1]})
    found = read_drawn(board_of(contest), None)
    assert np.isnan(found.pairs[:40]).all()
    told = audit_board(contest).audit.propensities
    assert (told.battles, told.told) == (340, 300)


def test_the_floor_is_held_against_the_battles_since_it_was_set(contest):
    half = contest.battles.order_by("id")[150:]
    Battle.objects.filter(pk__in=[battle.pk for battle in half]).update(served_at=timezone.now() + timedelta(minutes=1))
    assert audit_board(contest).audit.propensities.floor.battles == 300
    change_matchmaking(contest, None, floor=0.9)
    change_matchmaking(contest, None, top_k=3)
    found = audit_board(contest).audit.propensities.floor
    assert (found.battles, found.right) == (150, 0.9)
    assert "floor_share_off" in codes(contest)


def test_a_floor_that_was_never_changed_counts_from_the_first_row(contest):
    make_matchmaking(contest, top_k=3)
    assert audit_board(contest).audit.propensities.floor.battles == 300


def test_a_row_that_was_written_with_a_floor_of_its_own_counts_from_then(contest):
    make_matchmaking(contest, floor=0.5)
    assert audit_board(contest).audit.propensities.floor is None


def test_the_newest_battles_are_looked_at_where_there_are_too_many(contest, monkeypatch):
    monkeypatch.setattr(module, "MOST", 100)
    newest = list(Battle.objects.order_by("-id").values_list("propensity", flat=True)[:100])
    assert read_drawn(board_of(contest), None).propensity.tolist() == newest


def test_a_stretched_board_is_found():
    contest = make_arena(contestants=5, prompts=1)
    draw_battles(contest, 4000, stretch=2.5, floor=0.3)
    change_matchmaking(contest, None, floor=0.3)
    ensure_boards(contest)
    found = audit_board(contest).audit
    # The pairs with the most votes are active ones, so that balancing notices it as well.
    assert [notice.code for notice in found.alarms] == ["stretch_off", "balance_off"]
    slope = found.stretch.floor.slope
    assert slope.lower < 2.5 < slope.upper


def test_imports_alone_cannot_be_audited():
    contest = make_voted_arena()
    ensure_boards(contest)
    assert audit_board(contest).audit.nothing
    assert codes(contest) == ["nothing_drawn"]


def test_without_a_board_or_with_nobody_to_compare_there_is_no_audit():
    contest = make_contest()
    assert audit_board(contest) is None
    ensure_boards(contest)
    make_contestant(contest)
    assert audit_board(contest) is None


def test_a_board_that_is_not_there_is_named_with_those_that_are(contest):
    with pytest.raises(NoSuchBoard, match="there are: human"):
        audit_board(contest, "nobody")


def test_a_contest_without_a_board_of_people_has_its_first_one_audited():
    contest = make_arena(contestants=4, prompts=1, simulated=True)
    draw_battles(contest, 60, make_rater(RaterKind.SIMULATED))
    ensure_boards(contest)
    assert audit_board(contest).board == "simulated"


def test_an_audit_costs_six_queries_however_many_contestants(contest):
    with CaptureQueriesContext(connection) as few:
        audit_board(contest)
    for _ in range(20):
        make_contestant(contest)
    draw_battles(contest, 50, make_rater(), seed=9)
    with CaptureQueriesContext(connection) as many:
        audit_board(contest)
    assert len(many) == len(few) <= 6
