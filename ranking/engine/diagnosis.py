"""Everything that is checked about a board beside its ratings, in one value that speaks in sentences."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np

from ranking.engine.bradley_terry import PairFit
from ranking.engine.comparisons import PairCounts, SideCounts
from ranking.engine.covariance import contrast_variance
from ranking.engine.cycles import Cyclicity, cyclicity
from ranking.engine.drift import Drift, drift
from ranking.engine.effort import Fragility, Separation, fragility, votes_to_separate
from ranking.engine.goodness import Goodness, SideBias, goodness_of_fit, residuals, side_bias
from ranking.engine.likelihood import Floats
from ranking.engine.notices import Notice

SURE: Final = 0.01
"""A departure is told as one where chance makes it in fewer than one board of a hundred."""
MOST_NEIGHBOURS: Final = 10


@dataclass(frozen=True, slots=True)
class Exposure:
    """Who was compared how often.

    Attributes
    ----------
    least, median, most : votes an item. pairs, possible : pairs compared at all, and pairs there are.
    """

    least: float
    median: float
    most: float
    pairs: int
    possible: int


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was found about the rated group. `fragility` and `separations` are of neighbours by rating, best first."""

    level: float
    goodness: Goodness
    cyclicity: Cyclicity
    exposure: Exposure
    side_bias: SideBias | None
    drift: Drift | None
    fragility: Fragility | None
    separations: tuple[Separation, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return asdict(self)

    def notices(self) -> tuple[Notice, ...]:
        """Return all of it as sentences with numbers, what is wrong before what is well."""
        told = [
            _goodness(self.goodness),
            _cycles(self.cyclicity),
            _drift(self.drift),
            _side(self.side_bias, self.level),
            _exposure(self.exposure),
            _separation(self.separations),
            _fragility(self.fragility),
        ]
        return tuple(notice for notice in told if notice is not None)


def diagnose(
    fit: PairFit,
    covariance: Floats,
    level: float,
    sides: SideCounts | None = None,
    windows: Sequence[PairCounts] = (),
) -> Diagnosis:
    """Check a fit: goodness, cycles, drift, bias of the side, exposure, what is settled and what would unsettle it.

    Parameters
    ----------
    covariance : (M, M) of the strengths, of the kind that the board's intervals use.
    sides, windows : counts of the same votes by side and by stretches of time, where known.
    """
    order = np.argsort(-fit.theta, kind="stable")
    counts = fit.likelihood.counts
    whole = bool((counts.wins % 1 == 0).all() and (counts.ties % 1 == 0).all())
    return Diagnosis(
        level=level,
        goodness=goodness_of_fit(fit),
        cyclicity=cyclicity(fit),
        exposure=_exposed(counts),
        side_bias=None if sides is None else side_bias(fit, sides, level),
        drift=drift(fit, windows) if len(windows) > 1 else None,
        fragility=fragility(fit, int(order[0]), int(order[1])) if whole else None,
        separations=_separations(fit, covariance, order, level),
    )


def _exposed(counts: PairCounts) -> Exposure:
    votes, size = counts.games.sum(axis=1), len(counts.items)
    pairs = int((counts.games > 0).sum()) // 2
    return Exposure(float(votes.min()), float(np.median(votes)), float(votes.max()), pairs, size * (size - 1) // 2)


def _separations(fit: PairFit, covariance: Floats, order: np.ndarray, level: float) -> tuple[Separation, ...]:
    variance, counts = contrast_variance(covariance), fit.likelihood.counts
    votes, dispersion = float(counts.games.sum()) / 2, residuals(fit).dispersion
    found = []
    for i, j in pairwise(order[: MOST_NEIGHBOURS + 1]):
        gap = float(fit.theta[i] - fit.theta[j])
        win = 1 / (1 + np.exp(-gap))
        names = (counts.items[i], counts.items[j])
        information = float(win * (1 - win) / dispersion)
        found.append(votes_to_separate(names, gap, float(variance[i, j]), information, votes, level))
    return tuple(found)


def _goodness(found: Goodness) -> Notice | None:
    if found.p_value is None:
        return None
    measured = (
        f"chi-square {found.chi_square:.0f} on {found.degrees:.0f} degrees of freedom over {found.pairs} pairs "
        f"with at least 5 votes, {_p(found.p_value)}"
    )
    if found.p_value < SURE:
        return Notice(
            "misfit", f"One strength a contestant does not explain all pairs ({measured}). Look at single pairs too."
        )
    return Notice("fit", f"One strength a contestant explains the pairs ({measured}).")


def _cycles(found: Cyclicity) -> Notice | None:
    if found.p_value is None:
        return None
    shown = [cycle for cycle in found.cycles if cycle.p_value < SURE]
    if shown:
        rings = "; ".join(
            f"{a} beats {b} ({ab:.0%}), {b} beats {c} ({bc:.0%}), {c} beats {a} ({ca:.0%})"
            for (a, b, c), (ab, bc, ca) in ((cycle.items, cycle.rates) for cycle in shown)
        )
        names = tuple(dict.fromkeys(name for cycle in shown for name in cycle.items))
        return Notice("cycles", f"Preferences run in circles, {found.share:.1%} of what pairs say: {rings}.", names)
    if found.p_value < SURE:
        return Notice(
            "intransitive",
            f"{found.share:.1%} of what pairs say is cyclic and fits no ranking ({_p(found.p_value)}).",
        )
    return Notice("transitive", f"No circle of preferences beyond chance ({_p(found.p_value)}).")


def _drift(found: Drift | None) -> Notice | None:
    if found is None or found.p_value is None:
        return None
    if found.item is not None and found.item_p_value is not None and found.item_p_value < SURE:
        return Notice(
            "drift",
            f"Votes changed over time: {found.item} moved by {found.change:+.0f} points between the first and the last of "
            f"{found.windows} stretches ({_p(found.item_p_value)}).",
            (found.item,),
        )
    if found.p_value < SURE:
        return Notice("drift", f"Votes changed over time, across {found.windows} stretches ({_p(found.p_value)}).")
    return Notice("steady", f"No change over time beyond chance in {found.windows} stretches ({_p(found.p_value)}).")


def _side(found: SideBias | None, level: float) -> Notice | None:
    if found is None:
        return None
    measured = (
        f"side A wins {found.probability:.1%} of battles between equals, {found.lower:.1%} to {found.upper:.1%} with "
        f"{level:.0%} confidence"
    )
    if found.lower > 0.5 or found.upper < 0.5:
        return Notice(
            "side_bias", f"The side matters: {measured}. Where sides are drawn at random, ratings stay right."
        )
    return Notice("no_side_bias", f"No bias of the side is seen: {measured}.")


def _exposure(found: Exposure) -> Notice:
    return Notice(
        "exposure",
        f"{found.pairs:,} of {found.possible:,} pairs were compared; a contestant has {found.least:,.4g} to "
        f"{found.most:,.4g} votes, in the middle {found.median:,.4g}.",
    )


def _separation(found: Sequence[Separation]) -> Notice | None:
    if not found:
        return None
    settled = sum(pair.separated for pair in found)
    first = next((pair for pair in found if not pair.separated and pair.direct is not None), None)
    text = (
        f"{settled} of the first {len(found)} neighbours {'is' if settled == 1 else 'are'} told apart."
        if len(found) > 1
        else ""
    )
    if first is None:
        return Notice("settled", text) if text else None
    further = f"About {_about(first.direct)} more votes between {first.better} and {first.worse} would separate them"
    whole = f", or {_about(first.spread)} drawn as so far." if first.spread is not None else "."
    return Notice("open", f"{text} {further}{whole}".strip(), (first.better, first.worse))


def _fragility(found: Fragility | None) -> Notice | None:
    if found is None or found.removed is None or found.share is None:
        return None
    votes = "1 vote" if found.removed == 1 else f"{found.removed:,} votes"
    return Notice(
        "fragility",
        f"Without {votes} ({found.share:.2%} of all) {found.worse} would lead instead of {found.better}.",
        (found.better, found.worse),
    )


def _about(votes: int | None) -> str:
    if votes is None:
        return "any number of"
    digits = max(0, len(str(votes)) - 2)
    return f"{round(votes, -digits):,}"


def _p(value: float) -> str:
    return f"p = {value:.2g}" if value >= 0.001 else "p < 0.001"
