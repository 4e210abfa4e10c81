"""Intransitivity: A beats B, B beats C, C beats A. How much of what is known does no ranking explain?"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, ndtr

from ranking.engine.bradley_terry import PairFit
from ranking.engine.goodness import residuals

Floats = NDArray[np.float64]

MOST_CYCLES: Final = 3


@dataclass(frozen=True, slots=True)
class Cycle:
    """Three items that beat each other in a circle, with votes on all three pairs.

    Attributes
    ----------
    items : each beat the next, the last the first. rates : these three win rates, a tie half.
    p_value : of the weakest of the three, that it is no majority, times the number of triangles (Bonferroni).
    """

    items: tuple[str, str, str]
    rates: tuple[float, float, float]
    p_value: float


@dataclass(frozen=True, slots=True)
class Cyclicity:
    """Hodge decomposition of the logit flow between items.

    Attributes
    ----------
    share : of the flow's energy that no strengths explain, beyond what chance adds; 0 is perfectly transitive.
    p_value : that chance alone makes the cyclic part; None where no pair is redundant. cycles : the worst.
    """

    share: float
    p_value: float | None
    cycles: tuple[Cycle, ...]


def cyclicity(fit: PairFit) -> Cyclicity:
    """Split what pairs say into a ranking and cycles.

    Flow of a pair: its fitted gap plus its surplus in logits, weighted by information. At the maximum of the
    likelihood the fitted gaps are the flow's projection on gradients, so the surplus is its cyclic part, curl and
    harmonic together (Jiang, Lim, Yao and Ye 2011). Noise adds dispersion times degrees of freedom, which is taken
    off.
    """
    found = residuals(fit)
    pairs = np.triu(fit.likelihood.counts.games > 0)
    gap = fit.theta[:, None] - fit.theta[None, :]
    gradient = float((found.information * gap**2)[pairs].sum())
    cyclic = float((found.surplus[pairs] ** 2 / found.information[pairs]).sum())
    degrees = int(pairs.sum()) - (fit.items - 1)
    beyond = max(0.0, cyclic - found.dispersion * degrees)
    return Cyclicity(
        share=beyond / (gradient + beyond) if gradient + beyond > 0 else 0.0,
        p_value=float(chdtrc(degrees, cyclic / found.dispersion)) if degrees >= 1 else None,
        cycles=worst_cycles(fit),
    )


def worst_cycles(fit: PairFit) -> tuple[Cycle, ...]:
    """Return the cycles of three whose weakest majority is clearest, at most MOST_CYCLES.

    Every cycle contains a win against the fitted order, so only those are followed: O(M) each.
    """
    counts = fit.likelihood.counts
    score, games = counts.score, counts.games
    decided = counts.wins + counts.wins.T
    clear = np.divide(score - games / 2, np.sqrt(decided) / 2, out=np.zeros_like(games), where=decided > 0)
    upsets = np.argwhere((clear > 0) & (fit.theta[:, None] < fit.theta[None, :]))
    found: dict[frozenset[int], tuple[float, tuple[int, int, int]]] = {}
    for j, i in upsets:
        # j beat i, who is rated higher; whom did i beat who beat j?
        through = np.minimum(clear[i], clear[:, j])
        k = int(np.argmax(through))
        weakest = min(float(through[k]), float(clear[j, i]))
        if weakest > 0:
            found[frozenset((i, j, k))] = (weakest, (int(i), k, int(j)))
    met = (games > 0).astype(np.float64)
    triangles = float(np.trace(met @ met @ met)) / 6
    worst = sorted(found.values(), reverse=True)[:MOST_CYCLES]
    return tuple(_cycle(fit, cycle, weakest, triangles) for weakest, cycle in worst)


def _cycle(fit: PairFit, cycle: tuple[int, int, int], weakest: float, triangles: float) -> Cycle:
    counts = fit.likelihood.counts
    ring = zip(cycle, (*cycle[1:], cycle[0]), strict=True)
    rates = [float(counts.score[i, j] / counts.games[i, j]) for i, j in ring]
    first, second, third = (counts.items[i] for i in cycle)
    p_value = min(1.0, triangles * float(ndtr(-weakest)))
    return Cycle((first, second, third), (rates[0], rates[1], rates[2]), p_value)
