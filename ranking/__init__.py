"""What a rating is. The face of the engine; importing it needs no Django settings."""

from ranking.columns.library import comparisons_from_names
from ranking.differences import StandingsComparison, compare_standings
from ranking.engine.agreement import Agreement, measure_agreement
from ranking.engine.anomaly import CohortAnomaly, RaterAnomaly, calibrate_threshold, cohort_anomalies, rater_anomalies
from ranking.engine.baselines import average_win_rate, rank_centrality
from ranking.engine.bootstrap import bootstrap_counts, bootstrap_rows
from ranking.engine.bradley_terry import PairFit, fit_bradley_terry
from ranking.engine.choice import fit_choice, fit_rankings
from ranking.engine.comparisons import Comparisons, Outcome, PairCounts, SideCounts
from ranking.engine.covariance import cluster_covariance, sandwich_covariance
from ranking.engine.covariates import relative_difference, style_covariates
from ranking.engine.diagnosis import Diagnosis
from ranking.engine.drift import time_windows
from ranking.engine.effort import Fragility, Separation, fragility
from ranking.engine.elo import EloOverOrders, average_elo, replay_elo
from ranking.engine.errors import (
    BadComparisons,
    BadOutcome,
    Disconnected,
    NotConverged,
    RankingError,
    TooFewItems,
)
from ranking.engine.notices import Notice
from ranking.engine.raters import RaterReliability, rater_reliability
from ranking.engine.rows import Standing
from ranking.engine.scale import POINTS_PER_LOGIT, from_points, to_points, win_probability
from ranking.engine.settings import BoardSettings
from ranking.engine.simulate import simulate_comparisons
from ranking.engine.standings import Standings, compute_standings
from ranking.engine.style import Coefficient, StyleFit, fit_style, style_sandwich
from ranking.engine.ties import fit_davidson, fit_rao_kupper

__all__ = [
    "POINTS_PER_LOGIT",
    "Agreement",
    "BadComparisons",
    "BadOutcome",
    "BoardSettings",
    "Coefficient",
    "CohortAnomaly",
    "Comparisons",
    "Diagnosis",
    "Disconnected",
    "EloOverOrders",
    "Fragility",
    "NotConverged",
    "Notice",
    "Outcome",
    "PairCounts",
    "PairFit",
    "RankingError",
    "RaterAnomaly",
    "RaterReliability",
    "Separation",
    "SideCounts",
    "Standing",
    "Standings",
    "StandingsComparison",
    "StyleFit",
    "TooFewItems",
    "average_elo",
    "average_win_rate",
    "bootstrap_counts",
    "bootstrap_rows",
    "calibrate_threshold",
    "cluster_covariance",
    "cohort_anomalies",
    "compare_standings",
    "comparisons_from_names",
    "compute_standings",
    "fit_bradley_terry",
    "fit_choice",
    "fit_davidson",
    "fit_rankings",
    "fit_rao_kupper",
    "fit_style",
    "fragility",
    "from_points",
    "measure_agreement",
    "rank_centrality",
    "rater_anomalies",
    "rater_reliability",
    "relative_difference",
    "replay_elo",
    "sandwich_covariance",
    "simulate_comparisons",
    "style_covariates",
    "style_sandwich",
    "time_windows",
    "to_points",
    "win_probability",
]
