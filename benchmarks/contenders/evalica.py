"""evalica: Rust, Newman's iteration; point fits, and SciPy's bootstrap around them."""

import sys
from typing import Any

import evalica
import numpy as np
import pandas as pd

from benchmarks.data import Votes
from benchmarks.measure import REPLICATES, Answer, Task, main
from benchmarks.reference import POINTS

WINNERS = np.array([evalica.Winner.X, evalica.Winner.Y, evalica.Winner.Draw], dtype=object)


def coded(votes: Votes) -> dict[str, Any]:
    """Return lists of codes with their index."""
    return {
        "xs": votes.a.tolist(),
        "ys": votes.b.tolist(),
        "winners": WINNERS[votes.outcome].tolist(),
        "index": pd.Index(range(len(votes.items))),
    }


def named(votes: Votes) -> dict[str, Any]:
    """Return lists of names, the documented input."""
    first, second, _ = votes.name_columns()
    return {"xs": first.tolist(), "ys": second.tolist(), "winners": WINNERS[votes.outcome].tolist()}


def fit(arguments: dict[str, Any]) -> Answer:
    """Point fit."""
    scores = evalica.bradley_terry(**arguments).scores.sort_index()
    return Answer(POINTS * np.log(scores.to_numpy()))


def bootstrap(arguments: dict[str, Any]) -> None:
    """Fit and refit redrawn votes."""
    evalica.bootstrap(
        evalica.bradley_terry, **arguments, n_resamples=REPLICATES, bootstrap_method="percentile", random_state=0
    )


TASKS = {
    "fit": Task(coded, fit, "fit"),
    "names": Task(named, fit, "fit"),
    "bootstrap": Task(coded, bootstrap, "fit + 100 refits", ""),
}

if __name__ == "__main__":
    sys.exit(main(TASKS, sys.argv[1:]))
