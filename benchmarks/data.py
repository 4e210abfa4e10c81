"""Votes for the benchmarks, written once to a folder so that all contenders read the same."""

import csv
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

A, B, TIE = 0, 1, 2
WORDS: Final = ("model_a", "model_b", "tie")
"""Outcomes as arena-rank and FastChat write them, by code."""
TIES: Final = 0.17
EFFECTS: Final = (0.3, -0.2, 0.1, 0.0)
"""Logits a standard deviation of each covariate."""
_LLMFAO_OUTCOMES: Final = {"left": A, "right": B, "tie": TIE}


class NoData(Exception):
    """Real votes are wanted, but they are not on this machine."""


@dataclass(frozen=True)
class Votes:
    """N votes: a, b, outcome are (N,) codes; covariates (N, K), K may be 0; items M names, sorted."""

    items: tuple[str, ...]
    a: Ints
    b: Ints
    outcome: Ints
    covariates: Floats

    def name_columns(self) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        """Return (N,) columns of names of a, of b, and of words for the outcome. Equal names are one object."""
        names, words = np.array(self.items, dtype=object), np.array(WORDS, dtype=object)
        return names[self.a], names[self.b], words[self.outcome]

    def decisive(self) -> tuple[Ints, Ints]:
        """Return winners and losers of the votes that are no ties."""
        told = self.outcome != TIE
        a, b, first = self.a[told], self.b[told], self.outcome[told] == A
        return np.where(first, a, b), np.where(first, b, a)


def synthetic(items: int, votes: int, seed: int) -> Votes:
    """Return simulated votes.

    Items are drawn in proportion to 1 / sqrt(rank), as popular models are voted on more often. TIES of the votes
    are ties, more where strengths are close. The covariates have mean 0 and deviation 1 to the last bit but a few,
    so that a contender that standardises them fits the same model as one that does not.
    """
    rng = np.random.default_rng(seed)
    theta = rng.normal(0.0, 0.6, items)
    chances = 1 / np.sqrt(np.arange(1, items + 1))
    chances /= chances.sum()
    a, b = rng.choice(items, votes, p=chances), rng.choice(items, votes, p=chances)
    while (same := np.flatnonzero(a == b)).size:
        b[same] = rng.choice(items, same.size, p=chances)
    covariates = rng.normal(size=(votes, len(EFFECTS)))
    covariates = (covariates - covariates.mean(axis=0)) / covariates.std(axis=0)
    p = 1 / (1 + np.exp(-(theta[a] - theta[b] + covariates @ np.array(EFFECTS))))
    close = p * (1 - p)
    outcome = np.where(rng.random(votes) < p, A, B)
    outcome[rng.random(votes) < TIES * close / close.mean()] = TIE
    width = len(str(items - 1))
    return Votes(tuple(f"model-{item:0{width}d}" for item in range(items)), a, b, outcome, covariates)


def llmfao_path() -> Path:
    """Return where LLMFAO's human votes are expected: below VERSUS_DATA, else below ../shared/data."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    return Path(os.environ.get("VERSUS_DATA") or beside) / "llmfao" / "crowd-comparisons.csv"


def llmfao() -> Votes:
    """Return LLMFAO's human votes; raises NoData where they are absent."""
    path = llmfao_path()
    if not path.is_file():
        raise NoData(f"{path} is not there; set VERSUS_DATA to the folder that holds llmfao/crowd-comparisons.csv")
    with path.open(encoding="utf-8", newline="") as stream:
        rows = [(row["left"], row["right"], _LLMFAO_OUTCOMES[row["winner"]]) for row in csv.DictReader(stream)]
    items = tuple(sorted({name for row in rows for name in row[:2]}))
    place = {name: number for number, name in enumerate(items)}
    coded = np.array([(place[first], place[second], outcome) for first, second, outcome in rows], dtype=np.int64)
    a, b, outcome = np.ascontiguousarray(coded.T)
    return Votes(items, a, b, outcome, np.zeros((len(rows), 0)))


def make(size: str, seed: int) -> Votes:
    """Return the votes of a size: ITEMSxVOTES or llmfao."""
    if size == "llmfao":
        return llmfao()
    items, votes = size.split("x")
    return synthetic(int(items), int(votes), seed)


def save(votes: Votes, folder: Path) -> None:
    """Write votes: a file for each column, so that nobody loads what it does not use."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("a", "b", "outcome", "covariates"):
        np.save(folder / f"{name}.npy", getattr(votes, name))
    (folder / "items.json").write_text(json.dumps(votes.items), encoding="utf-8")


def load(folder: Path, *, covariates: bool) -> Votes:
    """Read votes; without `covariates` these stay on disk."""
    columns = {name: np.load(folder / f"{name}.npy") for name in ("a", "b", "outcome")}
    z = np.load(folder / "covariates.npy") if covariates else np.zeros((len(columns["a"]), 0))
    return Votes(tuple(json.loads((folder / "items.json").read_text(encoding="utf-8"))), **columns, covariates=z)
