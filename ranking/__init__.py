"""What a rating is. The face of the engine; importing it needs no Django settings."""

from ranking.engine.comparisons import Comparisons, Outcome, PairCounts
from ranking.engine.diagnosis import Notice
from ranking.engine.elo import replay_elo
from ranking.engine.errors import (
    BadComparisons,
    BadOutcome,
    Disconnected,
    NotConverged,
    RankingError,
    TooFewItems,
)
from ranking.engine.scale import POINTS_PER_LOGIT, from_points, to_points, win_probability
from ranking.engine.settings import BoardSettings
from ranking.engine.simulate import simulate_comparisons
from ranking.engine.standings import Standing, Standings, compute_standings

__all__ = [
    "POINTS_PER_LOGIT",
    "BadComparisons",
    "BadOutcome",
    "BoardSettings",
    "Comparisons",
    "Disconnected",
    "NotConverged",
    "Notice",
    "Outcome",
    "PairCounts",
    "RankingError",
    "Standing",
    "Standings",
    "TooFewItems",
    "compute_standings",
    "from_points",
    "replay_elo",
    "simulate_comparisons",
    "to_points",
    "win_probability",
]
