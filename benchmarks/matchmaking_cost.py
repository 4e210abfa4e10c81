"""What one decision costs: processor time of drawing a pair, and of learning from a vote."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from arena.matchmaking.beliefs import Beliefs, fit_beliefs, learn
from arena.matchmaking.draw import draw_pair
from arena.matchmaking.policies import goal_weights
from arena.matchmaking.settings import PolicySettings
from arena.matchmaking.state import MatchState
from arena.matchmaking.voters import Voters
from arena.matchmaking.worlds import World

Floats = NDArray[np.float64]

SIZES: Final = {20: 500, 100: 500, 1000: 100}
"""Contestants, and how many decisions are timed."""
KEPT_FROM: Final = 200
"""From so many contestants on the leverage of the goal is kept with the beliefs instead of computed for each draw."""
POLICIES: Final = ("information", "order", "top_k", "uniform")
_VOTES: Final = 10
"""Of each contestant on average."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds of processor time: middle and 99th percentile of drawing a pair, middle of learning from a vote."""

    policy: str
    contestants: int
    middle: float
    p99: float
    learning: float


def costs(sizes: dict[int, int] = SIZES, seed: int = 1) -> list[Cost]:
    """Return the costs of all policies at all sizes."""
    found = []
    for size, draws in sizes.items():
        votes, beliefs = _board(size, seed)
        found += [_cost(name, votes, beliefs, draws, seed) for name in POLICIES]
    return found


def _board(size: int, seed: int) -> tuple[Floats, Beliefs]:
    """Return (M, M) votes on uniform pairs and what is believed after them."""
    rng = np.random.default_rng(seed)
    games = np.triu(rng.poisson(2 * _VOTES / size, (size, size)), 1)
    wins, ties = Voters.of(World("cost", rng.normal(size=size), 0.25)).answers(games, rng)
    return (games + games.T).astype(float), fit_beliefs(wins + ties / 2, np.zeros((size, size)))


def _cost(name: str, votes: Floats, beliefs: Beliefs, draws: int, seed: int) -> Cost:
    size, settings, rng = len(votes), PolicySettings(name), np.random.default_rng(seed)
    if size >= KEPT_FROM:
        beliefs = beliefs.watching(goal_weights(beliefs.theta, beliefs.covariance, settings))
    pending, allowed = np.zeros_like(votes), ~np.eye(size, dtype=bool)
    state = MatchState(beliefs.theta, beliefs.foreseen, votes, pending, allowed, beliefs.leverage)
    drawn = _milliseconds(lambda: draw_pair(state, settings, rng), draws)
    learnt = _milliseconds(lambda: learn(beliefs, 0, 1, 1.0), max(20, draws // 10))
    return Cost(name, size, float(np.median(drawn)), float(np.quantile(drawn, 0.99)), float(np.median(learnt)))


def _milliseconds(act: Callable[[], object], times: int) -> Floats:
    act()
    taken = np.empty(times)
    for k in range(times):
        begin = time.thread_time()
        act()
        taken[k] = 1000 * (time.thread_time() - begin)
    return taken
