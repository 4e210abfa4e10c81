"""Which votes a board counts, with what weight, and which it leaves out."""

from dataclasses import asdict, dataclass
from typing import Final

from django.db.models import Count, F, Q, QuerySet, Value
from django.db.models.expressions import Combinable

from arena.models import Board, IntegrityReason, PromptState, Vote

_GIVEN: Final = ~Q(integrity_reason=IntegrityReason.IDENTICAL)


@dataclass(frozen=True, slots=True)
class Exclusions:
    """Votes of a board that do not count, by reason. Nothing is left out in silence."""

    voided: int
    quality_checks: int
    identical: int
    weightless: int
    junk_prompts: int
    other_language: int
    outside_dates: int
    too_fast: int

    @property
    def total(self) -> int:
        """All of them; a vote with several reasons is counted under the first."""
        return sum(asdict(self).values())


def given_votes() -> QuerySet[Vote]:
    """Return the votes that somebody gave: all but the ties that a rule recorded for equal texts."""
    return Vote.objects.filter(_GIVEN)


def board_votes(board: Board) -> QuerySet[Vote]:
    """Return every vote that belongs to a board, counted or not."""
    votes = Vote.objects.filter(battle__contest=board.contest_id, battle__rater__kind=board.rater_kind)
    if board.judge_id is not None:
        votes = votes.filter(battle__rater__judge=board.judge_id)
    if board.category_id is not None:
        votes = votes.filter(battle__prompt__categories=board.category_id)
    return votes


def counted_votes(board: Board) -> QuerySet[Vote]:
    """Return the votes of a board that count: those that stand, and that none of its filters leaves out."""
    return board_votes(board).filter(*_conditions(board).values())


def vote_weight(board: Board) -> Combinable:
    """Return the expression of what a vote counts on a board."""
    return F("integrity_weight") if board.use_integrity_weights else Value(1.0)


def exclusions(board: Board) -> Exclusions:
    """Return how many votes of a board do not count, and why; by one query.

    Each condition is asked of what the ones before it left, so that no vote is told twice.
    """
    passed, kept = Q(), {}
    for reason, condition in _conditions(board).items():
        passed &= condition
        kept[reason] = Count("id", filter=passed)
    found = board_votes(board).aggregate(all=Count("id"), **kept)
    left, counts = found["all"], dict.fromkeys(Exclusions.__slots__, 0)
    for reason in kept:
        counts[reason], left = left - found[reason], found[reason]
    return Exclusions(**counts)


def _conditions(board: Board) -> dict[str, Q]:
    """Return what a vote must fulfil to count, by the reason for which it does not.

    Votes on battles with a purpose tell of raters or were not blind, and ties of equal texts tell of nobody: no board ever
    counts them.
    """
    conditions = {
        "voided": Q(voided_at__isnull=True),
        "quality_checks": Q(battle__purpose__isnull=True),
        "identical": _GIVEN,
    }
    if board.use_integrity_weights:
        conditions["weightless"] = Q(integrity_weight__gt=0)
    conditions["junk_prompts"] = ~Q(battle__prompt__state=PromptState.JUNK)
    if board.language:
        conditions["other_language"] = Q(battle__prompt__language=board.language)
    dates = {"created_at__gte": board.since, "created_at__lt": board.until}
    if board.since or board.until:
        conditions["outside_dates"] = Q(**{lookup: when for lookup, when in dates.items() if when})
    if board.minimum_seconds:
        conditions["too_fast"] = Q(duration_ms__gte=1000 * board.minimum_seconds)
    return conditions
