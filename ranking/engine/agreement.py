"""How far raters agree, and how far anybody could agree with them."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Final, NamedTuple

import krippendorff
import numpy as np
from numpy.typing import NDArray

from ranking.engine.comparisons import Comparisons, Ints, Outcome
from ranking.engine.errors import BadComparisons

Floats = NDArray[np.float64]

REPLICATES: Final = 200
_VALUES: Final = len(Outcome)


@dataclass(frozen=True, slots=True)
class RaterCeiling:
    """How often one rater agrees with the majority of the others.

    Attributes
    ----------
    agreement : share of the rater's units, 0 to 1. standard_error : of it, over units; None from a single unit.
    """

    rater: int
    units: int
    agreement: float
    standard_error: float | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement of raters on the units that at least two of them judged.

    A unit is a prompt and an unordered pair of items. A rating says which of the two items won, that they tied or
    that both are bad, so that swapped sides agree.

    Attributes
    ----------
    units, raters, ratings : how many entered.
    level : of the intervals, which redraw whole units.
    percent : share, 0 to 1, of pairs of raters on one unit that agree.
    cohen, fleiss, alpha : agreement beyond chance, 1 at most. None where undefined: `cohen` unless there are exactly
        two raters, all of them where everybody always said the same.
    ceiling : share of ratings that agree with the majority of the others; tied majorities count by their share.
    by_rater : the same for each.
    """

    units: int
    raters: int
    ratings: int
    level: float
    percent: float
    cohen: float | None
    fleiss: float | None
    alpha: float | None
    alpha_low: float | None
    alpha_high: float | None
    ceiling: float
    ceiling_low: float
    ceiling_high: float
    by_rater: tuple[RaterCeiling, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {**asdict(self), "by_rater": [asdict(row) for row in self.by_rater]}

    def explain(self) -> str:
        """Say it in plain sentences."""
        return (
            f"{self.raters} raters gave {self.ratings} ratings of {self.units} units that at least two of them judged. "
            f"Two raters agree on {self.percent:.0%} of what both judged. {self._beyond_chance()} A rater agrees with "
            f"the majority of the others in {self.ceiling:.0%} of cases ({self.level:.0%} interval "
            f"{self.ceiling_low:.0%} to {self.ceiling_high:.0%}): no judge can be expected to agree with people more "
            f"often than they do themselves."
        )

    def _beyond_chance(self) -> str:
        if self.alpha is None:
            return "Everybody always said the same, so agreement beyond chance is not defined."
        between = (
            ""
            if self.alpha_low is None
            else f" ({self.level:.0%} interval {self.alpha_low:.2f} to {self.alpha_high:.2f})"
        )
        return f"Beyond chance, Krippendorff's alpha is {self.alpha:.2f}{between}; 1 is full agreement, 0 is chance."


class _Ratings(NamedTuple):
    """(R,) columns, sorted by unit and renumbered, of the units with two raters or more."""

    unit: Ints
    rater: Ints
    value: Ints

    def table(self) -> Ints:
        """Return (U, 4) numbers of raters by unit and value."""
        units = int(self.unit[-1]) + 1
        counted = np.bincount(self.unit * _VALUES + self.value, minlength=units * _VALUES)
        return np.asarray(counted.reshape(units, _VALUES))


def percent_agreement(comparisons: Comparisons, raters: tuple[int, int] | None = None) -> float:
    """Return the share, 0 to 1, of pairs of ratings of one unit that agree: of two raters, or of all.

    Raises
    ------
    BadComparisons
        If rater or prompt is unknown, or no unit has two of the raters.
    """
    return _percent(_ratings(comparisons, raters).table())


def cohen_kappa(comparisons: Comparisons, raters: tuple[int, int]) -> float | None:
    """Return (p_o - p_e) / (1 - p_e) of two raters, p_e from the habits of each (Cohen 1960, Educ. Psychol. Meas. 20).

    None where both always said the same. Errors as `percent_agreement`.
    """
    return _cohen(_ratings(comparisons, raters))


def fleiss_kappa(comparisons: Comparisons) -> float | None:
    """Return (P - P_e) / (1 - P_e) of many raters (Fleiss 1971, Psychol. Bull. 76).

    P is the mean over units of the share of agreeing pairs, P_e the sum of squared shares of the values. Units may have
    different numbers of raters. None where everybody always said the same. Errors as `percent_agreement`.
    """
    return _fleiss(_ratings(comparisons).table())


def krippendorff_alpha(comparisons: Comparisons) -> float | None:
    """Return alpha = 1 - observed / expected disagreement of nominal values (Krippendorff 2011).

    None where everybody always said the same. Errors as `percent_agreement`.
    """
    return _alpha(_ratings(comparisons).table())


def measure_agreement(comparisons: Comparisons, level: float = 0.95, seed: int = 0) -> Agreement:
    """Measure how far raters agree.

    1. Keep the units that two raters or more judged; of a rater's repeated votes on a unit the first.
    2. Agreement, plain and beyond chance.
    3. Leave each rating out in turn and hold it against the majority of the others on its unit.
    4. Percentile intervals from `REPLICATES` draws of whole units (Efron and Tibshirani 1993, ch. 13).

    Votes of weight zero are left out; other weights do not matter here.

    Raises
    ------
    BadComparisons
        If rater or prompt is unknown, or no unit has two raters.
    """
    ratings = _ratings(comparisons)
    table, agrees = ratings.table(), _with_majority_of_others(ratings)
    raters, units = len(np.unique(ratings.rater)), len(table)
    per_unit = np.stack([np.bincount(ratings.unit, weights=agrees), table.sum(axis=1)], axis=1)
    alpha_low, alpha_high = _interval(lambda rows: _alpha(table[rows]), units, level, seed)
    ceiling_low, ceiling_high = _interval(lambda rows: _share(per_unit[rows]), units, level, seed)
    assert ceiling_low is not None
    assert ceiling_high is not None
    return Agreement(
        units=units,
        raters=raters,
        ratings=len(ratings.unit),
        level=level,
        percent=_percent(table),
        cohen=_cohen(ratings) if raters == 2 else None,
        fleiss=_fleiss(table),
        alpha=_alpha(table),
        alpha_low=alpha_low,
        alpha_high=alpha_high,
        ceiling=_share(per_unit),
        ceiling_low=ceiling_low,
        ceiling_high=ceiling_high,
        by_rater=tuple(_ceiling_of(int(rater), agrees[ratings.rater == rater]) for rater in np.unique(ratings.rater)),
    )


def _ratings(comparisons: Comparisons, raters: tuple[int, int] | None = None) -> _Ratings:
    if comparisons.rater is None or comparisons.prompt is None:
        raise BadComparisons("Agreement needs to know the rater and the prompt of every vote; here they are missing.")
    low, high = np.minimum(comparisons.a, comparisons.b), np.maximum(comparisons.a, comparisons.b)
    swapped = (comparisons.a > comparisons.b) & (comparisons.outcome <= Outcome.B)
    value = np.where(swapped, 1 - comparisons.outcome, comparisons.outcome)
    kept = comparisons.weight > 0
    if raters is not None:
        kept &= np.isin(comparisons.rater, raters)
    keys = np.stack([comparisons.prompt, low, high, comparisons.rater], axis=1)[kept]
    # np.unique returns the first row of each key, so the first vote of a rater on a unit.
    each, first = np.unique(keys, axis=0, return_index=True)
    _, unit, size = np.unique(each[:, :3], axis=0, return_inverse=True, return_counts=True)
    shared = size[unit] >= 2
    if not shared.any():
        raise BadComparisons(
            "No two raters judged the same pair of contestants on the same prompt. Agreement needs at least one such "
            "pair: give some battles to a second rater."
        )
    renumbered = np.unique(unit[shared], return_inverse=True)[1]
    return _Ratings(renumbered, each[shared, 3], value[kept][first][shared])


def _percent(table: Ints) -> float:
    n = table.sum(axis=1)
    return float((table * (table - 1)).sum() / (n * (n - 1)).sum())


def _cohen(ratings: _Ratings) -> float | None:
    first, second = (ratings.value[ratings.rater == rater] for rater in np.unique(ratings.rater))
    habits = [np.bincount(values, minlength=_VALUES) / len(values) for values in (first, second)]
    return _beyond(float((first == second).mean()), float(habits[0] @ habits[1]))


def _fleiss(table: Ints) -> float | None:
    n = table.sum(axis=1)
    observed = (table * (table - 1)).sum(axis=1) / (n * (n - 1))
    shares = table.sum(axis=0) / n.sum()
    return _beyond(float(observed.mean()), float(shares @ shares))


def _beyond(observed: float, chance: float) -> float | None:
    return None if chance >= 1 else (observed - chance) / (1 - chance)


def _alpha(table: Ints) -> float | None:
    if np.count_nonzero(table.sum(axis=0)) < 2:
        return None
    return float(krippendorff.alpha(value_counts=table, level_of_measurement="nominal"))


def _with_majority_of_others(ratings: _Ratings) -> Floats:
    """Return (R,) 1 / m where the rating is one of the m values most frequent among the others, else 0."""
    rows = np.arange(len(ratings.unit))
    others = ratings.table()[ratings.unit]
    others[rows, ratings.value] -= 1
    leading = others == others.max(axis=1, keepdims=True)
    return np.asarray(leading[rows, ratings.value] / leading.sum(axis=1))


def _ceiling_of(rater: int, agrees: Floats) -> RaterCeiling:
    # A rater has one rating a unit, so over units these are independent.
    units = len(agrees)
    error = float(agrees.std(ddof=1) / units**0.5) if units > 1 else None
    return RaterCeiling(rater, units, float(agrees.mean()), error)


def _share(per_unit: Floats) -> float:
    agreed, ratings = per_unit.sum(axis=0)
    return float(agreed / ratings)


def _interval(
    estimate: Callable[[Ints], float | None], units: int, level: float, seed: int
) -> tuple[float, float] | tuple[None, None]:
    rng = np.random.default_rng(seed)
    draws = [estimate(rng.integers(0, units, units)) for _ in range(REPLICATES)]
    found = [draw for draw in draws if draw is not None]
    if not found:
        return None, None
    low, high = np.quantile(found, [0.5 - level / 2, 0.5 + level / 2])
    return float(low), float(high)
