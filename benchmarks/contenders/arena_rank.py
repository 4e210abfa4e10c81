"""arena-rank 0.1.1, LMArena's package: JAX, L-BFGS, sandwich intervals."""

import multiprocessing
import sys
from typing import Any

import numpy as np
import pandas as pd
from arena_rank.models.bradley_terry import BradleyTerry
from arena_rank.models.contextual_bradley_terry import ContextualBradleyTerry
from arena_rank.utils.data_utils import ContextualPairDataset, PairDataset

from benchmarks.data import Votes
from benchmarks.measure import REPLICATES, Answer, Task, main

OUTCOMES = {0: 1.0, 1: 0.0, 2: 0.5}


def coded_frame(votes: Votes) -> pd.DataFrame:
    """Return a frame of codes: pandas factorises and maps them faster than names."""
    return pd.DataFrame({"model_a": votes.a, "model_b": votes.b, "winner": votes.outcome})


def named_frame(votes: Votes) -> pd.DataFrame:
    """Return a frame of names, the documented input."""
    return pd.DataFrame(dict(zip(("model_a", "model_b", "winner"), votes.name_columns(), strict=True)))


def coded_data(frame: pd.DataFrame) -> PairDataset:
    """Return its data set from codes."""
    return PairDataset.from_pandas(frame, outcome_map=OUTCOMES)


def fit(frame: pd.DataFrame) -> Answer:
    """Point fit."""
    data = coded_data(frame)
    model = BradleyTerry(n_competitors=data.n_competitors)
    model.fit(data)
    return Answer(np.asarray(model.params["ratings"]) * model.alpha)


def intervals(data: PairDataset) -> Answer:
    """Fit and sandwich intervals."""
    return _answer(BradleyTerry(n_competitors=data.n_competitors).compute_ratings_and_cis(data))


def _answer(found: dict[str, Any]) -> Answer:
    half = (np.asarray(found["rating_upper"]) - np.asarray(found["rating_lower"])) / 2
    order = np.argsort(found["competitors"])
    return Answer(np.asarray(found["ratings"])[order], half[order])


def style_frame(votes: Votes) -> pd.DataFrame:
    """Return a frame of codes and covariates."""
    covariates = {f"z{k}": votes.covariates[:, k] for k in range(votes.covariates.shape[1])}
    return coded_frame(votes).assign(**covariates)


def style(frame: pd.DataFrame) -> Answer:
    """Fit with covariates, intervals for ratings. Its penalty and its weights are off, so that all fit one model."""
    features = [name for name in frame.columns if name.startswith("z")]
    data = ContextualPairDataset.from_pandas(frame, features, outcome_map=OUTCOMES, reweighted=False)
    model = ContextualBradleyTerry(n_competitors=data.n_competitors, n_features=len(features), reg=0.0)
    return _answer(model.compute_ratings_and_cis(data))


def bootstrap(frame: pd.DataFrame) -> None:
    """Fit and refit redrawn votes, in its pool of processes; forked, as by default on Linux, they deadlock."""
    multiprocessing.set_start_method("spawn")
    data = coded_data(frame)
    model = BradleyTerry(n_competitors=data.n_competitors)
    model.compute_ratings_and_cis(data, ci_method="bootstrap", num_bootstrap=REPLICATES)


TASKS = {
    "fit": Task(coded_frame, fit, "fit"),
    "intervals": Task(coded_frame, lambda frame: intervals(coded_data(frame)), "fit + sandwich"),
    "names": Task(named_frame, lambda frame: intervals(PairDataset.from_pandas(frame)), "fit + sandwich"),
    "style": Task(style_frame, style, "fit + sandwich", "style"),
    "bootstrap": Task(coded_frame, bootstrap, "fit + 100 refits", "", warm_up=False),
}

if __name__ == "__main__":
    sys.exit(main(TASKS, sys.argv[1:]))
