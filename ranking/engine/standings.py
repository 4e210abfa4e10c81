"""Top of the engine: comparisons and settings in, standings out."""

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ranking.engine.bradley_terry import PairFit
from ranking.engine.comparisons import Comparisons, PairCounts
from ranking.engine.diagnosis import Diagnosis, diagnose
from ranking.engine.errors import Disconnected, RankingError
from ranking.engine.estimate import Estimate, estimate
from ranking.engine.explain import explain
from ranking.engine.graph import Connectivity, connectivity
from ranking.engine.notices import Notice, listed, notices, unrated_reasons
from ranking.engine.ranks import probability_better, rank_distribution
from ranking.engine.rows import Standing, normal_quantile, row_to_dict, standing_rows
from ranking.engine.scale import POINTS_PER_LOGIT, win_probability
from ranking.engine.settings import BoardSettings
from ranking.engine.style import Coefficient

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Standings:
    """The engine's result, with the settings it was computed from.

    Attributes
    ----------
    rows : rated items by rank, then unrated ones by key.
    rated : keys of the rated items, in the order of `theta` and `covariance`.
    theta : (R,) logits around the centre. covariance : (R, R) of them.
    iterations, gradient_norm : how the fit ended.
    coefficients : what style is worth, where it is controlled. tie_probability : between equals, where modelled.
    fit : the fit of pair counts, for whoever asks further; None for methods without one.
    apart : standings of the groups that no comparison connects with this one, each on a scale of its own.
    """

    settings: BoardSettings
    rows: tuple[Standing, ...]
    rated: tuple[str, ...]
    theta: Floats
    covariance: Floats
    iterations: int
    gradient_norm: float
    votes: float
    both_bad: float
    notices: tuple[Notice, ...]
    coefficients: tuple[Coefficient, ...] = ()
    tie_probability: float | None = None
    fit: PairFit | None = None
    apart: tuple["Standings", ...] = ()

    def win_probability(self) -> Floats:
        """(R, R) probabilities that row beats column where one of them wins, in the order of `rated`."""
        return win_probability(self.theta)

    def probability_better(self) -> Floats:
        """(R, R) probabilities that row is truly stronger than column, in the order of `rated`."""
        return probability_better(self.theta, self.covariance)

    def rank_distribution(self) -> Floats:
        """(R, R) probabilities that the item of the row has the true rank of the column."""
        return rank_distribution(self.theta, self.covariance, self.settings.seed)

    def difference(self, first: str, second: str) -> tuple[float, float]:
        """Return the gap between two rated items in points and the half-width of its interval."""
        i, j = self.rated.index(first), self.rated.index(second)
        variance = self.covariance[i, i] + self.covariance[j, j] - 2 * self.covariance[i, j]
        gap = POINTS_PER_LOGIT * float(self.theta[i] - self.theta[j])
        half = normal_quantile(self.settings.level) * float(np.sqrt(max(float(variance), 0.0)))
        return gap, POINTS_PER_LOGIT * half

    def diagnose(self, data: Comparisons | PairCounts, windows: tuple[PairCounts, ...] = ()) -> Diagnosis | None:
        """Check the rated group: fit, cycles, drift, sides, exposure, what is settled.

        None without a fit, and where every vote is a tie: ties alone have no spread to measure departures against.

        Parameters
        ----------
        data : what the standings were computed from. windows : its counts by stretches of time, where known.
        """
        if self.fit is None or not self.fit.likelihood.counts.wins.any():
            return None
        keep = np.isin(data.items, self.rated)
        inside = [counts.restricted_to(keep) for counts in windows]
        sides = data.restricted_to(keep).side_counts() if isinstance(data, Comparisons) else None
        return diagnose(self.fit, self.covariance, self.settings.level, sides, inside)

    def explain(self) -> str:
        """Return in a paragraph what was computed and what the intervals cover."""
        ended = (self.iterations, self.gradient_norm)
        return explain(self.settings, self.votes, self.both_bad, len(self.rated), ended, self.tie_probability)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            "settings": self.settings.to_dict(),
            "votes": self.votes,
            "both_bad": self.both_bad,
            "iterations": self.iterations,
            "gradient_norm": self.gradient_norm,
            "notices": [notice.to_dict() for notice in self.notices],
            "coefficients": [asdict(coefficient) for coefficient in self.coefficients],
            "tie_probability": self.tie_probability,
            "rows": [row_to_dict(row) for row in self.rows],
            "apart": [group.to_dict() for group in self.apart],
        }


def compute_standings(data: Comparisons | PairCounts, settings: BoardSettings | None = None) -> Standings:
    """Compute ratings, intervals and rank ranges.

    1. Find the largest group within which everybody can be compared with everybody.
    2. Estimate that group by the method of the settings; with style control also without it.
    3. Put the anchor where the settings want it.
    4. Intervals, simultaneous rank ranges, tiers; everybody outside of the group gets the reason, not a number.
    5. Rank apart the groups that no comparison connects with this one.
    6. Say what must be known beside the numbers.

    Raises
    ------
    Disconnected
        If no group of two or more can be put on one scale.
    BadComparisons
        If the settings need what the data do not have: rows, raters, prompts, covariates.
    NotConverged
        If the fit did not reach its tolerance.
    """
    settings = settings or BoardSettings()
    if settings.both_bad == "tie":
        data = data.with_both_bad_as_ties()
    counts = data.pair_counts() if isinstance(data, Comparisons) else data
    graph = connectivity(_held_up(counts, settings.prior_strength))
    rated = graph.largest()
    if rated.sum() < 2:
        votes, among = counts.games.sum() / 2, f"among {len(counts.items)} contestants"
        raise Disconnected(
            f"{f'1 vote {among} leaves' if votes == 1 else f'{votes:g} votes {among} leave'} no two of them on one scale: "
            f"no one has both won and lost, directly or through others. More votes are needed, or a prior."
        )
    standings = _rate(data, counts, graph, rated, settings)
    apart, told = _apart(data, counts, graph, rated, settings)
    return replace(standings, apart=apart, notices=(*standings.notices, *told))


def _rate(
    data: Comparisons | PairCounts,
    counts: PairCounts,
    graph: Connectivity,
    rated: NDArray[np.bool_],
    settings: BoardSettings,
) -> Standings:
    inside, inside_counts = data.restricted_to(rated), counts.restricted_to(rated)
    found = estimate(inside, settings)
    plain = estimate(inside_counts, BoardSettings(level=settings.level)) if settings.covariates else None
    theta, covariance = _centred(found, inside_counts, settings)
    reasons = unrated_reasons(counts, connectivity(counts), rated)
    plain_theta = None if plain is None else _centred(plain, inside_counts, settings)[0]
    fit = plain.fit if plain is not None else found.fit
    return Standings(
        settings=settings,
        rows=standing_rows(counts, rated, theta, covariance, reasons, settings, plain_theta),
        rated=inside.items,
        theta=theta,
        covariance=covariance,
        iterations=found.iterations,
        gradient_norm=found.gradient_norm,
        votes=float(counts.games.sum() + counts.both_bad.sum()) / 2,
        both_bad=float(counts.both_bad.sum()) / 2,
        notices=notices(counts, rated, reasons, settings),
        coefficients=found.coefficients,
        tie_probability=found.tie_probability,
        fit=fit if isinstance(fit, PairFit) else None,
    )


def _centred(found: Estimate, counts: PairCounts, settings: BoardSettings) -> tuple[Floats, Floats]:
    """Return strengths and covariance around the chosen centre: theta - a . theta, (I - 1 a') V (I - 1 a')'."""
    size = len(found.theta)
    share = np.full(size, 1 / size)
    if settings.anchor_items:
        missing = sorted(set(settings.anchor_items) - set(counts.items))
        if missing:
            raise RankingError(f"Anchor {', '.join(missing)} is not rated on this board; choose rated contestants.")
        share = np.isin(counts.items, settings.anchor_items) / len(settings.anchor_items)
    elif settings.centre == "votes":
        share = counts.games.sum(axis=1) / counts.games.sum()
    turn = np.eye(size) - share[None, :]
    return np.asarray(turn @ found.theta), np.asarray(turn @ found.covariance @ turn.T)


def _apart(
    data: Comparisons | PairCounts,
    counts: PairCounts,
    graph: Connectivity,
    rated: NDArray[np.bool_],
    settings: BoardSettings,
) -> tuple[tuple[Standings, ...], tuple[Notice, ...]]:
    """Rank every other strong group of two or more by itself; it shares no scale with the main one.

    A group that the settings ask too much of stays unranked, and a notice says why.
    """
    own = replace(settings, anchor_items=())
    groups = [graph.strong == group for group in np.unique(graph.strong[~rated])]
    ranked, told = [], []
    for keep in groups:
        if keep.sum() > 1:
            inside = data.restricted_to(keep)
            try:
                ranked.append(_rate(inside, *_alone(counts, keep, settings), own))
            except RankingError as error:
                message = f"{listed(inside.items)} could not be ranked apart: {error}"
                told.append(Notice("not_ranked_apart", message, inside.items))
    return tuple(ranked), tuple(told)


def _alone(
    counts: PairCounts, keep: NDArray[np.bool_], settings: BoardSettings
) -> tuple[PairCounts, Connectivity, NDArray[np.bool_]]:
    inside = counts.restricted_to(keep)
    return inside, connectivity(_held_up(inside, settings.prior_strength)), np.ones(int(keep.sum()), dtype=bool)


def _held_up(counts: PairCounts, prior_strength: float) -> PairCounts:
    """Return counts in which a prior connects what was compared, as it will in the fit."""
    if prior_strength == 0:
        return counts
    virtual = prior_strength * (counts.games > 0)
    return PairCounts.from_arrays(counts.items, counts.wins, counts.ties + virtual, counts.both_bad)
