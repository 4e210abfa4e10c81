"""The list of contests and the page of one."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arena.models import ContestantState, ContestKind, ContestState, PromptState
from tests.factories import (
    make_arena,
    make_battle,
    make_contest,
    make_contestant,
    make_prompt,
    make_staff,
    make_user,
    make_vote,
    make_voted_arena,
)

pytestmark = [pytest.mark.django_db]


def facts(page: str) -> list[tuple[str, str]]:
    """Return the names and numbers of the lists of facts on a page."""
    return re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", page)


def links(page: str) -> set[str]:
    return set(re.findall(r'href="([^"]*)"', page))


def test_the_list_names_every_contest_with_its_question_and_its_sizes(client):
    make_voted_arena("tea", name="Tea", question="Which tea is better?")
    make_contest("rye", name="Rye", question="Which bread is better?")
    page = client.get("/").content.decode()
    assert "Which tea is better?" in page
    assert "Which bread is better?" in page
    assert {"/contests/tea/", "/contests/rye/", "/contests/tea/leaderboard/"} <= links(page)
    assert facts(page) == [
        *(("Votes", "0"), ("Contestants", "0"), ("Prompts", "0")),
        *(("Votes", "14"), ("Contestants", "3"), ("Prompts", "2")),
    ]


def test_an_empty_list_says_how_to_get_a_contest(client):
    page = client.get("/")
    assert page.status_code == 200
    assert "There is no contest yet" in page.content.decode()
    assert "import_contest" in page.content.decode()


def test_drafts_are_listed_for_staff_alone(client):
    make_contest("plan", name="Secret plan", state=ContestState.DRAFT)
    assert "Secret plan" not in client.get("/").content.decode()
    client.force_login(make_user())
    assert "Secret plan" not in client.get("/").content.decode()
    client.force_login(make_staff())
    assert "Secret plan" in client.get("/").content.decode()


@pytest.mark.parametrize(
    "address", ["/contests/plan/", "/contests/plan/leaderboard/", "/contests/plan/leaderboard.csv"]
)
def test_pages_of_a_draft_are_for_staff_alone(client, address):
    make_contest("plan", state=ContestState.DRAFT)
    hidden = client.get(address)
    assert hidden.status_code == 404
    assert hidden.content == client.get(address.replace("plan", "none")).content
    client.force_login(make_staff())
    assert client.get(address).status_code == 200


def test_a_draft_opens_no_battle_to_strangers_and_tells_staff_why_not(client):
    make_arena(slug="plan", name="Plan", state=ContestState.DRAFT)
    assert client.post("/contests/plan/battles/").status_code == 404
    client.force_login(make_staff())
    page = client.post("/contests/plan/battles/", follow=True)
    assert page.redirect_chain == [("/contests/plan/", 302)]
    assert "The contest Plan takes no votes now." in page.content.decode()


def test_the_page_of_a_contest_shows_its_texts_as_markdown(client):
    make_contest(
        description="**Bold** claims.", instructions="Judge *calmly*.", attribution="By [us](https://example.org/)."
    )
    page = client.get("/contests/tea/").content.decode()
    assert "<strong>Bold</strong> claims." in page
    assert "Judge <em>calmly</em>." in page
    assert 'href="https://example.org/"' in page


def test_texts_of_a_contest_cannot_bring_scripts_along(client):
    make_contest(
        description="<script>alert(1)</script>",
        instructions="[x](javascript:alert(2))",
        attribution="<img src=x onerror=y>",
    )
    page = client.get("/contests/tea/").content.decode()
    assert "<script>alert" not in page
    assert 'href="javascript' not in page
    assert "<img" not in page


def test_the_page_of_a_contest_counts_what_takes_part(client):
    contest = make_voted_arena()
    make_contestant(contest, state=ContestantState.RETIRED)
    make_prompt(contest, state=PromptState.JUNK)
    assert facts(client.get("/contests/tea/").content.decode()) == [
        ("Votes", "14"),
        ("Contestants", "3"),
        ("Prompts", "2"),
    ]


@pytest.mark.parametrize("address", ["/", "/contests/tea/"])
@pytest.mark.parametrize(
    ("fields", "offered"),
    [({}, True), ({"state": ContestState.CLOSED}, False), ({"simulated": True}, False)],
    ids=["open", "closed", "simulated"],
)
def test_voting_is_offered_where_votes_are_taken(client, address, fields, offered):
    make_contest(**fields)
    page = client.get(address).content.decode()
    assert ('action="/contests/tea/battles/"' in page) is offered


@pytest.mark.parametrize("address", ["/", "/contests/tea/"])
def test_a_simulated_contest_is_marked(client, address):
    make_contest(simulated=True)
    assert "Simulated votes" in client.get(address).content.decode()


@pytest.mark.parametrize("address", ["/", "/contests/tea/"])
def test_a_closed_contest_is_marked(client, address):
    make_contest(state=ContestState.CLOSED)
    assert '<span class="badge">Closed</span>' in client.get(address).content.decode()


def test_the_list_costs_as_many_queries_for_many_contests_as_for_one(client):
    make_voted_arena("first")
    with CaptureQueriesContext(connection) as few:
        client.get("/")
    for number in range(4):
        contest = make_arena(slug=f"more-{number}")
        make_vote(make_battle(contest))
    with CaptureQueriesContext(connection) as many:
        assert client.get("/").content.decode().count('class="card"') == 5
    assert len(many) == len(few) == 1


def test_the_page_of_a_contest_costs_as_many_queries_for_a_large_one_as_for_a_small_one(
    client, django_assert_max_num_queries
):
    make_arena(contestants=12, prompts=5)
    with django_assert_max_num_queries(6):
        client.get("/contests/tea/")


def test_pages_that_only_read_set_no_cookie_but_the_one_that_guards_forms(client):
    make_voted_arena()
    for address in ("/", "/contests/tea/", "/contests/tea/leaderboard/"):
        client.get(address)
    assert set(client.cookies) == {"csrftoken"}


def test_the_way_to_the_admin_is_shown_to_staff_alone(client):
    assert "/admin/" not in client.get("/").content.decode()
    client.force_login(make_staff())
    assert "/admin/" in client.get("/").content.decode()


def test_the_list_asks_of_right_answers_what_is_right(client):
    make_arena(kind=ContestKind.CORRECTNESS)
    page = client.get("/").content.decode()
    assert "Which answer is right?" in page
    assert "Which response is better?" not in page
