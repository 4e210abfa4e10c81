"""A policy at work in a world: pairs drawn, voted on and learnt from, and a board judged at each checkpoint."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from arena.matchmaking.beliefs import (
    Beliefs,
    expected_information,
    first_beliefs,
    fit_beliefs,
    hand_out,
    learn,
    take_back,
)
from arena.matchmaking.draw import draw_pair
from arena.matchmaking.errors import MatchmakingError
from arena.matchmaking.referee import DesignQuality, FitQuality, Referee
from arena.matchmaking.settings import PolicySettings
from arena.matchmaking.state import MatchState
from arena.matchmaking.voters import Voters, head_start
from arena.matchmaking.worlds import World

Floats = NDArray[np.float64]

_LEAST_REFIT: Final = 50


class Chooser(Protocol):
    """Whoever chooses pairs: a policy of ours, or a rule that it is compared with."""

    @property
    def label(self) -> str:
        """As tables call it."""

    def choose(self, state: MatchState, rng: np.random.Generator) -> tuple[int, int]:
        """Return the two contestants of the next battle."""

    def hear(self, i: int, j: int, score: float) -> None:
        """Take note of a vote: the score of i against j. For rules that keep beliefs of their own."""


@dataclass(frozen=True, slots=True)
class PolicyChooser:
    """Chooses as a policy does."""

    settings: PolicySettings
    name: str = ""

    @property
    def label(self) -> str:
        """The given name, else the policy's with its version."""
        return self.name or self.settings.label

    def choose(self, state: MatchState, rng: np.random.Generator) -> tuple[int, int]:
        """Draw a pair."""
        drawn = draw_pair(state, self.settings, rng)
        return drawn.i, drawn.j

    def hear(self, i: int, j: int, score: float) -> None:
        """Votes reach a policy by the state alone."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A board at a checkpoint.

    Attributes
    ----------
    votes : cast since the replay began. battles : handed out since, those abandoned or still out included.
    fit : what the fitted board is worth. design : what the asked pairs are worth at the true strengths.
    repeated : share of battles whose pair was out already when they were handed out.
    largest_share : of the battles, that one contestant took part in.
    """

    votes: int
    battles: int
    fit: FitQuality
    design: DesignQuality
    repeated: float
    largest_share: float

    def figure(self, name: str) -> float:
        """Return a figure by its name, wherever it stands."""
        for holder in (self, self.fit, self.design):
            if hasattr(holder, name):
                return float(getattr(holder, name))
        raise MatchmakingError(f"There is no figure {name!r}.")


@dataclass(frozen=True, slots=True)
class Track:
    """One replay of one chooser in one world, a reading a checkpoint."""

    world: str
    chooser: str
    readings: tuple[Reading, ...]

    @property
    def votes(self) -> tuple[int, ...]:
        """Votes at each checkpoint."""
        return tuple(reading.votes for reading in self.readings)

    def curve(self, name: str) -> Floats:
        """Return (K,) values of a figure at the checkpoints; nan where there is none."""
        return np.array([reading.figure(name) for reading in self.readings])


def replay(
    world: World,
    chooser: Chooser,
    checkpoints: Sequence[int],
    rng: np.random.Generator,
    progress: Callable[[Reading], None] | None = None,
) -> Track:
    """Play a chooser in a world up to the last checkpoint.

    Parameters
    ----------
    checkpoints : numbers of votes, rising, at which the board is judged.
    progress : is told each reading. What it raises ends the replay and reaches the caller.

    Raises
    ------
    MatchmakingError
        If checkpoints do not rise from 1 on, or the chooser names a pair that is not allowed.
    """
    readings = []
    for reading in watch(world, chooser, checkpoints, rng):
        readings.append(reading)
        if progress:
            progress(reading)
    return Track(world.name, chooser.label, tuple(readings))


def watch(world: World, chooser: Chooser, checkpoints: Sequence[int], rng: np.random.Generator) -> Iterator[Reading]:
    """Yield the readings of `replay` one by one, as they come."""
    if not checkpoints or any(later <= earlier for earlier, later in zip([0, *checkpoints], checkpoints, strict=False)):
        raise MatchmakingError("Checkpoints must be numbers of votes that rise, from 1 on.")
    room, referee = _Room.opened(world, chooser, rng), Referee.of(world)
    for votes in checkpoints:
        while room.votes < votes:
            room.hand_out()
            while len(room.out) > world.in_flight and room.votes < votes:
                room.close_one()
        yield room.reading(referee)


@dataclass(slots=True)
class _Room:
    """A replay as it stands.

    Attributes
    ----------
    wins, ties : (M, M) of all votes, those of a settled board included. pending : (M, M) symmetric.
    out : battles that are out: the pair, and the information that was folded into the beliefs for it.
    shown : (M,) battles by contestant. unlearnt : votes since the last full fit.
    """

    world: World
    chooser: Chooser
    rng: np.random.Generator
    voters: Voters
    beliefs: Beliefs
    wins: Floats
    ties: Floats
    pending: Floats
    allowed: NDArray[np.bool_]
    shown: Floats
    out: list[tuple[int, int, float]] = field(default_factory=list)
    votes: int = 0
    battles: int = 0
    repeats: int = 0
    unlearnt: int = 0

    @classmethod
    def opened(cls, world: World, chooser: Chooser, rng: np.random.Generator) -> "_Room":
        size, voters = world.size, Voters.of(world)
        wins, ties = head_start(world, voters, rng)
        pending = np.zeros((size, size))
        beliefs = fit_beliefs(wins + ties / 2, pending) if world.settled else first_beliefs(size)
        allowed = ~np.eye(size, dtype=bool)
        return cls(world, chooser, rng, voters, beliefs, wins, ties, pending, allowed, np.zeros(size))

    @property
    def games(self) -> Floats:
        """(M, M) symmetric counts of votes."""
        return np.asarray(self.wins + self.wins.T + self.ties)

    def hand_out(self) -> None:
        """Let the chooser name a pair and put its battle out, folded into what is foreseen."""
        state = MatchState(self.beliefs.theta, self.beliefs.foreseen, self.games, self.pending, self.allowed)
        i, j = self.chooser.choose(state, self.rng)
        if not self.allowed[i, j]:
            raise MatchmakingError(f"{self.chooser.label} chose {i} and {j}, which may not meet.")
        information = expected_information(self.beliefs.theta, i, j)
        if self.world.in_flight:
            self.beliefs = hand_out(self.beliefs, i, j, information)
        self.repeats += bool(self.pending[i, j])
        self._count_pending(i, j, 1)
        self.shown[[i, j]] += 1
        self.battles += 1
        self.out.append((i, j, information))

    def close_one(self) -> None:
        """Let one of the battles that are out be answered or abandoned."""
        place = int(self.rng.integers(len(self.out)))
        self.out[place], self.out[-1] = self.out[-1], self.out[place]
        i, j, information = self.out.pop()
        self._count_pending(i, j, -1)
        if self.world.in_flight:
            self.beliefs = take_back(self.beliefs, i, j, information)
        if self.rng.random() >= self.world.abandoned:
            self._vote(i, j)

    def reading(self, referee: Referee) -> Reading:
        """Judge the board."""
        return Reading(
            votes=self.votes,
            battles=self.battles,
            fit=referee.judge_fit(self.wins.copy(), self.ties.copy()),
            design=referee.judge_design(self.games),
            repeated=self.repeats / self.battles,
            largest_share=float(self.shown.max()) / self.battles,
        )

    def _vote(self, i: int, j: int) -> None:
        score = self.voters.answer(i, j, self.rng)
        self.wins[i, j] += score == 1
        self.wins[j, i] += score == 0
        self.ties[i, j] += score == 0.5
        self.ties[j, i] += score == 0.5
        self.votes += 1
        self.unlearnt += 1
        self.beliefs = learn(self.beliefs, i, j, score)
        self.chooser.hear(i, j, score)
        if self.unlearnt >= max(_LEAST_REFIT, 2 * self.world.size):
            self._refit()

    def _refit(self) -> None:
        """Fit everything anew; battles that are out now count with what they bring at the new strengths."""
        self.beliefs = fit_beliefs(self.wins + self.ties / 2, self.pending)
        self.out = [(i, j, expected_information(self.beliefs.theta, i, j)) for i, j, _ in self.out]
        self.unlearnt = 0

    def _count_pending(self, i: int, j: int, step: int) -> None:
        self.pending[i, j] += step
        self.pending[j, i] += step
