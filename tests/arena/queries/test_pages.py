"""What pages show: nothing of the authors before the vote, everything after it."""

from dataclasses import asdict
from typing import Any

import numpy as np
import pytest
from django.utils import timezone

from arena.access import battle_or_404
from arena.models import Battle, Board, Contest, ContestantState, ContestState, PromptState, RaterKind
from arena.queries.pages import BlindBattle, blind_battle, contest_cards, contest_page
from arena.queries.reveals import reveal
from arena.services.battles import open_battle
from arena.services.leaderboards import refresh_contest
from arena.services.leaks import find_all_leaks
from ranking import PairCounts, compute_standings
from ranking.store import publish
from tests.arena.rendering.markup import wrongs_of
from tests.factories import (
    make_arena,
    make_battle,
    make_contest,
    make_contestant,
    make_judge,
    make_prompt,
    make_rater,
    make_request,
    make_response,
    make_staff,
    make_user,
    make_vote,
    make_voted_arena,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database]

VOIDED = {"voided_at": timezone.now(), "void_reason": "a test"}


def telling_contest() -> Contest:
    """Two contestants of whom everything is a word that nothing else contains."""
    contest = make_contest("tea", name="Tea")
    prompt = make_prompt(contest, "How long?", language="de", reference="Reference-words", state_reason="Odd-words")
    for letter in "XY":
        names = ("description", "provider", "model", "system_prompt", "organisation", "licence")
        known = {name: f"{name}-of-{letter}" for name in names}
        who = make_contestant(
            contest, f"Name-of-{letter}", slug=f"slug-of-{letter}", sampling={"top_p": 0.5}, true_strength=1.25, **known
        )
        make_response(prompt, who, f"Answer {letter}.", finish_reason="stop", settings={"seed": 4711}, latency_ms=8.125)
    return contest


def battle_of(contest: Contest, **fields: Any) -> Battle:
    """A battle as the doors read it."""
    battle = make_battle(contest, **fields)
    return battle_or_404(battle.rater, battle.token)


def voted(contest: Contest, outcome: str = "A", **fields: Any) -> Battle:
    battle = make_battle(contest, **fields)
    make_vote(battle, outcome)
    return battle_or_404(battle.rater, battle.token)


def test_the_blind_page_shows_the_texts_as_html():
    contest = make_contest(question="Which cup?")
    turns = [{"role": "user", "content": "*Tea?*"}, {"role": "assistant", "content": "Yes."}]
    prompt = make_prompt(contest, "How **long**?", turns=turns, language="de")
    for text in ("`5` minutes", ""):
        make_response(prompt, make_contestant(contest), text)
    blind = blind_battle(battle_of(contest))
    assert blind.question == "Which cup?"
    assert (blind.contest_slug, blind.contest_name, blind.language) == ("tea", "Tea", "de")
    assert [(turn.role, turn.html) for turn in blind.turns] == [
        ("user", "<p><em>Tea?</em></p>\n"),
        ("assistant", "<p>Yes.</p>\n"),
    ]
    assert blind.prompt == "<p>How <strong>long</strong>?</p>\n"
    assert blind.response_a == "<p><code>5</code> minutes</p>\n"
    assert "(empty)" in blind.response_b


def test_the_blind_page_holds_nothing_that_tells_who_wrote_what():
    contest = telling_contest()
    battle = battle_of(contest, propensity=0.375, reason={"branch": "active", "gap": 0.875})
    shown = repr(asdict(blind_battle(battle)))
    for letter in "XY":
        assert f"of-{letter}" not in shown
    for fact in ("top_p", "4711", "8.125", "1.25", "0.375", "0.875", "Reference-words", "Odd-words", "stop", "test/1"):
        assert fact not in shown
    ids = [battle.public_id, battle.prompt.public_id, battle.rater.public_id, contest.public_id]
    ids += [row.public_id for row in (*contest.contestants.all(), *contest.responses.all())]
    assert [public_id for public_id in ids if public_id in shown] == []


def test_the_blind_page_knows_no_more_than_it_names():
    """A field more is a decision: what it holds must not tell the authors."""
    names = [
        "token",
        "contest_slug",
        "contest_name",
        "question",
        "right",
        "language",
        "turns",
        "prompt",
        "response_a",
        "response_b",
    ]
    assert list(BlindBattle.__slots__) == names


def test_two_contestants_who_say_the_same_look_the_same():
    """Whatever differs between the sides is in their texts."""
    contest = make_contest()
    prompt = make_prompt(contest)
    for name in ("one", "two"):
        make_response(prompt, make_contestant(contest, name), "The same.")
    blind = blind_battle(battle_of(contest))
    assert blind.response_a == blind.response_b


def test_hostile_texts_are_harmless_on_every_side():
    contest, nasty = (
        make_contest(),
        "<script>alert(1)</script> ![x](https://spy.example/x.png) [y](javascript:alert(1))",
    )
    prompt = make_prompt(contest, nasty, turns=[{"role": "user", "content": nasty}])
    for _ in range(2):
        make_response(prompt, make_contestant(contest), nasty)
    battle = battle_of(contest)
    blind = blind_battle(battle)
    texts = [blind.prompt, blind.response_a, blind.response_b, blind.turns[0].html]
    make_vote(battle, "A")
    seen = reveal(battle_or_404(battle.rater, battle.token))
    texts += [seen.prompt, *(author.response for author in seen.authors)]
    assert [wrong for text in texts for wrong in wrongs_of(text)] == []


def test_the_blind_page_asks_the_database_nothing_more(django_assert_num_queries):
    contest = make_arena()
    find_all_leaks(contest)
    battle = battle_of(contest)
    with django_assert_num_queries(0):
        blind_battle(battle)


def test_the_reveal_tells_who_wrote_what():
    contest = telling_contest()
    seen = reveal(voted(contest, "B"))
    assert seen.outcome == "B is better"
    for author, letter in zip(seen.authors, "XY", strict=True):
        assert author.name == f"Name-of-{letter}"
        assert author.response == f"<p>Answer {letter}.</p>\n"
        assert (author.model, author.organisation) == (f"model-of-{letter}", f"organisation-of-{letter}")
        assert (author.description, author.system_prompt) == (f"description-of-{letter}", f"system_prompt-of-{letter}")
        assert author.sampling == "top p 0.5"
    assert [(author.side, author.won) for author in seen.authors] == [("A", False), ("B", True)]


def test_the_reveal_keeps_the_sides_of_the_battle():
    contest = make_arena(contestants=2, prompts=1)
    pair = list(contest.responses.order_by("-id"))
    seen = reveal(voted(contest, responses=pair))
    assert [author.name for author in seen.authors] == [response.contestant.name for response in pair]


@pytest.mark.parametrize(
    ("outcome", "label", "won"),
    [
        ("A", "A is better", [True, False]),
        ("B", "B is better", [False, True]),
        ("TIE", "Tie: both good", [False, False]),
        ("BOTH_BAD", "Both are bad", [False, False]),
    ],
)
def test_the_reveal_says_what_was_voted_and_who_won(outcome, label, won):
    seen = reveal(voted(make_arena(), outcome))
    assert seen.outcome == label
    assert [author.won for author in seen.authors] == won


def test_before_the_first_board_there_are_no_ratings():
    seen = reveal(voted(make_arena()))
    assert [(a.rating, a.lower, a.upper, a.ranks) for a in seen.authors] == [(None, None, None, "")] * 2
    assert seen.board_name == ""


def test_ratings_are_those_of_the_newest_snapshot():
    contest = make_voted_arena()
    refresh_contest(contest)
    battle = voted(contest, "B")
    (refreshed,) = refresh_contest(contest)
    rows = {row.item_key: row for row in refreshed.snapshot.ratings.all()}
    for author, contestant in zip(reveal(battle).authors, (battle.contestant_a, battle.contestant_b), strict=True):
        row = rows[contestant.slug]
        assert (author.rating, author.lower, author.upper) == (row.rating, row.lower, row.upper)
    assert refreshed.created
    assert reveal(battle).board_name == "People"


def test_people_are_shown_before_judges_and_judges_where_there_are_no_people():
    contest = make_arena()
    battle = voted(contest)
    judge = Board.objects.create(
        contest=contest, slug="j", name="A judge", rater_kind="judge", judge=make_judge(), position=10
    )
    human = Board.objects.create(contest=contest, slug="human", name="People", rater_kind="human")
    slugs = sorted(contest.contestants.values_list("slug", flat=True))
    even = PairCounts.from_arrays(slugs, np.ones((3, 3)) - np.eye(3))
    publish(judge.key, compute_standings(even), even, timezone.now())
    assert reveal(battle).board_name == "A judge"
    publish(human.key, compute_standings(even), even, timezone.now())
    seen = reveal(battle)
    assert seen.board_name == "People"
    assert [(author.rating, author.ranks) for author in seen.authors] == [(pytest.approx(1000), "1–3")] * 2


def test_a_rank_that_is_certain_is_one_number_and_the_unrated_have_none():
    contest = make_arena()
    battle = voted(contest)
    board = Board.objects.create(contest=contest, slug="human", name="People", rater_kind="human")
    place = {slug: k for k, slug in enumerate(sorted(contest.contestants.values_list("slug", flat=True)))}
    strong, absent = place[battle.contestant_a.slug], place[battle.contestant_b.slug]
    (other,) = {0, 1, 2} - {strong, absent}
    wins = np.zeros((3, 3))
    wins[strong, other], wins[other, strong] = 400, 40
    counts = PairCounts.from_arrays(sorted(place), wins)
    publish(board.key, compute_standings(counts), counts, timezone.now())
    first, second = reveal(battle).authors
    assert first.ranks == "1"
    assert (second.ranks, second.rating) == ("", None)


def test_the_votes_of_others_are_told_from_the_side_of_this_battle():
    contest = make_arena(contestants=2, prompts=1)
    mine = voted(contest, "A")
    mirrored = list(contest.responses.order_by("-id"))
    for outcome, fields in (
        ("A", {}),
        ("A", {}),
        ("TIE", {}),
        ("A", {"responses": mirrored}),
        ("TIE", {"responses": mirrored}),
        ("BOTH_BAD", {"responses": mirrored}),
    ):
        voted(contest, outcome, **fields)
    told = [(part.label, part.votes, part.x, part.width) for part in reveal(mine).others]
    assert told == [
        ("A is better", 2, 0, 33.333),
        ("Tie: both good", 2, 33.333, 33.333),
        ("Both are bad", 1, 66.667, 16.667),
        ("B is better", 1, 83.333, 16.667),
    ]


def test_others_are_the_same_kind_of_rater_on_the_same_two_responses():
    contest = make_arena(contestants=3, prompts=2)
    mine = voted(contest, "A")
    first, second = contest.prompts.order_by("id")
    one, two, three = first.responses.order_by("id")
    voted(contest, "B", rater=make_rater(RaterKind.JUDGE))
    voted(contest, "B", prompt=second)
    voted(contest, "B", responses=(one, three))
    voted(contest, "B", responses=(three, two))
    make_vote(make_battle(contest), "B", **VOIDED)
    voted(contest, "B", responses=(make_response(first, one.contestant, "Again.", sample=1), two))
    assert list(reveal(mine).others) == []


def test_why_this_pair_is_told_with_its_probability():
    contest, rater = make_arena(), make_rater()
    drawn = open_battle(contest, rater)
    make_vote(drawn, "A")
    seen = reveal(battle_or_404(rater, drawn.token))
    assert seen.reason.startswith("Drawn ")
    assert seen.propensity == drawn.propensity
    imported = reveal(voted(contest, policy="imported"))
    assert (imported.reason, imported.propensity) == ("", None)


def test_the_reveal_takes_as_many_queries_for_many_votes_and_contestants_as_for_few(django_assert_num_queries):
    for slug, contestants, votes in (("small", 2, 1), ("large", 8, 9)):
        contest = make_arena(contestants=contestants, slug=slug)
        battle = voted(contest)
        for outcome in ("A", "B") * votes:
            voted(contest, outcome)
        refresh_contest(contest)
        find_all_leaks(contest)
        battle = battle_or_404(battle.rater, battle.token)
        # Criteria, boards, snapshot, ratings, two contestants, boards for the name, rater, votes of others, whether the
        # rater went on.
        with django_assert_num_queries(10):
            seen = reveal(battle)
        assert seen.board_name == "People"
        assert sum(part.votes for part in seen.others) == 2 * votes


def test_the_list_counts_what_there_is_to_compare():
    contest = make_arena(contestants=3, prompts=4)
    one, two, _ = contest.contestants.order_by("id")
    contest.contestants.filter(pk=one.pk).update(state=ContestantState.RETIRED)
    contest.contestants.filter(pk=two.pk).update(state=ContestantState.PAUSED)
    junk, suspect, *_ = contest.prompts.order_by("id")
    contest.prompts.filter(pk=junk.pk).update(state=PromptState.JUNK)
    contest.prompts.filter(pk=suspect.pk).update(state=PromptState.SUSPECT)
    voted(contest)
    make_vote(make_battle(contest), "A", **VOIDED)
    (card,) = contest_cards(make_request())
    assert (card.votes, card.contestants, card.prompts) == (1, 2, 2)
    assert contest_page(contest).card == card


def test_an_empty_contest_is_listed_with_zeros():
    make_contest()
    (card,) = contest_cards(make_request())
    assert (card.votes, card.contestants, card.prompts) == (0, 0, 0)


def test_drafts_are_listed_for_staff_alone():
    make_contest("tea")
    make_contest("secret", state=ContestState.DRAFT)
    slugs = [
        [card.contest.slug for card in contest_cards(make_request(user))] for user in (None, make_user(), make_staff())
    ]
    assert slugs == [["tea"], ["tea"], ["secret", "tea"]]


def test_real_contests_come_first_then_simulations_each_by_name():
    for slug, simulated in (("b", True), ("d", False), ("a", True), ("c", False)):
        make_contest(slug, simulated=simulated)
    assert [card.contest.slug for card in contest_cards(make_request())] == ["c", "d", "a", "b"]


@pytest.mark.parametrize(("state", "open_"), [(ContestState.OPEN, True), (ContestState.CLOSED, False)])
def test_a_card_says_whether_votes_are_taken(state, open_):
    make_contest(state=state)
    (card,) = contest_cards(make_request())
    assert card.open is open_


def test_the_list_is_one_query_however_long(django_assert_num_queries):
    for slug in ("a", "b", "c", "d"):
        voted(make_arena(slug=slug))
    with django_assert_num_queries(1):
        cards = contest_cards(make_request())
    assert [(card.votes, card.contestants, card.prompts) for card in cards] == [(1, 3, 2)] * 4


def test_the_page_of_a_contest_shows_its_texts_as_html():
    contest = make_contest(description="# Tea", instructions="*Sip.*", attribution="<b>me</b>")
    page = contest_page(contest)
    assert page.description == "<h3>Tea</h3>\n"
    assert page.instructions == "<p><em>Sip.</em></p>\n"
    assert page.attribution == "<p>&lt;b&gt;me&lt;/b&gt;</p>\n"


def test_what_nobody_wrote_is_not_on_the_page_of_a_contest():
    page = contest_page(make_contest(description="", instructions=" \n"))
    assert (page.description, page.instructions, page.attribution) == ("", "", "")


def test_the_page_of_a_contest_takes_three_counts(django_assert_num_queries):
    contest = make_voted_arena()
    with django_assert_num_queries(3):
        assert contest_page(contest).card.votes == 14
