"""What every door of the API has in common: who is known, which methods there are, and errors as JSON."""

from base64 import b64encode

import pytest
from django.test import Client
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from arena.api.doors import handle_error
from arena.models import BattleState, Vote
from arena.services.errors import (
    BattleClosed,
    BattleNotFound,
    CalibrationRefused,
    ConsentMissing,
    ContestClosed,
    InvitationClosed,
    NoBattleLeft,
    NoTerms,
    RaterLeft,
    ServiceError,
    TalkBusy,
    UndoRefused,
)
from arena.services.terms import publish_terms
from tests.factories import make_arena, make_program, make_user, make_voted_arena

pytestmark = [pytest.mark.django_db]

READING = (
    "contests/",
    "contests/tea/",
    "contests/tea/leaderboard/",
    "contests/tea/leaderboard.csv",
    "contests/tea/votes/",
    "contests/tea/preferences.jsonl",
    "terms/",
)
WRITING = (
    "contests/tea/battles/",
    "battles/some-token/vote/",
    "battles/some-token/skip/",
    "me/consent/",
    "me/leave/",
)
NOT_LOGGED_IN = {"detail": "Authentication credentials were not provided."}


def at(door: str) -> str:
    return f"/api/v1/{door}"


@pytest.mark.parametrize("door", READING)
def test_reading_needs_no_account(client, door):
    make_voted_arena()
    publish_terms("Be honest.")
    assert client.get(at(door)).status_code == 200


@pytest.mark.parametrize("door", WRITING)
def test_voting_needs_an_account(door):
    make_arena()
    answer = APIClient().post(at(door), {"outcome": "A"}, format="json")
    assert (answer.status_code, answer.json()) == (401, NOT_LOGGED_IN)
    assert answer["WWW-Authenticate"] == "Token"


def test_a_battle_is_not_shown_without_an_account():
    assert APIClient().get(at("battles/some-token/")).status_code == 401


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("Token 0123456789abcdef", "Invalid token."),
        ("Token", "Invalid token header. No credentials provided."),
        ("Token a b", "Invalid token header. Token string should not contain spaces."),
        ("Token é", "Invalid token header. Token string should not contain invalid characters."),
    ],
)
@pytest.mark.parametrize("door", ["contests/", "battles/some-token/"])
def test_a_token_that_is_not_valid_is_told_so_even_where_none_is_needed(door, header, told):
    answer = APIClient().get(at(door), headers={"Authorization": header})
    assert (answer.status_code, answer.json()) == (401, {"detail": told})


def test_the_token_of_an_account_that_was_closed_ends(client):
    make_arena()
    alice = make_user()
    program = make_program(alice)
    alice.is_active = False
    alice.save()
    answer = program.post(at("contests/tea/battles/"))
    assert (answer.status_code, answer.json()) == (401, {"detail": "User inactive or deleted."})


def test_a_token_that_was_withdrawn_ends():
    make_arena()
    program = make_program()
    assert program.post(at("contests/tea/battles/")).status_code == 201
    Token.objects.all().delete()
    assert program.post(at("contests/tea/battles/")).status_code == 401


def test_neither_a_session_nor_a_password_counts_here():
    """No page of another site can act in a visitor's name through the API."""
    make_arena()
    alice = make_user()
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice)
    assert browser.post(at("contests/tea/battles/")).status_code == 401
    basic = b64encode(b"alice:a long password").decode()
    answer = APIClient().post(at("contests/tea/battles/"), headers={"Authorization": f"Basic {basic}"})
    assert answer.status_code == 401


def test_a_browser_that_votes_in_pages_is_nobody_here(client):
    make_arena()
    where = client.post("/contests/tea/battles/")["Location"]
    assert client.get(at(where.lstrip("/"))).status_code == 401


def test_a_program_needs_no_token_of_a_form_and_gets_no_cookie():
    make_arena()
    program = make_program()
    program.handler.enforce_csrf_checks = True
    token = program.post(at("contests/tea/battles/")).json()["token"]
    assert program.post(at(f"battles/{token}/vote/"), {"outcome": "A"}, format="json").status_code == 201
    assert Vote.objects.count() == 1
    assert not program.cookies


@pytest.mark.parametrize("door", READING)
def test_doors_that_read_take_nothing(door):
    make_arena()
    program = make_program()
    for method in ("post", "put", "patch", "delete"):
        answer = getattr(program, method)(at(door))
        assert answer.status_code == 405
        assert answer.json() == {"detail": f'Method "{method.upper()}" not allowed.'}
        assert answer["Allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("door", WRITING)
def test_doors_that_write_are_not_opened_by_looking(door):
    make_arena()
    program = make_program()
    for method in ("get", "put", "patch", "delete"):
        answer = getattr(program, method)(at(door))
        assert (answer.status_code, answer["Allow"]) == (405, "POST, OPTIONS")


def test_a_method_that_nobody_knows_is_refused_as_json():
    answer = make_program().generic("BREW", at("contests/"))
    assert (answer.status_code, answer.json()) == (405, {"detail": 'Method "BREW" not allowed.'})


@pytest.mark.parametrize("door", READING[:3])
def test_the_head_of_an_answer_can_be_asked_for(client, door):
    make_arena()
    answer = client.head(at(door))
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize(
    ("door", "kind"),
    [("contests/tea/leaderboard.csv", "text/csv"), ("contests/tea/preferences.jsonl", "application/jsonl")],
)
def test_a_file_is_given_to_those_who_ask_for_its_kind_and_to_everybody_else(client, door, kind):
    make_voted_arena()
    for accepted in (kind, "*/*", "application/json", "text/html,*/*;q=0.1", "image/png"):
        answer = client.get(at(door), headers={"Accept": accepted})
        assert answer.status_code == 200
        assert answer["Content-Type"].startswith(kind)
        lost = client.get(at(door), {"raters": "nobody"}, headers={"Accept": accepted})
        assert lost.status_code == 404
        assert "There is no board 'nobody'" in lost.json()["detail"]


def test_a_browser_that_looks_at_the_api_gets_json(client):
    make_arena()
    answer = client.get(at("contests/"), headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (BattleNotFound(), 404),
        (BattleClosed(BattleState.SKIPPED), 409),
        (NoBattleLeft("Nothing is left."), 409),
        (UndoRefused("Too late."), 409),
        (ConsentMissing(1), 403),
        (NoTerms(), 404),
        (RaterLeft(), 409),
        (TalkBusy(), 409),
        (CalibrationRefused("None is left."), 409),
        (InvitationClosed("It has expired."), 409),
        (ContestClosed("Tea"), 409),
        (ServiceError("Say why."), 400),
    ],
)
def test_what_services_refuse_keeps_its_words(error, status):
    answer = handle_error(error, {})
    assert (answer.status_code, answer.data) == (status, {"detail": str(error)})


def test_every_refusal_of_the_services_has_been_thought_of():
    named = {BattleNotFound, BattleClosed, NoBattleLeft, ContestClosed, UndoRefused, ConsentMissing, NoTerms, RaterLeft}
    named |= {TalkBusy}
    named |= {CalibrationRefused}
    named.add(InvitationClosed)
    assert {kind for kind in ServiceError.__subclasses__() if kind.__module__ == ServiceError.__module__} == named


def test_an_error_of_ours_is_not_dressed_up_as_an_answer():
    assert handle_error(RuntimeError("the secret reason"), {}) is None


def test_an_error_of_ours_tells_no_details(monkeypatch):
    def fail(*args: object) -> None:
        raise RuntimeError("the secret reason")

    monkeypatch.setattr("arena.api.contests.listed_contests", fail)
    answer = Client(raise_request_exception=False).get(at("contests/"))
    assert answer.status_code == 500
    assert b"secret reason" not in answer.content


@pytest.mark.parametrize("door", ["", "nothing/", "contests/tea/nothing/", "contests/t%C3%A9a/", "battles//vote/"])
def test_addresses_that_are_none_are_not_found(client, door):
    assert client.get(at(door)).status_code == 404
