"""Who answered what: the stock from which battles are made."""

import numpy as np
import pytest
from django.core.cache import cache
from django.utils import timezone

from arena.models import BattleState, Contest, ContestantState, PromptState
from arena.queries.catalogue import Catalogue, catalogue, count_seen, count_shared, seen_by
from tests.factories import (
    make_arena,
    make_battle,
    make_category,
    make_contest,
    make_contestant,
    make_prompt,
    make_rater,
    make_response,
    make_vote,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def everything(stock: Catalogue) -> np.ndarray:
    return np.ones(stock.prompts.size, dtype=bool)


def answered(*texts: tuple[str | None, ...]) -> Contest:
    """A contest in which the columns are contestants and the rows are prompts; None is no answer."""
    contest = make_contest()
    cast = [make_contestant(contest) for _ in texts[0]]
    for row in texts:
        prompt = make_prompt(contest)
        for contestant, text in zip(cast, row, strict=True):
            if text is not None:
                make_response(prompt, contestant, text)
    return contest


def test_the_catalogue_holds_every_answer_in_its_place():
    contest = make_arena(contestants=3, prompts=2)
    stock = catalogue(contest)
    assert stock.contestants.tolist() == list(contest.contestants.order_by("id").values_list("id", flat=True))
    assert stock.prompts.tolist() == list(contest.prompts.order_by("id").values_list("id", flat=True))
    for response in contest.responses.all():
        row = stock.prompts.tolist().index(response.prompt_id)
        column = stock.contestants.tolist().index(response.contestant_id)
        assert stock.responses[row, column] == response.pk


def test_texts_are_equal_numbers_exactly_where_they_are_equal():
    stock = catalogue(answered(("a", "a", "b"), ("a", "c", None)))
    assert stock.texts[0, 0] == stock.texts[0, 1] != stock.texts[0, 2]
    assert stock.texts[1, 0] != stock.texts[1, 1]
    assert stock.texts[1, 2] == -1
    assert stock.responses[1, 2] == 0


def test_comparable_counts_prompts_that_both_answered_in_different_words():
    stock = catalogue(answered(("a", "a", "b"), ("a", "c", None), ("a", "b", "c")))
    assert stock.comparable(everything(stock)).tolist() == [[0, 2, 2], [2, 0, 2], [2, 2, 0]]
    only_the_second = np.array([False, True, False])
    assert stock.comparable(only_the_second).tolist() == [[0, 1, 0], [1, 0, 0], [0, 0, 0]]


def test_shared_rows_agree_with_the_counts():
    stock = catalogue(answered(("a", "a", "b"), ("a", "c", None), ("a", "b", "c")))
    assert stock.shared_rows(0, 1).tolist() == [False, True, True]
    assert stock.shared_rows(1, 0).tolist() == [False, True, True]
    assert stock.shared_rows(0, 2).tolist() == [True, False, True]
    counts = stock.comparable(everything(stock))
    assert all(stock.shared_rows(i, j).sum() == counts[i, j] for i in range(3) for j in range(3) if i != j)


def test_an_empty_contest_has_an_empty_catalogue():
    stock = catalogue(make_contest())
    assert (stock.contestants.size, stock.prompts.size, stock.responses.shape) == (0, 0, (0, 0))
    assert stock.comparable(everything(stock)).shape == (0, 0)


def test_only_first_samples_of_active_contestants_on_good_prompts_are_in_stock():
    contest = make_arena(contestants=3, prompts=3)
    good, suspect, junk = contest.prompts.order_by("id")
    prompts = contest.prompts.filter(pk__in=(suspect.pk, junk.pk))
    for prompt, state in zip(prompts.order_by("id"), (PromptState.SUSPECT, PromptState.JUNK), strict=True):
        prompt.state = state
        prompt.save()
    active, paused, retired = contest.contestants.order_by("id")
    contest.contestants.filter(pk=paused.pk).update(state=ContestantState.PAUSED)
    contest.contestants.filter(pk=retired.pk).update(state=ContestantState.RETIRED)
    make_response(good, active, "another go", sample=1)
    stock = catalogue(contest)
    assert stock.prompts.tolist() == [good.pk]
    assert stock.contestants.tolist() == [active.pk]
    assert stock.responses.tolist() == [[good.responses.get(contestant=active, sample=0).pk]]


def test_the_catalogue_is_read_once_while_nothing_changes(django_assert_num_queries):
    contest = make_arena()
    with django_assert_num_queries(11):
        first = catalogue(contest)
    with django_assert_num_queries(4):
        again = catalogue(contest)
    assert again.responses.tolist() == first.responses.tolist()


def test_two_contests_do_not_share_a_catalogue():
    tea, coffee = make_arena(slug="tea"), make_arena(slug="coffee")
    assert set(catalogue(tea).contestants).isdisjoint(catalogue(coffee).contestants)


def test_a_new_answer_is_noticed():
    contest = answered(("a", "b"), ("a", None))
    assert catalogue(contest).comparable(np.ones(2, dtype=bool))[0, 1] == 1
    make_response(contest.prompts.order_by("id")[1], contest.contestants.order_by("id")[1], "c")
    assert catalogue(contest).comparable(np.ones(2, dtype=bool))[0, 1] == 2


def test_a_prompt_that_becomes_good_as_another_becomes_junk_is_noticed():
    """As many prompts, as many responses, the same newest one: only their names differ."""
    contest = make_arena(contestants=2, prompts=3)
    first, second, _ = contest.prompts.order_by("id")
    contest.prompts.filter(pk=first.pk).update(state=PromptState.JUNK)
    before = catalogue(contest)
    contest.prompts.filter(pk=first.pk).update(state=PromptState.GOOD)
    contest.prompts.filter(pk=second.pk).update(state=PromptState.JUNK)
    after = catalogue(contest)
    assert first.pk not in before.prompts
    assert first.pk in after.prompts
    assert second.pk not in after.prompts


def test_a_contestant_that_pauses_as_another_returns_is_noticed():
    contest = make_arena(contestants=3, prompts=1)
    first, second, _ = contest.contestants.order_by("id")
    contest.contestants.filter(pk=first.pk).update(state=ContestantState.PAUSED)
    assert first.pk not in catalogue(contest).contestants
    contest.contestants.filter(pk=first.pk).update(state=ContestantState.ACTIVE)
    contest.contestants.filter(pk=second.pk).update(state=ContestantState.PAUSED)
    assert second.pk not in catalogue(contest).contestants


def test_what_the_cache_lost_is_read_again():
    contest = make_arena()
    first = catalogue(contest)
    cache.clear()
    assert catalogue(contest).responses.tolist() == first.responses.tolist()


def test_a_rater_has_seen_every_battle_ever_handed_out_whatever_became_of_it():
    contest, rater = make_arena(contestants=2, prompts=4), make_rater()
    low, high = contest.contestants.order_by("id").values_list("id", flat=True)
    prompts = list(contest.prompts.order_by("id"))
    make_battle(contest, rater, prompt=prompts[0])
    make_vote(make_battle(contest, rater, prompt=prompts[1], responses=list(prompts[1].responses.order_by("-id"))))
    for prompt, state in zip(prompts[2:], (BattleState.SKIPPED, BattleState.EXPIRED), strict=True):
        make_battle(contest, rater, prompt=prompt, state=state, closed_at=timezone.now())
    make_battle(contest, make_rater(), prompt=prompts[0])
    assert seen_by(rater, contest) == {(prompt.pk, low, high) for prompt in prompts}


def test_a_rater_who_saw_nothing_has_seen_nothing():
    contest = make_arena()
    make_battle(contest)
    assert seen_by(make_rater(), contest) == set()


@pytest.mark.parametrize("seed", range(5))
def test_shared_texts_are_counted_as_by_looking_at_each_row(seed):
    texts = np.random.default_rng(seed).integers(-1, 4, (12, 6))
    expected = [
        [sum(row[i] >= 0 and row[j] >= 0 and row[i] != row[j] for row in texts) for j in range(6)] for i in range(6)
    ]
    assert count_shared(texts).tolist() == expected


def test_seen_prompts_are_counted_as_far_as_they_could_be_drawn():
    stock = catalogue(answered(("a", "a", "b"), ("a", "c", "d")))
    (p, q), (i, j, k) = stock.prompts.tolist(), stock.contestants.tolist()
    seen = frozenset({(p, i, j), (q, i, j), (p, i, k), (999, i, j), (p, i, 999)})
    assert count_seen(seen, stock, everything(stock)).tolist() == [[0, 1, 1], [1, 0, 0], [1, 0, 0]]
    assert count_seen(seen, stock, np.array([False, True])).tolist() == [[0, 1, 0], [1, 0, 0], [0, 0, 0]]
    assert not count_seen(frozenset(), stock, everything(stock)).any()


def test_languages_categories_organisations_and_costs_are_in_stock():
    contest = make_contest()
    one = make_contestant(contest, organisation="Acme", prompt_price=1.0, completion_price=2.0)
    two = make_contestant(contest)
    prompt = make_prompt(contest, language="fr")
    other = make_prompt(contest)
    maths = make_category(contest, "maths")
    prompt.categories.add(maths)
    for who in (one, two):
        for task, text in ((prompt, f"by {who}"), (other, f"again by {who}")):
            make_response(task, who, text, prompt_tokens=1000, completion_tokens=2000)
    stock = catalogue(contest)
    assert stock.languages.tolist() == ["fr", "en"]
    assert stock.membership.tolist() == [[True], [False]]
    assert stock.prompt_categories() == {prompt.pk: (maths.pk,)}
    assert stock.organisations.tolist() == ["Acme", ""]
    assert stock.costs[0] == pytest.approx((1000 * 1 + 2000 * 2) / 1e6)
    assert np.isnan(stock.costs[1])
    other.categories.add(maths)
    assert catalogue(contest).membership.all()


def test_everyone_is_listed_even_those_who_cannot_be_drawn():
    contest = make_arena(contestants=3)
    gone = contest.contestants.order_by("id")[1]
    contest.contestants.filter(pk=gone.pk).update(state=ContestantState.RETIRED)
    stock = catalogue(contest)
    assert gone.pk in stock.everyone
    assert gone.pk not in stock.contestants
