"""Is the matchmaker honest? What it wrote down about its draws, held against what it drew; and the scale of its board."""

from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr, bdtrc, chdtrc, ndtr

from arena.matchmaking.errors import MatchmakingError
from arena.matchmaking.stretch import BAND, BalancedSlope, FloorSlope, Slope, Stretch
from ranking import Notice

Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]

SURE: Final = 0.001
"""An honest matchmaker departs as far in fewer than one test of a thousand."""
ALARMS: Final = frozenset(
    {"propensities_off", "importance_off", "floor_share_off", "sides_off", "stretch_off", "balance_off"}
)
BINS: Final = 20
FEWEST_IN_A_BIN: Final = 10
FEWEST_WEIGHED: Final = 200
"""Battles from which on the mean weight is nearly normal: seldom weights are large, and most are small."""


@dataclass(frozen=True, slots=True)
class DrawnBattles:
    """N battles as they were written down when they were drawn.

    Attributes
    ----------
    propensity : (N,) of the pair. pairs, rarer, as_rare : (N,) see `Reason`; nan where they were not stored.
    on_floor : (N,) drawn on the floor. current : (N,) drawn since the floor is what it is.
    first_on_a : (N,) the contestant that entered first stood on side A.
    """

    propensity: Floats
    pairs: Floats
    rarer: Floats
    as_rare: Floats
    on_floor: Truths
    current: Truths
    first_on_a: Truths

    def __post_init__(self) -> None:
        for name in self.__slots__:
            if getattr(self, name).shape != self.propensity.shape:
                raise MatchmakingError(f"{name} has shape {getattr(self, name).shape}, expected one value a battle.")


@dataclass(frozen=True, slots=True)
class Finding:
    """One test: what was seen, what is right, how probable such a departure is by chance, over how many battles."""

    seen: float
    right: float
    p_value: float
    battles: int

    @property
    def alarming(self) -> bool:
        """Whether chance alone hardly explains it."""
        return self.p_value < SURE


@dataclass(frozen=True, slots=True)
class PropensityCheck:
    """Whether pairs, branches and sides were drawn as was written down; None where there are too few battles.

    Attributes
    ----------
    battles : drawn. told : of them, those that carry what the first two tests need.
    uniform : chi-square, and its degrees of freedom as what is right. weight : mean of 1 / (propensity x pairs).
    floor : share of the floor branch. sides : share with the contestant on side A that entered first.
    """

    battles: int
    told: int
    uniform: Finding | None
    weight: Finding | None
    floor: Finding | None
    sides: Finding | None

    def notices(self) -> tuple[Notice, ...]:
        """Return all of it as sentences with numbers."""
        if not self.battles:
            return (Notice("nothing_drawn", "No closed battle carries what is checked, so there is no draw to audit."),)
        told = [_tell_uniform(self), _tell_weight(self.weight), _tell_floor(self.floor), _tell_sides(self.sides)]
        return tuple(notice for notice in told if notice is not None)


@dataclass(frozen=True, slots=True)
class Audit:
    """What was checked of one board's matchmaking."""

    propensities: PropensityCheck
    stretch: Stretch

    @property
    def nothing(self) -> bool:
        """Whether nothing can be audited, because no pair was drawn here."""
        return not self.propensities.battles

    def notices(self) -> tuple[Notice, ...]:
        """Return everything as sentences, alarms first."""
        told = self.propensities.notices()
        if not self.nothing:
            told += (*_tell_stretch(self.stretch.floor), *_tell_balance(self.stretch.balanced))
            told += _tell_ratings(self.stretch)
        return tuple(sorted(told, key=lambda notice: notice.code not in ALARMS))

    @property
    def alarms(self) -> tuple[Notice, ...]:
        """What is wrong beyond chance; empty where nothing is."""
        return tuple(notice for notice in self.notices() if notice.code in ALARMS)

    @property
    def assurances(self) -> tuple[Notice, ...]:
        """What was looked at and is not wrong, or cannot be told."""
        return tuple(notice for notice in self.notices() if notice.code not in ALARMS)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            "notices": [notice.to_dict() for notice in self.notices()],
            "alarms": [notice.code for notice in self.alarms],
            "propensities": asdict(self.propensities),
            "stretch": self.stretch.to_dict(),
        }


def check_propensities(drawn: DrawnBattles, floor: float, seed: int = 0) -> PropensityCheck:
    """Test whether battles were drawn as they say.

    1. With u even on (0, 1), rarer + u as_rare is even on (0, 1): the probability integral transform of a draw from
       finitely many pairs, ordered by probability (Rosenblatt 1952; Brockwell 2007). Chi-square over bins.
    2. The mean of 1 / (propensity pairs) is one, whatever the probabilities were: what makes importance weighting
       right (Horvitz and Thompson 1952). z-test.
    3. The floor branch has the share that is set, among the battles drawn since it is set. Binomial test.
    4. Either contestant of a pair stands on side A half of the time. Binomial test.

    Parameters
    ----------
    floor : the share of draws on the floor as it is set now. seed : of u, so that the same battles give the same answer.
    """
    told = np.isfinite(drawn.propensity * drawn.pairs * drawn.rarer * drawn.as_rare)
    u = np.random.default_rng(seed).random(told.size)[told]
    return PropensityCheck(
        battles=told.size,
        told=int(told.sum()),
        uniform=_test_uniform(drawn.rarer[told] + u * drawn.as_rare[told]),
        weight=_test_weight(1 / (drawn.propensity[told] * drawn.pairs[told])),
        floor=_test_share(drawn.on_floor[drawn.current], floor),
        sides=_test_share(drawn.first_on_a, 0.5),
    )


def _test_uniform(values: Floats) -> Finding | None:
    """Chi-square of values on (0, 1) against even bins; None with fewer than two bins of FEWEST_IN_A_BIN."""
    bins = min(BINS, values.size // FEWEST_IN_A_BIN)
    if bins < 2:
        return None
    # Rounding may take the last of them a trace above one.
    place = np.minimum((values * bins).astype(np.int64), bins - 1)
    expected = values.size / bins
    statistic = float(((np.bincount(place, minlength=bins) - expected) ** 2).sum() / expected)
    return Finding(statistic, bins - 1, float(chdtrc(bins - 1, statistic)), values.size)


def _test_weight(weights: Floats) -> Finding | None:
    """z-test of a mean of one.

    Weights are skewed: where the few large ones are missing by chance, their own variance is too small as well. The
    larger of it and of the one that a mean of one implies, E w^2 / E w - 1, is taken.
    """
    if weights.size < FEWEST_WEIGHED:
        return None
    mean = float(weights.mean())
    variance = max(float(weights.var(ddof=1)), float((weights**2).mean()) / mean - 1)
    # Where every pair is as probable as every other each weight is one, up to rounding.
    off = abs(mean - 1) > 1e-9
    p_value = 2 * float(ndtr(-abs(mean - 1) / (variance / weights.size) ** 0.5)) if off else 1.0
    return Finding(mean, 1.0, p_value, weights.size)


def _test_share(happened: Truths, share: float) -> Finding | None:
    """Two-sided exact binomial test, twice the smaller tail; None without battles."""
    times, battles = int(happened.sum()), happened.size
    if not battles:
        return None
    below, above = bdtr(times, battles, share), bdtrc(times - 1, battles, share) if times else 1.0
    return Finding(times / battles, share, min(1.0, 2 * float(min(below, above))), battles)


def _tell_uniform(found: PropensityCheck) -> Notice:
    test = found.uniform
    if test is None:
        few = f"{found.told:,} of {found.battles:,} battles carry what is needed to check the probabilities of their pairs"
        return Notice("propensities_few", f"{few}; {2 * FEWEST_IN_A_BIN} are needed.")
    measured = (
        f"chi-square {test.seen:.0f} on {test.right:.0f} degrees of freedom, {test.battles:,} battles, {_p(test)}"
    )
    if test.alarming:
        return Notice("propensities_off", f"Pairs were not drawn with the probabilities written down ({measured}).")
    return Notice("propensities", f"Pairs were drawn with the probabilities written down ({measured}).")


def _tell_weight(test: Finding | None) -> Notice | None:
    if test is None:
        return None
    measured = (
        f"the mean of 1 / (probability × pairs) is {test.seen:.3f}, right is 1; {test.battles:,} battles, {_p(test)}"
    )
    if test.alarming:
        return Notice(
            "importance_off", f"Weighted by their probabilities, battles do not stand for all pairs: {measured}."
        )
    return Notice("importance", f"Weighted by their probabilities, battles stand for all pairs: {measured}.")


def _tell_floor(test: Finding | None) -> Notice | None:
    if test is None:
        return None
    measured = f"{test.seen:.1%} of {test.battles:,} battles since it is set, {_p(test)}"
    if test.alarming:
        return Notice("floor_share_off", f"The floor has not the share that is set, {test.right:.1%}: {measured}.")
    return Notice("floor_share", f"The floor has the share that is set, {test.right:.1%}: {measured}.")


def _tell_sides(test: Finding | None) -> Notice | None:
    if test is None:
        return None
    measured = f"who entered first stood on side A in {test.seen:.1%} of {test.battles:,} battles, {_p(test)}"
    if test.alarming:
        return Notice("sides_off", f"Sides were not drawn by a fair coin: {measured}.")
    return Notice("sides", f"Sides were drawn by a fair coin: {measured}.")


def _tell_stretch(found: FloorSlope) -> tuple[Notice, ...]:
    if found.slope is None:
        return (Notice("stretch_unknown", f"Whether active drawing stretches the scale cannot be told: {found.why}."),)
    votes = (
        f"{found.floor_votes:,.6g} votes on evenly drawn pairs against ratings from {found.active_votes:,.6g} on actively "
        f"drawn ones"
    )
    return (_tell_slope("stretch", found.slope, "gaps between ratings", votes, "votes on evenly drawn pairs"),)


def _tell_balance(found: BalancedSlope) -> tuple[Notice, ...]:
    if found.slope is None:
        return ()
    against = "against a fit in which pairs weigh alike"
    return (_tell_slope("balance", found.slope, "gaps between ratings", against, "votes"),)


def _tell_slope(code: str, slope: Slope, what: str, how: str, more: str) -> Notice:
    width = f"{_times(slope.value)} times as wide as they should be, {_between(slope)} with 95 % confidence ({how})"
    if slope.verdict == "off":
        wrong = "stretched" if slope.lower > BAND[1] else "compressed"
        return Notice(f"{code}_off", f"The scale is {wrong}: {what} are {width}.")
    if slope.verdict == "within":
        return Notice(code, f"The scale is right to within 5 %: {what} are {width}.")
    return Notice(
        f"{code}_open", f"There are not enough {more} to tell whether the scale is right to 5 %: {what} are {width}."
    )


def _tell_ratings(found: Stretch) -> tuple[Notice, ...]:
    if not found.ratings:
        return ()
    rated = len(found.ratings)
    message = (
        f"Rated by the floor alone, {found.outside} of {rated} contestants have an interval that does not hold their rating "
        f"by all votes; by chance it is one in twenty, or fewer."
    )
    return (Notice("floor_ratings", message, tuple(row.item for row in found.ratings if row.outside)),)


def _times(value: float) -> str:
    return f"{value:.2f}" if np.isfinite(value) else "any number of"


def _between(slope: Slope) -> str:
    if np.isfinite(slope.upper):
        return f"{slope.lower:.2f} to {slope.upper:.2f}"
    return f"at least {slope.lower:.2f}" if np.isfinite(slope.lower) else "without bound"


def _p(test: Finding) -> str:
    return f"p = {test.p_value:.2g}" if test.p_value >= SURE else "p < 0.001"
