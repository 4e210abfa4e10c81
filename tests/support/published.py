"""The published LLMFAO votes as their files have them, and a fit that knows nothing of our code."""

import csv
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_expit

FILES = {"human": "crowd-comparisons.csv", "gpt-4": "gpt4-comparisons.csv", "gpt-3-5": "gpt3-comparisons.csv"}


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def maximum_likelihood(path: Path) -> dict[str, float]:
    """Return ratings by name: scipy's own optimiser on the likelihood of every single row of the file."""
    rows = rows_of(path)
    names = sorted({row[side] for row in rows for side in ("left", "right")})
    left, right = (np.array([names.index(row[side]) for row in rows]) for side in ("left", "right"))
    score = np.array([{"left": 1.0, "right": 0.0, "tie": 0.5}[row["winner"]] for row in rows])

    def loss(theta):
        gap = theta[left] - theta[right]
        pull = score - np.exp(log_expit(gap))
        slope = np.bincount(right, pull, len(names)) - np.bincount(left, pull, len(names))
        return -(score * log_expit(gap) + (1 - score) * log_expit(-gap)).sum(), slope

    options = {"maxiter": 10_000, "maxfun": 100_000, "ftol": 1e-15, "gtol": 1e-8}
    theta = minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B", options=options).x
    return dict(zip(names, 1000 + 400 / math.log(10) * (theta - theta.mean()), strict=True))
