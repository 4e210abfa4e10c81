"""Beside the pages of a battle: what comes with them, in their place or ahead of them tells nothing either."""

from typing import Any

import pytest
from django.test import Client

from arena.models import Battle, BattleState, Contest
from tests.arena.test_blindness import ANIMALS, NUMBER, assert_blind, everything, secrets, token_of
from tests.arena.test_blindness import contest as contest
from tests.factories import make_program
from tests.support.disguises import told_by

pytestmark = [pytest.mark.django_db, pytest.mark.database]

HTMX = {"HX-Request": "true"}


def test_numbers_of_rows_stand_in_no_code_either(client: Client, contest: Contest) -> None:
    """Contestants, responses, prompts, battles and raters have numbers; none of them is told in any disguise."""
    page = client.get(f"/battles/{token_of(client)}/")
    battle = Battle.objects.get(state=BattleState.SERVED)
    rows = (battle, battle.prompt, battle.response_a, battle.response_b, battle.rater, *contest.contestants.all())
    numbers = {str(row.pk) for row in rows}
    assert all(number.startswith(NUMBER.decode()) for number in numbers)
    assert told_by(everything(page), numbers) == []


def test_the_next_battle_that_is_fetched_beside_a_reveal_is_as_blind_as_any(client: Client, contest: Contest) -> None:
    """What a reveal names is known by then; which of them writes the battle that is fetched meanwhile is not."""
    for outcome in ("A", "TIE", "BOTH_BAD"):
        token = token_of(client)
        assert_blind(contest, client.post(f"/battles/{token}/vote/", {"outcome": outcome}))
        assert told_by(everything(client.get(f"/battles/{token}/")), secrets(contest))
        for headers in ({}, HTMX):
            ahead = client.post("/contests/zoo/battles/", headers=headers)
            assert_blind(contest, ahead)
            assert_blind(contest, client.get(ahead["Location"], headers=headers))


def test_a_reveal_tells_nothing_of_the_battle_that_waits(client: Client, contest: Contest) -> None:
    token = token_of(client)
    client.post(f"/battles/{token}/vote/", {"outcome": "A"})
    waiting = token_of(client)
    battle = Battle.objects.get(token=token)
    shown = {battle.contestant_a_id, battle.contestant_b_id}
    reveal = everything(client.get(f"/battles/{token}/"))
    assert waiting.encode() not in reveal
    [absent] = contest.contestants.exclude(pk__in=shown)
    assert told_by(reveal, [absent.name, absent.slug, absent.model, absent.public_id]) == []


@pytest.mark.parametrize("path", ["", "vote/", "skip/", "undo/", "remarks/", "report/", "nothing/"])
def test_what_is_refused_or_unknown_tells_nothing(client: Client, contest: Contest, path: str) -> None:
    token = token_of(client)
    here = f"/battles/{token}/{path}"
    strict, program = Client(enforce_csrf_checks=True), make_program()
    strict.cookies = client.cookies
    for reply in (
        strict.post(here, {"outcome": "A"}),
        client.put(here),
        Client().post(here, {"outcome": "A"}),
        Client().get(f"/battles/{token[::-1]}/{path}"),
        program.post(f"/api/v1/battles/{token}/{path}", {"outcome": "A"}, format="json"),
        client.get(f"/api/v1/battles/{token}/{path}"),
    ):
        assert reply.status_code >= 400
        assert_blind(contest, reply)


def test_a_server_that_breaks_down_tells_nothing(
    client: Client, contest: Contest, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = token_of(client)
    named = "; ".join(sorted(secrets(contest)))

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError(named)

    monkeypatch.setattr("arena.views.battles.blind_battle", broken)
    monkeypatch.setattr("arena.views.votes.cast_vote", broken)
    client.raise_request_exception = False
    for reply in (client.get(f"/battles/{token}/"), client.post(f"/battles/{token}/vote/", {"outcome": "A"})):
        assert reply.status_code == 500
        assert_blind(contest, reply)


def test_a_page_that_a_browser_kept_is_asked_for_anew_and_tells_nothing(client: Client, contest: Contest) -> None:
    token = token_of(client)
    first = client.get(f"/battles/{token}/")
    assert "no-store" in first["Cache-Control"]
    kept = {"If-None-Match": first.headers.get("ETag", '"x"'), "If-Modified-Since": "Sun, 06 Nov 2050 08:49:37 GMT"}
    assert_blind(contest, client.get(f"/battles/{token}/", headers=kept))
    assert_blind(contest, client.get(f"/battles/{token}/", headers={"Range": "bytes=0-100"}))


def test_cookies_of_a_voter_tell_nothing_however_long_they_are_kept(client: Client, contest: Contest) -> None:
    """They are sent with every request, so that whoever reads them could follow what was drawn."""
    for _ in range(3):
        token = token_of(client)
        client.get(f"/battles/{token}/")
        client.post(f"/battles/{token}/skip/")
        kept = client.cookies.output().encode()
        assert told_by(kept, {*secrets(contest), *ANIMALS}) == []
        assert NUMBER not in kept


def test_messages_that_wait_for_the_next_page_tell_nothing(client: Client, contest: Contest) -> None:
    token = token_of(client)
    client.post(f"/battles/{token}/vote/", {"outcome": "?"})
    client.post(f"/battles/{token}/report/", {"kind": "leak", "text": "I know them."})
    assert_blind(contest, client.get("/"))
    assert_blind(contest, client.get(f"/battles/{token}/"))
