"""Boards for the tests of leaderboards, published from counts that the test names."""

from typing import Any

import numpy as np
from django.utils import timezone

from arena.models import Board, Contest
from arena.queries.leaderboards import Leaderboard, Row
from ranking import (
    BoardSettings,
    Comparisons,
    PairCounts,
    Standings,
    compute_standings,
    simulate_comparisons,
)
from ranking.store import publish
from tests.factories import (
    make_contest,
    make_contestant,
)


def make_board(contest: Contest, slug: str = "human", **fields: Any) -> Board:
    return Board.objects.create(contest=contest, slug=slug, **{"name": slug.title(), "rater_kind": "human", **fields})


def published(
    contest: Contest, data: Comparisons | PairCounts, slug: str = "human", settings: BoardSettings | None = None
) -> Standings:
    """Publish standings on a new board of the contest; return what the engine said."""
    counts = data.pair_counts() if isinstance(data, Comparisons) else data
    standings = compute_standings(counts, settings)
    publish(make_board(contest, slug).key, standings, counts, timezone.now())
    return standings


def ring(size: int, *extra: tuple[int, int, float]) -> PairCounts:
    """Everybody beat the next one once and the last one the first; and the extra wins."""
    wins = np.roll(np.eye(size), 1, axis=1)
    for winner, loser, times in extra:
        wins[winner, loser] += times
    return PairCounts.from_arrays([f"c{k:02}" for k in range(size)], wins)


def contest_of(size: int, slug: str = "tea", **fields: Any) -> Contest:
    contest = make_contest(slug)
    for k in range(size):
        make_contestant(contest, f"Name {k:02}", slug=f"c{k:02}", **fields)
    return contest


def simulated(size: int = 6, votes: int = 4_000, seed: int = 0) -> tuple[Contest, np.ndarray, Standings]:
    rng = np.random.default_rng(seed)
    strengths = rng.normal(size=size)
    contest = make_contest(simulated=True)
    for k, strength in enumerate(strengths):
        make_contestant(contest, slug=f"c{k:02}", true_strength=float(strength))
    items = [f"c{k:02}" for k in range(size)]
    return contest, strengths, published(contest, simulate_comparisons(items, strengths, votes, rng))


def rows_by_slug(board: Leaderboard) -> dict[str, Row]:
    return {row.slug: row for row in (*board.rows, *board.unrated)}
