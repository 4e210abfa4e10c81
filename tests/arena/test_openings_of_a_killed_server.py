"""A web process killed in mid-load leaves battles that expire, exact propensities, and work for the next process."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Semaphore

import numpy as np
import pytest
from django.db import connection
from django.utils import timezone
from rest_framework.authtoken.models import Token
from scipy.stats import binomtest, chi2

from arena.matchmaking.memory import Rules
from arena.models import Battle, BattleState, Contest
from arena.queries import beliefs
from arena.queries.beliefs import follow_beliefs
from arena.queries.catalogue import catalogue
from arena.services.battles import expire_battles
from arena.services.raters import identify_account
from tests.factories import make_arena, make_user
from tests.support.server import Server, Visitor, database_url, run_server

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database, pytest.mark.slow, pytest.mark.timeout(400)]

VOTERS = 4
OUTCOMES = ("A", "B", "TIE", "A", "BOTH_BAD")


def tokens() -> list[str]:
    """Accounts that vote by program."""
    users = [make_user(f"voter-{number}") for number in range(VOTERS)]
    for user in users:
        identify_account(user)
    return [Token.objects.create(user=user).key for user in users]


def visit(server: Server, token: str, slug: str, rounds: int, done: Semaphore) -> list[str]:
    """Open and vote, round after round."""
    visitor, opened = Visitor(server.port, token=token), []
    for number in range(rounds):
        try:
            answer = visitor.post_json(f"/api/v1/contests/{slug}/battles/")
            if answer.status != 201:
                break
            opened.append(answer.json()["token"])
            visitor.post_json(f"/api/v1/battles/{opened[-1]}/vote/", outcome=OUTCOMES[number % len(OUTCOMES)])
        except (OSError, ValueError):
            break
        done.release()
    return opened


def load(server: Server, keys: list[str], contest: Contest, rounds: int, until: int | None = None) -> Iterator[str]:
    """Let all voters go on at once, and kill the server after `until` rounds."""
    done = Semaphore(0)
    with ThreadPoolExecutor(VOTERS) as pool:
        visits = [pool.submit(visit, server, key, contest.slug, rounds, done) for key in keys]
        if until is not None:
            for _ in range(until):
                assert done.acquire(timeout=60)
            server.kill()
        for visit_ in visits:
            yield from visit_.result()


def test_the_next_process_continues_with_exact_propensities() -> None:
    contest, keys = make_arena(contestants=5, prompts=60), tokens()
    url = database_url(connection.settings_dict)
    with run_server(url, workers=2) as server:
        first = list(load(server, keys, contest, rounds=200, until=120))
    cut_off = Battle.objects.filter(state=BattleState.SERVED)
    assert set(first) <= set(Battle.objects.values_list("token", flat=True))
    assert cut_off.count() <= VOTERS

    # Those that were out are out until their time has run out, for whatever process looks.
    waiting = set(cut_off.values_list("pk", flat=True))
    assert set(followed(contest).memory.waiting) == waiting
    cut_off.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert not followed(contest).memory.waiting
    assert expire_battles() == len(waiting)

    with run_server(url, workers=2) as server:
        second = list(load(server, keys, contest, rounds=60))
    assert len(second) == VOTERS * 60
    check_draws(contest)
    remembered, counted = followed(contest).memory, beliefs.count_beliefs(contest, "human", Rules()).memory
    assert remembered.score == pytest.approx(counted.score)


def followed(contest: Contest) -> beliefs.Followed:
    return follow_beliefs(contest, catalogue(contest), "human", Rules(), timezone.now())


def check_draws(contest: Contest) -> None:
    """Each battle tells where its pair stood among all that could have been drawn; together they are uniform."""
    rows = list(
        Battle.objects.filter(contest=contest).values_list("propensity", "reason", "contestant_a", "contestant_b")
    )
    rng = np.random.default_rng(1)
    places = [reason["rarer"] + rng.random() * reason["as_rare"] for _, reason, _, _ in rows]
    counts = np.histogram(places, bins=10, range=(0, 1))[0]
    assert chi2.sf(((counts - len(rows) / 10) ** 2 / (len(rows) / 10)).sum(), df=9) > 0.001
    weights = np.array([1 / (propensity * reason["pairs"]) for propensity, reason, _, _ in rows])
    assert abs(weights.mean() - 1) < 4 * weights.std() / np.sqrt(len(rows))
    lower_left = sum(a < b for _, _, a, b in rows)
    assert binomtest(lower_left, len(rows)).pvalue > 0.001
    seen = list(Battle.objects.filter(contest=contest).values_list("rater", "prompt", "contestant_a", "contestant_b"))
    assert len({(rater, prompt, frozenset(pair)) for rater, prompt, *pair in seen}) == len(seen)
