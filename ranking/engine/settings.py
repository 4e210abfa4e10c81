"""What a board asks of the engine."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final

from ranking.engine.errors import RankingError

CHOICES: Final = {
    "method": ("bradley_terry", "elo", "win_rate", "rank_centrality"),
    "tie_model": ("half_win", "davidson", "rao_kupper"),
    "both_bad": ("left_out", "tie"),
    "clusters": ("none", "rater", "prompt", "rater_and_prompt"),
    "interval": ("sandwich", "bootstrap"),
    "centre": ("mean", "votes"),
}
"""What the settings that are words may say; the first is the default."""


@dataclass(frozen=True, slots=True)
class BoardSettings:
    """How comparisons become standings.

    Attributes
    ----------
    method : bradley_terry, or for comparison elo, win_rate, rank_centrality.
    tie_model : half_win (a tie is half a win each way), davidson, rao_kupper.
    both_bad : left_out of the gap, or counted as a tie.
    covariates : names of style features whose effect is taken out of the ratings; none by default.
    clusters : what votes may share: none, rater, prompt, rater_and_prompt.
    interval : sandwich (closed form), or bootstrap over votes or clusters.
    replicates : redraws of the bootstrap.
    prior_strength : virtual votes on every compared pair, half a win each way; 0 is maximum likelihood.
    centre : what `anchor` is the rating of: the mean of the rated items, or their mean weighted by votes, which one
        hardly known item cannot blur.
    anchor_items : instead of the centre, the items whose mean rating `anchor` is.
    anchor : in points.
    level : probability that an interval covers the true rating, and all rank ranges together the true ranks.
    elo_k, elo_orders : step of Elo, and random orders to average over; one order is the order of the votes.
    seed : of the draws behind rank ranges, bootstrap and orders.
    """

    method: str = "bradley_terry"
    tie_model: str = "half_win"
    both_bad: str = "left_out"
    covariates: tuple[str, ...] = ()
    clusters: str = "none"
    interval: str = "sandwich"
    replicates: int = 200
    prior_strength: float = 0.0
    centre: str = "mean"
    anchor_items: tuple[str, ...] = ()
    anchor: float = 1000.0
    level: float = 0.95
    elo_k: float = 4.0
    elo_orders: int = 20
    seed: int = 0

    def __post_init__(self) -> None:
        for name, known in CHOICES.items():
            if getattr(self, name) not in known:
                raise RankingError(f"{name} is {getattr(self, name)!r}; use one of {', '.join(known)}.")
        for name in ("prior_strength", "anchor", "level", "elo_k"):
            _check_number(name, getattr(self, name))
        for name, least in (("seed", 0), ("replicates", 10), ("elo_orders", 1)):
            _check_whole(name, getattr(self, name), least)
        for name in ("covariates", "anchor_items"):
            _check_names(name, getattr(self, name))
        self._check_ranges()

    def _check_ranges(self) -> None:
        if not 0 <= self.prior_strength < float("inf"):
            raise RankingError(f"prior_strength is {self.prior_strength}; it must be zero or positive.")
        if not 0 < self.level < 1:
            raise RankingError(f"level is {self.level}; it must lie between 0 and 1, for example 0.95.")
        if not 0 < self.elo_k < float("inf"):
            raise RankingError(f"elo_k is {self.elo_k}; it must be positive, for example 4.")
        plain = self.method == "bradley_terry" and self.tie_model == "half_win"
        if self.covariates and not plain:
            raise RankingError("covariates go with method bradley_terry and tie_model half_win only.")
        if self.prior_strength and (self.covariates or self.method != "bradley_terry"):
            raise RankingError("prior_strength goes with method bradley_terry without covariates only.")

    def to_dict(self) -> dict[str, Any]:
        """Return plain values; `from_dict` reads them back."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "BoardSettings":
        """Return settings; what is left out has its default, an unknown name is an error."""
        unknown = set(values) - {entry.name for entry in fields(cls)}
        if unknown:
            raise RankingError(f"Unknown board setting: {', '.join(sorted(unknown))}.")
        plain: dict[str, Any] = {k: tuple(value) if isinstance(value, list) else value for k, value in values.items()}
        return cls(**plain)


def _check_number(name: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise RankingError(f"{name} is {value!r}; it must be a number.")


def _check_whole(name: str, value: Any, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise RankingError(f"{name} is {value!r}; it must be a whole number from {least} on.")


def _check_names(name: str, value: Any) -> None:
    if not isinstance(value, tuple) or not all(isinstance(entry, str) and entry for entry in value):
        raise RankingError(f"{name} is {value!r}; it must be a list of names.")
    if len(set(value)) != len(value):
        raise RankingError(f"{name} names something twice: {', '.join(value)}.")
