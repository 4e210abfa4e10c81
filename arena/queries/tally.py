"""From votes to counts: the only place where an outcome becomes a number."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from django.db.models import Count, F, Q, QuerySet, Sum
from numpy.typing import NDArray

from arena.models import Board, PromptState, Vote, VoteOutcome
from ranking import BoardSettings, Comparisons, Outcome, PairCounts

OUTCOMES: Final = {
    VoteOutcome.A: Outcome.A,
    VoteOutcome.B: Outcome.B,
    VoteOutcome.TIE: Outcome.TIE,
    VoteOutcome.BOTH_BAD: Outcome.BOTH_BAD,
}


@dataclass(frozen=True, slots=True)
class Exclusions:
    """Votes of a board that do not count, by reason. Nothing is left out in silence."""

    voided: int
    weightless: int
    junk_prompts: int

    @property
    def total(self) -> int:
        """All of them; a vote with several reasons is counted under the first."""
        return self.voided + self.weightless + self.junk_prompts


def board_settings(board: Board) -> BoardSettings:
    """Return the engine settings that a board stores."""
    return BoardSettings.from_dict(board.settings)


def pair_counts(board: Board) -> PairCounts:
    """Return how often each pair of contestants ended how, by one GROUP BY in the database.

    Votes count with their integrity weight. Every contestant of the contest is an item, in the order of slugs,
    so that those without votes are told and not forgotten.
    """
    items = list(board.contest.contestants.order_by("slug").values_list("slug", flat=True))
    place = {slug: index for index, slug in enumerate(items)}
    sums, squares = ({outcome: np.zeros((len(items), len(items))) for outcome in Outcome} for _ in range(2))
    rows = counted_votes(board).values_list("battle__contestant_a__slug", "battle__contestant_b__slug", "outcome")
    for a, b, outcome, weight, squared in rows.annotate(
        weight=Sum("integrity_weight"), squared=Sum(F("integrity_weight") * F("integrity_weight"))
    ).order_by():
        sums[OUTCOMES[VoteOutcome(outcome)]][place[a], place[b]] = weight
        squares[OUTCOMES[VoteOutcome(outcome)]][place[a], place[b]] = squared
    return PairCounts.from_arrays(
        items,
        sums[Outcome.A] + sums[Outcome.B].T,
        _both_ways(sums[Outcome.TIE]),
        _both_ways(sums[Outcome.BOTH_BAD]),
        wins_squared=squares[Outcome.A] + squares[Outcome.B].T,
        ties_squared=_both_ways(squares[Outcome.TIE]),
    )


def comparisons(board: Board) -> Comparisons:
    """Return the counted votes in the order in which they were cast, with raters and prompts as clusters."""
    items = list(board.contest.contestants.order_by("slug").values_list("id", "slug"))
    place = {key: index for index, (key, _) in enumerate(items)}
    rows = list(
        counted_votes(board)
        .order_by("created_at", "id")
        .values_list(
            "battle__contestant_a",
            "battle__contestant_b",
            "outcome",
            "integrity_weight",
            "battle__rater",
            "battle__prompt",
        )
    )
    columns = list(zip(*rows, strict=True)) or [()] * 6
    return Comparisons.from_arrays(
        [slug for _, slug in items],
        [place[key] for key in columns[0]],
        [place[key] for key in columns[1]],
        [int(OUTCOMES[VoteOutcome(outcome)]) for outcome in columns[2]],
        columns[3],
        rater=columns[4],
        prompt=columns[5],
    )


def board_votes(board: Board) -> QuerySet[Vote]:
    """Return every vote that belongs to a board, counted or not."""
    votes = Vote.objects.filter(battle__contest=board.contest_id, battle__rater__kind=board.rater_kind)
    if board.judge_id is not None:
        votes = votes.filter(battle__rater__judge=board.judge_id)
    if board.category_id is not None:
        votes = votes.filter(battle__prompt__categories=board.category_id)
    return votes


def counted_votes(board: Board) -> QuerySet[Vote]:
    """Return the votes of a board that count: not voided, of some weight, not on a junk prompt."""
    return board_votes(board).filter(
        ~Q(battle__prompt__state=PromptState.JUNK), voided_at__isnull=True, integrity_weight__gt=0
    )


def exclusions(board: Board) -> Exclusions:
    """Return how many votes of a board do not count, and why."""
    standing = Q(voided_at__isnull=True)
    weighty = standing & Q(integrity_weight__gt=0)
    found = board_votes(board).aggregate(
        voided=Count("id", filter=~standing),
        weightless=Count("id", filter=standing & Q(integrity_weight=0)),
        junk_prompts=Count("id", filter=weighty & Q(battle__prompt__state=PromptState.JUNK)),
    )
    return Exclusions(**found)


def _both_ways(table: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(table + table.T)
