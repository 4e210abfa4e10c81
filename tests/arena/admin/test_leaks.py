"""Admins see which responses name their author, what was hidden, and which prompts ask for it."""

import pytest
from django.test import Client

from arena.models import Contest, Prompt, PromptState, Response
from arena.services.leaks import find_all_leaks
from tests.factories import make_contest, make_contestant, make_prompt, make_response, make_staff

pytestmark = [pytest.mark.django_db]


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(make_staff())
    return client


@pytest.fixture
def contest() -> Contest:
    contest = make_contest()
    prompt = make_prompt(contest)
    make_response(prompt, make_contestant(contest, "Claude 2"), "I am Claude <b>. Three minutes.")
    make_response(prompt, make_contestant(contest, "Quokka 9000b"), "Four minutes.")
    make_prompt(contest, "Who are you?")
    find_all_leaks()
    make_response(prompt, make_contestant(contest, "Newcomer 5"), "Five minutes.")
    return contest


@pytest.mark.parametrize(("chosen", "shown"), [("yes", "Three"), ("no", "Four"), ("unknown", "Five")])
def test_responses_are_listed_by_whether_they_name_their_author(admin, contest, chosen, shown):
    page = admin.get(f"/admin/arena/response/?names_author={chosen}").content.decode()
    assert [word for word in ("Three", "Four", "Five") if f"{word} minutes" in page] == [shown]


def test_what_was_hidden_is_shown_with_its_reason(admin, contest):
    leaky, plain, unread = Response.objects.order_by("id")
    for row, told in (
        (leaky, "<code>Claude</code> (says of itself)"),
        (plain, "nothing"),
        (unread, "not looked through yet"),
    ):
        assert told in admin.get(f"/admin/arena/response/{row.pk}/change/").content.decode()


def test_the_list_of_contests_counts_them_and_leads_to_them(admin, contest):
    page = admin.get("/admin/arena/contest/").content.decode()
    assert f'<a href="/admin/arena/response/?contest__id__exact={contest.pk}&names_author=yes">1</a>' in page.replace(
        "&amp;", "&"
    )


def test_a_prompt_that_asks_who_answers_can_be_brought_back(admin, contest):
    asking = Prompt.objects.get(text="Who are you?")
    assert "asks who answers" in admin.get("/admin/arena/prompt/?asks_identity__exact=1").content.decode()
    admin.post("/admin/arena/prompt/", {"action": "mark_good", "_selected_action": [asking.pk]})
    find_all_leaks()
    asking.refresh_from_db()
    assert asking.state == PromptState.GOOD


def test_a_contest_says_what_becomes_of_such_responses(admin, contest):
    page = admin.get(f"/admin/arena/contest/{contest.pk}/change/").content.decode()
    assert "Hide the names; votes count half" in page
