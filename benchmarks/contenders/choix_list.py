"""choix on a list of (winner, loser): it has no ties, so these are left out, and it is held against a fit without."""

import sys

import choix

from benchmarks.data import Votes
from benchmarks.measure import Answer, Task, main
from benchmarks.reference import POINTS

Pairs = tuple[int, list[tuple[int, int]]]


def pairs(votes: Votes) -> Pairs:
    """Return the number of items and the list of (winner, loser)."""
    winners, losers = votes.decisive()
    return len(votes.items), list(zip(winners.tolist(), losers.tolist(), strict=True))


def fit(prepared: Pairs) -> Answer:
    """Point fit."""
    return Answer(POINTS * choix.ilsr_pairwise(*prepared))


TASKS = {"fit": Task(pairs, fit, "fit, no ties", "decisive")}

if __name__ == "__main__":
    sys.exit(main(TASKS, sys.argv[1:]))
