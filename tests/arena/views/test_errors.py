"""What every door of the pages has in common: methods, forms of this site, headers, and pages for errors."""

import re
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.views import csrf

from arena.models import Battle, Vote
from arena.services.logins import make_login_link
from tests.factories import make_arena, make_staff

pytestmark = [pytest.mark.django_db]

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
READING = (
    "arena:contest_list",
    "arena:contest",
    "arena:leaderboard",
    "arena:leaderboard_csv",
    "arena:matchmaking",
    "arena:me",
    "arena:account",
    "arena:my_data",
    "arena:terms",
    "arena:battle",
    "arena:health",
)
ABOUT_A_BATTLE = ("arena:vote_cast", "arena:battle_skip", "arena:vote_undo", "arena:vote_remark", "arena:battle_report")
WRITING = ("arena:battle_open", "arena:profile_declare", "arena:calibration_repeat", *ABOUT_A_BATTLE)
# Doors that ask first and act on a second visit, which test_terms.py and test_own_data.py look at.
ASKING = ("arena:consent", "arena:leave")
# Doors of live battles, which tests/arena/views/test_live.py looks at.
LIVE = ("arena:live_open", "arena:live", "arena:live_events", "arena:live_stop", "arena:live_follow_up")
# Doors for staff alone, which tests/arena/views/test_talks.py looks at.
TALKS = ("arena:talk_open", "arena:talk", "arena:talk_events", "arena:talk_say", "arena:talk_stop", "arena:talk_note")


@pytest.fixture
def battle(client) -> Battle:
    make_arena()
    client.post("/contests/tea/battles/")
    return Battle.objects.get()


def address(name: str, battle: Battle) -> str:
    """Return the address of a door about this battle or its contest."""
    if name in ("arena:contest_list", "arena:health", "arena:me", "arena:account", "arena:my_data", "arena:terms"):
        return reverse(name)
    about_battle = name in ("arena:battle", *ABOUT_A_BATTLE)
    return reverse(name, args=[battle.token if about_battle else "tea"])


def policy_of(answer) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in answer["Content-Security-Policy"].split(";"))
    return {name: sources for name, _, sources in parts}


def patterns(resolver: URLResolver) -> list[URLPattern]:
    return [item for item in resolver.url_patterns if isinstance(item, URLPattern)]


def test_every_page_is_either_read_or_written_to_and_none_is_forgotten_here():
    (pages,) = [
        item for item in get_resolver().url_patterns if isinstance(item, URLResolver) and item.namespace == "arena"
    ]
    named = {f"arena:{pattern.name}" for pattern in patterns(pages)}
    single = {"arena:login_once", "arena:language_choose", "arena:invitation"}
    assert named == {*READING, *WRITING, *LIVE, *TALKS, *ASKING, *single}


@pytest.mark.parametrize("name", READING)
def test_pages_that_read_take_nothing_else(client, battle, name):
    where = address(name, battle)
    for method in ("post", "put", "patch", "delete", "trace"):
        answer = getattr(client, method)(where)
        assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")
    assert client.generic("BREW", where).status_code == 405
    assert Vote.objects.count() == 0


@pytest.mark.parametrize("name", READING)
def test_the_head_of_a_page_is_that_of_the_page_without_its_body(client, battle, name):
    where = address(name, battle)
    head, whole = client.head(where), client.get(where)
    assert head.status_code == whole.status_code == 200
    assert head.content == b""
    assert head["Content-Type"] == whole["Content-Type"]


@pytest.mark.parametrize("name", WRITING)
def test_doors_that_write_are_not_opened_by_looking(client, battle, name):
    where = address(name, battle)
    for method in ("get", "head", "put", "patch", "delete", "options"):
        answer = getattr(client, method)(where)
        assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert client.generic("BREW", where).status_code == 405
    battle.refresh_from_db()
    assert battle.state == "served"
    assert Battle.objects.count() == 1


@pytest.mark.parametrize("name", WRITING)
def test_what_another_site_sends_is_refused_and_nothing_is_recorded(client, battle, name):
    visitor = Client(enforce_csrf_checks=True)
    visitor.cookies = client.cookies
    answer = visitor.post(address(name, battle), {"outcome": "A"})
    assert answer.status_code == 403
    assert "Nothing was recorded. Go back, reload the page and send it again." in answer.content.decode()
    battle.refresh_from_db()
    assert battle.state == "served"
    assert Battle.objects.count() == 1


def test_a_forged_token_of_a_form_is_refused(client, battle):
    visitor = Client(enforce_csrf_checks=True)
    visitor.cookies = client.cookies
    answer = visitor.post(address("arena:vote_cast", battle), {"outcome": "A", "csrfmiddlewaretoken": "x" * 64})
    assert answer.status_code == 403
    assert Vote.objects.count() == 0


def test_the_forms_of_our_pages_are_taken():
    """From the first page to the vote, with the tokens that the pages themselves carry."""
    make_arena()
    visitor = Client(enforce_csrf_checks=True)
    page = visitor.get("/contests/tea/").content.decode()
    for said in ({}, {"outcome": "A"}):
        action = re.search(r'<form method="post" action="([^"]+)"', page)[1]
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
        answer = visitor.post(action, {**said, "csrfmiddlewaretoken": token}, follow=True)
        assert answer.status_code == 200
        page = answer.content.decode()
    assert "Your vote: A is better" in page
    assert Vote.objects.count() == 1


def every_answer(client: Client, battle: Battle) -> dict[str, Any]:
    """Return one answer of each door, errors included."""
    uid, token = make_login_link(make_staff())
    lost = Client(raise_request_exception=False)
    answers = {name: client.get(address(name, battle)) for name in (*READING, *WRITING)}
    answers["vote"] = client.post(address("arena:vote_cast", battle), {"outcome": "A"})
    answers["reveal"] = client.get(address("arena:battle", battle))
    answers["login"] = client.get(f"/login/{uid}/{token}/")
    answers["spent"] = client.get("/login/x/y/")
    answers["lost"] = lost.get("/nowhere/")
    answers["static"] = lost.get("/static/nothing.css")
    answers["csrf"] = Client(enforce_csrf_checks=True).post("/contests/tea/battles/")
    answers["api"] = client.get("/api/v1/contests/")
    return answers


def test_every_answer_carries_the_headers_that_guard_it(client, battle):
    for name, answer in every_answer(client, battle).items():
        assert policy_of(answer) == POLICY, name
        assert answer["X-Frame-Options"] == "DENY", name
        assert answer["X-Content-Type-Options"] == "nosniff", name
        assert answer["Referrer-Policy"] == "same-origin", name
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin", name


def test_no_page_holds_a_script_or_a_style_of_its_own(client, battle):
    """The policy would refuse them; a page that needs them would be broken."""
    for name, answer in every_answer(client, battle).items():
        page = answer.content.decode()
        assert not re.search(r"<script(?![^>]*\bsrc=)", page), name
        assert not re.search(r"<style|\sstyle=|\son\w+=", page), name
        assert not re.search(r'(?:src|href)="(?:https?:)?//', page), name


def test_an_address_that_leads_nowhere_says_so(client):
    page = client.get("/nowhere/")
    assert page.status_code == 404
    assert "There is nothing here" in page.content.decode()
    assert "/nowhere/" not in page.content.decode()


def test_a_missing_slash_is_added(client):
    make_arena()
    answer = client.get("/contests/tea")
    assert (answer.status_code, answer["Location"]) == (301, "/contests/tea/")


@pytest.mark.parametrize(
    "where", ["/contests/te%20a/", "/contests/%00/", "/contests/../tea/", "/battles//", "/battles/a/b/c/"]
)
def test_addresses_of_no_shape_are_not_found(client, where):
    assert client.get(where).status_code == 404


def test_an_error_of_ours_gives_a_calm_page_and_no_details(monkeypatch, battle):
    def fail(*args: object) -> None:
        raise RuntimeError("the secret reason")

    monkeypatch.setattr("arena.views.contests.contest_cards", fail)
    answer = Client(raise_request_exception=False).get("/")
    assert answer.status_code == 500
    assert "Something went wrong" in answer.content.decode()
    assert "secret reason" not in answer.content.decode()
    assert policy_of(answer) == POLICY
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_the_pages_of_errors_need_no_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get("/nowhere/").status_code == 404
        assert csrf.csrf_failure(HttpRequest(), reason="x").status_code == 403


def test_a_host_that_is_not_ours_is_refused(client):
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400


def test_a_form_of_too_many_fields_is_refused(client, battle):
    many = {f"field-{number}": "x" for number in range(1001)}
    assert client.post(address("arena:vote_cast", battle), many).status_code == 400
    assert Vote.objects.count() == 0


def test_a_vote_sent_as_json_is_no_form(client, battle):
    answer = client.post(address("arena:vote_cast", battle), {"outcome": "A"}, content_type="application/json")
    assert answer.status_code == 302
    assert Vote.objects.count() == 0
