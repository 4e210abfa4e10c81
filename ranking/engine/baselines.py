"""Two simple methods to hold the models against. Neither corrects for everything that Bradley-Terry corrects for."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit

from ranking.engine.comparisons import PairCounts
from ranking.engine.errors import NotConverged

Floats = NDArray[np.float64]


def average_win_rate(counts: PairCounts) -> Floats:
    """Return (M,) points per vote against a uniformly chosen opponent: the mean over opponents met of the win rate.

    It does not ask how strong the opponents were; NaN for an item without votes.
    """
    games = counts.games
    met = games > 0
    rate = np.divide(counts.score, games, out=np.zeros_like(games), where=met)
    opponents = met.sum(axis=1)
    return np.asarray(np.divide(rate.sum(axis=1), opponents, out=np.full(len(opponents), np.nan), where=opponents > 0))


def win_rate_strength(counts: PairCounts) -> Floats:
    """Return (M,) logits of the average win rate, with sum zero; raises NotConverged for a rate of 0 or 1."""
    rate = average_win_rate(counts)
    if not ((rate > 0) & (rate < 1)).all():
        raise NotConverged("An item won everything, nothing, or has no votes: its win rate has no finite logit.")
    theta = logit(rate)
    return np.asarray(theta - theta.mean())


def rank_centrality(counts: PairCounts) -> Floats:
    """Return (M,) log stationary probabilities of a walk towards winners, with sum zero (Negahban et al. 2017).

    Through choix, which draws its chain from whole wins; ties are half a win each way.

    Raises
    ------
    NotConverged
        If the items do not form one strong component.
    """
    import choix  # noqa: PLC0415 - it brings scipy.stats, a fifth of the time in which any process of ours starts

    score = counts.score
    games = score + score.T
    rate = np.divide(score.T, games, out=np.zeros_like(games), where=games > 0)
    try:
        theta = np.asarray(choix.utils.log_transform(choix.utils.statdist(_chain(rate))), dtype=np.float64)
    except (ValueError, RuntimeError, np.linalg.LinAlgError) as error:
        raise NotConverged(
            f"Rank centrality needs one connected group in which everybody won and lost ({error})."
        ) from error
    return np.asarray(theta - theta.mean())


def _chain(rate: Floats) -> Floats:
    """Return the generator of the walk: from the loser to the winner as often as it lost."""
    chain = rate.copy()
    np.fill_diagonal(chain, 0.0)
    np.fill_diagonal(chain, -chain.sum(axis=1))
    return chain
