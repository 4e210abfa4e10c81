"""A visitor sees who they are here, takes their data along, and leaves."""

import pytest
from django.contrib.auth.models import User

from arena.access import BROWSER_COOKIE
from arena.models import Battle, Rater, Vote
from tests.factories import make_arena, make_staff, make_user

pytestmark = [pytest.mark.django_db]

GOING = {"votes": "withdraw", "sure": "on"}


@pytest.fixture
def voter(client):
    """A browser that voted once, with a comment."""
    make_arena()
    where = client.post("/contests/tea/battles/")["Location"]
    client.post(f"{where}vote/", {"outcome": "A", "comment": "Mine."})
    return client


def test_somebody_new_is_told_that_nothing_is_stored(client):
    page = client.get("/me/account/").content.decode()
    assert "nothing is stored of you yet" in page
    assert "Download my data" not in page
    assert client.get("/me/leave/", follow=True).redirect_chain == [("/me/account/", 302)]
    assert client.get("/me/data.json").json()["battles"] == []


def test_a_browser_that_voted_has_data_and_may_make_an_account(voter, settings):
    page = voter.get("/me/account/").content.decode()
    assert "Your votes belong to this browser" in page
    assert "Download my data" in page
    assert "Make an account" in page
    settings.SIGN_UP = "closed"
    assert "Make an account" not in voter.get("/me/account/").content.decode()


def test_the_data_is_a_file_that_no_cache_keeps(voter):
    answer = voter.get("/me/data.json")
    assert answer["Content-Disposition"] == 'attachment; filename="versus-my-data.json"'
    assert "no-store" in answer["Cache-Control"]
    assert answer.json()["battles"][0]["vote"]["comment"] == "Mine."


def test_leaving_is_explained_first_and_looking_deletes_nothing(voter):
    page = voter.get("/me/leave/").content.decode()
    assert "This cannot be undone" in page
    assert Rater.objects.get().left_at is None


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({}, "Choose what becomes of your votes."),
        ({"votes": "burn", "sure": "on"}, "Select a valid choice"),
        ({"votes": "withdraw"}, "Tick that you are sure"),
        ({"sure": "on"}, "Choose what becomes of your votes."),
    ],
)
def test_what_is_not_confirmed_deletes_nothing(voter, said, told):
    assert told in voter.post("/me/leave/", said).content.decode()
    assert Rater.objects.get().left_at is None


def test_a_browser_leaves_and_is_forgotten(voter):
    page = voter.post("/me/leave/", GOING)
    assert "You have left" in page.content.decode()
    assert "1 vote was withdrawn." in page.content.decode()
    assert page.cookies[BROWSER_COOKIE].value == ""
    assert Rater.objects.get().left_at is not None
    assert Vote.objects.get().voided_at is not None
    assert "nothing is stored of you yet" in voter.get("/me/account/").content.decode()


def test_an_account_leaves_and_is_logged_out(client):
    make_arena()
    client.force_login(make_user())
    client.post("/contests/tea/battles/")
    page = client.post("/me/leave/", {"votes": "stay", "sure": "on"}).content.decode()
    assert "Your votes stay, without you." in page
    assert "Log in" in page
    assert not User.objects.exists()
    assert Battle.objects.get().rater.user is None
    assert client.get("/me/account/").status_code == 200


def test_staff_are_told_why_they_stay(client):
    client.force_login(make_staff())
    assert "This account runs the installation." in client.post("/me/leave/", GOING).content.decode()
    assert User.objects.filter(username="ada").exists()


def test_a_browser_that_left_begins_anew_even_with_its_old_cookie(voter):
    cookie = voter.cookies[BROWSER_COOKIE].value
    voter.post("/me/leave/", GOING)
    voter.cookies[BROWSER_COOKIE] = cookie
    voter.post("/contests/tea/battles/")
    assert Rater.objects.count() == 2
    assert Rater.objects.filter(left_at__isnull=True).get().battles.count() == 1
