"""How long a voter read: since the battle was handed out, or since it was shown where a page says that; the less of both."""

from datetime import timedelta

import pytest
from django.utils import timezone

from arena.models import Battle, Vote, VoteOutcome
from arena.services.battles import open_battle
from arena.services.undo import undo_vote
from arena.services.votes import cast_vote
from tests.factories import make_arena, make_program, make_rater, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def battle() -> Battle:
    """A battle that was handed out a minute ago."""
    return open_battle(make_arena(), make_rater(), now=timezone.now() - timedelta(minutes=1))


@pytest.mark.parametrize(("shown", "recorded"), [(None, 60_000), (4_000, 4_000), (0, 0), (90_000, 60_000)])
def test_a_page_can_only_make_it_shorter(battle, shown, recorded):
    now = battle.served_at + timedelta(minutes=1)
    cast_vote(battle.token, battle.rater, VoteOutcome.A, shown_ms=shown, now=now)
    assert Vote.objects.get().duration_ms == recorded


def test_what_was_read_before_an_undo_counts_with_it(battle):
    first = battle.served_at + timedelta(seconds=20)
    cast_vote(battle.token, battle.rater, VoteOutcome.A, shown_ms=15_000, now=first)
    again = undo_vote(battle.token, battle.rater, now=first + timedelta(seconds=5))
    cast_vote(again.token, battle.rater, VoteOutcome.B, shown_ms=2_000, now=first + timedelta(seconds=8))
    assert Vote.objects.get(battle=again).duration_ms == 17_000


@pytest.mark.parametrize(
    ("said", "taken"), [("1500", True), ("", False), ("-3", False), ("soon", False), ("9" * 40, False)]
)
def test_a_page_that_cannot_tell_loses_no_vote(client, said, taken):
    make_arena()
    client.post("/contests/tea/battles/")
    Battle.objects.update(served_at=timezone.now() - timedelta(minutes=1))
    token = Battle.objects.get().token
    client.post(f"/battles/{token}/vote/", {"outcome": "A", "shown_ms": said})
    recorded = Vote.objects.get().duration_ms
    assert recorded is not None
    assert (recorded == 1500) if taken else (recorded >= 60_000)


def test_a_program_may_say_it_too():
    make_arena()
    program = make_program(make_user())
    token = program.post("/api/v1/contests/tea/battles/").json()["token"]
    Battle.objects.update(served_at=timezone.now() - timedelta(minutes=1))
    where = f"/api/v1/battles/{token}/vote/"
    assert program.post(where, {"outcome": "A", "shown_ms": -1}, format="json").status_code == 400
    assert program.post(where, {"outcome": "A", "shown_ms": 1500}, format="json").status_code == 201
    assert Vote.objects.get().duration_ms == 1500
