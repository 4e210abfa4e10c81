"""k-way choices and full rankings, through choix: for contests where more than two responses are shown."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ranking.engine.errors import BadComparisons, NotConverged, TooFewItems

Floats = NDArray[np.float64]


def fit_choice(items: int, choices: Sequence[tuple[int, Sequence[int]]]) -> Floats:
    """Fit Luce's model of choices: P(winner among the shown) is proportional to exp(theta) (Luce 1959).

    Parameters
    ----------
    items : M.
    choices : (chosen item, the items it was preferred to) each.

    Returns
    -------
    (M,) logits with sum zero, at the maximum of the likelihood (choix: iterative Luce spectral ranking, Maystre and
    Grossglauser 2015).

    Raises
    ------
    BadComparisons, TooFewItems
        If a choice names no item, or an item against itself.
    NotConverged
        If no maximum exists: some item was never chosen or always.
    """
    for number, (winner, losers) in enumerate(choices):
        _check(items, number, [winner, *losers])
    data = [(winner, tuple(losers)) for winner, losers in choices]
    return _solved("ilsr_top1", items, data)


def fit_rankings(items: int, rankings: Sequence[Sequence[int]]) -> Floats:
    """Fit the model of Plackett and Luce to rankings of some of the items, best first; otherwise as `fit_choice`."""
    for number, ranking in enumerate(rankings):
        _check(items, number, ranking)
    return _solved("ilsr_rankings", items, [tuple(ranking) for ranking in rankings])


def _check(items: int, number: int, shown: Sequence[int]) -> None:
    if items < 2 or len(shown) < 2:
        raise TooFewItems(f"Choice {number}: at least two items are needed to choose between.")
    if min(shown) < 0 or max(shown) >= items:
        raise BadComparisons(f"Choice {number}: items are numbered from 0 to {items - 1}; here are {list(shown)}.")
    if len(set(shown)) != len(shown):
        raise BadComparisons(f"Choice {number}: an item is compared with itself in {list(shown)}.")


def _solved(method: str, items: int, data: Sequence[Any]) -> Floats:
    import choix  # noqa: PLC0415 - it brings scipy.stats, a fifth of the time in which any process of ours starts

    try:
        theta = np.asarray(getattr(choix, method)(items, data, tol=1e-12, max_iter=1000), dtype=np.float64)
    except (ValueError, RuntimeError, np.linalg.LinAlgError) as error:
        raise NotConverged(
            f"The choices of {items} items have no finite estimate: some item was never chosen, or always. ({error})"
        ) from error
    return np.asarray(theta - theta.mean())
