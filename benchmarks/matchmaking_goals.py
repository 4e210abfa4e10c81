"""What matchmaking is to reach, and whether it does."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from typing import Final

from arena.matchmaking.comparison import (
    HALF_WIDTH,
    NEWCOMER,
    ORDER,
    TOP,
    Figure,
    Measure,
    compare,
    mean_figure,
    mean_ratio,
    reach,
)
from arena.matchmaking.replay import Track
from benchmarks.matchmaking_cost import Cost
from benchmarks.matchmaking_plan import PLANS, Plan

Played = Mapping[str, Mapping[str, Sequence[Track]]]
"""Replays by world and chooser."""

NEWCOMER_TARGET: Final = 0.25
"""Logits."""
MOST_MILLISECONDS: Final = {100: 1.0, 1000: 25.0}
"""Of processor time for a draw, by contestants."""


@dataclass(frozen=True, slots=True)
class Goal:
    """One goal and what was measured. It is met if the value lies between `least` and `most`."""

    what: str
    world: str
    figure: Figure
    least: float | None = None
    most: float | None = None
    unit: str = ""

    @property
    def met(self) -> bool:
        """Whether the measured value, not only an end of its interval, is where it should be."""
        value = self.figure.value
        return (
            not isnan(value)
            and (self.least is None or value >= self.least)
            and (self.most is None or value <= self.most)
        )

    @property
    def wanted(self) -> str:
        """The bounds in words."""
        if self.least is None:
            return f"at most {self.most:g}{self.unit}"
        return f"at least {self.least:g}{self.unit}" if self.most is None else f"{self.least:g} to {self.most:g}"


def judge(played: Played, costs: Sequence[Cost], plans: Mapping[str, Plan] = PLANS) -> list[Goal]:
    """Return the goals of all worlds that were played."""
    goals = [
        goal
        for rule in (_intervals, _orders, _newcomers, _calibration, _flight, _circles)
        for goal in rule(played, plans)
    ]
    return goals + list(_costs(costs))


def _intervals(played: Played, plans: Mapping[str, Plan]) -> Iterator[Goal]:
    for world in ("a20", "c60", "e30"):
        if world in played:
            yield Goal(
                "mean interval: votes of information / uniform",
                world,
                _saving(played, plans, world, HALF_WIDTH, "information"),
                most=0.88,
            )
            yield Goal(
                "mean interval: votes of the oracle / information", world, _efficiency(played, plans, world), least=0.97
            )


def _orders(played: Played, plans: Mapping[str, Plan]) -> Iterator[Goal]:
    for world in ("a20", "c60"):
        if world in played:
            yield Goal(
                "order: votes of order / uniform", world, _saving(played, plans, world, ORDER, "order"), most=0.82
            )
            yield Goal(
                "first five: votes of top_k / uniform", world, _saving(played, plans, world, TOP, "top_k"), most=0.50
            )


def _newcomers(played: Played, plans: Mapping[str, Plan]) -> Iterator[Goal]:
    if "b50" in played:
        what = f"battles until a newcomer is known to ±{NEWCOMER_TARGET} logits"
        for chooser, words, most in (
            ("no cap", "no cap", 200),
            ("no cap, floor 5 %", "no cap, floor of 5 %", 200),
            ("information", "cap of 30 %", 650),
        ):
            yield Goal(f"{what}, {words}", "b50", reach(played["b50"][chooser], NEWCOMER, NEWCOMER_TARGET), most=most)


def _calibration(played: Played, plans: Mapping[str, Plan]) -> Iterator[Goal]:
    if "c60" in played:
        for chooser in ("information", "order", "top_k"):
            tracks = played["c60"][chooser]
            for votes in (plans["c60"].half, plans["c60"].votes):
                yield Goal(
                    f"coverage of {chooser} at {votes:,} votes",
                    "c60",
                    mean_figure(tracks, "coverage", votes),
                    0.93,
                    0.97,
                )
                yield Goal(
                    f"slope of {chooser} at {votes:,} votes", "c60", mean_figure(tracks, "slope", votes), 0.97, 1.05
                )


def _flight(played: Played, plans: Mapping[str, Plan]) -> Iterator[Goal]:
    if "e30" in played and "e30x" in played:
        calm, busy = played["e30"]["information"], played["e30x"]["information"]
        ratio = compare(busy, calm, HALF_WIDTH, plans["e30"].target).ratio
        yield Goal("mean interval: votes with 500 in flight / with 50", "e30x", ratio, most=1.0)


def _circles(played: Played, plans: Mapping[str, Plan]) -> Iterator[Goal]:
    if "d30" in played:
        ratio = mean_ratio(played["d30"]["information"], played["d30"]["uniform"], "rmse", plans["d30"].votes)
        yield Goal("error against the board of uniform pairs, information / uniform", "d30", ratio, most=1.0)


def _costs(costs: Sequence[Cost]) -> Iterator[Goal]:
    for cost in costs:
        if cost.contestants in MOST_MILLISECONDS:
            what = f"99 % of draws by {cost.policy}, {cost.contestants:,} contestants"
            figure = Figure(cost.p99, cost.middle, cost.p99, 1)
            yield Goal(what, "-", figure, most=MOST_MILLISECONDS[cost.contestants], unit=" ms")


def _saving(played: Played, plans: Mapping[str, Plan], world: str, measure: Measure, chooser: str) -> Figure:
    tracks = played[world]
    return compare(tracks[chooser], tracks["uniform"], measure, plans[world].target).ratio


def _efficiency(played: Played, plans: Mapping[str, Plan], world: str) -> Figure:
    """Return the votes of the oracle divided by those of information, to what uniform pairs reach."""
    tracks = played[world]
    oracle, own = tracks["oracle, interval"], tracks["information"]
    return compare(oracle, own, HALF_WIDTH, plans[world].target, yardstick=tracks["uniform"]).ratio
