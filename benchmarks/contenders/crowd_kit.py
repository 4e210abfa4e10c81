"""crowd-kit's BradleyTerry on a frame of names: it has no ties, so these are left out, as in choix_list."""

import sys

import numpy as np
import pandas as pd
from crowdkit.aggregation import BradleyTerry

from benchmarks.data import Votes
from benchmarks.measure import Answer, Task, main
from benchmarks.reference import POINTS


def frame(votes: Votes) -> pd.DataFrame:
    """Return the documented input: left, right, and the label that won."""
    winners, losers = votes.decisive()
    items = np.array(votes.items, dtype=object)
    won, lost = items[winners], items[losers]
    return pd.DataFrame({"worker": "w", "left": won, "right": lost, "label": won})


def fit(votes: pd.DataFrame) -> Answer:
    """Point fit."""
    scores = BradleyTerry(n_iter=1000).fit_predict(votes).sort_index()
    return Answer(POINTS * np.log(scores.to_numpy()))


TASKS = {"names": Task(frame, fit, "fit, no ties", "decisive")}

if __name__ == "__main__":
    sys.exit(main(TASKS, sys.argv[1:]))
