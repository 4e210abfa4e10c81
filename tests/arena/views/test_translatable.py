"""No word of a page's own is English alone: each stands in the catalogue, as marks around every message show."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from arena.models import (
    Battle,
    BattleState,
    Board,
    Contest,
    Contestant,
    LiveBattle,
    LiveState,
    VoteOutcome,
)
from arena.queries.live import CLOSED
from arena.services.boards import add_board
from arena.services.leaderboards import refresh_contest
from arena.services.logins import make_login_link
from arena.services.matchmaking import change_matchmaking
from arena.services.simulations import load_simulation
from arena.services.undo import undo_vote
from tests.arena.queries.drawn import draw_battles
from tests.arena.views.marked import expect_no_word_outside
from tests.factories import (
    make_arena,
    make_category,
    make_contest,
    make_contestant,
    make_prompt,
    make_response,
    make_staff,
    make_styled_arena,
    make_voted_arena,
    vote_between,
)
from tests.support.pseudo import words_outside

pytestmark = [pytest.mark.django_db]

PROBLEM = (
    "3 votes among 4 contestants leave no two of them on one scale: no one has both won and lost, directly or through "
    "others. More votes are needed, or a prior."
)


def write_texts(contest: Contest) -> None:
    """Give a contest every text that its pages may show."""
    contest.instructions, contest.attribution, contest.description = "Lies genau.", "Teehaus.", "Worum es geht."
    contest.save()
    contest.contestants.update(
        organisation="Teehaus", description="Sorgsam.", model="blatt", licence="frei", system_prompt="Sprich."
    )
    for slug in ("gruen", "schwarz"):
        make_category(contest, slug)
    make_prompt(contest, "Wie lange?", language="de")


def similar_arena() -> Contest:
    """Two contestants who say nearly the same, with a conversation before."""
    contest = make_contest()
    contest.categories.create(slug="eins", name="Eins")
    contest.categories.create(slug="zwei", name="Zwei")
    turns = [{"role": "user", "content": "Tee"}, {"role": "assistant", "content": "Tee"}]
    prompt = make_prompt(contest, "Tee", turns=turns, language="de")
    for last in ("Eins", "Zwei"):
        make_response(prompt, make_contestant(contest), " ".join(["Tee"] * 20 + [last]))
    return contest


def open_battle(reader: Client, slug: str = "tea") -> Battle:
    reader.post(f"/contests/{slug}/battles/")
    return Battle.objects.latest("id")


def test_a_word_outside_of_the_marks_would_be_found(reader):
    assert words_outside("<p>⟦Eins <b>und⟧</b> zwei</p><p aria-label='drei'>Tee</p>", ["Tee"]) == ["zwei", "drei"]


def test_lists_of_contests(reader):
    expect_no_word_outside(reader.get("/"), "python manage.py import_contest")
    contest = make_arena()
    Contest.objects.filter(pk=make_arena(slug="shut").pk).update(state="closed", simulated=True)
    write_texts(contest)
    expect_no_word_outside(reader.get("/"))


def test_a_contest_with_everything(reader):
    contest = make_arena()
    write_texts(contest)
    Contest.objects.update(live=True)
    expect_no_word_outside(reader.get("/contests/tea/"))
    reader.post("/contests/tea/profile/", {"languages": [], "categories": []})
    expect_no_word_outside(reader.get("/contests/tea/"))
    reader.post("/contests/tea/profile/", {"languages": ["en"], "categories": ["gruen"]})
    expect_no_word_outside(reader.get("/contests/tea/"))
    Contest.objects.update(state="closed", simulated=True, kind="correctness")
    expect_no_word_outside(reader.post("/contests/tea/battles/", follow=True))


def test_a_battle_from_its_beginning_to_its_undoing(reader):
    write_texts(similar_arena())
    battle = open_battle(reader)
    expect_no_word_outside(reader.get(f"/battles/{battle.token}/"))
    expect_no_word_outside(reader.post(f"/battles/{battle.token}/vote/", {"outcome": "C"}, follow=True))
    expect_no_word_outside(reader.post(f"/battles/{battle.token}/report/", {"kind": "none"}, follow=True))
    expect_no_word_outside(reader.post(f"/battles/{battle.token}/report/", {"kind": "broken"}, follow=True))
    expect_no_word_outside(reader.post(f"/battles/{battle.token}/undo/", follow=True))
    expect_no_word_outside(reader.post(f"/battles/{battle.token}/vote/", {"outcome": "A"}, follow=True))
    expect_no_word_outside(reader.post(f"/battles/{battle.token}/vote/", {"outcome": "B"}, follow=True))
    expect_no_word_outside(reader.post(f"/battles/{battle.token}/remarks/", {"comment": "Tee"}, follow=True))
    expect_no_word_outside(reader.post(f"/battles/{battle.token}/skip/", follow=True))
    expect_no_word_outside(reader.post("/contests/tea/battles/", follow=True))
    undo_vote(battle.token, battle.rater)
    expect_no_word_outside(reader.get(f"/battles/{battle.token}/"))
    for purpose in (None, "again"):
        again = Battle.objects.latest("id")
        Battle.objects.filter(pk=again.pk).update(purpose=purpose)
        expect_no_word_outside(reader.get(f"/battles/{again.token}/"))


@pytest.mark.parametrize("state", [BattleState.SKIPPED, BattleState.EXPIRED])
def test_battles_that_ended_without_a_vote(reader, state):
    make_arena()
    battle = open_battle(reader)
    Battle.objects.update(state=state, closed_at=timezone.now())
    expect_no_word_outside(reader.get(f"/battles/{battle.token}/"))
    expect_no_word_outside(reader.post(f"/battles/{battle.token}/vote/", {"outcome": "A"}, follow=True))


@pytest.mark.parametrize("policy", ["information", "order", "top_k", "balanced", "uniform"])
def test_who_wrote_what_and_why_this_pair(reader, policy):
    contest = make_voted_arena()
    write_texts(contest)
    refresh_contest(contest)
    change_matchmaking(contest, None, policy=policy, floor=1e-9)
    battle = open_battle(reader)
    answer = reader.post(f"/battles/{battle.token}/vote/", {"outcome": "A"}, follow=True)
    assert "⟦Drawn" in answer.content.decode()
    expect_no_word_outside(answer)


@pytest.mark.parametrize("reason", [{"source": "check"}, {"source": "repeat"}, {"branch": "floor"}])
def test_reasons_that_tell_nothing_of_strengths(reader, reason):
    make_arena()
    battle = open_battle(reader)
    Battle.objects.update(reason=reason)
    expect_no_word_outside(reader.post(f"/battles/{battle.token}/vote/", {"outcome": "BOTH_BAD"}, follow=True))


def test_leaderboards(reader):
    contest = make_contest()
    make_contestant(contest)
    refresh_contest(contest)
    expect_no_word_outside(reader.get("/contests/tea/leaderboard/"))
    for problem in (PROBLEM, PROBLEM.replace("3 votes", "1 vote").replace("leave", "leaves")):
        Board.objects.update(problem=problem)
        expect_no_word_outside(reader.get("/contests/tea/leaderboard/"))


def test_a_leaderboard_with_people_who_have_no_rating_and_groups_apart(reader):
    contest = make_contest()
    prompt = make_prompt(contest)
    cast = [make_contestant(contest) for _ in range(6)]
    for who in cast:
        make_response(prompt, who)
    for first, second, said in ((0, 1, "aab"), (1, 2, "ab"), (3, 4, "abx")):
        for letter in said:
            outcome = {"a": VoteOutcome.A, "b": VoteOutcome.B, "x": VoteOutcome.BOTH_BAD}[letter]
            vote_between(contest, cast[first], cast[second], outcome)
    Contestant.objects.filter(pk=cast[2].pk).update(state="retired")
    write_texts(contest)
    refresh_contest(contest)
    expect_no_word_outside(reader.get("/contests/tea/leaderboard/"))


def test_a_leaderboard_with_style_and_filters(reader):
    contest = make_styled_arena(rounds=20)
    make_category(contest, "gruen")
    settings = {"covariates": ["tokens", "lists"]}
    board = add_board(contest, "controlled", name="Tee", language="en", settings=settings)
    refresh_contest(contest)
    now = timezone.now()
    Board.objects.filter(pk=board.pk).update(
        since=now, until=now + timedelta(days=1), minimum_seconds=2.5, use_integrity_weights=False
    )
    expect_no_word_outside(reader.get("/contests/tea/leaderboard/?raters=controlled"), "tokens", "lists", "Tee")


def test_a_simulated_leaderboard(reader):
    load_simulation("pretended")
    refresh_contest(Contest.objects.get())
    expect_no_word_outside(reader.get("/contests/pretended/leaderboard/"))


def test_how_pairs_are_drawn(reader):
    contest = make_arena(contestants=4, prompts=1)
    expect_no_word_outside(reader.get("/contests/tea/matchmaking/"), "top_k")
    change_matchmaking(contest, None, policy="top_k", vote_budget=1000, goal="interval", goal_width=20.5)
    contest.contestants.filter(pk=contest.contestants.first().pk).update(organisation="Teehaus", state="paused")
    draw_battles(contest, 300)
    refresh_contest(contest)
    cache.clear()
    expect_no_word_outside(reader.get("/contests/tea/matchmaking/"), "top_k")
    reader.force_login(make_staff())
    expect_no_word_outside(reader.get("/contests/tea/matchmaking/"), "top_k", "Admin")


def test_what_a_visitor_did(reader):
    expect_no_word_outside(reader.get("/me/"))
    contest = make_voted_arena(prompts=30)
    refresh_contest(contest)
    for k in range(22):
        battle = open_battle(reader)
        reader.post(f"/battles/{battle.token}/vote/", {"outcome": "A" if k % 2 else "TIE"})
        if k in (0, 21):
            expect_no_word_outside(reader.get("/me/"))


def test_live_battles(reader, settings):
    contest = make_arena(live=True)
    expect_no_word_outside(reader.get("/contests/tea/live/"))
    expect_no_word_outside(reader.post("/contests/tea/live/", {"prompt": " "}))
    expect_no_word_outside(reader.post("/contests/tea/live/", {"prompt": "Tee"}), "Tee")
    battle = open_battle(reader)
    first, second = contest.contestants.order_by("id")[:2]
    live = LiveBattle.objects.create(
        contest=contest, rater=battle.rater, contestant_a=first, contestant_b=second, asked="Tee"
    )
    expect_no_word_outside(reader.get(f"/live/{live.token}/"), "Tee")
    turns = [{"user": "Tee", "a": "Tee", "b": "Tee"}]
    LiveBattle.objects.update(state=LiveState.READY, battle=battle, turns=turns)
    expect_no_word_outside(reader.get(f"/live/{live.token}/"), "Tee")
    expect_no_word_outside(reader.post(f"/live/{live.token}/follow-up/", {"prompt": ""}, follow=True), "Tee")
    for message in ("", CLOSED):
        LiveBattle.objects.update(state=LiveState.CLOSED, message=message)
        expect_no_word_outside(reader.get(f"/live/{live.token}/"), "Tee")
    LiveBattle.objects.update(state=LiveState.WRITING, message="", beat_at=timezone.now() - timedelta(hours=1))
    expect_no_word_outside(reader.get(f"/live/{live.token}/"), "Tee")


def test_logins_and_errors(reader):
    user = make_staff()
    expect_no_word_outside(reader.get(make_login_link(user)), user.username)
    expect_no_word_outside(reader.get("/login/abc/def/"), "python manage.py demo", "no", "serve")
    expect_no_word_outside(reader.get("/nowhere/"))
    strict = Client(enforce_csrf_checks=True, HTTP_ACCEPT_LANGUAGE="de")
    expect_no_word_outside(strict.post("/contests/tea/battles/"))


def test_an_error_of_the_server(reader, monkeypatch):
    def broken(*_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("arena.views.contests.contest_cards", broken)
    reader.raise_request_exception = False
    expect_no_word_outside(reader.get("/"))
