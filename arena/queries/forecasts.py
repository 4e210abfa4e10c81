"""What a contest's further votes are expected to settle, as people read it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _

from arena.models import Board, Contest, ContestState, Goal, KeptBeliefs, Matchmaking, RaterKind
from arena.queries.matchmaking import matchmaking_of
from arena.queries.numbers import local, short

MOST_PAIRS: Final = 10
FAR: Final = 100_000
"""More further votes than this are told as no end in sight."""


@dataclass(frozen=True, slots=True)
class Moment:
    """After so many further votes: mean and widest half width in points, and neighbours that are separated."""

    votes: int
    mean_width: float
    widest: float
    separated: int


@dataclass(frozen=True, slots=True)
class ForecastPage:
    """What is settled, what is open, and how many votes that takes.

    Attributes
    ----------
    summary : one sentence on the board as a whole. goal : on the contest's goal, empty where there is none.
    budget : on what is left to spend, empty where no budget is set. budget_left : in votes.
    open : one sentence for each two neighbours that are not separated, from the top.
    course : what is expected as votes come in; the first is now.
    """

    built_at: datetime
    votes: int
    summary: str
    goal: str
    budget: str
    budget_left: int | None
    open: Sequence[str]
    more_open: int
    course: Sequence[Moment]


def board_forecast(board: Board) -> ForecastPage | None:
    """Return the forecast for a board that counts all votes of its raters; None for one that counts some of them.

    Votes are drawn for the whole contest, so that a board of one category or of a month has no forecast of its own.
    """
    part = (board.category_id, board.language, board.since, board.until, board.minimum_seconds)
    if any(part) or board.contest.state != ContestState.OPEN:
        return None
    raters = f"{RaterKind.JUDGE.value}:{board.judge_id}" if board.judge_id else board.rater_kind
    return contest_forecast(board.contest, raters)


def contest_forecast(contest: Contest, raters: str = "human") -> ForecastPage | None:
    """Return the latest forecast of a contest for votes of one key of raters; None before a worker made one."""
    row = KeptBeliefs.objects.filter(contest=contest, raters=raters, forecast__isnull=False).order_by().first()
    if row is None:
        return None
    told: Mapping[str, Any] = row.forecast or {}
    names = dict(contest.contestants.order_by().values_list("id", "name"))
    listed = [names.get(key, _("a contestant that is gone")) for key in told["contestants"]]
    course = [Moment(**step) for step in told["steps"]]
    waiting = [pair for pair in told["pairs"] if not pair["separated"]]
    settings = matchmaking_of(contest)
    return ForecastPage(
        built_at=row.built_at,
        votes=row.votes,
        summary=_tell_board(course, len(told["pairs"])),
        goal=_tell_goal(settings, told["goal"], told["budget_left"]),
        budget=_tell_budget(settings, told["budget_left"], course),
        budget_left=told["budget_left"],
        open=[_tell_pair(pair, listed) for pair in waiting[:MOST_PAIRS]],
        more_open=max(len(waiting) - MOST_PAIRS, 0),
        course=course,
    )


def _tell_board(course: Sequence[Moment], pairs: int) -> str:
    now = course[0]
    return _(
        "{n} of {pairs} neighbours are told apart by a 95 % interval of the gap between them; ratings are known to ±{mean} "
        "points on average, the least known to ±{widest}."
    ).format(n=now.separated, pairs=pairs, mean=local(now.mean_width, 0), widest=local(now.widest, 0))


def _tell_pair(pair: Mapping[str, Any], names: Sequence[str]) -> str:
    place, votes = pair["place"], pair["votes"]
    who = _("#{place} {name} from #{next} {other}").format(
        place=place, name=names[pair["better"]], next=place + 1, other=names[pair["worse"]]
    )
    if votes is None or votes > FAR:
        return _("No number of votes in sight separates {who}: they may be equally good.").format(who=who)
    told = _("About {n} more votes separate {who}, if the gap is what it seems.")
    return told.format(n=local(_round(votes)), who=who)


def _tell_goal(settings: Matchmaking, votes: int | None, left: int | None) -> str:
    if settings.goal == Goal.NONE:
        return ""
    if settings.goal == Goal.NEIGHBOURS:
        aim = _("the first {n} are told apart from each other").format(n=settings.top_k)
    else:
        aim = _("every rating is known to ±{n} points").format(n=short(settings.goal_width or 0))
    if votes == 0:
        told = _("The goal is reached: {aim}.")
    elif votes is None:
        told = _("The goal is that {aim}. No end of that is in sight; what is open gets the votes.")
    elif left is not None and votes > left:
        told = _("The goal is that {aim}: about {n} more votes, more than the budget leaves.")
    else:
        told = _("The goal is that {aim}: about {n} more votes. What is open gets them.")
    return told.format(aim=aim, n=local(_round(votes or 0)))


def _tell_budget(settings: Matchmaking, left: int | None, course: Sequence[Moment]) -> str:
    if settings.vote_budget is None or left is None:
        return ""
    if left == 0:
        return _("The budget of {n} votes is spent.").format(n=local(settings.vote_budget))
    now, end = course[0], course[-1]
    return _(
        "{left} of {n} votes are left. When they are spent, ratings should be known to ±{mean} points on average instead of "
        "±{now}, and {separated} neighbours be told apart instead of {before}."
    ).format(
        left=local(left),
        n=local(settings.vote_budget),
        mean=local(end.mean_width, 0),
        now=local(now.mean_width, 0),
        separated=end.separated,
        before=now.separated,
    )


def _round(votes: int) -> int:
    """Return votes with two digits: a forecast knows no more."""
    step: int = max(10 ** (len(str(votes)) - 2), 1)
    return round(votes / step) * step
