"""The calibration on the pages and by program: told as what it is, blind before the vote, with its result at the end."""

from typing import Any

import pytest
from django.test import Client

from arena.models import Battle, Contest, KnownPair
from tests.factories import make_arena, make_known_pair, make_program

pytestmark = [pytest.mark.django_db, pytest.mark.database]

RATIONALE = "The answer of three hours cannot be right."


@pytest.fixture
def contest() -> Contest:
    contest = make_arena(contestants=3, prompts=6, calibration_pairs=2, calibration_share=1)
    for prompt in contest.prompts.order_by("id")[:5]:
        make_known_pair(contest, prompt=prompt, note="for staff alone", rationale=RATIONALE)
    return contest


def page_of_next(client: Client) -> tuple[Battle, str]:
    answer = client.post("/contests/tea/battles/", follow=True)
    return Battle.objects.order_by("-id")[0], answer.content.decode()


def vote(client: Client, battle: Battle, *, well: bool) -> str:
    pair = KnownPair.objects.filter(prompt=battle.prompt_id).first()
    better = pair is None or battle.response_a_id == pair.better_id
    said = {"outcome": "A" if better == well else "B"}
    return client.post(f"/battles/{battle.token}/vote/", said, follow=True).content.decode()


def test_each_page_says_where_in_the_round_it_is_and_after_the_vote_what_was_expected(client, contest):
    for place in (1, 2):
        battle, before = page_of_next(client)
        assert f"Calibration {place} of 2." in before
        assert RATIONALE not in before
        assert "for staff alone" not in before
        assert not [name for name in contest.contestants.values_list("name", flat=True) if name in before]
        after = vote(client, battle, well=True)
        assert f"Calibration {place} of 2: as expected" in after
        assert RATIONALE in after
        assert "for staff alone" not in after
        assert ("you agreed with 2 of 2 known pairs. Your votes count in full." in after) == (place == 2)
    _, page = page_of_next(client)
    assert "Calibration" not in page


def test_who_falls_short_is_told_so_and_may_try_other_pairs(client, contest):
    for _ in range(2):
        battle, _ = page_of_next(client)
        last = vote(client, battle, well=False)
    assert "not as expected" in last
    assert "Try other known pairs" in last
    assert "you agreed with 0 of 2" in last
    battle, _ = page_of_next(client)
    assert "This vote is kept and counts on no board" in vote(client, battle, well=True)
    assert "Try other known pairs" in client.get("/contests/tea/").content.decode()
    again = client.post("/contests/tea/calibration/", follow=True)
    assert again.redirect_chain[0][0].startswith("/battles/")
    assert "Calibration 1 of 2." in again.content.decode()


def test_a_repeat_that_is_not_due_is_refused_in_words(client, contest):
    page = client.post("/contests/tea/calibration/", follow=True)
    assert page.redirect_chain[0][0].startswith("/battles/")
    Contest.objects.update(calibration_pairs=None)
    page = client.post("/contests/tea/calibration/", follow=True)
    assert "There is no calibration for you to repeat: your votes count." in page.content.decode()


def test_the_contest_tells_its_rules(client, contest):
    page = client.get("/contests/tea/").content.decode()
    assert "New voters first answer 2 pairs" in page
    assert "Votes count if 100 % of them agree" in page
    told = client.get("/api/v1/contests/tea/").json()
    assert (told["calibration_pairs"], told["calibration_share"], told["prompts_kept_apart"]) == (2, 1.0, 0)


def test_by_program_it_is_the_same(contest):
    program = make_program()
    where = "/api/v1/contests/tea/calibration/"
    nothing = {"number": 1, "of": 2, "short": False}
    for done in range(2):
        opened = program.post("/api/v1/contests/tea/battles/").json()
        assert opened["calibration"] == {
            "place": f"Calibration {done + 1} of 2",
            "agreed": None,
            "expected": None,
            "rationale": None,
        }
        voted = program.post(f"/api/v1/battles/{opened['token']}/vote/", {"outcome": "TIE"}, format="json").json()
        told: dict[str, Any] = voted["calibration"]
        assert (told["agreed"], told["rationale"]) == (False, RATIONALE)
        assert told["expected"] in ("A", "B")
        assert program.get(where).json()["rounds"] == [{**nothing, "done": done + 1, "agreed": 0}]
    standing = program.get(where).json()
    assert (standing["asks"], standing["sets_aside"], standing["may_repeat"]) == (False, True, True)
    again = program.post(where)
    assert (again.status_code, again.json()["calibration"]["place"]) == (201, "Calibration 1 of 2")
    Contest.objects.update(calibration_pairs=None)
    assert program.post(where).status_code == 409
