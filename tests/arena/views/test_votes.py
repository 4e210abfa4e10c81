"""Votes from the browser: one press, one vote, and every refusal says what to do."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from arena.forms import MOST_CHARACTERS, VoteForm
from arena.models import Battle, BattleState, Contest, ContestState, Vote
from arena.queries.criteria import DEFAULTS
from tests.factories import make_arena

pytestmark = [pytest.mark.django_db, pytest.mark.database]

CHOOSE = "Choose A, B, tie or both bad; a comment may have up to 2,000 characters."


@pytest.fixture
def battle(client) -> Battle:
    make_arena()
    client.post("/contests/tea/battles/")
    return Battle.objects.get()


def vote(client: Client, battle: Battle, **said: object):
    return client.post(f"/battles/{battle.token}/vote/", said, follow=True)


@pytest.mark.parametrize(
    ("outcome", "told"),
    [("A", "A is better"), ("B", "B is better"), ("TIE", "Tie: both good"), ("BOTH_BAD", "Both are bad")],
)
def test_a_vote_leads_to_the_reveal(client, battle, outcome, told):
    page = vote(client, battle, outcome=outcome)
    assert page.redirect_chain == [(f"/battles/{battle.token}/", 302)]
    assert f"Your vote: {told}" in page.content.decode()
    assert Vote.objects.get().outcome == outcome


def test_tags_and_comment_are_stored_with_the_vote(client, battle):
    vote(client, battle, outcome="B", tags=["clear", "harmful"], comment="  Gut, weil klar. ✓ ")
    stored = Vote.objects.get()
    assert stored.tags == ["clear", "harmful"]
    assert stored.comment == "Gut, weil klar. ✓"


def test_every_tag_on_the_page_is_taken(client, battle):
    page = client.get(f"/battles/{battle.token}/").content.decode()
    for value, label, _ in DEFAULTS:
        assert f'name="tags" value="{value}"' in page
        assert str(label) in page
    vote(client, battle, outcome="A", tags=[value for value, *_ in DEFAULTS])
    assert Vote.objects.get().tags == [value for value, *_ in DEFAULTS]


def test_a_repeat_leads_to_the_same_page_and_stores_nothing(client, battle):
    first = vote(client, battle, outcome="A")
    again = vote(client, battle, outcome="A")
    assert again.redirect_chain == first.redirect_chain
    assert "that vote stands" not in again.content.decode()
    assert Vote.objects.count() == 1


def test_a_second_choice_is_told_that_the_first_one_stands(client, battle):
    vote(client, battle, outcome="A")
    page = vote(client, battle, outcome="B").content.decode()
    assert "You had voted on this battle before; that vote stands." in page
    assert "Your vote: A is better" in page
    assert Vote.objects.get().outcome == "A"


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"outcome": ""},
        {"outcome": "a"},
        {"outcome": "C"},
        {"outcome": "A", "tags": ["clear", "pretty"]},
        {"outcome": "A", "comment": "x" * (MOST_CHARACTERS + 1)},
        {"outcome": "A", "comment": "a\0b"},
    ],
    ids=["nothing", "empty", "small", "unknown", "tag", "long", "zero"],
)
def test_what_is_no_vote_is_refused_and_the_battle_stays_open(client, battle, said):
    page = vote(client, battle, **said)
    assert page.redirect_chain == [(f"/battles/{battle.token}/", 302)]
    assert CHOOSE in page.content.decode()
    assert "Response A" in page.content.decode()
    assert Vote.objects.count() == 0
    battle.refresh_from_db()
    assert battle.state == BattleState.SERVED


def test_the_longest_comment_is_taken_whole(client, battle):
    vote(client, battle, outcome="A", comment="é" * MOST_CHARACTERS)
    assert Vote.objects.get().comment == "é" * MOST_CHARACTERS


def test_the_message_about_comments_names_the_limit_that_holds():
    assert f"{MOST_CHARACTERS:,}" in CHOOSE
    assert VoteForm({"outcome": "A", "comment": "x" * MOST_CHARACTERS}, known=[]).is_valid()


def test_a_skipped_battle_takes_no_vote(client, battle):
    client.post(f"/battles/{battle.token}/skip/")
    page = vote(client, battle, outcome="A").content.decode()
    assert "This battle is skipped and takes no vote any more. Start the next one." in page
    assert Vote.objects.count() == 0


def test_a_battle_whose_time_ran_out_takes_no_vote(client, battle):
    Battle.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    page = vote(client, battle, outcome="A").content.decode()
    assert "This battle is expired and takes no vote any more. Start the next one." in page
    assert "This battle has expired" in page
    assert Vote.objects.count() == 0


def test_a_contest_that_was_closed_meanwhile_takes_no_vote(client, battle):
    Contest.objects.update(state=ContestState.CLOSED, name="Tea")
    page = vote(client, battle, outcome="A").content.decode()
    assert "The contest Tea takes no votes now." in page
    assert Vote.objects.count() == 0


def test_a_vote_cast_before_the_contest_closed_is_still_revealed(client, battle):
    vote(client, battle, outcome="B")
    Contest.objects.update(state=ContestState.CLOSED)
    assert "Your vote: B is better" in client.get(f"/battles/{battle.token}/").content.decode()


def test_a_vote_shows_up_in_the_count_of_its_contest(client, battle):
    vote(client, battle, outcome="A")
    assert "<dt>Votes</dt><dd>1</dd>" in client.get("/contests/tea/").content.decode()


def test_what_else_a_form_brings_is_not_believed(client, battle):
    vote(client, battle, outcome="A", integrity_weight="0", rater="1", created_at="2001-01-01", duration_ms="-5")
    stored = Vote.objects.get()
    assert stored.integrity_weight == 1
    assert stored.battle.rater == battle.rater
    assert stored.created_at.year > 2001
    assert 0 <= stored.duration_ms < 600_000
