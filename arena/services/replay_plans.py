"""From what somebody wants to know to a plan that can be played: the strengths are read and everything is settled."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import numpy as np

from arena.matchmaking.settings import SHARPNESS, PolicySettings
from arena.matchmaking.worlds import World
from arena.models import Contest, Matchmaking
from arena.queries.leaderboards import NoSuchBoard
from arena.queries.matchmaking import matchmaking_of
from arena.queries.replay_results import BASE
from arena.queries.replays import NoStrengths, Strengths, read_strengths
from arena.services.errors import ServiceError

LAST: Final = ""
"""As a newcomer: whoever joined the contest last."""
READINGS: Final = 12
"""How often each replay is judged on its way, at most."""
FEWEST_REPETITIONS: Final = 2
MOST_REPETITIONS: Final = 100
SECONDS: Final = 45.0
"""What a replay may take where nobody says how often it is repeated, on the machine on which that was measured."""
MOST_SECONDS: Final = 1200.0
"""What one run of the worker may take; other runs wait meanwhile."""
MOST_VOTES: Final = 1_000_000
MOST_IN_FLIGHT: Final = 10_000
MOST_ABANDONED: Final = 0.9


@dataclass(frozen=True, slots=True)
class ReplayWish:
    """What somebody wants to know.

    Attributes
    ----------
    policies : names; none means the contest's own. Uniform is always played beside them, as what they are held against.
    board : whose strengths; None takes people's board, else the first that was published.
    repetitions : None takes as many as fit into about a minute.
    newcomer : slug of the contestant that begins without votes; LAST, or None for nobody.
    in_flight, abandoned : see `World`.
    as_published : take strengths as wide as the board has them, noise included.
    """

    votes: int
    policies: tuple[str, ...] = ()
    board: str | None = None
    repetitions: int | None = None
    seed: int = 0
    newcomer: str | None = None
    in_flight: int = 0
    abandoned: float = 0.0
    as_published: bool = False

    def __post_init__(self) -> None:
        unknown = sorted(set(self.policies) - set(SHARPNESS))
        if unknown:
            raise ServiceError(f"Unknown policy {', '.join(unknown)}; choose among {', '.join(SHARPNESS)}.")
        if not 1 <= self.votes <= MOST_VOTES:
            raise ServiceError(f"The votes to replay are {self.votes:,}; write a number from 1 to {MOST_VOTES:,}.")
        if self.repetitions is not None and self.repetitions < FEWEST_REPETITIONS:
            raise ServiceError(f"Repeat it at least {FEWEST_REPETITIONS} times: one alone says nothing of chance.")
        if self.seed < 0:
            raise ServiceError("The seed must be a whole number from 0 on.")
        if not 0 <= self.in_flight <= MOST_IN_FLIGHT:
            raise ServiceError(f"Battles in flight must be from 0 to {MOST_IN_FLIGHT:,}.")
        if not 0 <= self.abandoned <= MOST_ABANDONED:
            raise ServiceError(f"The share of abandoned battles must be from 0 to {MOST_ABANDONED}.")


@dataclass(frozen=True, slots=True)
class ReplayPlan:
    """A replay with all that it depends on: whoever plays it, whenever, finds the same.

    Attributes
    ----------
    theta, even_ties, in_flight, abandoned, settled, newcomer, top_k : of the `World`.
    policies : uniform the last. notes : sentences on where the world came from.
    """

    contest: str
    theta: tuple[float, ...]
    even_ties: float
    in_flight: int
    abandoned: float
    settled: int
    newcomer: int | None
    top_k: int
    policies: tuple[PolicySettings, ...]
    votes: int
    repetitions: int
    seed: int
    notes: tuple[str, ...]

    def world(self) -> World:
        """Return the world to play in."""
        return World(
            name=self.contest,
            theta=np.array(self.theta, dtype=np.float64),
            even_ties=self.even_ties,
            in_flight=self.in_flight,
            abandoned=self.abandoned,
            settled=self.settled,
            newcomer=self.newcomer,
            top_k=self.top_k,
        )

    @property
    def checkpoints(self) -> tuple[int, ...]:
        """Numbers of votes at which boards are judged; they grow by equal factors."""
        first = min(self.votes, max(2 * len(self.theta), self.votes // 20))
        return tuple(sorted({round(votes) for votes in np.geomspace(first, self.votes, READINGS)}))

    @property
    def total(self) -> int:
        """Votes of all replays together."""
        return self.votes * self.repetitions * len(self.policies)

    @property
    def seconds(self) -> float:
        """What all of it is expected to take."""
        return self.repetitions * self.seconds_each

    @property
    def seconds_each(self) -> float:
        """What one repetition is expected to take."""
        size, battles = len(self.theta), (self.votes + self.in_flight) / (1 - self.abandoned)
        goals = sum(settings.name in ("information", "order", "top_k") for settings in self.policies)
        # Measured in milliseconds, with 5 to 400 contestants. Policies with a goal multiply matrices for each draw.
        draw = (
            0.17 * len(self.policies) + goals * (4e-5 * size**2 + 2e-8 * size**3) + 1e-5 * size**2 * len(self.policies)
        )
        judge = len(self.checkpoints) * len(self.policies) * (2.0 + 1e-6 * size**3)
        return (battles * draw + judge) / 1000

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for the row of a run; `from_dict` reads them back."""
        plain = {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}
        return {**plain, "policies": [asdict(settings) for settings in self.policies]}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "ReplayPlan":
        """Return a plan from the row of a run."""
        policies = tuple(PolicySettings(**settings) for settings in values["policies"])
        return cls(**{**values, "theta": tuple(values["theta"]), "notes": tuple(values["notes"]), "policies": policies})


def plan_replay(contest: Contest, wish: ReplayWish) -> ReplayPlan:
    """Return the plan of a replay on a contest's own strengths, as it stands now.

    Raises
    ------
    ServiceError
        If no strengths are known, or the wish names what is not there.
    """
    try:
        strengths = read_strengths(contest, wish.board)
    except (NoSuchBoard, NoStrengths) as error:
        raise ServiceError(str(error)) from error
    theta = strengths.theta if wish.as_published else strengths.true_to_width()
    if not theta.any():
        raise ServiceError(
            f"The board {contest.slug}/{strengths.board} does not tell its contestants apart yet: its strengths differ "
            f"by no more than their errors. Collect more votes, or take the strengths as they are published."
        )
    row, newcomer = matchmaking_of(contest), _newcomer(strengths, wish.newcomer)
    plan = ReplayPlan(
        contest=contest.slug,
        theta=tuple(round(float(value), 6) for value in theta),
        even_ties=round(strengths.even_ties(theta), 6),
        in_flight=wish.in_flight,
        abandoned=wish.abandoned,
        settled=0 if newcomer is None else strengths.votes_without(newcomer),
        newcomer=newcomer,
        top_k=min(row.top_k, theta.size),
        policies=tuple(_settings(name, row) for name in _names(wish, row)),
        votes=wish.votes,
        repetitions=wish.repetitions or FEWEST_REPETITIONS,
        seed=wish.seed,
        notes=(),
    )
    fitting = min(max(int(SECONDS / plan.seconds_each), FEWEST_REPETITIONS), MOST_REPETITIONS)
    return replace(plan, repetitions=wish.repetitions or fitting, notes=_notes(contest, strengths, wish, plan))


def as_run(plan: ReplayPlan) -> dict[str, Any]:
    """Return the parameters of a run that plays a plan.

    Raises
    ------
    ServiceError
        If it would keep the worker from everything else for too long.
    """
    if plan.seconds > MOST_SECONDS:
        raise ServiceError(
            f"This would take {tell_seconds(plan.seconds)}, and a run may take {tell_seconds(MOST_SECONDS)}: ask for fewer "
            f"votes, repetitions or policies, or use manage.py simulate_matchmaking, which takes the time that it needs."
        )
    return plan.to_dict()


def tell_seconds(seconds: float) -> str:
    """Return a stretch of time, roughly, as people say it."""
    if seconds < 90:
        return f"about {max(round(seconds), 1)} s"
    return f"about {round(seconds / 60)} min" if seconds < 5400 else f"about {round(seconds / 3600)} h"


def _names(wish: ReplayWish, row: Matchmaking) -> list[str]:
    """Return each policy once, uniform the last."""
    names = dict.fromkeys(wish.policies or (row.policy,))
    return [name for name in names if name != BASE] + [BASE]


def _settings(name: str, row: Matchmaking) -> PolicySettings:
    """Return a policy under the contest's settings; a sharpness is set for the contest's own policy alone."""
    sharpness = row.sharpness if name == row.policy else None
    return PolicySettings(name, row.floor, sharpness, row.share_cap, row.top_k)


def _newcomer(strengths: Strengths, slug: str | None) -> int | None:
    if slug is None:
        return None
    if slug == LAST:
        return len(strengths.slugs) - 1
    if slug not in strengths.slugs:
        raise ServiceError(
            f"The board {strengths.board} rates no contestant {slug!r}; it rates {', '.join(strengths.slugs)}."
        )
    return strengths.slugs.index(slug)


def _notes(contest: Contest, strengths: Strengths, wish: ReplayWish, plan: ReplayPlan) -> tuple[str, ...]:
    """Return in sentences what is replayed."""
    board, when = f"{contest.slug}/{strengths.board}", f"{strengths.published_at:%Y-%m-%d at %H:%M}"
    rules, size = plan.policies[0], len(plan.theta)
    drawing = (
        f"{_percent(rules.floor)} of the pairs evenly, nobody in more than {_percent(rules.cap(size))} of the battles"
    )
    told = [
        f"The strengths are those of the board {board} as published on {when} UTC, of {size} contestants.",
        _width(strengths, as_published=wish.as_published),
        f"Equals tie in {_percent(plan.even_ties)} of their votes, others less often, as in the contest's own votes.",
        f"Policies draw as the contest is set: {drawing}, {plan.top_k} first places.",
    ]
    if strengths.unrated:
        told.append(f"{strengths.unrated} without a rating are left out.")
    if strengths.both_bad:
        told.append(
            f"{_percent(strengths.both_bad)} of the votes on the board found both bad; those here are the others."
        )
    if plan.newcomer is not None:
        told.append(
            f"{strengths.names[plan.newcomer]} begins without votes, as a newcomer; the others have {plan.settled:,} each "
            f"before the first pair is drawn, spread evenly over their pairs."
        )
    if plan.in_flight or plan.abandoned:
        told.append(f"{plan.in_flight:,} battles are out at any time; {_percent(plan.abandoned)} are never answered.")
    return tuple(told)


def _width(strengths: Strengths, *, as_published: bool) -> str:
    noise, width = _percent(1 - strengths.reliability), _percent(strengths.reliability**0.5)
    if as_published:
        return f"They are taken as published, though {noise} of their variance is noise: the true ones are closer."
    return f"{noise} of their variance is noise, so they are drawn together to {width} of their width."


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
