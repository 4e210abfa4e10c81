"""Whoever leaves while votes of theirs arrive, and admins restore some, is gone with all of them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier

import pytest
from django.db import connection

from arena.models import Battle, BattleState, Rater, Vote, VoteOutcome
from arena.services.errors import ServiceError
from arena.services.leaving import leave
from arena.services.raters import identify_browser
from arena.services.votes import cast_vote, remark_on_vote, restore_vote, void_vote
from tests.factories import make_arena, make_battle, make_vote

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]

EACH = 8


def test_nothing_slips_past_somebody_who_withdraws():
    contest, rater = make_arena(), identify_browser("a-key")
    voided = [make_vote(make_battle(contest, rater)) for _ in range(EACH)]
    for vote in voided:
        void_vote(vote, None, "Looked odd.")
    cast = [make_vote(make_battle(contest, rater)).battle.token for _ in range(EACH)]
    waiting = [make_battle(contest, rater).token for _ in range(EACH)]
    together = Barrier(4)

    def vote() -> None:
        for token in waiting:
            with suppress(ServiceError):
                cast_vote(token, rater, VoteOutcome.A, comment="I am Alice.")

    def remark() -> None:
        for token in cast:
            with suppress(ServiceError):
                remark_on_vote(token, rater, tags=[], comment="I am Alice.")

    def restore() -> None:
        for one in voided:
            restore_vote(one, None, "It was not.")

    def begin(verb: Callable[[], object]) -> None:
        try:
            together.wait(30)
            verb()
        finally:
            connection.close()

    verbs = (vote, remark, restore, lambda: leave(Rater.objects.get(pk=rater.pk), None, withdraw=True))
    with ThreadPoolExecutor(len(verbs)) as pool:
        for done in [pool.submit(begin, verb) for verb in verbs]:
            done.result()
    assert not Vote.objects.filter(voided_at__isnull=True).exists()
    assert not Vote.objects.exclude(comment="").exists()
    assert not Battle.objects.filter(state=BattleState.SERVED).exists()
