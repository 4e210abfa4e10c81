"""Replays: policies at work where the truth is known, each as often as wanted, and what they save."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Final

import numpy as np

from arena.matchmaking.comparison import HALF_WIDTH, NEWCOMER, ORDER, TOP, Measure, compare
from arena.matchmaking.replay import Chooser, PolicyChooser, Track, replay
from arena.matchmaking.state import MatchState
from arena.queries.replay_results import BASE, Curve, ReplayResult, Saved
from arena.services.progress import Progress, SilentProgress
from arena.services.replay_plans import ReplayPlan
from ranking import POINTS_PER_LOGIT

Tracks = dict[str, list[Track]]

STEPS: Final = 200
"""Steps in which progress is told: often enough for a lease and for whoever waits, seldom enough for the database."""
DIGITS: Final = 6

READ: Final = {
    "interval": ("half_width", POINTS_PER_LOGIT),
    "order": ("expected_tau", 1.0),
    "top": ("top_inversions", 1.0),
    "newcomer": ("newcomer_half_width", POINTS_PER_LOGIT),
    "coverage": ("coverage", 1.0),
    "slope": ("slope", 1.0),
}
"""Where each figure stands in a reading, and what its unit is worth in that which is shown."""
SAVES: Final = {"interval": HALF_WIDTH, "order": ORDER, "top": TOP, "newcomer": NEWCOMER}
"""By what votes saved are told."""


def play_replay(plan: ReplayPlan, progress: Progress | None = None) -> ReplayResult:
    """Play a plan to its end; the same plan gives the same result.

    Repetitions of equal number begin with the same draws for every policy, so that they share the same luck at first.

    Raises
    ------
    MatchmakingError
        If the world cannot be, or a fit on the way does not settle.
    """
    progress = progress or SilentProgress()
    world, ticks = plan.world(), _Ticks(progress, max(plan.total // STEPS, 1))
    tracks: Tracks = {settings.name: [] for settings in plan.policies}
    progress.start(plan.total, f"Replays of {plan.contest}")
    for repetition in range(plan.repetitions):
        for settings in plan.policies:
            chooser = _Counted(PolicyChooser(settings, settings.name), ticks.tick)
            rng = np.random.default_rng([plan.seed, repetition])
            tracks[settings.name].append(replay(world, chooser, plan.checkpoints, rng))
    ticks.flush()
    return _result(plan, tracks)


@dataclass(slots=True)
class _Ticks:
    """Votes heard since progress was told last."""

    progress: Progress
    step: int
    heard: int = 0

    def tick(self) -> None:
        self.heard += 1
        if self.heard >= self.step:
            self.flush()

    def flush(self) -> None:
        if self.heard:
            self.progress.advance(self.heard)
            self.heard = 0


@dataclass(frozen=True, slots=True)
class _Counted:
    """A chooser that tells of each vote."""

    inner: Chooser
    tick: Callable[[], None]

    @property
    def label(self) -> str:
        return self.inner.label

    def choose(self, state: MatchState, rng: np.random.Generator) -> tuple[int, int]:
        return self.inner.choose(state, rng)

    def hear(self, i: int, j: int, score: float) -> None:
        self.inner.hear(i, j, score)
        self.tick()


def _result(plan: ReplayPlan, tracks: Tracks) -> ReplayResult:
    keys = [key for key in READ if key != "newcomer" or plan.newcomer is not None]
    base = tracks[BASE]
    others = {name: own for name, own in tracks.items() if name != BASE}
    return ReplayResult(
        repetitions=plan.repetitions,
        top_k=plan.top_k,
        votes=plan.checkpoints,
        curves=tuple(Curve(name, {key: _means(own, key) for key in keys}) for name, own in tracks.items()),
        savings=tuple(_saved(key, own, base, SAVES[key]) for key in keys if key in SAVES for own in others.values()),
        notes=plan.notes,
    )


def _means(tracks: Sequence[Track], key: str) -> list[float | None]:
    """Return the means over repetitions at each checkpoint."""
    figure, unit = READ[key]
    curves = np.array([track.curve(figure) for track in tracks])
    return [_plain(float(value) * unit) for value in curves.mean(axis=0)]


def _saved(key: str, own: Sequence[Track], base: Sequence[Track], measure: Measure) -> Saved:
    """Return how many votes a policy saves until it is as good as the worse of the two is near the end.

    Near the end and not at it, so that rounding does not decide whether the worse one reaches what it reached itself.
    """
    votes = own[0].votes[-2:][0]
    saving = compare(own, base, measure, votes, yardstick=_worse(own, base, measure, votes))
    unit = READ[key][1]
    return Saved(
        policy=saving.policy,
        figure=key,
        target=_plain(saving.target * unit),
        votes=_plain(saving.votes),
        base_votes=_plain(saving.base_votes),
        share=_plain(1 - saving.ratio.value),
        low=_plain(1 - saving.ratio.high),
        high=_plain(1 - saving.ratio.low),
    )


def _worse(own: Sequence[Track], base: Sequence[Track], measure: Measure, votes: int) -> Sequence[Track]:
    place = own[0].votes.index(votes)
    mine, theirs = (np.mean([track.curve(measure.figure)[place] for track in some]) for some in (own, base))
    return own if (mine > theirs) == measure.falls else base


def _plain(value: float) -> float | None:
    """Return a number as it is kept: to six digits, the last ones being rounding; None for no number."""
    return float(f"{value:.{DIGITS}g}") if isfinite(value) else None
