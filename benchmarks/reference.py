"""What the right answer is: maximum likelihood to more digits than any contender has.

It shares no code with the engine. Gradients are summed in long double (64 bits of mantissa on x86); Newton's steps are
solved in double, which costs an iteration but no accuracy: the gradient alone decides where they end. The half-widths
are those of the sandwich, H^+ B H^+ by pseudo-inverse in double.

`python -m benchmarks.reference FOLDER SIZE SEED` writes votes to a folder, and reference.json beside them.
"""

import json
import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.data import TIE, Floats, NoData, Votes, make, save

Long = NDArray[np.longdouble]

POINTS: Final = 400 / math.log(10)
NORMAL_95: Final = 1.959963984540054
MOST_STYLE_VOTES: Final = 2_000_000
"""Beyond it the reference of style control would take longer than the benchmark."""
_ROWS_AT_ONCE: Final = 1 << 18
_STEPS: Final = 50

Evaluate = Callable[[Long], tuple[Long, Floats]]


def half_win(votes: Votes) -> dict[str, list[float]]:
    """Return ratings and half-widths in points, mean rating 0, a tie half a win each way."""
    return _of_counts(*_tables(votes))


def decisive(votes: Votes) -> dict[str, list[float]]:
    """Return the same from the votes that are no ties."""
    wins, ties = _tables(votes)
    return _of_counts(wins, np.zeros_like(ties))


def style(votes: Votes) -> dict[str, list[float]]:
    """Return ratings and half-widths with the covariates in the model, unpenalised."""
    size, width = len(votes.items), votes.covariates.shape[1]
    point = _newton(lambda at: _style_slope(votes, at)[:2], size, size + width)
    _, hessian, meat = _style_slope(votes, point)
    return _answer(point, hessian, meat, size)


def _tables(votes: Votes) -> tuple[Long, Long]:
    """Return (M, M) wins of row against column, and symmetric ties."""
    size = len(votes.items)
    ties = np.zeros((size, size))
    tied = votes.outcome == TIE
    np.add.at(ties, (votes.a[tied], votes.b[tied]), 1.0)
    wins = np.zeros((size, size))
    np.add.at(wins, votes.decisive(), 1.0)
    return wins.astype(np.longdouble), (ties + ties.T).astype(np.longdouble)


def _of_counts(wins: Long, ties: Long) -> dict[str, list[float]]:
    size = len(wins)
    games = wins + wins.T + ties

    def evaluate(theta: Long) -> tuple[Long, Floats]:
        p = _sigmoid(theta[:, None] - theta[None, :])
        return (games * p - wins - ties / 2).sum(axis=1), _laplacian(games * p * (1 - p))

    theta = _newton(evaluate, size, size)
    p = _sigmoid(theta[:, None] - theta[None, :])
    meat = _laplacian(wins * (1 - p) ** 2 + (wins * (1 - p) ** 2).T + ties * (0.5 - p) ** 2)
    return _answer(theta, evaluate(theta)[1], meat, size)


def _style_slope(votes: Votes, point: Long) -> tuple[Long, Floats, Floats]:
    """Return gradient, Hessian, and the sum of outer products of the votes' scores."""
    size, width = len(votes.items), len(point) - len(votes.items)
    gradient = np.zeros(size + width, dtype=np.longdouble)
    hessian, meat = np.zeros((size + width, size + width)), np.zeros((size + width, size + width))
    for begin in range(0, len(votes.a), _ROWS_AT_ONCE):
        rows = slice(begin, begin + _ROWS_AT_ONCE)
        a, b, z = votes.a[rows], votes.b[rows], votes.covariates[rows]
        p = _sigmoid(point[a] - point[b] + z.astype(np.longdouble) @ point[size:])
        residual = p - np.array([1.0, 0.0, 0.5], dtype=np.longdouble)[votes.outcome[rows]]
        np.add.at(gradient, a, residual)
        np.subtract.at(gradient, b, residual)
        gradient[size:] += residual @ z.astype(np.longdouble)
        _add_outer(hessian, a, b, z, (p * (1 - p)).astype(np.float64))
        _add_outer(meat, a, b, z, (residual**2).astype(np.float64))
    return gradient, hessian, meat


def _add_outer(total: Floats, a: NDArray[Any], b: NDArray[Any], z: Floats, weight: Floats) -> None:
    """Add the sum of weight times the outer product of (e_a - e_b, z)."""
    size = len(total) - z.shape[1]
    for first, second, sign in ((a, a, 1), (b, b, 1), (a, b, -1), (b, a, -1)):
        np.add.at(total, (first, second), sign * weight)
    for k in range(z.shape[1]):
        cross = np.bincount(a, weight * z[:, k], size) - np.bincount(b, weight * z[:, k], size)
        total[:size, size + k] += cross
        total[size + k, :size] += cross
    total[size:, size:] += (z * weight[:, None]).T @ z


def _newton(evaluate: Evaluate, items: int, unknowns: int) -> Long:
    """Return the point where the gradient vanishes; the last step must be below 1e-13 logits."""
    point = np.zeros(unknowns, dtype=np.longdouble)
    for _ in range(_STEPS):
        gradient, hessian = evaluate(point)
        step = _inverse(hessian) @ gradient.astype(np.float64)
        step[:items] -= step[:items].mean()
        largest = float(np.abs(step).max())
        # From afar Newton may overshoot; a step of at most 2 logits an item cannot run away.
        point = point - step * min(1.0, 2.0 / max(largest, 1e-300))
        if largest < 1e-13:
            return point
    raise ArithmeticError(f"The reference did not converge in {_STEPS} steps; the last step was {largest:.1e} logits.")


def _answer(point: Long, hessian: Floats, meat: Floats, items: int) -> dict[str, list[float]]:
    bread = _inverse(hessian)
    error = np.sqrt(np.diag(bread @ meat @ bread)[:items])
    theta = point[:items] - point[:items].mean()
    return {"ratings": (POINTS * theta).astype(float).tolist(), "half_widths": (POINTS * NORMAL_95 * error).tolist()}


def _inverse(hessian: Floats) -> Floats:
    """Return the pseudo-inverse; the direction in which all strengths grow alike is flat but for rounding."""
    return np.asarray(np.linalg.pinv(hessian, rcond=1e-11, hermitian=True))


def _sigmoid(gap: Long) -> Long:
    return np.asarray(1 / (1 + np.exp(-gap)), dtype=np.longdouble)


def _laplacian(weight: Long) -> Floats:
    return np.asarray(np.diag(weight.sum(axis=1)) - weight, dtype=np.float64)


def compute(votes: Votes) -> dict[str, dict[str, list[float]]]:
    """Return the answers by the name of their model."""
    answers = {"half_win": half_win(votes), "decisive": decisive(votes)}
    if votes.covariates.shape[1] and len(votes.a) <= MOST_STYLE_VOTES:
        answers["style"] = style(votes)
    return answers


def main(arguments: list[str]) -> int:
    """Write the votes of a size and their reference to a folder; return the exit code."""
    folder, size, seed = arguments
    try:
        votes = make(size, int(seed))
    except NoData as error:
        print(error, file=sys.stderr)
        return 1
    save(votes, Path(folder))
    (Path(folder) / "reference.json").write_text(json.dumps(compute(votes)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
