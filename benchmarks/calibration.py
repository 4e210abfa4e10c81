"""Do intervals cover what they say? `python -m benchmarks.calibration` simulates boards of known truth and counts.

Every kind of interval is tried under the dependence that it claims to handle, and the plain one also under
dependence that it does not, to show what ignoring it costs. Prints a table and writes JSON.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from benchmarks.worlds import NAMES, World
from ranking import BoardSettings, Standings, compute_standings

Floats = NDArray[np.float64]

THETA: Final = np.linspace(1.1, -1.1, 12)
PLAIN: Final = World("independent", THETA)
WORLDS: Final = {
    world.name: world
    for world in (
        PLAIN,
        World("independent, ties", THETA, ties=0.2),
        World("independent, style", THETA, style=True),
        World("independent, all equal", 0 * THETA),
        World("newcomer with 30 votes", THETA, votes=20_000, newcomer=30),
        World("alike by rater", THETA, rater_taste=0.8),
        World("alike by prompt", THETA, prompt_taste=0.8),
        World("alike by both", THETA, rater_taste=0.6, prompt_taste=0.6),
        World("alike by rater, style", THETA, rater_taste=0.8, style=True),
    )
}


@dataclass(frozen=True, slots=True)
class Case:
    """A kind of interval in a world. `claimed`: whether it says that it handles this dependence."""

    world: str
    kind: str
    settings: BoardSettings
    claimed: bool = True


def _case(world: str, kind: str, claimed: bool = True, **settings: object) -> Case:
    return Case(world, kind, BoardSettings(**settings), claimed)  # type: ignore[arg-type]


CASES: Final = (
    _case("independent", "sandwich"),
    _case("independent", "bootstrap of votes", interval="bootstrap", replicates=100),
    _case("independent", "clustered by rater", clusters="rater"),
    _case("independent", "clustered by both", clusters="rater_and_prompt"),
    _case("independent, all equal", "sandwich"),
    _case("independent, ties", "sandwich"),
    _case("independent, ties", "Davidson, sandwich", tie_model="davidson"),
    _case("independent, ties", "Rao-Kupper, sandwich", tie_model="rao_kupper"),
    _case("independent, style", "style, sandwich", covariates=NAMES),
    _case("newcomer with 30 votes", "sandwich"),
    _case("alike by rater", "sandwich", claimed=False),
    _case("alike by rater", "clustered by rater", clusters="rater"),
    _case("alike by rater", "clustered by both", clusters="rater_and_prompt"),
    _case("alike by rater", "bootstrap of raters", clusters="rater", interval="bootstrap", replicates=100),
    _case("alike by rater, style", "style, clustered by rater", clusters="rater", covariates=NAMES),
    _case("alike by prompt", "sandwich", claimed=False),
    _case("alike by prompt", "clustered by prompt", clusters="prompt"),
    _case("alike by prompt", "bootstrap of prompts", clusters="prompt", interval="bootstrap", replicates=100),
    _case("alike by both", "sandwich", claimed=False),
    _case("alike by both", "clustered by both", clusters="rater_and_prompt"),
)


@dataclass(frozen=True, slots=True)
class Coverage:
    """Shares of replications, each with its Monte Carlo standard error.

    Attributes
    ----------
    ratings : mean share of items inside of their interval. differences : the same of all pairs of items.
    coefficients : of style, where there are any. last : of the last item alone, the newcomer.
    ranks : replications in which all true ranks lay in their ranges together.
    """

    world: str
    kind: str
    claimed: bool
    replications: int
    ratings: tuple[float, float]
    differences: tuple[float, float]
    coefficients: tuple[float, float] | None
    last: tuple[float, float]
    ranks: tuple[float, float]


def measure(case: Case, replications: int, seed: int) -> Coverage:
    """Draw a world again and again and count what the intervals cover."""
    world, rng = WORLDS[case.world], np.random.default_rng([seed, CASES.index(case)])
    truth = world.truth(case.settings)
    beta: Floats | None = None
    if world.style:
        truth, beta = world.style_truth(np.random.default_rng(seed))
    hits = [_hits(compute_standings(world.draw(rng), case.settings), truth, beta) for _ in range(replications)]
    ratings, differences, coefficients, last, ranks = (
        np.array(column, dtype=float) for column in zip(*hits, strict=True)
    )
    return Coverage(
        case.world,
        case.kind,
        case.claimed,
        replications,
        _share(ratings),
        _share(differences),
        None if beta is None else _share(coefficients),
        _share(last),
        _share(ranks),
    )


def _hits(standings: Standings, truth: Floats, beta: Floats | None) -> tuple[float, float, float, float, float]:
    z = 1.959963984540054
    theta, variance = standings.theta, standings.covariance
    inside = np.abs(theta - truth) <= z * np.sqrt(np.diag(variance))
    i, j = np.triu_indices(len(theta), 1)
    error = np.sqrt(variance[i, i] + variance[j, j] - 2 * variance[i, j])
    gaps = np.abs(theta[i] - theta[j] - truth[i] + truth[j]) <= z * error
    styled = 0.0
    if beta is not None:
        pairs = zip(standings.coefficients, beta, strict=True)
        styled = float(np.mean([found.lower <= true <= found.upper for found, true in pairs]))
    # Equals may stand in any order: their range must hold all places that they share.
    first = dict(zip(standings.rated, 1 + (truth[None, :] > truth[:, None] + 1e-9).sum(axis=1), strict=True))
    last = dict(zip(standings.rated, len(truth) - (truth[None, :] < truth[:, None] - 1e-9).sum(axis=1), strict=True))
    ranks = all(
        (row.rank_low or 0) <= first[row.item] and last[row.item] <= (row.rank_high or 0) for row in standings.rows
    )
    return float(inside.mean()), float(gaps.mean()), styled, float(inside[-1]), float(ranks)


def _share(hits: Floats) -> tuple[float, float]:
    return float(hits.mean()), float(hits.std(ddof=1) / np.sqrt(len(hits)))


def table(found: list[Coverage]) -> str:
    """Return the measurements as a Markdown table."""
    lines = [
        "| votes are | interval | ratings | differences | style | all ranks in their ranges |",
        "|---|---|---|---|---|---|",
    ]
    for one in found:
        style = "" if one.coefficients is None else _cell(one.coefficients)
        kind = one.kind if one.claimed else f"{one.kind} (does not claim this)"
        world = one.world
        ratings = _cell(one.ratings)
        if "newcomer" in world:
            ratings = f"{ratings}; newcomer {_cell(one.last)}"
        lines.append(f"| {world} | {kind} | {ratings} | {_cell(one.differences)} | {style} | {_cell(one.ranks)} |")
    return "\n".join(lines)


def _cell(share: tuple[float, float]) -> str:
    return f"{share[0]:.3f} ± {share[1]:.3f}"


def _measured(replications: int, seed: int, only: str) -> Iterator[Coverage]:
    chosen = [case for case in CASES if only in f"{case.world}: {case.kind}"]
    for case in tqdm(chosen, desc="cases", file=sys.stderr, disable=None):
        yield measure(case, replications, seed)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; exit code 1 where a claimed interval covers less than .93 or more than .97."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.calibration", description=__doc__)
    parser.add_argument("--replications", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="cases whose name contains this")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    found = list(_measured(options.replications, options.seed, options.only))
    print(table(found))
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps([asdict(one) for one in found], indent=1))
    off = [one for one in found if one.claimed and not 0.93 <= one.ratings[0] <= 0.97]
    for one in off:
        print(f"off: {one.world}, {one.kind}: {one.ratings[0]:.3f}", file=sys.stderr)
    return 1 if off else 0


if __name__ == "__main__":
    sys.exit(main())
