"""A contest is exported as of one moment, whatever is voted while it is read."""

from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest
from django.db import connection

from arena.models import CallOrder, Contest, JudgeCall, RaterKind
from arena.queries.exports import export_bundle
from tests.factories import make_arena, make_battle, make_judge, make_rater, make_vote

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


class Intruder:
    """Judges a battle on a connection of its own as soon as the reader has asked for the first votes."""

    def __init__(self, contest: Contest) -> None:
        self.contest = contest
        self.thread = Thread(target=self._judge)
        self.started = False

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        answer = execute(sql, params, many, context)
        if not self.started and "arena_vote" in sql:
            self.started = True
            self.thread.start()
            # Where a reader keeps writers waiting, as on SQLite, there is nothing to wait for.
            self.thread.join(timeout=2)
        return answer

    def _judge(self) -> None:
        try:
            judge = make_judge()
            battle = make_battle(self.contest, make_rater(RaterKind.JUDGE, judge=judge))
            for order in CallOrder:
                JudgeCall.objects.create(battle=battle, judge=judge, order=order, verdict="A")
            make_vote(battle)
        finally:
            connection.close()


def test_what_is_judged_meanwhile_is_exported_whole_or_not_at_all() -> None:
    contest = make_arena()
    make_vote(make_battle(contest))
    intruder = Intruder(contest)
    with connection.execute_wrapper(intruder):
        during = export_bundle(contest)
    assert intruder.started
    intruder.thread.join()
    assert [len(vote.calls) for vote in during.votes] == [0]
    assert during.judges == []
    after = export_bundle(contest)
    assert sorted(len(vote.calls) for vote in after.votes) == [0, 2]
    assert {vote.rater for vote in after.votes} <= {rater.key for rater in after.raters}
