"""What voters prefer: the majority's choice between two responses, whichever way they were shown."""

from typing import Any

import pytest
from django.utils import timezone

from arena.models import Contest, PromptState, RaterKind, Response
from arena.queries import exports
from arena.queries.exports import PreferencePair, preference_pairs, standing_votes
from arena.queries.leaderboards import NoSuchBoard
from arena.services.leaderboards import ensure_boards
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


def said(contest: Contest, outcomes: str, *, mirrored: bool = False, **fields: Any) -> None:
    """Votes on the first two responses to the first prompt; mirrored: shown the other way round."""
    prompt = fields.pop("prompt", None) or contest.prompts.order_by("id")[0]
    rater = fields.pop("rater", None)
    for outcome in outcomes.split():
        pair = list(prompt.responses.order_by("id")[:2])
        make_vote(
            make_battle(contest, rater, prompt=prompt, responses=pair[::-1] if mirrored else pair), outcome, **fields
        )


def pairs(contest: Contest, raters: str = "human", minimum: float = 0.0) -> list[PreferencePair]:
    return list(preference_pairs(contest, raters, minimum))


def sides(contest: Contest) -> tuple[Response, Response]:
    first, second = contest.prompts.order_by("id")[0].responses.order_by("id")[:2]
    return first, second


def test_the_majority_chooses():
    contest = make_arena(contestants=2, prompts=1)
    said(contest, "A B B TIE BOTH_BAD BOTH_BAD BOTH_BAD")
    first, second = sides(contest)
    (pair,) = pairs(contest)
    assert (pair.chosen, pair.rejected) == (second.text, first.text)
    assert (pair.chosen_contestant, pair.rejected_contestant) == (second.contestant.slug, first.contestant.slug)
    assert (pair.votes_chosen, pair.votes_rejected, pair.ties, pair.both_bad) == (2, 1, 1, 3)
    assert pair.agreement == pytest.approx(2 / 3)


def test_votes_shown_the_other_way_round_are_merged():
    contest = make_arena(contestants=2, prompts=1)
    said(contest, "A TIE")
    said(contest, "B B A BOTH_BAD", mirrored=True)
    first, _ = sides(contest)
    (pair,) = pairs(contest)
    assert pair.chosen == first.text
    assert (pair.votes_chosen, pair.votes_rejected, pair.ties, pair.both_bad) == (3, 1, 1, 1)


@pytest.mark.parametrize("outcomes", ["A B", "TIE", "BOTH_BAD", "A A B B TIE", ""])
def test_no_majority_is_no_preference(outcomes):
    contest = make_arena(contestants=2, prompts=1)
    said(contest, outcomes)
    assert pairs(contest) == []


@pytest.mark.parametrize(("minimum", "found"), [(0.0, 1), (0.75, 1), (0.76, 0), (1.0, 0)])
def test_pairs_below_the_least_agreement_are_left_out(minimum, found):
    contest = make_arena(contestants=2, prompts=1)
    said(contest, "A A A B TIE TIE TIE")
    assert len(pairs(contest, minimum=minimum)) == found


def test_a_pair_tells_the_whole_conversation():
    contest = make_contest()
    turns = [{"role": "user", "content": "Tea?"}, {"role": "assistant", "content": "Yes."}]
    prompt = make_prompt(contest, "How long?", turns=turns)
    for _ in range(2):
        make_response(prompt, make_contestant(contest))
    said(contest, "A")
    (pair,) = pairs(contest)
    assert pair.turns == (*turns, {"role": "user", "content": "How long?"})
    assert pair.prompt_id == prompt.public_id


def test_votes_that_do_not_count_prefer_nothing():
    contest = make_arena(contestants=2, prompts=2)
    junk = contest.prompts.order_by("id")[1]
    junk.state = PromptState.JUNK
    junk.save()
    said(contest, "A", voided_at=timezone.now(), void_reason="a test")
    said(contest, "A", integrity_weight=0, integrity_reason="manual")
    said(contest, "A", prompt=junk)
    assert pairs(contest) == []
    assert standing_votes(contest).count() == 0


def test_samples_of_one_contestant_are_responses_of_their_own():
    contest = make_arena(contestants=2, prompts=1)
    first, second = sides(contest)
    another = make_response(first.prompt, first.contestant, "Another go.", sample=1)
    said(contest, "A")
    make_vote(make_battle(contest, prompt=first.prompt, responses=(another, second)), "B")
    assert {(pair.chosen, pair.rejected) for pair in pairs(contest)} == {
        (first.text, second.text),
        (second.text, another.text),
    }


def test_every_pair_of_three_responses_is_a_pair_of_its_own():
    contest = make_arena(contestants=3, prompts=1)
    one, two, three = contest.responses.order_by("id")
    for winner, loser in ((one, two), (two, three), (three, one)):
        make_vote(make_battle(contest, responses=(winner, loser)), "A")
    assert {(pair.chosen, pair.rejected) for pair in pairs(contest)} == {
        (one.text, two.text),
        (two.text, three.text),
        (three.text, one.text),
    }


def test_pairs_of_one_prompt_stand_together():
    contest = make_arena(contestants=3, prompts=3)
    for prompt in contest.prompts.order_by("-id"):
        one, two, three = prompt.responses.order_by("id")
        for winner, loser in ((three, one), (one, two)):
            make_vote(make_battle(contest, prompt=prompt, responses=(winner, loser)), "A")
    ids = [pair.prompt_id for pair in pairs(contest)]
    in_order = contest.prompts.order_by("id").values_list("public_id", flat=True)
    assert ids == [prompt_id for prompt_id in in_order for _ in range(2)]


def test_each_board_has_its_own_preferences():
    contest = make_arena(contestants=2, prompts=1)
    said(contest, "A", rater=make_rater())
    said(contest, "B B", rater=make_rater(RaterKind.SIMULATED))
    for version, outcomes in ((1, "A A A"), (2, "B B B B")):
        judge = make_judge("strict", version=version)
        said(contest, outcomes, rater=make_rater(RaterKind.JUDGE, judge=judge))
    ensure_boards(contest)
    votes = {slug: pairs(contest, slug)[0].votes_chosen for slug in ("human", "simulated", "strict", "strict-v2")}
    assert votes == {"human": 1, "simulated": 2, "strict": 3, "strict-v2": 4}
    assert standing_votes(contest).count() == 10


def test_people_are_known_before_their_board_is_there():
    contest = make_arena(contestants=2, prompts=1)
    said(contest, "A")
    assert contest.boards.count() == 0
    assert len(pairs(contest, "human")) == 1
    assert pairs(contest, "simulated") == []


def test_an_unknown_board_is_refused_before_the_first_pair_is_asked_for():
    contest = make_arena()
    ensure_boards(contest)
    with pytest.raises(NoSuchBoard, match="There is no board 'nobody'; there are: human"):
        preference_pairs(contest, "nobody")


def test_votes_of_other_contests_are_not_among_them():
    tea, coffee = make_arena(slug="tea"), make_arena(slug="coffee")
    said(coffee, "A")
    assert pairs(tea) == []
    assert standing_votes(tea).count() == 0


def test_pairs_read_in_small_chunks_are_the_same(monkeypatch):
    contest = make_arena(contestants=2, prompts=5)
    for prompt in contest.prompts.all():
        said(contest, "A A B", prompt=prompt)
    whole = pairs(contest)
    monkeypatch.setattr(exports, "CHUNK", 2)
    assert pairs(contest) == whole
    assert len(whole) == 5


def test_pairs_take_as_many_queries_for_many_as_for_one(django_assert_num_queries):
    for slug, prompts in (("small", 1), ("large", 12)):
        contest = make_arena(contestants=2, prompts=prompts, slug=slug)
        for prompt in contest.prompts.all():
            said(contest, "A", prompt=prompt)
        # Boards, counts, prompts, responses.
        with django_assert_num_queries(4):
            assert len(pairs(contest)) == prompts
