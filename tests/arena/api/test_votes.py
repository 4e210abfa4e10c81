"""Votes by program: 201 the first time, 200 ever after, and refusals that say what to do."""

from datetime import timedelta

import pytest
from django.utils import timezone

from arena.forms import MOST_CHARACTERS
from arena.models import Battle, BattleState, Contest, ContestState, Vote
from arena.services.battles import expire_battles
from tests.factories import make_arena, make_program

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def program():
    return make_program()


@pytest.fixture
def door(program) -> str:
    """The address at which to vote on a battle that the program opened."""
    make_arena()
    return f"/api/v1/battles/{program.post('/api/v1/contests/tea/battles/').json()['token']}/vote/"


def test_a_first_vote_is_created_and_tells_who_wrote_what(program, door):
    answer = program.post(door, {"outcome": "A"}, format="json")
    battle = Battle.objects.get()
    assert answer.status_code == 201
    told = answer.json()
    assert (told["state"], told["outcome"]) == ("voted", "A")
    assert (told["contestant_a"], told["contestant_b"]) == (battle.contestant_a.slug, battle.contestant_b.slug)


def test_a_repeat_gets_the_same_answer_with_another_status(program, door):
    first = program.post(door, {"outcome": "B"}, format="json")
    for outcome in ("B", "A", "TIE"):
        again = program.post(door, {"outcome": outcome}, format="json")
        assert (again.status_code, again.content) == (200, first.content)
    assert Vote.objects.get().outcome == "B"
    assert program.get(door.removesuffix("vote/")).content == first.content


@pytest.mark.parametrize("outcome", ["A", "B", "TIE", "BOTH_BAD"])
def test_every_outcome_can_be_voted(program, door, outcome):
    assert program.post(door, {"outcome": outcome}, format="json").json()["outcome"] == outcome


def test_tags_and_comment_are_stored_with_the_vote(program, door):
    program.post(door, {"outcome": "A", "tags": ["clear", "wrong"], "comment": "Klar ✓"}, format="json")
    stored = Vote.objects.get()
    assert (stored.tags, stored.comment) == (["clear", "wrong"], "Klar ✓")


def test_tags_and_comment_may_be_left_out_or_empty(program, door):
    assert program.post(door, {"outcome": "A", "tags": [], "comment": ""}, format="json").status_code == 201
    stored = Vote.objects.get()
    assert (stored.tags, stored.comment) == ([], "")


@pytest.mark.parametrize(
    ("said", "field", "message"),
    [
        ({}, "outcome", "This field is required."),
        ({"outcome": None}, "outcome", "This field may not be null."),
        ({"outcome": "a"}, "outcome", '"a" is not a valid choice.'),
        ({"outcome": ["A"]}, "outcome", "\"['A']\" is not a valid choice."),
        ({"outcome": "A", "tags": "clear"}, "tags", 'Expected a list of items but got type "str".'),
        ({"outcome": "A", "comment": "x" * (MOST_CHARACTERS + 1)}, "comment", "no more than 2000 characters"),
        ({"outcome": "A", "comment": "a\0b"}, "comment", "Null characters are not allowed."),
        ({"outcome": "A", "comment": {"text": "x"}}, "comment", "Not a valid string."),
        ([], "non_field_errors", "Expected a dictionary, but got list."),
        ("A", "non_field_errors", "Expected a dictionary, but got str."),
    ],
    ids=["nothing", "null", "small", "list", "tags", "long", "zero", "object", "array", "text"],
)
def test_what_is_no_vote_is_refused_by_field_and_the_battle_stays_open(program, door, said, field, message):
    answer = program.post(door, said, format="json")
    assert answer.status_code == 400
    assert message in answer.json()[field][0]
    assert Vote.objects.count() == 0
    assert Battle.objects.get().state == BattleState.SERVED


def test_an_unknown_tag_is_refused_with_those_that_are_known(program, door):
    answer = program.post(door, {"outcome": "A", "tags": ["clear", "pretty"]}, format="json")
    assert answer.status_code == 400
    [told] = answer.json()["tags"]
    assert told.startswith("Unknown: pretty. Use some of correct, clear, ")
    assert Vote.objects.count() == 0


@pytest.mark.parametrize("body", ["{", "", "{'outcome': 'A'}", '{"outcome": NaN}', "\ufeff{}", '{"outcome": "A"'])
def test_what_is_no_json_is_refused(program, door, body):
    answer = program.post(door, body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()
    assert Vote.objects.count() == 0


def test_broken_text_in_json_is_refused(program, door):
    assert program.post(door, b'{"outcome": "\xff"}', content_type="application/json").status_code == 400
    answer = program.post(door, r'{"outcome": "A", "comment": "\ud800"}', content_type="application/json")
    assert answer.status_code == 400
    assert "comment" in answer.json()
    assert Vote.objects.count() == 0


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", "application/xml"])
def test_another_format_than_json_is_refused(program, door, kind):
    answer = program.post(door, "outcome=A", content_type=kind)
    assert answer.status_code == 415
    assert kind in answer.json()["detail"]
    assert Vote.objects.count() == 0


def test_what_else_a_vote_brings_is_not_believed(program, door):
    said = {"outcome": "A", "integrity_weight": 0, "rater": 1, "voided_at": "2001-01-01T00:00:00Z", "duration_ms": 1}
    assert program.post(door, said, format="json").status_code == 201
    stored = Vote.objects.get()
    assert (stored.integrity_weight, stored.voided_at) == (1, None)
    assert stored.battle.rater.user.username == "alice"


def test_a_skipped_battle_takes_no_vote(program, door):
    program.post(door.replace("vote/", "skip/"))
    answer = program.post(door, {"outcome": "A"}, format="json")
    assert answer.status_code == 409
    assert answer.json() == {"detail": "This battle is skipped and takes no vote any more. Start the next one."}
    assert Vote.objects.count() == 0


@pytest.mark.parametrize("swept", [False, True], ids=["unswept", "swept"])
def test_a_battle_whose_time_ran_out_takes_no_vote(program, door, swept):
    Battle.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    if swept:
        expire_battles()
    answer = program.post(door, {"outcome": "A"}, format="json")
    assert answer.status_code == 409
    assert answer.json() == {"detail": "This battle is expired and takes no vote any more. Start the next one."}
    assert Vote.objects.count() == 0


def test_a_contest_that_was_closed_meanwhile_takes_no_vote(program, door):
    Contest.objects.update(state=ContestState.CLOSED, name="Tea")
    answer = program.post(door, {"outcome": "A"}, format="json")
    assert (answer.status_code, answer.json()) == (409, {"detail": "The contest Tea takes no votes now."})
    assert Vote.objects.count() == 0


def test_a_repeat_is_answered_after_the_contest_closed(program, door):
    first = program.post(door, {"outcome": "A"}, format="json")
    Contest.objects.update(state=ContestState.CLOSED)
    again = program.post(door, {"outcome": "A"}, format="json")
    assert (again.status_code, again.content) == (200, first.content)


def test_an_unreadable_vote_on_a_closed_battle_is_unreadable_first(program, door):
    """400 says that the request is wrong as it stands; 409 that it came at the wrong time."""
    program.post(door.replace("vote/", "skip/"))
    assert program.post(door, {"outcome": "?"}, format="json").status_code == 400


def test_a_vote_by_program_is_seen_in_the_browser_of_the_same_account(client, program, door):
    program.post(door, {"outcome": "BOTH_BAD"}, format="json")
    battle = Battle.objects.get()
    client.force_login(battle.rater.user)
    assert "Your vote: Both are bad" in client.get(f"/battles/{battle.token}/").content.decode()
