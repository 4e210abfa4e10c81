"""Simulated voters: what is said of a pair in a world, and the votes that a settled board begins with."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arena.matchmaking.worlds import World

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Voters:
    """How votes come out.

    Attributes
    ----------
    win : (M, M) expected score of row against column. half_tie : (M, M) half of the probability of a tie.
    """

    win: Floats
    half_tie: Floats

    @classmethod
    def of(cls, world: World) -> "Voters":
        """Return the voters of a world."""
        win = world.win_probabilities()
        return cls(win, 2 * world.even_ties * win * (1 - win))

    def answer(self, i: int, j: int, rng: np.random.Generator) -> float:
        """Return one vote's score of i against j: 1 a win, 1/2 a tie, 0 a loss."""
        fate, win, half = rng.random(), self.win[i, j], self.half_tie[i, j]
        if fate < win - half:
            return 1.0
        return 0.5 if fate < win + half else 0.0

    def answers(self, games: NDArray[np.int64], rng: np.random.Generator) -> tuple[Floats, Floats]:
        """Return (M, M) wins and symmetric ties of so many votes on each pair; `games` counts above the diagonal."""
        wins, ties = np.zeros(self.win.shape), np.zeros(self.win.shape)
        i, j = np.nonzero(np.triu(games, 1))
        win, half = self.win[i, j], self.half_tie[i, j]
        drawn = rng.multinomial(games[i, j], np.stack([win - half, 2 * half, 1 - win - half], axis=1))
        wins[i, j], wins[j, i] = drawn[:, 0], drawn[:, 2]
        ties[i, j] = ties[j, i] = drawn[:, 1]
        return wins, ties


def head_start(world: World, voters: Voters, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return (M, M) wins and symmetric ties of the votes that a settled board has; none where nobody is settled."""
    known = np.arange(world.size) != world.newcomer
    pairs = np.triu(known[:, None] & known[None, :], 1)
    votes = world.settled * int(known.sum()) // 2
    games = np.zeros(pairs.shape, dtype=np.int64)
    games[pairs] = rng.multinomial(votes, np.full(int(pairs.sum()), 1 / pairs.sum()))
    return voters.answers(games, rng)
