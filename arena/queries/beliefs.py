"""What matchmaking believes of the strengths, followed from vote to vote without counting all of them again."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import numpy as np
from django.db.models import Max, Q, QuerySet
from numpy.typing import NDArray

from arena.matchmaking.memory import Learnt, Memory, Rules, Waiting, follow, remember, settle, widen
from arena.matchmaking.storage import unpack_memory
from arena.models import Battle, BattleState, Contest, KeptBeliefs, Rater, RaterKind, Vote
from arena.queries.catalogue import Catalogue
from arena.queries.exports import standing_votes
from arena.queries.outcomes import POINTS
from arena.queries.pair_counts import count_points

SLACK: Final = 200
"""Votes whose keys lie this little below the last one may still be on their way: another process took the key first
and commits later. They are looked for again each time; what comes later still, the next rebuild finds."""
MOST_AT_ONCE: Final = 2000
"""More new votes than this are counted in the database instead of being followed."""
MOST_KEPT: Final = 16
"""Memories that a process keeps. A thousand contestants take some 50 MB each."""


@dataclass(frozen=True, slots=True)
class Followed:
    """A memory with its place in the log of votes.

    Attributes
    ----------
    contestants : (M,) primary keys, ascending; whoever may ever be drawn.
    last_vote : largest key of a vote seen. recent : keys of the votes above last_vote - SLACK that are taken in.
    kept : mark of the kept beliefs from which it began; empty where votes were counted for it.
    """

    contestants: NDArray[np.int64]
    memory: Memory
    last_vote: int
    recent: frozenset[int]
    kept: str = ""


_FOLLOWED: Final[dict[tuple[str, str, Rules], Followed]] = {}
"""Of this process. A value is never changed but replaced, so that threads need no lock: two that follow at the same
moment begin from the same value, and whoever comes second leaves one that holds less, which the next look makes good."""


def raters_key(rater: Rater) -> str:
    """Return whose votes a rater's battles are drawn from: those of its kind; of a judge, its own alone."""
    return f"judge:{rater.judge_id}" if rater.judge_id else rater.kind


def peers(raters: str, path: str = "rater") -> Q:
    """Return the condition on battles, or on votes by another path, that belong to a key of raters."""
    kind, _, judge = raters.partition(":")
    return Q(**{f"{path}__judge": int(judge)}) if kind == RaterKind.JUDGE else Q(**{f"{path}__kind": kind})


def counted_for(contest: Contest, raters: str) -> QuerySet[Vote]:
    """Return the votes from which a key of raters' beliefs come: those that stand."""
    return standing_votes(contest).filter(peers(raters, "battle__rater"))


def follow_beliefs(contest: Contest, stock: Catalogue, raters: str, rules: Rules, now: datetime) -> Followed:
    """Return what is believed now, with everything taken in that is committed.

    1. Begin from what this process remembers, or from newer kept beliefs, or by counting all votes.
    2. Make room for contestants and categories that are new.
    3. Take in the votes since then and the battles that are out.
    """
    key = (contest.public_id, raters, rules)
    found = _begin(_FOLLOWED.get(key), contest, raters, rules)
    if not np.isin(found.contestants, stock.everyone).all():
        found = count_beliefs(contest, raters, rules)
    found = _taken_in(_widened(found, stock), contest, stock, raters, now)
    _FOLLOWED.pop(key, None)
    _FOLLOWED[key] = found
    while len(_FOLLOWED) > MOST_KEPT:
        _FOLLOWED.pop(next(iter(_FOLLOWED)), None)
    return found


def count_beliefs(contest: Contest, raters: str, rules: Rules) -> Followed:
    """Return beliefs from all votes, counted in the database; nothing is out in them yet."""
    votes = counted_for(contest, raters)
    # First the mark, then the count: a vote between the two is then seen twice rather than never, and not learnt twice,
    # for the count is limited to the mark.
    last = Vote.objects.aggregate(last=Max("id"))["last"] or 0
    contestants = np.array(contest.contestants.order_by("id").values_list("id", flat=True), dtype=np.int64)
    points = count_points(contest, votes.filter(id__lte=last), contestants)
    recent = frozenset(votes.filter(id__lte=last, id__gt=last - SLACK).values_list("id", flat=True))
    return Followed(contestants, remember(rules, points.score, points.votes, points.inside), last, recent)


def _begin(found: Followed | None, contest: Contest, raters: str, rules: Rules) -> Followed:
    kept = KeptBeliefs.objects.filter(contest=contest, raters=raters).order_by()
    head = kept.values_list("mark", "last_vote").first()
    if head is not None and (found is None or head[0] != found.kept):
        row = kept.first()
        if row is not None:
            contestants, memory, recent = unpack_memory(bytes(row.payload), rules)
            return Followed(contestants, memory, row.last_vote, recent, row.mark)
    return found or count_beliefs(contest, raters, rules)


def _widened(found: Followed, stock: Catalogue) -> Followed:
    memory = found.memory
    if found.contestants.size != stock.everyone.size:
        memory = widen(memory, np.searchsorted(stock.everyone, found.contestants), stock.everyone.size)
    fresh = {int(key): np.zeros_like(memory.score) for key in stock.categories if int(key) not in memory.inside}
    if fresh:
        memory = settle(replace(memory, inside={**memory.inside, **fresh}))
    return replace(found, contestants=stock.everyone, memory=memory)


def _taken_in(found: Followed, contest: Contest, stock: Catalogue, raters: str, now: datetime) -> Followed:
    new = _new_votes(found, contest, raters)
    if len(new) > MOST_AT_ONCE:
        counted = count_beliefs(contest, raters, found.memory.rules)
        found, new = replace(_widened(counted, stock), kept=found.kept), []
    categories = stock.prompt_categories()
    place = {int(key): index for index, key in enumerate(found.contestants)}
    votes = [_learnt(row, place, categories) for row in new]
    memory = follow(found.memory, votes, _waiting(contest, raters, place, categories, now))
    seen = {row[0] for row in new}
    last = max([found.last_vote, *seen])
    recent = frozenset(key for key in found.recent | seen if key > last - SLACK)
    return Followed(found.contestants, memory, last, recent, found.kept)


def _new_votes(found: Followed, contest: Contest, raters: str) -> list[tuple[Any, ...]]:
    tail = counted_for(contest, raters).filter(id__gt=found.last_vote - SLACK).order_by("id")
    columns = ("id", "battle__contestant_a", "battle__contestant_b", "battle__prompt", "outcome", "integrity_weight")
    rows = tail.values_list(*columns)[: MOST_AT_ONCE + SLACK + 1]
    return [row for row in rows if row[0] not in found.recent]


def _learnt(row: tuple[Any, ...], place: Mapping[int, int], categories: Mapping[int, tuple[int, ...]]) -> Learnt:
    _, a, b, prompt, outcome, weight = row
    return Learnt(place[a], place[b], POINTS[outcome], weight, categories.get(prompt, ()))


def _waiting(
    contest: Contest,
    raters: str,
    place: Mapping[int, int],
    categories: Mapping[int, tuple[int, ...]],
    now: datetime,
) -> dict[int, Waiting]:
    out = Battle.objects.filter(peers(raters), contest=contest, state=BattleState.SERVED, purpose__isnull=True)
    out = out.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now)).order_by()
    rows = out.values_list("id", "contestant_a_id", "contestant_b_id", "prompt_id")
    return {key: Waiting(place[a], place[b], categories.get(prompt, ())) for key, a, b, prompt in rows}
