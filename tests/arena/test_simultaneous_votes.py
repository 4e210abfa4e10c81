"""Votes that arrive at the same moment, on a real server with several processes, and what a killed one leaves."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from threading import Barrier, Semaphore

import pytest
from django.db import connection
from django.db.models import Q
from django.test import Client
from rest_framework.authtoken.models import Token

from arena.models import Battle, BattleState, Contest, Rater, Vote, VoteCorrection, VoteOutcome
from arena.services.raters import identify_account
from tests.factories import make_arena, make_battle, make_user
from tests.support.server import Answer, Server, Visitor, database_url, run_server

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database, pytest.mark.slow, pytest.mark.timeout(400)]

BATTLES = 300
HANDS = 8


class Voter:
    """One account, signed in on the page and by token, with battles that wait for it."""

    def __init__(self, battles: int, name: str = "alice") -> None:
        user = make_user(name)
        self.rater: Rater = identify_account(user)
        self.token: str = Token.objects.create(user=user).key
        client = Client()
        client.force_login(user)
        self.session: str = client.cookies["sessionid"].value
        contest = Contest.objects.first() or make_arena()
        self.battles = [make_battle(contest, self.rater).token for _ in range(battles)]

    def hands(self, server: Server, number: int) -> list[Visitor]:
        """Return clients that are all this voter."""
        return [Visitor(server.port, self.session, self.token) for _ in range(number)]


def vote(visitor: Visitor, token: str, outcome: str, *, by_page: bool) -> Answer:
    if by_page:
        return visitor.post_form(f"/battles/{token}/vote/", outcome=outcome)
    return visitor.post_json(f"/api/v1/battles/{token}/vote/", outcome=outcome)


def test_of_many_hands_on_one_battle_exactly_one_votes_and_all_get_an_answer(running_server: Server) -> None:
    voter, together = Voter(BATTLES), Barrier(HANDS)

    def press(visitor: Visitor, outcome: str, *, by_page: bool) -> list[Answer]:
        answers = []
        for token in voter.battles:
            together.wait(60)
            answers.append(vote(visitor, token, outcome, by_page=by_page))
        return answers

    outcomes = list(islice(cycle(VoteOutcome.values), HANDS))
    with ThreadPoolExecutor(HANDS) as pool:
        pressed = [
            pool.submit(press, visitor, outcome, by_page=number < HANDS / 2)
            for number, (visitor, outcome) in enumerate(zip(voter.hands(running_server, HANDS), outcomes, strict=True))
        ]
        answers = [future.result() for future in pressed]

    assert [answer for hand in answers for answer in hand if answer.status >= 400] == []
    assert Vote.objects.count() == BATTLES
    assert Battle.objects.filter(state=BattleState.VOTED, vote__isnull=False).count() == BATTLES
    stood = dict(Vote.objects.values_list("battle__token", "outcome"))
    for token, of_battle in zip(voter.battles, zip(*answers, strict=True), strict=True):
        pages, programs = of_battle[: HANDS // 2], of_battle[HANDS // 2 :]
        assert {(page.status, page.headers["location"]) for page in pages} == {(302, f"/battles/{token}/")}
        assert {program.json()["outcome"] for program in programs} == {stood[token]}
        statuses = [program.status for program in programs]
        assert set(statuses) <= {200, 201}
        assert statuses.count(201) <= 1
        if 201 in statuses:
            assert stood[token] == outcomes[HANDS // 2 + statuses.index(201)]


def test_of_many_hands_that_undo_one_vote_exactly_one_does_and_all_get_the_same_battle(running_server: Server) -> None:
    # A vote on another battle would end the time for an undo: a voter for each.
    voters, together = [Voter(1, f"voter{number}") for number in range(30)], Barrier(HANDS)
    doors = [voter.hands(running_server, HANDS) for voter in voters]
    for voter, (first, *_) in zip(voters, doors, strict=True):
        assert vote(first, voter.battles[0], VoteOutcome.A, by_page=False).status == 201

    def press(number: int) -> list[Answer]:
        answers = []
        for voter, hands in zip(voters, doors, strict=True):
            together.wait(60)
            by_page, token = number < HANDS / 2, voter.battles[0]
            post, prefix = (hands[number].post_form, "") if by_page else (hands[number].post_json, "/api/v1")
            answers.append(post(f"{prefix}/battles/{token}/undo/"))
        return answers

    with ThreadPoolExecutor(HANDS) as pool:
        answers = list(pool.map(press, range(HANDS)))

    assert VoteCorrection.objects.count() == Vote.objects.filter(voided_at__isnull=False).count() == len(voters)
    for voter, of_vote in zip(voters, zip(*answers, strict=True), strict=True):
        again = Battle.objects.get(rater=voter.rater, state=BattleState.SERVED)
        pages, programs = of_vote[: HANDS // 2], of_vote[HANDS // 2 :]
        assert {(page.status, page.headers["location"]) for page in pages} == {(302, f"/battles/{again.token}/")}
        assert {(program.status, program.json()["token"]) for program in programs} == {(200, again.token)}


def test_every_acknowledged_vote_survives_a_killed_server() -> None:
    voter, acknowledged = Voter(200), Semaphore(0)
    known: dict[str, str] = {}

    def go_on(visitor: Visitor, mine: list[str], outcomes: Iterator[str]) -> None:
        for token in mine:
            try:
                answer = vote(visitor, token, next(outcomes), by_page=False)
            except (OSError, ValueError):
                return
            if answer.status == 201:
                known[token] = answer.json()["outcome"]
                acknowledged.release()

    url = database_url(connection.settings_dict)
    with run_server(url, workers=2) as server, ThreadPoolExecutor(4) as pool:
        for number, visitor in enumerate(voter.hands(server, 4)):
            pool.submit(go_on, visitor, voter.battles[number::4], cycle(VoteOutcome.values))
        for _ in range(60):
            assert acknowledged.acquire(timeout=60)
        server.kill()

    assert 60 <= len(known) < 200
    stored = dict(Vote.objects.values_list("battle__token", "outcome"))
    assert known.items() <= stored.items()
    assert not Battle.objects.filter(~Q(state=BattleState.VOTED) & Q(vote__isnull=False)).exists()
    assert not Battle.objects.filter(state=BattleState.VOTED, vote__isnull=True).exists()

    with run_server(url) as server:
        [visitor] = voter.hands(server, 1)
        answers = [vote(visitor, token, VoteOutcome.TIE, by_page=False) for token in voter.battles]
    assert {answer.status for answer in answers} == {200, 201}
    assert Vote.objects.count() == 200
    assert known.items() <= dict(Vote.objects.values_list("battle__token", "outcome")).items()
