"""What a rater sees after the vote: who wrote what, what others said, and what the vote told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils import timezone

from arena.matchmaking.reasons import tell_gain, tell_reason
from arena.models import Battle, Contest, Contestant, IntegrityReason, Response, Vote, VoteOutcome
from arena.queries.calibration import calibration, expected, tell_place
from arena.queries.correctness import RightAnswer, asks_what_is_right, right_answer, tell_outcome
from arena.queries.criteria import OfferedTags, offered_tags
from arena.queries.leaks import leaks_of
from arena.queries.undo import UNDONE, is_shown_again, why_no_undo
from arena.rendering.markdown import render_markdown
from ranking.models import Rating, Snapshot
from ranking.store import history

_IN_SPACE: Final = (VoteOutcome.A, VoteOutcome.TIE, VoteOutcome.BOTH_BAD, VoteOutcome.B)
"""Outcomes as the buttons stand, left to right."""


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote one side, and what is known of it."""

    side: str
    name: str
    description: str
    organisation: str
    model: str
    licence: str
    system_prompt: str
    sampling: str
    response: str
    named_itself: bool
    rating: float | None
    lower: float | None
    upper: float | None
    ranks: str
    won: bool


@dataclass(frozen=True, slots=True)
class Share:
    """How many others said the same of the two responses, and where their part of the bar begins and how long it is.

    Attributes
    ----------
    x, width : in per cent of the bar. value : the outcome, for the colour.
    """

    value: str
    label: str
    votes: int
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class KnownAnswer:
    """What is told of a known pair of a calibration round after the vote.

    Attributes
    ----------
    place : which of its round it is. expected : the outcome that was expected. rationale : why, as HTML.
    result : what came of the round, once it is over. may_repeat : whether another round may be tried.
    """

    place: str
    agreed: bool
    expected: str
    rationale: str
    result: str
    may_repeat: bool


@dataclass(frozen=True, slots=True)
class Reveal:
    """What a rater sees after the vote.

    Attributes
    ----------
    others : what others said of the same two responses, in the order of the buttons.
    gain : what this vote told of the gap between the two, as a sentence; empty where it told nothing.
    offered : the reasons that may be ticked. calibration : what is told of a known pair; None for other battles.
    right : what is told of the right answer, where the prompt has one. aside : why the vote has no weight, if so.
    can_undo : whether the vote may still be taken back. undone : whether it was; again : whether it was given again.
    """

    battle: Battle
    outcome: str
    tags: Sequence[str]
    offered: OfferedTags
    comment: str
    prompt: str
    authors: tuple[Author, Author]
    board_name: str
    others: Sequence[Share]
    reason: str
    gain: str
    propensity: float | None
    calibration: KnownAnswer | None
    right: RightAnswer | None
    aside: bool
    can_undo: bool
    undone: bool
    again: bool


def reveal(battle: Battle, now: datetime | None = None) -> Reveal:
    """Return what is shown after the vote: authors, ratings, the votes of others, why this pair and what it told."""
    snapshot = _board_snapshot(battle.contest)
    keys = (battle.contestant_a.slug, battle.contestant_b.slug)
    ratings = {row.item_key: row for row in Rating.objects.filter(snapshot=snapshot, item_key__in=keys)}
    outcome, right = VoteOutcome(battle.vote.outcome), asks_what_is_right(battle.prompt, battle.contest)
    a, b = battle.contestant_a, battle.contestant_b
    return Reveal(
        battle=battle,
        outcome=tell_outcome(outcome, right=right),
        tags=battle.vote.tags,
        offered=offered_tags(battle.contest, battle.vote.tags),
        comment=battle.vote.comment,
        prompt=render_markdown(battle.prompt.text),
        authors=(
            _author("A", a, battle.response_a, ratings.get(a.slug), outcome is VoteOutcome.A),
            _author("B", b, battle.response_b, ratings.get(b.slug), outcome is VoteOutcome.B),
        ),
        board_name=_board_name(battle.contest, snapshot),
        others=_other_votes(battle, right=right),
        reason=tell_reason(battle.reason),
        gain=_gain(battle),
        propensity=battle.propensity,
        calibration=_known_answer(battle, right=right),
        right=right_answer(battle),
        aside=battle.vote.integrity_reason == IntegrityReason.CALIBRATION,
        can_undo=battle.vote.voided_at is None and not why_no_undo(battle, now or timezone.now()),
        undone=battle.vote.void_reason == UNDONE,
        again=is_shown_again(battle),
    )


def _known_answer(battle: Battle, *, right: bool) -> KnownAnswer | None:
    """Return what is told of a known pair of a calibration round; once the round is over also what came of it."""
    found = expected(battle)
    if found is None:
        return None
    standing = calibration(battle.contest, battle.rater)
    return KnownAnswer(
        place=tell_place(battle),
        agreed=found.agreed,
        expected=tell_outcome(found.outcome, right=right),
        rationale=render_markdown(found.rationale) if found.rationale.strip() else "",
        result="" if standing.asks else standing.told,
        may_repeat=standing.may_repeat,
    )


def _gain(battle: Battle) -> str:
    """Return what the vote told of the gap; nothing where it does not count or found no difference to speak of."""
    vote = battle.vote
    if battle.purpose is not None or vote.voided_at is not None or vote.outcome == VoteOutcome.BOTH_BAD:
        return ""
    return tell_gain(battle.reason, vote.integrity_weight)


def _board_snapshot(contest: Contest) -> Snapshot | None:
    for board in contest.boards.all():
        snapshot = history(board.key).first()
        if snapshot is not None:
            return snapshot
    return None


def _board_name(contest: Contest, snapshot: Snapshot | None) -> str:
    slug = snapshot.board_key.rpartition("/")[2] if snapshot else ""
    return next((board.name for board in contest.boards.all() if board.slug == slug), "")


def _author(side: str, contestant: Contestant, response: Response, rating: Rating | None, won: bool) -> Author:
    ranks = ""
    if rating is not None and rating.rank is not None:
        ranks = f"{rating.rank_low}" if rating.rank_low == rating.rank_high else f"{rating.rank_low}–{rating.rank_high}"
    return Author(
        side=side,
        name=contestant.name,
        description=contestant.description,
        organisation=contestant.organisation,
        model=contestant.model,
        licence=contestant.licence,
        system_prompt=contestant.system_prompt,
        sampling=", ".join(f"{key.replace('_', ' ')} {value}" for key, value in contestant.sampling.items()),
        response=render_markdown(response.text),
        named_itself=bool(leaks_of(response)),
        rating=rating.rating if rating else None,
        lower=rating.lower if rating else None,
        upper=rating.upper if rating else None,
        ranks=ranks,
        won=won,
    )


def _other_votes(battle: Battle, *, right: bool) -> list[Share]:
    """Count how the same two responses were voted on otherwise, from the side of this battle."""
    mirrored = {VoteOutcome.A: VoteOutcome.B, VoteOutcome.B: VoteOutcome.A}
    votes = Vote.objects.filter(
        battle__prompt=battle.prompt_id, voided_at__isnull=True, battle__rater__kind=battle.rater.kind
    ).exclude(battle=battle)
    counts = dict.fromkeys(VoteOutcome, 0)
    for a, b, said in votes.filter(
        battle__response_a__in=(battle.response_a_id, battle.response_b_id),
        battle__response_b__in=(battle.response_a_id, battle.response_b_id),
    ).values_list("battle__response_a", "battle__response_b", "outcome"):
        outcome = VoteOutcome(said)
        same = (a, b) == (battle.response_a_id, battle.response_b_id)
        counts[outcome if same else mirrored.get(outcome, outcome)] += 1
    return _shares(counts, right=right)


def _shares(counts: Mapping[VoteOutcome, int], *, right: bool) -> list[Share]:
    """Return the parts of one bar, from A over those without a winner to B; none where nobody voted."""
    total, x, parts = sum(counts.values()), 0.0, []
    for outcome in _IN_SPACE:
        if counts[outcome]:
            width = 100 * counts[outcome] / total
            parts.append(
                Share(outcome.value, tell_outcome(outcome, right=right), counts[outcome], round(x, 3), round(width, 3))
            )
            x += width
    return parts
