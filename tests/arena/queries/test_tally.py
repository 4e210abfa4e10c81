"""Votes become counts: those that count, with their weight, and nothing depends on order or side."""

from collections import defaultdict

import numpy as np
import pytest
from django.utils import timezone

from arena.models import Category, PromptState, RaterKind, VoteOutcome
from arena.queries.outcomes import OUTCOMES
from arena.queries.selection import board_votes, counted_votes, exclusions
from arena.queries.tally import board_settings, comparisons, pair_counts
from ranking import BoardSettings, Comparisons, Outcome, RankingError, TooFewItems
from tests.arena.queries.tallies import MIRRORED, TABLES, assert_same, named, people, random_votes, say, voided, weighed
from tests.factories import (
    make_arena,
    make_battle,
    make_contest,
    make_contestant,
    make_judge,
    make_prompt,
    make_rater,
    make_response,
    make_vote,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_tally_is_what_a_count_by_hand_gives(seed):
    contest = make_arena(contestants=4, prompts=3)
    counted = random_votes(contest, np.random.default_rng(seed), 60)
    by_hand: dict[tuple[str, str, str], float] = defaultdict(float)
    for a, b, outcome, weight in counted:
        by_hand[a, b, outcome] += weight
    found = pair_counts(people(contest))
    for i, row in enumerate(found.items):
        for j, column in enumerate(found.items):
            assert found.wins[i, j] == pytest.approx(by_hand[row, column, "A"] + by_hand[column, row, "B"])
            assert found.ties[i, j] == pytest.approx(by_hand[row, column, "TIE"] + by_hand[column, row, "TIE"])
            bad = by_hand[row, column, "BOTH_BAD"] + by_hand[column, row, "BOTH_BAD"]
            assert found.both_bad[i, j] == pytest.approx(bad)
    assert counted
    assert found.games.sum() / 2 + found.both_bad.sum() / 2 == pytest.approx(sum(row[3] for row in counted))


@pytest.mark.parametrize("seed", [4, 5])
def test_the_tally_is_what_the_engine_counts_from_rows(seed):
    contest = make_arena(contestants=4, prompts=3)
    counted = random_votes(contest, np.random.default_rng(seed), 50)
    found = pair_counts(people(contest))
    whole = Comparisons.from_rows([(a, b, OUTCOMES[VoteOutcome(said)]) for a, b, said, _ in counted], found.items)
    weights = np.array([weight for *_, weight in counted])
    rows = Comparisons.from_arrays(found.items, whole.a, whole.b, whole.outcome, weights)
    assert_same(found, rows.pair_counts())


@pytest.mark.parametrize("seed", [6, 7])
def test_both_roads_from_votes_to_counts_meet(seed):
    contest = make_arena(contestants=4, prompts=3)
    random_votes(contest, np.random.default_rng(seed), 50)
    board = people(contest)
    assert_same(pair_counts(board), comparisons(board).pair_counts())


def test_neither_the_order_of_votes_nor_their_sides_matter():
    said = [
        ("x", "y", "A"),
        ("y", "x", "A"),
        ("x", "z", "B"),
        ("z", "x", "TIE"),
        ("y", "z", "BOTH_BAD"),
        ("x", "y", "A"),
    ]
    boards = []
    for slug, rows in (
        ("forward", said),
        ("backward", said[::-1]),
        ("mirrored", [(b, a, MIRRORED[outcome]) for a, b, outcome in said]),
    ):
        contest = make_contest(slug)
        prompt = make_prompt(contest)
        for name in "xyz":
            make_response(prompt, make_contestant(contest, name))
        for row in rows:
            say(contest, *row)
        boards.append(people(contest))
    forward, backward, mirrored = (pair_counts(board) for board in boards)
    assert_same(forward, backward)
    assert_same(forward, mirrored)
    assert forward.wins.tolist() == [[0, 2, 0], [1, 0, 0], [1, 0, 0]]
    assert forward.ties.tolist() == [[0, 0, 1], [0, 0, 0], [1, 0, 0]]
    assert forward.both_bad.tolist() == [[0, 0, 0], [0, 0, 1], [0, 1, 0]]


def test_weights_are_summed_and_so_are_their_squares():
    contest = named("x", "y")
    for outcome, weight in (("A", 0.5), ("A", 0.25), ("B", 1.0), ("TIE", 0.5), ("BOTH_BAD", 0.5)):
        say(contest, "x", "y", outcome, **weighed(weight))
    found = pair_counts(people(contest))
    assert found.wins.tolist() == [[0, 0.75], [1, 0]]
    assert found.wins_squared.tolist() == [[0, 0.3125], [1, 0]]
    assert found.ties.tolist() == [[0, 0.5], [0.5, 0]]
    assert found.ties_squared.tolist() == [[0, 0.25], [0.25, 0]]
    assert found.both_bad.tolist() == [[0, 0.5], [0.5, 0]]


def test_contestants_without_votes_are_items_too_in_the_order_of_slugs():
    contest = named("zoe", "amy", "mia")
    say(contest, "zoe", "amy", "A")
    found = pair_counts(people(contest))
    assert found.items == ("amy", "mia", "zoe")
    assert found.wins.tolist() == [[0, 0, 0], [0, 0, 0], [1, 0, 0]]


def test_a_board_without_votes_counts_zeros():
    found = pair_counts(people(make_arena(contestants=3)))
    assert [getattr(found, table).sum() for table in TABLES] == [0, 0, 0, 0, 0]


def test_one_contestant_makes_no_board():
    with pytest.raises(TooFewItems, match="at least two"):
        pair_counts(people(make_arena(contestants=1)))


def test_a_voided_vote_leaves_the_board_and_comes_back_when_restored():
    contest, board = named("x", "y"), None
    say(contest, "x", "y", "A", **voided())
    board = people(contest)
    assert pair_counts(board).wins.sum() == 0
    board_votes(board).update(voided_at=None, void_reason="")
    assert pair_counts(board).wins.tolist() == [[0, 1], [0, 0]]


@pytest.mark.parametrize(("state", "votes"), [(PromptState.GOOD, 1), (PromptState.SUSPECT, 1), (PromptState.JUNK, 0)])
def test_votes_on_junk_do_not_count_and_those_on_suspects_do(state, votes):
    contest = named("x", "y")
    say(contest, "x", "y", "A")
    contest.prompts.update(state=state)
    assert pair_counts(people(contest)).wins.sum() == votes


def test_a_category_counts_its_own_prompts_once_each():
    contest = make_arena(contestants=2, prompts=3)
    first, second, _ = contest.prompts.order_by("id")
    short, hard = (Category.objects.create(contest=contest, slug=slug, name=slug) for slug in ("short", "hard"))
    first.categories.add(short, hard)
    second.categories.add(hard)
    for prompt in contest.prompts.all():
        make_vote(make_battle(contest, prompt=prompt), "A")
    boards = [
        people(contest, slug=slug, category=category) for slug, category in (("s", short), ("h", hard), ("all", None))
    ]
    assert [pair_counts(board).wins.sum() for board in boards] == [1, 2, 3]


def test_each_kind_of_rater_and_each_version_of_a_judge_has_its_own_votes():
    contest = named("x", "y")
    old, new = make_judge("strict"), make_judge("strict", version=2)
    raters = [
        make_rater(),
        make_rater(RaterKind.SIMULATED),
        make_rater(RaterKind.JUDGE, judge=old),
        make_rater(RaterKind.JUDGE, judge=new),
    ]
    for times, rater in enumerate(raters, start=1):
        for _ in range(times):
            say(contest, "x", "y", "A", rater=rater)
    boards = [
        people(contest),
        people(contest, slug="simulated", rater_kind=RaterKind.SIMULATED),
        people(contest, slug="strict", rater_kind=RaterKind.JUDGE, judge=old),
        people(contest, slug="strict-v2", rater_kind=RaterKind.JUDGE, judge=new),
    ]
    assert [pair_counts(board).wins[0, 1] for board in boards] == [1, 2, 3, 4]


def test_votes_of_other_contests_are_not_counted():
    board = people(named("x", "y"))
    other = make_arena(contestants=2, prompts=1, slug="coffee")
    make_vote(make_battle(other), "A")
    assert pair_counts(board).wins.sum() == 0


def test_battles_without_a_vote_are_not_counted():
    contest = named("x", "y")
    make_battle(contest)
    assert pair_counts(people(contest)).games.sum() == 0


def test_the_tally_is_one_query_for_the_items_and_one_for_the_votes(django_assert_num_queries):
    contest = make_arena(contestants=4, prompts=3)
    random_votes(contest, np.random.default_rng(8), 30)
    board = people(contest)
    with django_assert_num_queries(2):
        pair_counts(board)
    with django_assert_num_queries(2):
        comparisons(board)
    with django_assert_num_queries(1):
        exclusions(board)


def test_comparisons_come_in_the_order_of_the_votes_with_raters_and_prompts():
    contest = make_arena(contestants=2, prompts=2)
    prompts, raters = list(contest.prompts.order_by("id")), [make_rater(), make_rater()]
    now = timezone.now()
    late = make_vote(make_battle(contest, raters[0], prompt=prompts[0]), "TIE", created_at=now)
    early = make_battle(contest, raters[1], prompt=prompts[1], responses=list(prompts[1].responses.order_by("-id")))
    make_vote(early, "B", created_at=now.replace(year=2020), **weighed(0.5))
    rows = comparisons(people(contest))
    slugs = sorted(contest.contestants.values_list("slug", flat=True))
    assert rows.items == tuple(slugs)
    assert [rows.items[place] for place in rows.a] == [early.contestant_a.slug, late.battle.contestant_a.slug]
    assert [rows.items[place] for place in rows.b] == [early.contestant_b.slug, late.battle.contestant_b.slug]
    assert rows.outcome.tolist() == [Outcome.B, Outcome.TIE]
    assert rows.weight.tolist() == [0.5, 1.0]
    assert rows.rater is not None
    assert rows.prompt is not None
    assert rows.rater.tolist() == [raters[1].pk, raters[0].pk]
    assert rows.prompt.tolist() == [prompts[1].pk, prompts[0].pk]


def test_a_board_without_votes_has_no_comparisons():
    rows = comparisons(people(make_arena(contestants=2)))
    assert (len(rows.items), rows.a.size, rows.weight.size) == (2, 0, 0)


def test_what_is_left_out_is_counted_under_its_first_reason():
    contest = make_arena(contestants=2, prompts=2)
    good, junk = contest.prompts.order_by("id")
    junk.state = PromptState.JUNK
    junk.save()
    for prompt, fields in (
        (good, {}),
        (good, voided()),
        (good, weighed(0)),
        (good, {**voided(), **weighed(0)}),
        (junk, {}),
        (junk, voided()),
        (junk, weighed(0)),
        (junk, weighed(0.5)),
    ):
        make_vote(make_battle(contest, prompt=prompt), "A", **fields)
    found = exclusions(people(contest))
    assert (found.voided, found.weightless, found.junk_prompts, found.total) == (3, 2, 2, 7)


@pytest.mark.parametrize("seed", [9, 10])
def test_every_vote_of_a_board_counts_or_is_told_as_left_out(seed):
    contest = make_arena(contestants=3, prompts=2)
    random_votes(contest, np.random.default_rng(seed), 40)
    board = people(contest)
    assert board_votes(board).count() == 40
    assert counted_votes(board).count() + exclusions(board).total == 40


def test_exclusions_are_those_of_the_board_and_of_no_other():
    contest = named("x", "y")
    say(contest, "x", "y", "A", **voided())
    other = people(contest, slug="simulated", rater_kind=RaterKind.SIMULATED)
    assert exclusions(people(contest)).total == 1
    assert exclusions(other).total == 0


def test_a_board_without_settings_has_the_defaults_and_others_their_own():
    contest = make_contest()
    assert board_settings(people(contest)) == BoardSettings()
    stored = people(contest, slug="other", settings={"anchor": 1500, "level": 0.9})
    assert board_settings(stored) == BoardSettings(anchor=1500, level=0.9)


def test_an_unknown_setting_is_told_by_name():
    with pytest.raises(RankingError, match="Unknown board setting: colour"):
        board_settings(people(make_contest(), settings={"colour": "red"}))


def test_every_outcome_of_a_vote_is_an_outcome_of_the_engine():
    assert {outcome.value: OUTCOMES[outcome].name for outcome in VoteOutcome} == {name: name for name in MIRRORED}


# --- What the engine is given ----------------------------------------------------------------------
