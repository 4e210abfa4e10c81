"""What a rater did so far: votes, agreement with others, steadiness, and its own board beside the crowd's."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from arena.models import Contest, Rater, RaterKind, Vote, of_person
from arena.queries.numbers import local
from arena.queries.outcomes import POINTS
from arena.queries.quality import RaterQuality, rater_quality
from ranking import POINTS_PER_LOGIT
from ranking.engine.personal import PersonalStrengths, personal_strengths
from ranking.models import Rating
from ranking.store import history

FEWEST: Final = 20
"""Own votes in a contest from which on a board of one's own tells anything."""
CLEAREST: Final = 3
"""Differences from the crowd that are told, at most."""
_CLEAR: Final = 1.645
_COVER: Final = 1.959964
_MIRRORED: Final = {"A": "B", "B": "A"}


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often others said the same of the same two responses.

    Attributes
    ----------
    votes : own votes of which there are others'. share : mean over them of the share of others who said the same.
    lower, upper : Wilson's interval for 95 %, which is rather too wide for a mean of shares.
    """

    votes: int
    share: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Deviation:
    """One contestant on a board of one's own, in points; `clear` if it differs from the crowd's beyond chance."""

    name: str
    crowd: float
    own: float
    lower: float
    upper: float
    clear: bool


@dataclass(frozen=True, slots=True)
class ContestProgress:
    """What a rater did in one contest. `board` is empty, and `told` says why, before there is enough.

    Of the votes, `weightless` are kept and count on no board.
    """

    contest: Contest
    votes: int
    weightless: int
    agreement: Agreement | None
    board: Sequence[Deviation]
    told: str


@dataclass(frozen=True, slots=True)
class Progress:
    """What a rater did in all contests."""

    votes: int
    quality: RaterQuality
    contests: Sequence[ContestProgress]


def rater_progress(rater: Rater | None) -> Progress:
    """Return what a rater did so far; nobody has done nothing yet. Voided votes and those that do not rank are left out."""
    if rater is None:
        return Progress(0, RaterQuality(0, 0, 0, 0), [])
    counts = own_votes(rater).values("battle__contest").annotate(n=Count("id")).order_by("-n")
    sizes = {row["battle__contest"]: row["n"] for row in counts}
    contests = Contest.objects.in_bulk(list(sizes))
    parts = [_in_contest(rater, contests[key], votes) for key, votes in sizes.items()]
    return Progress(sum(sizes.values()), rater_quality(rater), parts)


def own_votes(rater: Rater) -> QuerySet[Vote]:
    """Return the votes of a rater that stand and rank."""
    return Vote.objects.filter(
        of_person(rater, "battle__rater"), battle__purpose__isnull=True, voided_at__isnull=True
    ).order_by()


def _in_contest(rater: Rater, contest: Contest, votes: int) -> ContestProgress:
    mine = own_votes(rater).filter(battle__contest=contest)
    board, told = _own_board(contest, mine, votes)
    weightless = mine.filter(integrity_weight=0).count()
    return ContestProgress(contest, votes, weightless, _agreement(mine, rater), board, told)


def _agreement(mine: QuerySet[Vote], rater: Rater) -> Agreement | None:
    columns = ("battle__response_a", "battle__response_b", "outcome")
    own = {frozenset(row[:2]): _from_lower(row) for row in mine.order_by("id").values_list(*columns)}
    others = Vote.objects.filter(voided_at__isnull=True, battle__rater__kind=RaterKind.HUMAN)
    others = others.exclude(of_person(rater, "battle__rater")).filter(battle__prompt__in=mine.values("battle__prompt"))
    same: dict[frozenset[int], list[bool]] = {}
    for row in others.order_by().values_list(*columns).iterator():
        pair = frozenset(row[:2])
        if pair in own:
            same.setdefault(pair, []).append(own[pair] == _from_lower(row))
    if not same:
        return None
    share = sum(sum(said) / len(said) for said in same.values()) / len(same)
    return Agreement(len(same), share, *_wilson(share, len(same)))


def _from_lower(row: tuple[int, int, str]) -> str:
    """Return an outcome from the side of the response with the lower key."""
    a, b, outcome = row
    return outcome if a < b else _MIRRORED.get(outcome, outcome)


def _wilson(share: float, n: int) -> tuple[float, float]:
    """Return the score interval of a share (Wilson 1927, J. Am. Stat. Assoc. 22, 209)."""
    z = _COVER**2 / n
    centre, half = share + z / 2, _COVER * ((share * (1 - share) + z / 4) / n) ** 0.5
    return (centre - half) / (1 + z), (centre + half) / (1 + z)


def _own_board(contest: Contest, mine: QuerySet[Vote], votes: int) -> tuple[list[Deviation], str]:
    if votes < FEWEST:
        return [], _("Your own board follows after {n} votes.").format(n=FEWEST)
    board = contest.boards.filter(rater_kind=RaterKind.HUMAN).first()
    snapshot = history(board.key).first() if board else None
    rated = list(Rating.objects.filter(snapshot=snapshot, theta__isnull=False, rating__isnull=False).order_by("rank"))
    told = _of_the_rated(mine, [row.item_key for row in rated])
    if not told.size:
        return [], _("Your own board follows once the contestants on which you voted have ratings.")
    theta = np.array([row.theta for row in rated], dtype=np.float64)
    found = personal_strengths(theta, told["i"], told["j"], told["points"])
    names = dict(contest.contestants.values_list("slug", "name"))
    rows = [_deviation(names.get(row.item_key, row.item_key), row, found, k) for k, row in enumerate(rated)]
    return sorted(rows, key=lambda row: -row.own), tell_differences(rows)


def _of_the_rated(mine: QuerySet[Vote], keys: Sequence[str]) -> NDArray[np.void]:
    """Return own votes between rated contestants by their places, with what the first one got; none of both bad."""
    place = {key: k for k, key in enumerate(keys)}
    columns = ("battle__contestant_a__slug", "battle__contestant_b__slug", "outcome")
    rows = [
        (place[a], place[b], POINTS[outcome])
        for a, b, outcome in mine.order_by("id").values_list(*columns)
        if a in place and b in place and POINTS[outcome] is not None
    ]
    return np.array(rows, dtype=[("i", "i8"), ("j", "i8"), ("points", "f8")])


def _deviation(name: str, row: Rating, found: PersonalStrengths, k: int) -> Deviation:
    crowd, moved = float(row.rating or 0.0), POINTS_PER_LOGIT * float(found.deviation[k])
    half = _COVER * POINTS_PER_LOGIT * float(found.error[k])
    clear = abs(found.deviation[k]) > _CLEAR * found.error[k]
    return Deviation(name, crowd, crowd + moved, crowd + moved - half, crowd + moved + half, bool(clear))


def tell_differences(rows: Sequence[Deviation]) -> str:
    """Return in a sentence where somebody clearly differs from the crowd: the clearest two or three."""
    clear = [row for row in rows if row.clear]
    if not clear:
        return _("You judge much as the crowd does: your votes show no clear difference so far.")
    clear.sort(key=lambda row: -abs(row.own - row.crowd) / (row.upper - row.lower))
    parts = [_differs(row) for row in clear[:CLEAREST]]
    return _("Compared with the crowd you rate {listed}.").format(listed=_listed(parts))


def _differs(row: Deviation) -> str:
    higher, lower = _("{name} about {points} points higher"), _("{name} about {points} points lower")
    told = higher if row.own > row.crowd else lower
    return told.format(name=row.name, points=local(abs(row.own - row.crowd), 0))


def _listed(parts: Sequence[str]) -> str:
    if len(parts) == 1:
        return parts[0]
    return _("{parts} and {last}").format(parts=", ".join(parts[:-1]), last=parts[-1])


def visible_progress(progress: Progress, contests: QuerySet[Contest]) -> Progress:
    """Return the same without contests that are not among these, such as drafts."""
    seen = set(contests.values_list("id", flat=True))
    parts = [part for part in progress.contests if part.contest.pk in seen]
    return Progress(sum(part.votes for part in parts), progress.quality, parts)
