"""Battles by program: opened, seen blind, skipped; whose they are is told by the token of an account."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from arena.models import Battle, BattleState, ContestState, Rater
from arena.services.battles import expire_battles
from tests.factories import (
    make_arena,
    make_contest,
    make_contestant,
    make_program,
    make_prompt,
    make_response,
    make_staff,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database]

OPEN = "/api/v1/contests/tea/battles/"
NO_BATTLE = b'{"detail":"There is no such battle."}'


@pytest.fixture
def program():
    return make_program()


@pytest.fixture
def opened(program) -> dict[str, object]:
    """A battle that the program opened, as it was told."""
    make_arena()
    return dict(program.post(OPEN).json())


def test_opening_a_battle_gives_its_texts_and_nothing_else(program):
    contest = make_arena(question="Which is warmer?")
    answer = program.post(OPEN)
    battle = Battle.objects.get()
    assert answer.status_code == 201
    told = answer.json()
    assert parse_datetime(told.pop("expires_at")) == battle.expires_at
    assert told == {
        "token": battle.token,
        "contest": contest.slug,
        "state": "served",
        "question": "Which is warmer?",
        "turns": [],
        "prompt": battle.prompt.text,
        "response_a": battle.response_a.text,
        "response_b": battle.response_b.text,
        "outcome": None,
        "contestant_a": None,
        "contestant_b": None,
        "named_a": None,
        "named_b": None,
        "facts_a": None,
        "facts_b": None,
        "why": None,
        "kind": "preference",
        "right_answer": None,
        "calibration": None,
        "integrity_reason": None,
        "again": False,
        "voided": False,
    }


def test_opening_twice_gives_the_battle_that_waits(program, opened):
    again = program.post(OPEN)
    assert (again.status_code, again.json()) == (201, opened)
    assert Battle.objects.count() == 1


def test_a_battle_can_be_read_again(program, opened):
    answer = program.get(f"/api/v1/battles/{opened['token']}/")
    assert (answer.status_code, answer.json()) == (200, opened)


def test_texts_come_as_they_were_written(program):
    contest = make_contest()
    turns = [{"role": "user", "content": "<b>Hi</b>"}, {"role": "assistant", "content": "Hello\n"}]
    prompt = make_prompt(contest, "  # Which?\n", turns=turns)
    texts = ["<script>1</script> ✓", " **two**\n\n"]
    for text in texts:
        make_response(prompt, make_contestant(contest), text)
    told = program.post(OPEN).json()
    assert told["prompt"] == "  # Which?\n"
    assert told["turns"] == turns
    assert sorted((told["response_a"], told["response_b"])) == sorted(texts)


def test_an_account_is_the_same_rater_here_and_in_the_browser(client):
    make_arena()
    alice = make_user()
    told = make_program(alice).post(OPEN).json()
    client.force_login(alice)
    assert client.post("/contests/tea/battles/")["Location"] == f"/battles/{told['token']}/"
    assert Rater.objects.get().user == alice


@pytest.mark.parametrize(("door", "method"), [("", "get"), ("vote/", "post"), ("skip/", "post")])
def test_a_foreign_token_and_an_unknown_one_get_the_same_answer_to_the_byte(program, opened, door, method):
    rival = make_program(make_user("rival"))
    rival.post(OPEN)
    newcomer = make_program(make_user("newcomer"))
    staff = make_program(make_staff())
    answers = [
        getattr(stranger, method)(f"/api/v1/battles/{token}/{door}", {"outcome": "A"}, format="json")
        for stranger in (rival, newcomer, staff)
        for token in (opened["token"], "A" * 32, "short", "no.such", "%00")
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert {answer.content for answer in answers} == {NO_BATTLE}
    assert len({tuple(sorted(answer.headers.items())) for answer in answers}) == 1
    assert Battle.objects.get(token=opened["token"]).state == BattleState.SERVED


def test_a_token_that_no_database_could_hold_is_unknown(program, opened):
    answer = program.get("/api/v1/battles/%00/")
    assert (answer.status_code, answer.content) == (404, NO_BATTLE)


def test_an_unknown_contest_is_not_found(program):
    answer = program.post("/api/v1/contests/none/battles/")
    assert (answer.status_code, answer.json()) == (404, {"detail": "There is no such contest."})
    assert Rater.objects.count() == 0


def test_a_closed_contest_opens_no_battle(program):
    make_arena(name="Tea", state=ContestState.CLOSED)
    answer = program.post(OPEN)
    assert (answer.status_code, answer.json()) == (409, {"detail": "The contest Tea takes no votes now."})


def test_a_draft_is_closed_to_staff_and_unknown_to_others(program):
    make_arena(state=ContestState.DRAFT)
    assert program.post(OPEN).status_code == 404
    assert make_program(make_staff()).post(OPEN).status_code == 409


def test_one_who_has_seen_everything_is_told_so(program):
    make_arena(contestants=2, prompts=1, name="Tea")
    told = program.post(OPEN).json()
    program.post(f"/api/v1/battles/{told['token']}/vote/", {"outcome": "A"}, format="json")
    answer = program.post(OPEN)
    assert answer.status_code == 409
    assert answer.json() == {"detail": "You have compared everything that Tea has to offer for now. Thank you."}


def test_a_contest_with_nothing_to_compare_says_so(program):
    make_arena(contestants=1)
    answer = program.post(OPEN)
    assert answer.status_code == 409
    assert "fewer than two active contestants" in answer.json()["detail"]


def test_skipping_closes_the_battle_and_keeps_the_names(program, opened):
    answer = program.post(f"/api/v1/battles/{opened['token']}/skip/")
    assert answer.status_code == 200
    assert answer.json() == {**opened, "state": "skipped"}
    assert program.get(f"/api/v1/battles/{opened['token']}/").json() == answer.json()
    assert Battle.objects.get().state == BattleState.SKIPPED


def test_skipping_twice_is_one_skip(program, opened):
    first = program.post(f"/api/v1/battles/{opened['token']}/skip/")
    closed_at = Battle.objects.get().closed_at
    again = program.post(f"/api/v1/battles/{opened['token']}/skip/")
    assert (again.status_code, again.content) == (200, first.content)
    assert Battle.objects.get().closed_at == closed_at


def test_a_voted_battle_is_not_skipped(program, opened):
    program.post(f"/api/v1/battles/{opened['token']}/vote/", {"outcome": "A"}, format="json")
    answer = program.post(f"/api/v1/battles/{opened['token']}/skip/")
    assert answer.status_code == 409
    assert answer.json()["detail"] == "This battle is voted and takes no vote any more. Start the next one."


def test_an_expired_battle_is_not_skipped_and_the_next_one_is_another(program, opened):
    Battle.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    expire_battles()
    token = opened["token"]
    assert program.post(f"/api/v1/battles/{token}/skip/").status_code == 409
    told = program.get(f"/api/v1/battles/{token}/").json()
    assert (told["state"], told["contestant_a"], told["outcome"]) == ("expired", None, None)
    assert program.post(OPEN).json()["token"] != token


def test_a_skipped_battle_makes_room_for_the_next(program, opened):
    program.post(f"/api/v1/battles/{opened['token']}/skip/")
    assert program.post(OPEN).json()["token"] != opened["token"]


def test_opening_costs_as_many_queries_in_a_large_contest_as_in_a_small_one(program, django_assert_max_num_queries):
    make_arena(contestants=8, prompts=10)
    battle = program.post(OPEN).json()
    program.post(f"/api/v1/battles/{battle['token']}/vote/", {"outcome": "A"})
    # The first one of a process reads what the next ones remember.
    with django_assert_max_num_queries(20):
        assert program.post(OPEN).status_code == 201


def test_an_undo_gives_the_same_pair_again_once(program, opened):
    here = f"/api/v1/battles/{opened['token']}/"
    assert program.post(f"{here}undo/").status_code == 409
    program.post(f"{here}vote/", {"outcome": "A"}, format="json")
    first, second = program.post(f"{here}undo/"), program.post(f"{here}undo/")
    assert (first.status_code, first.json()) == (200, second.json())
    told = first.json()
    assert (told["state"], told["again"], told["contestant_a"]) == ("served", True, None)
    for name in ("prompt", "response_a", "response_b"):
        assert told[name] == opened[name]
    assert told["token"] != opened["token"]
    taken_back = program.get(here).json()
    assert (taken_back["outcome"], taken_back["voided"]) == ("A", True)


def test_an_undo_of_a_foreign_battle_finds_nothing(opened):
    answer = make_program(make_user("bob")).post(f"/api/v1/battles/{opened['token']}/undo/")
    assert (answer.status_code, answer.content) == (404, NO_BATTLE)


def test_a_problem_is_told_before_the_vote_and_after_it(program, opened):
    here = f"/api/v1/battles/{opened['token']}/"
    answer = program.post(f"{here}reports/", {"kind": "broken", "text": "Cut off."}, format="json")
    assert (answer.status_code, answer.json()) == (201, {"kind": "broken", "text": "Cut off.", "state": "open"})
    program.post(f"{here}vote/", {"outcome": "A"}, format="json")
    assert program.post(f"{here}reports/", {"kind": "identity_leak"}, format="json").status_code == 201
    assert program.post(f"{here}reports/", {"kind": "?"}, format="json").status_code == 400


def test_remarks_after_the_vote_replace_those_it_has(program, opened):
    here = f"/api/v1/battles/{opened['token']}/"
    said = {"tags": ["clear", "wrong"], "comment": "Short."}
    assert program.put(f"{here}remarks/", said, format="json").status_code == 409
    program.post(f"{here}vote/", {"outcome": "A", "tags": ["correct"]}, format="json")
    assert program.put(f"{here}remarks/", said, format="json").json()["outcome"] == "A"
    vote = Battle.objects.get().vote
    assert (vote.tags, vote.comment) == (["clear", "wrong"], "Short.")
    assert program.put(f"{here}remarks/", {"tags": ["?"]}, format="json").status_code == 400


def test_a_skip_may_say_why(program, opened):
    here = f"/api/v1/battles/{opened['token']}/"
    assert program.post(f"{here}skip/", {"reason": "?"}, format="json").status_code == 400
    assert program.post(f"{here}skip/", {"reason": "cannot_judge"}, format="json").json()["state"] == "skipped"
    assert Battle.objects.get().skip_reason == "cannot_judge"
