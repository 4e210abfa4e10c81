"""Which choosers are played in which worlds, how long and how often."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from arena.matchmaking.replay import Chooser, PolicyChooser, Track, replay
from arena.matchmaking.settings import PolicySettings
from arena.matchmaking.worlds import World, standard_world
from benchmarks.choosers.arena_rule import ArenaRule
from benchmarks.choosers.asap import Asap
from benchmarks.choosers.fastchat import FastChat
from benchmarks.choosers.gavel import Gavel
from benchmarks.choosers.oracle import Oracle


def _policy(name: str, label: str = "", **settings: float) -> Callable[[World], Chooser]:
    return lambda world: PolicyChooser(PolicySettings(name, **settings), label or name)  # type: ignore[arg-type]


CHOOSERS: Final[dict[str, Callable[[World], Chooser]]] = {
    "uniform": _policy("uniform"),
    "balanced": _policy("balanced"),
    "information": _policy("information"),
    "no cap": _policy("information", "information, no cap", share_cap=1.0),
    "no cap, floor 5 %": _policy("information", "information, no cap, floor 5 %", share_cap=1.0, floor=0.05),
    "order": _policy("order"),
    "top_k": _policy("top_k"),
    "FastChat": lambda world: FastChat(),
    "Chatbot Arena": lambda world: ArenaRule(),
    "gavel": lambda world: Gavel(),
    "ASAP": lambda world: Asap(),
    "oracle, interval": lambda world: Oracle.of(world, "interval"),
    "oracle, order": lambda world: Oracle.of(world, "order"),
    "oracle, top": lambda world: Oracle.of(world, "top"),
}
"""How each chooser is made for a world, by the name that tables call it."""

OURS: Final = ("uniform", "balanced", "information", "order", "top_k")
PEERS: Final = ("FastChat", "Chatbot Arena", "gavel", "ASAP")
ORACLES: Final = ("oracle, interval", "oracle, order", "oracle, top")
EVERYONE: Final = (*OURS, *PEERS, *ORACLES)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is played in one world.

    Attributes
    ----------
    votes : length of a replay. every : votes between checkpoints, from `first` on.
    repetitions : replays of each chooser, each in strengths of its own, the same for all choosers.
    """

    world: str
    votes: int
    first: int
    every: int
    repetitions: int
    choosers: tuple[str, ...] = EVERYONE

    @property
    def checkpoints(self) -> tuple[int, ...]:
        """Numbers of votes at which boards are judged; half of the votes and two thirds of them are among them."""
        regular = range(self.first, self.votes + 1, self.every)
        return tuple(sorted({*regular, self.half, self.target, self.votes}))

    @property
    def half(self) -> int:
        """Half of the votes."""
        return self.votes // 2

    @property
    def target(self) -> int:
        """The votes whose board under uniform pairs the others are to reach: two thirds."""
        return self.votes * 2 // 3

    def shortened(self, parts: int) -> "Plan":
        """Return a plan with a part of the votes and two repetitions, to see that everything runs."""
        return replace(self, votes=self.votes // parts, first=self.first // parts, repetitions=2)


PLANS: Final = {
    plan.world: plan
    for plan in (
        Plan("a20", votes=1800, first=300, every=50, repetitions=40),
        Plan("c60", votes=7500, first=1250, every=250, repetitions=16),
        Plan("a100", votes=8000, first=1000, every=500, repetitions=4),
        Plan("d30", votes=8000, first=1000, every=500, repetitions=8),
        Plan("e30", votes=3000, first=600, every=100, repetitions=16),
        Plan("e30x", votes=3000, first=600, every=100, repetitions=16),
        Plan(
            "b50", votes=1500, first=50, every=10, repetitions=16, choosers=("no cap", "no cap, floor 5 %", *EVERYONE)
        ),
    )
}
"""By the name of the world; see `arena.matchmaking.worlds.STANDARD`."""


def play(plan: Plan, chooser: str, repetition: int, seed: int) -> Track:
    """Play one chooser once."""
    world = standard_world(plan.world, 1000 * seed + repetition)
    rng = np.random.default_rng([seed, repetition, *chooser.encode()])
    return replay(world, CHOOSERS[chooser](world), plan.checkpoints, rng)
