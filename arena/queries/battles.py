"""What matchmaking needs to know of a contest, as arrays."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.core.cache import cache
from django.db.models import Count, Max, Q, Sum
from django.db.models.functions import MD5
from numpy.typing import NDArray

from arena.matchmaking.posterior import laplace_posterior
from arena.matchmaking.state import MatchState
from arena.models import Battle, BattleState, Contest, ContestantState, PromptState, Rater, Response, VoteOutcome

CATALOGUE_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Which active contestant answered which good prompt, and how.

    Attributes
    ----------
    contestants : (M,) primary keys. prompts : (P,) primary keys.
    responses : (P, M) primary keys of responses, 0 where there is none.
    texts : (P, M) numbers that are equal within a row exactly where the response texts are; -1 where none.
    """

    contestants: NDArray[np.int64]
    prompts: NDArray[np.int64]
    responses: NDArray[np.int64]
    texts: NDArray[np.int64]

    def comparable(self, rows: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return (M, M) counts of the prompts in `rows` that both answered, and not with the same text."""
        total = np.zeros((self.contestants.size, self.contestants.size), dtype=np.int64)
        for codes in self.texts[rows]:
            answered = codes >= 0
            total += answered[:, None] & answered[None, :] & (codes[:, None] != codes[None, :])
        return total

    def shared_rows(self, i: int, j: int) -> NDArray[np.bool_]:
        """Return (P,) truth values: both answered this prompt, with different texts."""
        first, second = self.texts[:, i], self.texts[:, j]
        return np.asarray((first >= 0) & (second >= 0) & (first != second))


def catalogue(contest: Contest) -> Catalogue:
    """Return the contest's catalogue; kept in the cache until a response, prompt or contestant changes."""
    playable = Response.objects.filter(
        contest=contest,
        sample=0,
        prompt__state=PromptState.GOOD,
        contestant__state=ContestantState.ACTIVE,
    )
    mark = playable.order_by().aggregate(
        last=Max("id"),
        count=Count("id"),
        prompts=Count("prompt", distinct=True),
        who=Count("contestant", distinct=True),
    )
    states = contest.contestants.order_by("id").values_list("id", "state")
    # Named one by one: one prompt may become good as another becomes junk, with as many responses.
    out = contest.prompts.exclude(state=PromptState.GOOD).order_by("id").values_list("id", flat=True)
    digest = hashlib.sha256(repr((mark, list(states), list(out))).encode()).hexdigest()[:24]
    key = f"catalogue:{contest.public_id}:{digest}"
    found: Catalogue | None = cache.get(key)
    if found is None:
        found = _read_catalogue(list(playable.values_list("prompt_id", "contestant_id", "id", MD5("text"))))
        cache.set(key, found, CATALOGUE_SECONDS)
    return found


def _read_catalogue(rows: list[tuple[int, int, int, str]]) -> Catalogue:
    prompts = np.array(sorted({row[0] for row in rows}), dtype=np.int64)
    contestants = np.array(sorted({row[1] for row in rows}), dtype=np.int64)
    responses = np.zeros((prompts.size, contestants.size), dtype=np.int64)
    texts = np.full(responses.shape, -1, dtype=np.int64)
    codes: dict[str, int] = {}
    for prompt, contestant, response, digest in rows:
        p, c = np.searchsorted(prompts, prompt), np.searchsorted(contestants, contestant)
        responses[p, c] = response
        texts[p, c] = codes.setdefault(digest, len(codes))
    return Catalogue(contestants, prompts, responses, texts)


def seen_by(rater: Rater, contest: Contest) -> set[tuple[int, int, int]]:
    """Return (prompt, lower contestant, higher contestant) of every battle that this rater was ever handed."""
    rows = Battle.objects.filter(rater=rater, contest=contest).values_list(
        "prompt_id", "contestant_a_id", "contestant_b_id"
    )
    return {(prompt, min(a, b), max(a, b)) for prompt, a, b in rows.order_by().iterator()}


def matchmaking_state(
    contest: Contest, rater: Rater, stock: Catalogue, rows: NDArray[np.bool_], now: datetime
) -> MatchState:
    """Return what policies look at, for this rater.

    Beliefs come from the votes of the same kind of rater (for a judge: of this judge alone) that count, with
    their weights, because that is the board which the vote will move. Pairs that this rater has seen on every
    prompt are not allowed.

    Parameters
    ----------
    rows : (P,) truth values, the prompts of `stock` from which a battle may be made.
    """
    score, votes, pending = _count_pairs(contest, rater, stock, now)
    theta, covariance = laplace_posterior(score, pending)
    left = stock.comparable(rows) - _count_seen(seen_by(rater, contest), stock, rows)
    return MatchState(theta=theta, covariance=covariance, votes=votes, pending=pending, allowed=left > 0)


def _count_pairs(
    contest: Contest, rater: Rater, stock: Catalogue, now: datetime
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    peers = Q(rater__judge=rater.judge_id) if rater.judge_id else Q(rater__kind=rater.kind)
    battles = Battle.objects.filter(peers, contest=contest).order_by()
    voted = battles.filter(state=BattleState.VOTED, vote__voided_at__isnull=True, vote__integrity_weight__gt=0)
    voted = voted.exclude(prompt__state=PromptState.JUNK)
    waiting = battles.filter(state=BattleState.SERVED).filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now))
    place = {int(key): index for index, key in enumerate(stock.contestants)}
    score, votes, pending = (np.zeros((len(place), len(place))) for _ in range(3))
    for a, b, outcome, n in voted.values_list("contestant_a_id", "contestant_b_id", "vote__outcome").annotate(
        n=Sum("vote__integrity_weight")
    ):
        if a in place and b in place:
            _add_votes(score, votes, (place[a], place[b]), VoteOutcome(outcome), n)
    for a, b, n in waiting.values_list("contestant_a_id", "contestant_b_id").annotate(n=Count("id")):
        if a in place and b in place:
            pending[place[a], place[b]] += n
            pending[place[b], place[a]] += n
    return score, votes, pending


def _add_votes(
    score: NDArray[np.float64], votes: NDArray[np.float64], pair: tuple[int, int], outcome: VoteOutcome, n: float
) -> None:
    a, b = pair
    votes[a, b] += n
    votes[b, a] += n
    # Both bad says nothing of the gap, as on the boards.
    if outcome is VoteOutcome.A:
        score[a, b] += n
    elif outcome is VoteOutcome.B:
        score[b, a] += n
    elif outcome is VoteOutcome.TIE:
        score[a, b] += n / 2
        score[b, a] += n / 2


def _count_seen(seen: Collection[tuple[int, int, int]], stock: Catalogue, rows: NDArray[np.bool_]) -> NDArray[np.int64]:
    total = np.zeros((stock.contestants.size, stock.contestants.size), dtype=np.int64)
    prompt_place = {int(key): p for p, key in enumerate(stock.prompts) if rows[p]}
    place = {int(key): index for index, key in enumerate(stock.contestants)}
    for prompt, a, b in seen:
        if prompt in prompt_place and a in place and b in place:
            i, j = place[a], place[b]
            # Only what `comparable` counted may be taken off again.
            if stock.shared_rows(i, j)[prompt_place[prompt]]:
                total[i, j] += 1
                total[j, i] += 1
    return total
