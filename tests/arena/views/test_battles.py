"""Battles in the browser: opened by a press, shown blind, revealed by a vote, left by a skip."""

import re
from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from arena.models import Battle, BattleState, ContestState, Rater
from arena.services.battles import expire_battles
from arena.services.leaderboards import refresh_contest
from arena.services.leaks import find_all_leaks
from arena.services.raters import identify_account
from tests.factories import (
    make_arena,
    make_battle,
    make_contest,
    make_contestant,
    make_prompt,
    make_rater,
    make_response,
    make_user,
    make_vote,
    make_voted_arena,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def opened(client) -> Battle:
    """A battle that the client opened by pressing the button."""
    make_arena()
    client.post("/contests/tea/battles/")
    return Battle.objects.get()


def test_pressing_the_button_leads_to_a_battle(client):
    make_arena()
    answer = client.post("/contests/tea/battles/")
    battle = Battle.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/battles/{battle.token}/")
    assert client.get(answer["Location"]).status_code == 200


def test_reloading_opens_no_second_battle(client, opened):
    again = client.post("/contests/tea/battles/")
    assert again["Location"] == f"/battles/{opened.token}/"
    assert Battle.objects.count() == 1


def test_a_battle_shows_the_question_the_task_and_both_responses(client, opened):
    page = client.get(f"/battles/{opened.token}/").content.decode()
    assert page.index(opened.contest.question) < page.index(opened.prompt.text)
    left, right = page.index("Response A"), page.index("Response B")
    assert left < page.index(opened.response_a.text) < right < page.index(opened.response_b.text)


def test_earlier_turns_of_a_conversation_are_shown_in_order(client):
    contest = make_contest()
    turns = [{"role": "user", "content": "First *word*."}, {"role": "assistant", "content": "Second."}]
    prompt = make_prompt(contest, "Third?", turns=turns)
    for _ in range(2):
        make_response(prompt, make_contestant(contest))
    page = client.post("/contests/tea/battles/", follow=True).content.decode()
    assert page.index("First <em>word</em>.") < page.index("Second.") < page.index("Third?")
    assert re.findall(r'<p class="who">(\w+)</p>', page) == ["user", "assistant"]


def test_a_response_cannot_bring_a_script_along(client):
    contest = make_contest()
    prompt = make_prompt(contest, "<script>alert(0)</script>")
    make_response(prompt, make_contestant(contest), "<script>alert(1)</script>")
    make_response(prompt, make_contestant(contest), "</div></section><form action=//evil.example>")
    page = client.post("/contests/tea/battles/", follow=True).content.decode()
    assert "<script>alert" not in page
    assert "<form action=//evil" not in page
    assert page.count("<section") == page.count("</section>")


def test_responses_are_said_to_be_in_the_language_of_their_prompt(client):
    contest = make_contest()
    prompt = make_prompt(contest, "Wie lange?", language="de")
    for _ in range(2):
        make_response(prompt, make_contestant(contest))
    page = client.post("/contests/tea/battles/", follow=True).content.decode()
    assert page.count('dir="auto" lang="de"') == 3


def test_everything_can_be_done_without_scripts(client):
    """The forms of each page are followed as a browser without scripts would: open, vote, open, skip, open, all seen."""
    make_arena(contestants=2, prompts=2)
    page = client.get("/contests/tea/").content.decode()
    assert 'method="post" action="/contests/tea/battles/"' in page
    page = client.post("/contests/tea/battles/", follow=True).content.decode()
    vote = re.search(r'<form method="post" action="(/battles/[^"]+/vote/)"', page)
    voted = client.post(vote[1], {"outcome": "B"}, follow=True)
    assert [status for _, status in voted.redirect_chain] == [302]
    assert "Your vote: B is better" in voted.content.decode()
    assert 'method="post" action="/contests/tea/battles/"' in voted.content.decode()
    page = client.post("/contests/tea/battles/", follow=True).content.decode()
    skip = re.search(r'formaction="(/battles/[^"]+/skip/)"', page)
    skipped = client.post(skip[1], follow=True).content.decode()
    assert "<h1>Skipped</h1>" in skipped
    assert 'method="post" action="/contests/tea/battles/"' in skipped
    done = client.post("/contests/tea/battles/", follow=True)
    assert done.redirect_chain == [("/contests/tea/", 302)]
    assert "You have compared everything that Tea has to offer for now." in done.content.decode()
    assert sorted(Battle.objects.values_list("state", flat=True)) == ["skipped", "voted"]


def test_a_message_is_shown_once(client):
    make_arena(contestants=1)
    message = "fewer than two active contestants"
    assert message in client.post("/contests/tea/battles/", follow=True).content.decode()
    assert message not in client.get("/contests/tea/").content.decode()


def test_where_no_battle_is_left_a_swapping_page_is_told_to_load_the_contest_whole(client):
    make_arena(contestants=1)
    answer = client.post("/contests/tea/battles/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (200, "/contests/tea/")
    assert "fewer than two" in client.get("/contests/tea/").content.decode()


def test_a_closed_contest_opens_no_battle(client):
    make_arena(name="Tea", state=ContestState.CLOSED)
    page = client.post("/contests/tea/battles/", follow=True)
    assert page.redirect_chain == [("/contests/tea/", 302)]
    assert "The contest Tea takes no votes now." in page.content.decode()
    assert Battle.objects.count() == 0


def test_an_unknown_contest_opens_no_battle_and_makes_no_rater(client):
    assert client.post("/contests/none/battles/").status_code == 404
    assert Rater.objects.count() == 0


def test_the_reveal_tells_who_wrote_what_and_why_this_pair(client, opened):
    client.post(f"/battles/{opened.token}/vote/", {"outcome": "A"})
    page = client.get(f"/battles/{opened.token}/").content.decode()
    a, b = page.index(opened.contestant_a.name), page.index(opened.contestant_b.name)
    assert a < page.index(opened.response_a.text) < b < page.index(opened.response_b.text)
    assert page.count("Your choice") == 1
    assert page.index("Your choice") < b
    assert "Why this pair?" in page
    assert f"probability of this draw {opened.propensity:.4f}" in page
    assert "Yours is the first vote on these two responses." in page


@pytest.mark.parametrize("outcome", ["TIE", "BOTH_BAD"])
def test_without_a_winner_no_side_is_the_choice(client, opened, outcome):
    page = client.post(f"/battles/{opened.token}/vote/", {"outcome": outcome}, follow=True).content.decode()
    assert "Your choice" not in page


def test_the_reveal_counts_the_votes_of_others_from_the_side_of_this_battle(client):
    contest = make_arena(contestants=2, prompts=1)
    one, two = contest.prompts.get().responses.order_by("id")
    make_vote(make_battle(contest, responses=[one, two]), "A")
    make_vote(make_battle(contest, responses=[two, one]), "B")
    make_vote(make_battle(contest, responses=[one, two]), "B")
    client.post("/contests/tea/battles/")
    mine = Battle.objects.get(state=BattleState.SERVED)
    page = client.post(f"/battles/{mine.token}/vote/", {"outcome": "TIE"}, follow=True).content.decode()
    told = "A is better 2, B is better 1" if mine.response_a == one else "A is better 1, B is better 2"
    assert f"Others on these same two responses: {told}." in page


def test_a_skipped_battle_stays_skipped_however_often_it_is_skipped(client, opened):
    for _ in range(2):
        page = client.post(f"/battles/{opened.token}/skip/", follow=True)
        assert page.redirect_chain == [(f"/battles/{opened.token}/", 302)]
        assert "Nothing was recorded about the two responses." in page.content.decode()
    opened.refresh_from_db()
    assert opened.state == BattleState.SKIPPED


def test_a_voted_battle_is_not_skipped(client, opened):
    client.post(f"/battles/{opened.token}/vote/", {"outcome": "A"})
    page = client.post(f"/battles/{opened.token}/skip/", follow=True).content.decode()
    assert "This battle is voted and takes no vote any more." in page
    assert "Your vote: A is better" in page


@pytest.mark.parametrize("swept", [False, True], ids=["unswept", "swept"])
def test_a_battle_whose_time_ran_out_says_so(client, opened, swept):
    Battle.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    if swept:
        expire_battles()
    page = client.get(f"/battles/{opened.token}/")
    assert page.status_code == 200
    assert "This battle has expired" in page.content.decode()
    assert opened.response_a.text not in page.content.decode()


@pytest.mark.parametrize(("address", "method"), [("", "get"), ("vote/", "post"), ("skip/", "post")])
def test_a_foreign_token_and_an_unknown_one_get_the_same_answer_to_the_byte(client, opened, address, method):
    stranger = Client()
    stranger.post("/contests/tea/battles/")
    nobody = Client()
    answers = [
        getattr(visitor, method)(f"/battles/{token}/{address}", {"outcome": "A"} if method == "post" else None)
        for visitor in (stranger, nobody)
        for token in (opened.token, "A" * len(opened.token), "short")
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert len({tuple(sorted(answer.headers.items())) for answer in answers[:3]}) == 1
    opened.refresh_from_db()
    assert opened.state == BattleState.SERVED


def test_a_token_that_no_database_could_hold_is_unknown(client, opened):
    assert client.get("/battles/%00/").status_code == 404
    assert client.get("/battles/%FF%FE/").status_code == 404


def test_a_battle_belongs_to_the_account_and_not_to_the_browser(client, opened):
    alice = make_user()
    client.force_login(alice)
    assert client.get(f"/battles/{opened.token}/").status_code == 404
    client.post("/contests/tea/battles/")
    assert Battle.objects.get(rater=identify_account(alice)) != opened
    del client.cookies["sessionid"]
    assert client.get(f"/battles/{opened.token}/").status_code == 200


def test_a_battle_is_never_kept_by_caches(client, opened):
    for outcome in (None, "A"):
        if outcome:
            client.post(f"/battles/{opened.token}/vote/", {"outcome": outcome})
        assert "no-store" in client.get(f"/battles/{opened.token}/")["Cache-Control"]


def test_a_battle_costs_as_many_queries_in_a_large_contest_as_in_a_small_one(client, django_assert_max_num_queries):
    find_all_leaks(make_arena(contestants=8, prompts=6))
    client.post("/contests/tea/battles/")
    token = Battle.objects.get().token
    with django_assert_max_num_queries(3):
        client.get(f"/battles/{token}/")


def test_the_reveal_says_that_there_is_no_rating_before_one_is_published(client, opened):
    page = client.post(f"/battles/{opened.token}/vote/", {"outcome": "A"}, follow=True).content.decode()
    assert page.count("No rating yet.") == 2


def test_the_reveal_shows_ratings_as_the_board_has_them(client):
    (published,) = refresh_contest(make_voted_arena())
    client.post("/contests/tea/battles/")
    battle = Battle.objects.get(state=BattleState.SERVED)
    page = client.post(f"/battles/{battle.token}/vote/", {"outcome": "A"}, follow=True).content.decode()
    for contestant in (battle.contestant_a, battle.contestant_b):
        row = published.snapshot.ratings.get(item_key=contestant.slug)
        assert (
            f'<strong>{row.rating:.0f}</strong> <span class="muted">points, between {row.lower:.0f} and {row.upper:.0f}'
            f" · rank {row.rank_low}–{row.rank_high} · People</span>"
        ) in page


def test_a_battle_that_waits_for_another_rater_is_not_touched(client):
    contest = make_arena(contestants=2, prompts=1)
    waiting = make_battle(contest, make_rater())
    client.post("/contests/tea/battles/")
    assert Battle.objects.count() == 2
    waiting.refresh_from_db()
    assert waiting.state == BattleState.SERVED


def test_messages_wait_for_the_page_that_shows_them(client):
    make_arena(contestants=1)
    answer = client.post("/contests/tea/battles/")
    assert [str(message) for message in get_messages(answer.wsgi_request)] == [
        "Tea has fewer than two active contestants with responses, so there is nothing to compare yet."
    ]
