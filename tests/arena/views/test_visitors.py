"""Browsers without an account: known by one signed cookie, and one rater each."""

import pytest
from django.core.signing import get_cookie_signer
from django.http import HttpRequest
from django.test import Client

from arena.access import BROWSER_COOKIE, BROWSER_SECONDS, browser_key_of
from arena.models import Battle, Rater, RaterKind
from tests.factories import make_arena, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture(autouse=True)
def arena() -> None:
    make_arena(contestants=3, prompts=3)
    make_arena(slug="rye")


def open_battle(client: Client, slug: str = "tea"):
    return client.post(f"/contests/{slug}/battles/")


def test_nobody_is_remembered_before_the_first_battle(client):
    client.get("/")
    client.get("/contests/tea/")
    assert BROWSER_COOKIE not in client.cookies
    assert Rater.objects.count() == 0


def test_the_cookie_is_signed_hidden_from_scripts_and_stays_on_this_site(client):
    open_battle(client)
    cookie = client.cookies[BROWSER_COOKIE]
    assert cookie["httponly"] is True
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/"
    assert cookie["domain"] == ""
    assert cookie["max-age"] == BROWSER_SECONDS == 31_536_000
    request = HttpRequest()
    request.COOKIES[BROWSER_COOKIE] = cookie.value
    assert browser_key_of(request) == Rater.objects.get().browser_key


def test_the_cookie_is_sent_over_https_alone_where_the_site_is(client, settings):
    open_battle(client)
    assert client.cookies[BROWSER_COOKIE]["secure"] == ""
    settings.SESSION_COOKIE_SECURE = True
    other = Client()
    open_battle(other)
    assert other.cookies[BROWSER_COOKIE]["secure"] is True


def test_keys_of_browsers_cannot_be_guessed():
    for _ in range(3):
        open_battle(Client())
    keys = set(Rater.objects.values_list("browser_key", flat=True))
    assert len(keys) == 3
    # 24 random bytes as base64.
    assert {len(key) for key in keys} == {32}


def test_a_browser_is_one_rater_over_battles_and_contests(client):
    open_battle(client)
    client.post(f"/battles/{Battle.objects.get().token}/vote/", {"outcome": "A"})
    open_battle(client)
    open_battle(client, "rye")
    rater = Rater.objects.get()
    assert (rater.kind, rater.user) == (RaterKind.HUMAN, None)
    assert rater.battles.count() == 3


def test_each_browser_is_a_rater_of_its_own():
    for _ in range(3):
        open_battle(Client())
    assert Rater.objects.count() == 3
    assert Battle.objects.count() == 3


@pytest.mark.parametrize("forge", [lambda value: value[:-1] + "!", lambda value: value.split(":")[0], lambda value: ""])
def test_a_cookie_that_was_tampered_with_is_replaced_and_reaches_no_battle(client, forge):
    open_battle(client)
    mine = Battle.objects.get()
    client.cookies[BROWSER_COOKIE] = forge(client.cookies[BROWSER_COOKIE].value)
    assert client.get(f"/battles/{mine.token}/").status_code == 404
    open_battle(client)
    assert Rater.objects.count() == 2
    assert client.get(f"/battles/{mine.token}/").status_code == 404


def test_a_cookie_of_another_purpose_is_nobody(client):
    open_battle(client)
    mine = Battle.objects.get()
    key = Rater.objects.get().browser_key
    client.cookies[BROWSER_COOKIE] = get_cookie_signer(salt="sessions").sign(key)
    assert client.get(f"/battles/{mine.token}/").status_code == 404


def test_every_battle_renews_the_cookie(client):
    first = open_battle(client)
    again = open_battle(client)
    assert BROWSER_COOKIE in first.cookies
    assert BROWSER_COOKIE in again.cookies
    assert Rater.objects.count() == 1


def test_an_account_gets_no_cookie_and_is_the_same_rater_in_every_browser():
    alice = make_user()
    for _ in range(2):
        client = Client()
        client.force_login(alice)
        open_battle(client)
        assert BROWSER_COOKIE not in client.cookies
    assert Rater.objects.get().user == alice


def test_logging_in_does_not_take_over_the_battles_of_the_browser(client):
    open_battle(client)
    browser = Rater.objects.get()
    client.force_login(make_user())
    open_battle(client)
    del client.cookies["sessionid"]
    open_battle(client)
    assert Rater.objects.count() == 2
    assert browser.battles.count() == 1


def test_the_key_of_a_browser_is_shown_nowhere(client):
    answer = open_battle(client)
    key = Rater.objects.get().browser_key
    for page in (answer, client.get(answer["Location"]), client.get("/contests/tea/")):
        assert key not in page.content.decode()


def test_a_browser_whose_contest_has_nothing_to_compare_is_remembered_all_the_same(client):
    contest = make_arena(slug="lone", contestants=1)
    open_battle(client, contest.slug)
    assert BROWSER_COOKIE in client.cookies
    open_battle(client, contest.slug)
    assert Rater.objects.count() == 1
