"""One method, as the settings name it: from comparisons of one connected group to strengths with a covariance."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from ranking.engine.baselines import rank_centrality, win_rate_strength
from ranking.engine.bootstrap import bootstrap_counts, bootstrap_rows
from ranking.engine.bradley_terry import HALF_WIN, PairFit, fit_pairs
from ranking.engine.comparisons import Comparisons, Ints, PairCounts
from ranking.engine.covariance import cluster_covariance, cluster_labels, sandwich_covariance
from ranking.engine.elo import average_elo, replay_elo
from ranking.engine.errors import BadComparisons, NotConverged
from ranking.engine.likelihood import TieModel
from ranking.engine.scale import POINTS_PER_LOGIT
from ranking.engine.settings import BoardSettings
from ranking.engine.style import Coefficient, StyleFit, fit_style, style_sandwich
from ranking.engine.ties import DAVIDSON, RAO_KUPPER

Floats = NDArray[np.float64]

TIE_MODELS: Final[dict[str, TieModel]] = {model.name: model for model in (HALF_WIN, DAVIDSON, RAO_KUPPER)}


@dataclass(frozen=True, slots=True)
class Estimate:
    """Strengths of one connected group.

    Attributes
    ----------
    theta : (M,) logits with sum zero. covariance : (M, M) of them.
    fit : what the model's own numbers can be read from; None for methods without a likelihood.
    iterations, gradient_norm : how the fit ended; zero for methods without one.
    coefficients : of the covariates. tie_probability : between equals, where ties are modelled.
    """

    theta: Floats
    covariance: Floats
    fit: PairFit | StyleFit | None
    iterations: int
    gradient_norm: float
    coefficients: tuple[Coefficient, ...] = ()
    tie_probability: float | None = None


def estimate(data: Comparisons | PairCounts, settings: BoardSettings) -> Estimate:
    """Estimate strengths with their covariance.

    Raises
    ------
    BadComparisons
        If the settings need rows (clusters, covariates, Elo) and only counts are given.
    NotConverged
        If the fit, or a bootstrap replicate of it, has no finite maximum.
    """
    if settings.method != "bradley_terry":
        return _without_likelihood(data, settings)
    if settings.covariates:
        return _with_style(_rows(data, "covariates"), settings)
    counts = data.pair_counts() if isinstance(data, Comparisons) else data
    fit = fit_pairs(counts, TIE_MODELS[settings.tie_model], settings.prior_strength)
    told = None if not fit.likelihood.model.parameters else _tie_probability(fit)
    return Estimate(
        theta=fit.theta,
        covariance=_pair_covariance(fit, data, settings)[: fit.items, : fit.items],
        fit=fit,
        iterations=fit.iterations,
        gradient_norm=fit.gradient_norm,
        tie_probability=told,
    )


def _tie_probability(fit: PairFit) -> float:
    terms = fit.likelihood.model.terms(np.zeros(1), fit.tie_parameter)
    return float(np.exp(terms.tie.value[0]))


def _pair_covariance(fit: PairFit, data: Comparisons | PairCounts, settings: BoardSettings) -> Floats:
    if settings.interval == "bootstrap":
        return _spread(_pair_draws(fit, data, settings))
    if settings.clusters == "none":
        return sandwich_covariance(fit)
    return cluster_covariance(fit, _rows(data, f"clusters {settings.clusters}"), settings.clusters)


def _pair_draws(fit: PairFit, data: Comparisons | PairCounts, settings: BoardSettings) -> Floats:
    if settings.clusters == "none" and (not isinstance(data, Comparisons) or data.unweighted):
        return bootstrap_counts(fit, settings.replicates, settings.seed)
    model, prior, start = fit.likelihood.model, fit.likelihood.prior_strength, fit.maximum.point

    def refit(sample: Comparisons) -> Floats:
        return fit_pairs(sample.pair_counts(), model, prior, start).theta

    return _row_draws(_rows(data, "the bootstrap of clusters or weighted votes"), refit, settings)


def _row_draws(rows: Comparisons, refit: Callable[[Comparisons], Floats], settings: BoardSettings) -> Floats:
    return bootstrap_rows(rows, refit, settings.replicates, settings.seed, _clusters(rows, settings))


def _clusters(rows: Comparisons, settings: BoardSettings) -> Ints | None:
    if settings.clusters == "none":
        return None
    if settings.clusters == "rater_and_prompt":
        raise BadComparisons("The bootstrap draws raters or prompts, not both; use interval sandwich for both.")
    return cluster_labels(rows, settings.clusters)


def _with_style(rows: Comparisons, settings: BoardSettings) -> Estimate:
    chosen = rows.with_covariates(settings.covariates)
    fit = fit_style(chosen)
    if settings.interval == "bootstrap":
        whole = _spread(_row_draws(chosen, lambda sample: fit_style(sample).maximum.point, settings))
    elif settings.clusters == "none":
        whole = style_sandwich(fit, chosen)
    else:
        whole = cluster_covariance(fit, chosen, settings.clusters)
    return Estimate(
        theta=fit.theta,
        covariance=whole[: fit.items, : fit.items],
        fit=fit,
        iterations=fit.iterations,
        gradient_norm=fit.gradient_norm,
        coefficients=_coefficients(fit, whole, settings.level),
    )


def _coefficients(fit: StyleFit, covariance: Floats, level: float) -> tuple[Coefficient, ...]:
    z = float(ndtri(0.5 + level / 2))
    errors = np.sqrt(np.maximum(np.diag(covariance)[fit.items :], 0.0))
    return tuple(
        Coefficient(name, float(value), float(value - z * error), float(value + z * error), float(error))
        for name, value, error in zip(fit.names, fit.beta, errors, strict=True)
    )


def _without_likelihood(data: Comparisons | PairCounts, settings: BoardSettings) -> Estimate:
    rows = _rows(data, f"method {settings.method}")
    if settings.method == "elo":
        theta, again = _elo(rows, settings)
    else:
        strength = win_rate_strength if settings.method == "win_rate" else rank_centrality
        theta, again = strength(rows.pair_counts()), lambda sample: strength(sample.pair_counts())
    return Estimate(theta, _spread(_row_draws(rows, again, settings)), None, 0, 0.0)


def _elo(rows: Comparisons, settings: BoardSettings) -> tuple[Floats, Callable[[Comparisons], Floats]]:
    rng = np.random.default_rng(settings.seed)

    def shuffled(sample: Comparisons) -> Floats:
        order = rng.permutation(len(sample.a))
        return _elo_theta(replay_elo(sample.picked(order), settings.elo_k))

    if settings.elo_orders == 1:
        return _elo_theta(replay_elo(rows, settings.elo_k)), shuffled
    mean = average_elo(rows, settings.elo_k, orders=settings.elo_orders, seed=settings.seed).mean
    return _elo_theta(mean), shuffled


def _elo_theta(ratings: Floats) -> Floats:
    return np.asarray((ratings - ratings.mean()) / POINTS_PER_LOGIT)


def _spread(draws: Floats) -> Floats:
    if not np.isfinite(draws).all():
        raise NotConverged("A redraw of the votes has no estimate; use interval sandwich, or wait for more votes.")
    return np.asarray(np.cov(draws, rowvar=False))


def _rows(data: Comparisons | PairCounts, purpose: str) -> Comparisons:
    if isinstance(data, Comparisons):
        return data
    raise BadComparisons(f"{purpose[0].upper()}{purpose[1:]} needs the votes row by row, not only their counts.")
