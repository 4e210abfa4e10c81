"""A prompt with one right answer on the pages and by program: nothing of the answer before the vote, all of it after."""

import pytest

from arena.models import Battle, Contest, ContestKind
from tests.factories import make_arena, make_criterion, make_program

pytestmark = [pytest.mark.django_db, pytest.mark.database]

SECRET = "Fortytwo"


@pytest.fixture
def contest() -> Contest:
    contest = make_arena(kind=ContestKind.CORRECTNESS, prompts=2)
    contest.prompts.update(reference=f"It is **{SECRET}**.", tests=[f"contains {SECRET}"])
    return contest


def test_the_buttons_ask_what_is_right(client, contest):
    page = client.post("/contests/tea/battles/", follow=True).content.decode()
    assert "Which answer is right?" in page
    places = [page.index(f"<span>{label}</span>") for label in ("A is right", "Both right", "Both wrong", "B is right")]
    assert places == sorted(places)
    assert "is better" not in page


def test_nothing_of_the_right_answer_is_sent_before_the_vote(client, contest):
    opened = client.post("/contests/tea/battles/", follow=True)
    token = Battle.objects.get().token
    sent = [opened, client.get(f"/battles/{token}/"), client.get("/contests/tea/"), client.get("/api/v1/contests/tea/")]
    client.post(f"/battles/{token}/skip/")
    sent.append(client.get(f"/battles/{token}/"))
    for answer in sent:
        assert SECRET.encode() not in answer.content
        assert SECRET not in str(answer.headers)


def test_after_the_vote_it_stands_on_the_reveal(client, contest):
    client.post("/contests/tea/battles/")
    token = Battle.objects.get().token
    page = client.post(f"/battles/{token}/vote/", {"outcome": "TIE"}, follow=True).content.decode()
    assert "Your vote: Both right" in page
    assert f"It is <strong>{SECRET}</strong>." in page
    assert f"<code>contains {SECRET}</code>" in page
    assert "a likeness, not a verdict" in page


def test_by_program_it_is_the_same(contest):
    program = make_program()
    opened = program.post("/api/v1/contests/tea/battles/")
    assert SECRET not in opened.content.decode()
    told = opened.json()
    assert (told["kind"], told["question"], told["right_answer"]) == ("correctness", "Which answer is right?", None)
    voted = program.post(f"/api/v1/battles/{told['token']}/vote/", {"outcome": "A"}, format="json").json()
    assert voted["right_answer"]["reference"] == f"It is **{SECRET}**."
    assert voted["right_answer"]["checks"] == [f"contains {SECRET}"]
    assert "likeness" in voted["right_answer"]["likeness_a"]


def test_a_contest_that_keeps_them_apart_says_how_many(client, contest):
    contest.correctness_apart = True
    contest.save()
    assert "2 prompts have one right answer and are kept" in client.get("/contests/tea/").content.decode()
    assert client.get("/api/v1/contests/tea/").json()["prompts_kept_apart"] == 2
    page = client.post("/contests/tea/battles/", follow=True).content.decode()
    assert "has no two contestants that may be compared now" in page


def test_own_criteria_stand_in_place_of_the_defaults(client):
    contest = make_arena()
    make_criterion(contest, "witty", name="Wittier <b>")
    make_criterion(contest, "formal", name="Formal", tone="neutral")
    page = client.post("/contests/tea/battles/", follow=True).content.decode()
    assert 'value="witty"> Wittier &lt;b&gt;' in page
    assert "Of both" in page
    assert "More correct" not in page
    token = Battle.objects.get().token
    client.post(f"/battles/{token}/vote/", {"outcome": "A", "tags": ["clear"]})
    assert Battle.objects.get().state == "served"
    client.post(f"/battles/{token}/vote/", {"outcome": "A", "tags": ["witty", "formal"]})
    assert Battle.objects.get().vote.tags == ["witty", "formal"]
    contest.criteria.update(active=False)
    revealed = client.get(f"/battles/{token}/").content.decode()
    assert 'value="witty" checked' in revealed


def test_a_program_is_told_which_criteria_there_are():
    make_criterion(make_arena(), "witty")
    program = make_program()
    assert program.get("/api/v1/contests/tea/").json()["criteria"] == [
        {"slug": "witty", "name": "Witty", "tone": "positive", "active": True}
    ]
    token = program.post("/api/v1/contests/tea/battles/").json()["token"]
    where = f"/api/v1/battles/{token}/vote/"
    refused = program.post(where, {"outcome": "A", "tags": ["clear"]}, format="json")
    assert (refused.status_code, refused.json()) == (400, {"tags": ["Unknown: clear. Use some of witty."]})
    assert program.post(where, {"outcome": "A", "tags": ["witty"]}, format="json").status_code == 201
