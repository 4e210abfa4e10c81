"""Raters and cohorts that push in a direction: tests against what the votes of all others let expect.

A flag is a reason to look, with its evidence in words; it is never a verdict.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp, ndtr

from ranking.engine.bradley_terry import PairFit
from ranking.engine.comparisons import Comparisons, Ints, Outcome
from ranking.engine.errors import BadComparisons
from ranking.engine.likelihood import split
from ranking.engine.raters import (
    POINTS,
    Push,
    Seen,
    against_others,
    chances_at,
    known_raters,
    push_of,
    signs_of,
    tells_of_gap,
)

Floats = NDArray[np.float64]

TILTS: Final = np.array([-2.0, -1.0, -0.5, 0.5, 1.0, 2.0])
_FEWEST: Final = 5
_CELLS_AT_ONCE: Final = 1 << 20
_TASTE_OF_A_COHORT: Final = {"item": 0.1, "upset": 0.03}


@dataclass(frozen=True, slots=True)
class RaterAnomaly:
    """The evidence that a rater votes with a bias, at its strongest.

    Attributes
    ----------
    votes : of the rater, BOTH_BAD left out.
    log_evidence : natural logarithm of the largest E. threshold : that E must reach.
    flagged : whether it did. flagged_at : after how many votes first, else None.
    push : the direction that carried the evidence, up to its maximum.
    """

    rater: int
    votes: int
    log_evidence: float
    threshold: float
    flagged: bool
    flagged_at: int | None
    push: Push

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON, the explanation among them."""
        return {**asdict(self), "reason": self.explain()}

    def explain(self) -> str:
        """Say it in plain sentences."""
        if not self.flagged:
            return f"Rater {self.rater}: nothing beyond chance in {self.votes} votes."
        return (
            f"Rater {self.rater} is put up for review after {self.flagged_at} of {self.votes} votes: "
            f"{self.push.explain()}. Whoever votes like the others gets this far with a probability of at "
            f"most {np.exp(-self.log_evidence):.1g}."
        )


@dataclass(frozen=True, slots=True)
class CohortAnomaly:
    """The strongest common bias of a group of votes.

    Attributes
    ----------
    z : of the strongest direction. p_value : two-sided, of this direction. q_value : the same after Benjamini and
        Hochberg over all cohorts and directions. review : |z| and q_value both pass.
    """

    cohort: str
    votes: int
    raters: int
    z: float
    p_value: float
    q_value: float
    review: bool
    push: Push

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON, the explanation among them."""
        return {**asdict(self), "reason": self.explain()}

    def explain(self) -> str:
        """Say it in plain sentences."""
        if not self.review:
            return f"Cohort {self.cohort}: no common bias beyond chance and taste in {self.votes} votes."
        return f"Cohort {self.cohort} ({self.raters} raters) is put up for review: {self.push.explain()} (z {self.z:+.1f})."


def rater_anomalies(
    comparisons: Comparisons,
    fit: PairFit,
    items: Sequence[str] | None = None,
    *,
    alpha: float = 0.01,
    threshold: float | None = None,
    fewest: int = _FEWEST,
) -> tuple[RaterAnomaly, ...]:
    """Test every rater for a push towards or against an item, against the ranking, or to one side.

    1. Expect of each vote what a fit without this rater's votes expects (`point_without`), P_i over g = +1, 0, -1.
    2. Per direction s and tilt d multiply e_i = exp(d s_i g_i) / E exp(d s_i g) in the order of the votes.
    3. Mix: half the weight over items, a quarter each upset and left; half of all for products that begin at the first
       vote, half for products that begin at vote k with weight 1 / (k (k + 1)), for accounts that turn.
    4. Flag where the running maximum reaches the threshold.

    Under P every e has mean 1, so whoever votes by P is ever flagged with probability alpha at most, however often one
    looks (Ville 1939; Ramdas, Gruenwald, Vovk and Shafer 2023, Stat. Sci. 38). The bound is for each rater, not for
    all of them together. People differ, so P is not quite theirs: take the threshold from `calibrate_threshold`.

    Parameters
    ----------
    comparisons : all votes that were fitted, in their order, with raters.
    fit : best of a model of ties. Half wins keep the bound but lose power.
    items : watched keys; None watches all. Fewer watched items are found sooner.
    threshold : default 1 / alpha. fewest : raters with fewer votes are passed over.

    Returns
    -------
    One row a rater, strongest evidence first.

    Raises
    ------
    BadComparisons
        If raters are unknown, an item is, or the fit is not of these votes.
    """
    limit = 1 / alpha if threshold is None else threshold
    watched = _watched(comparisons, items)
    tested = (
        _tested(rater, votes, fit, watched, limit) for rater, votes in _by_rater(comparisons) if len(votes.a) >= fewest
    )
    return tuple(sorted(tested, key=lambda row: (-row.log_evidence, row.rater)))


def calibrate_threshold(
    fit: PairFit,
    votes: int,
    *,
    alpha: float = 0.01,
    quantile: float = 0.995,
    raters: int = 1000,
    taste: float = 0.2,
    seed: int = 0,
) -> float:
    """Return the threshold that honest raters of so many votes seldom reach.

    The larger of 1 / alpha and the quantile of max E among simulated honest raters, who meet pairs as often as the
    fitted votes did and see items as the fit does, give or take their own taste.

    Parameters
    ----------
    votes : of each simulated rater; of the most diligent real ones. taste : standard deviation, logits, of a rater's
        own view of each item.
    """
    rng = np.random.default_rng(seed)
    keys, watched = fit.likelihood.counts.items, np.arange(fit.items)
    highest = []
    for _ in range(raters):
        drawn, chances = _honest_votes(fit, votes, taste, rng)
        seen = Seen(signs_of(fit.theta, drawn, watched), POINTS[drawn.outcome], chances, keys)
        highest.append(_evidence(seen).path.max())
    return max(1 / alpha, float(np.exp(np.quantile(highest, quantile))))


def cohort_anomalies(
    comparisons: Comparisons, cohorts: Mapping[str, NDArray[np.bool_]], fit: PairFit, *, least_z: float = 4.0
) -> tuple[CohortAnomaly, ...]:
    """Test groups of votes for a common bias too weak to show in any one rater: mimics who push one item.

    z = sum s r / sqrt(V + tau^2 V^2), r = g - E g, V = sum s^2 Var g, from a fit without the cohort's votes; s is each
    item and upset. tau grants a cohort a taste of its own, 0.1 logits for items and 0.03 for upsets. Review where
    |z| >= least_z and Benjamini and Hochberg (1995, J. R. Stat. Soc. B 57) keep it at 5 % over cohorts and directions.

    Parameters
    ----------
    cohorts : name to (N,) truth values, the votes of accounts that share an age band, a network, an invitation, a kind
        of device or an hour. Cohorts may overlap.

    Returns
    -------
    One row a cohort that has votes, strongest first.

    Raises
    ------
    BadComparisons
        If raters are unknown, a cohort has the wrong shape, or the fit is not of these votes.
    """
    raters, found = known_raters(comparisons), []
    for name, members in cohorts.items():
        if members.shape != comparisons.a.shape:
            raise BadComparisons(f"Cohort {name!r} has shape {members.shape}; give one truth value a vote.")
        rows = np.flatnonzero(members & tells_of_gap(comparisons))
        if len(rows):
            seen = against_others(comparisons.picked(rows), fit, np.arange(fit.items))
            found.append((name, len(np.unique(raters[rows])), seen, _z_values(seen)))
    if not found:
        return ()
    p_values = 2 * ndtr(-np.abs(np.array([z for *_, z in found])))
    passing = zip(found, p_values, _benjamini_hochberg(p_values), strict=True)
    return tuple(
        sorted((_common(*row, p, q, least_z) for row, p, q in passing), key=lambda row: (-abs(row.z), row.cohort))
    )


class _Evidence(NamedTuple):
    """(N,) log E after each vote, and the direction that carried most of its maximum."""

    path: Floats
    direction: int


def _by_rater(comparisons: Comparisons) -> Iterator[tuple[int, Comparisons]]:
    raters = known_raters(comparisons)
    told = np.flatnonzero(tells_of_gap(comparisons))
    order = told[np.argsort(raters[told], kind="stable")]
    numbers, begins = np.unique(raters[order], return_index=True)
    for number, begin, end in zip(numbers, begins, np.append(begins[1:], len(order)), strict=False):
        yield int(number), comparisons.picked(order[begin:end])


def _watched(comparisons: Comparisons, items: Sequence[str] | None) -> Ints:
    place = {key: index for index, key in enumerate(comparisons.items)}
    unknown = [key for key in items or () if key not in place]
    if unknown:
        raise BadComparisons(f"{', '.join(unknown[:5])}: to be watched, but not among the items.")
    return np.array([place[key] for key in (comparisons.items if items is None else items)], dtype=np.int64)


def _tested(rater: int, votes: Comparisons, fit: PairFit, watched: Ints, limit: float) -> RaterAnomaly:
    seen = against_others(votes, fit, watched)
    evidence = _evidence(seen)
    peak = int(evidence.path.argmax())
    over = np.flatnonzero(evidence.path >= np.log(limit))
    return RaterAnomaly(
        rater=rater,
        votes=len(votes.a),
        log_evidence=float(evidence.path[peak]),
        threshold=limit,
        flagged=bool(len(over)),
        flagged_at=int(over[0]) + 1 if len(over) else None,
        push=push_of(seen, evidence.direction, peak + 1),
    )


def _evidence(seen: Seen) -> _Evidence:
    """Run the mixture over the votes, a block of rows at a time."""
    watched = len(seen.keys)
    share = np.array([0.5 / watched] * watched + [0.25, 0.25]) if watched else np.array([0.5, 0.5])
    log_share = np.log(share / len(TILTS) / 2)[:, None]
    level, begun = np.zeros((len(share), len(TILTS))), np.full((len(share), len(TILTS)), -np.inf)
    paths, peak, direction = [], -np.inf, 0
    for rows in _blocks(len(seen.points), level.size):
        number = np.arange(rows.start, rows.stop) + 1.0
        after = level + np.cumsum(_log_e(seen, rows), axis=0)
        # A product that begins at vote k is the whole product over that of the votes before k.
        entering = -np.concatenate([level[None], after[:-1]]) - np.log(number * (number + 1))[:, None, None]
        ratios = np.logaddexp.accumulate(np.concatenate([begun[None], entering]), axis=0)[1:]
        parts = log_share + after + np.logaddexp(0.0, ratios)
        # What has not begun yet stands at 1.
        paths.append(np.logaddexp(logsumexp(parts, axis=(1, 2)), -np.log(2 * (number + 1))))
        if paths[-1].max() > peak:
            peak, best = float(paths[-1].max()), int(paths[-1].argmax())
            # Without the weights, and items first: what pushes an item of the top pushes the better rated side as well.
            direction = int(np.round(logsumexp(parts[best] - log_share, axis=1), 9).argmax())
        level, begun = after[-1], ratios[-1]
    return _Evidence(np.concatenate(paths), direction)


def _blocks(size: int, width: int) -> Iterator[slice]:
    rows = max(1, _CELLS_AT_ONCE // width)
    return (slice(begin, min(begin + rows, size)) for begin in range(0, size, rows))


def _log_e(seen: Seen, rows: slice) -> Floats:
    """Return (n, D, T) logarithms of e; zero where a direction has no say."""
    signs, points = seen.signs[rows], seen.points[rows]
    win, tied, loss = (chance[rows, None] for chance in seen.chances)
    # At s = -1 a tilt does what its opposite does at s = +1.
    towards = points[:, None] * TILTS - np.log(win * np.exp(TILTS) + tied + loss * np.exp(-TILTS))
    return np.asarray(
        np.where(signs[..., None] > 0, towards[:, None, :], 0.0)
        + np.where(signs[..., None] < 0, towards[:, None, ::-1], 0.0)
    )


def _honest_votes(fit: PairFit, votes: int, taste: float, rng: np.random.Generator) -> tuple[Comparisons, Floats]:
    theta, tie = split(fit.maximum.point, fit.items)
    games = fit.likelihood.counts.games.ravel()
    first, second = np.divmod(rng.choice(games.size, votes, p=games / games.sum()), fit.items)
    own = theta + taste * rng.standard_normal(fit.items)
    win, tied, _ = chances_at(fit, own[first] - own[second], tie)
    fate = rng.random(votes)
    outcome = np.where(fate < win, Outcome.A, np.where(fate < win + tied, Outcome.TIE, Outcome.B))
    drawn = Comparisons.from_arrays(fit.likelihood.counts.items, first, second, outcome)
    return drawn, chances_at(fit, theta[first] - theta[second], tie)


def _z_values(seen: Seen) -> Floats:
    """Return (D - 1,) z of the items and of upset."""
    signs, (win, _, loss) = seen.signs[:, :-1], seen.chances
    mean = win - loss
    spread = (signs**2).T @ (win + loss - mean**2)
    tau = np.array([_TASTE_OF_A_COHORT["item"]] * len(seen.keys) + [_TASTE_OF_A_COHORT["upset"]])
    scale = np.sqrt(spread + (tau * spread) ** 2)
    return np.asarray(np.divide(signs.T @ (seen.points - mean), scale, out=np.zeros_like(scale), where=scale > 0))


def _common(
    name: str, raters: int, seen: Seen, z: Floats, p_values: Floats, q_values: Floats, least_z: float
) -> CohortAnomaly:
    best = int(np.abs(z).argmax())
    return CohortAnomaly(
        cohort=name,
        votes=len(seen.points),
        raters=raters,
        z=float(z[best]),
        p_value=float(p_values[best]),
        q_value=float(q_values[best]),
        review=bool(abs(z[best]) >= least_z and q_values[best] <= 0.05),
        push=push_of(seen, best, len(seen.points)),
    )


def _benjamini_hochberg(p_values: Floats) -> Floats:
    """Return adjusted p-values of the same shape."""
    order = np.argsort(p_values, axis=None)[::-1]
    rank = np.arange(p_values.size, 0, -1)
    adjusted = np.empty(p_values.size)
    adjusted[order] = np.minimum.accumulate(p_values.ravel()[order] * p_values.size / rank)
    return np.minimum(adjusted, 1.0).reshape(p_values.shape)
