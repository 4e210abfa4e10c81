"""What leaves the arena: whole contests, votes, preference data. Public ids and keys only, nothing that names a voter."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Count, Q, QuerySet

from arena.exchange.bundle import (
    CallRecord,
    CategoryRecord,
    ContestantRecord,
    ContestBundle,
    ContestRecord,
    CriterionRecord,
    JudgeRecord,
    PromptRecord,
    RaterRecord,
    ResponseRecord,
    VoteRecord,
)
from arena.models import Contest, Judge, JudgeCall, Prompt, PromptState, Rater, RaterKind, Response, Vote, VoteOutcome
from arena.queries.leaderboards import NoSuchBoard
from arena.queries.selection import counted_votes

CHUNK: Final = 500


@dataclass(frozen=True, slots=True)
class PreferencePair:
    """One prompt with a preferred and another response, and how sure that preference is.

    Attributes
    ----------
    turns : the conversation up to and including the prompt.
    votes_chosen, votes_rejected, ties : votes on these two responses; both-bad ones count as neither.
    agreement : share of votes_chosen among the decided votes.
    """

    prompt_id: str
    turns: tuple[dict[str, str], ...]
    chosen: str
    rejected: str
    chosen_contestant: str
    rejected_contestant: str
    votes_chosen: int
    votes_rejected: int
    ties: int
    both_bad: int

    @property
    def agreement(self) -> float:
        """Share of the decided votes that prefer the chosen response."""
        return self.votes_chosen / (self.votes_chosen + self.votes_rejected)


def standing_votes(contest: Contest, raters: str | None = None) -> QuerySet[Vote]:
    """Return the votes of a contest that count: all of them, or those of one board.

    Those on attention checks and repeats tell of raters and never count.

    Parameters
    ----------
    raters : slug of a board; human and simulated are known before their boards are there.

    Raises
    ------
    NoSuchBoard
        If the contest has no board of that slug.
    """
    votes = Vote.objects.filter(battle__contest=contest, battle__purpose__isnull=True, voided_at__isnull=True)
    votes = votes.filter(integrity_weight__gt=0)
    votes = votes.exclude(battle__prompt__state=PromptState.JUNK)
    if raters is None:
        return votes
    boards = list(contest.boards.all())
    board = next((board for board in boards if board.slug == raters), None)
    if board is not None:
        return counted_votes(board)
    if raters in {RaterKind.HUMAN, RaterKind.SIMULATED}:
        return votes.filter(battle__rater__kind=raters)
    raise NoSuchBoard(raters, boards)


def preference_pairs(contest: Contest, raters: str, minimum_agreement: float = 0.0) -> Iterator[PreferencePair]:
    """Return every pair of responses that the voters of a board prefer one way, prompt by prompt.

    Ties between the votes give no preference and no row, and conversations of several turns none either. The number of
    queries grows with the number of pairs only by reading them in chunks, while the pairs are taken.

    Raises
    ------
    NoSuchBoard
        If the contest has no board of the slug `raters`; at once, before the first pair is asked for.
    """
    return _preferred(standing_votes(contest, raters), minimum_agreement)


def _preferred(votes: QuerySet[Vote], minimum_agreement: float) -> Iterator[PreferencePair]:
    # The two histories of a conversation differ, so that its last answers were not preferred on the same prompt.
    votes = votes.filter(battle__response_a__turns__isnull=True, battle__response_b__turns__isnull=True)
    sums = {outcome: Count("id", filter=Q(outcome=outcome)) for outcome in VoteOutcome}
    counted = (
        votes.order_by("battle__prompt", "battle__response_a", "battle__response_b")
        .values_list("battle__prompt", "battle__response_a", "battle__response_b")
        .annotate(**{f"n_{outcome.value.lower()}": count for outcome, count in sums.items()})
    )
    merged: dict[tuple[int, int, int], list[int]] = {}
    for prompt, first, second, a, b, tie, bad in counted.iterator(chunk_size=CHUNK):
        low, high = sorted((first, second))
        tally = merged.setdefault((prompt, low, high), [0, 0, 0, 0])
        for place, n in enumerate((a, b, tie, bad) if first == low else (b, a, tie, bad)):
            tally[place] += n
    decided = {key: tally for key, tally in merged.items() if tally[0] != tally[1]}
    keys = list(decided)
    for start in range(0, len(keys), CHUNK):
        yield from _pairs({key: decided[key] for key in keys[start : start + CHUNK]}, minimum_agreement)


def _pairs(decided: dict[tuple[int, int, int], list[int]], minimum: float) -> Iterator[PreferencePair]:
    prompts = Prompt.objects.in_bulk({key[0] for key in decided})
    wanted = {response for key in decided for response in key[1:]}
    responses = {row.pk: row for row in Response.objects.filter(pk__in=wanted).select_related("contestant")}
    for (prompt_id, low, high), (for_low, for_high, ties, bad) in decided.items():
        chosen, rejected = (low, high) if for_low > for_high else (high, low)
        prompt = prompts[prompt_id]
        pair = PreferencePair(
            prompt_id=prompt.public_id,
            turns=(*prompt.turns, {"role": "user", "content": prompt.text}),
            chosen=responses[chosen].text,
            rejected=responses[rejected].text,
            chosen_contestant=responses[chosen].contestant.slug,
            rejected_contestant=responses[rejected].contestant.slug,
            votes_chosen=max(for_low, for_high),
            votes_rejected=min(for_low, for_high),
            ties=ties,
            both_bad=bad,
        )
        if pair.agreement >= minimum:
            yield pair


def export_bundle(contest: Contest) -> ContestBundle:
    """Return a whole contest as records, voided votes included: everything but accounts and browsers.

    All of it is read as of one moment, whatever is voted meanwhile.
    """
    with _one_moment():
        return _read_bundle(contest)


@contextmanager
def _one_moment() -> Iterator[None]:
    """Read as of one moment: SQLite does within a transaction, PostgreSQL wants to be told."""
    nested = connection.in_atomic_block
    with transaction.atomic():
        if connection.vendor == "postgresql" and not nested:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def _read_bundle(contest: Contest) -> ContestBundle:
    votes = _vote_records(contest)
    return ContestBundle(
        contest=ContestRecord(**{name: getattr(contest, name) for name in ContestRecord.__slots__}),
        categories=[CategoryRecord(row.slug, row.name) for row in contest.categories.order_by("slug")],
        criteria=[_record(CriterionRecord, row) for row in contest.criteria.order_by("slug")],
        contestants=[_record(ContestantRecord, row) for row in contest.contestants.order_by("slug")],
        prompts=[
            _record(PromptRecord, row, categories=tuple(sorted(category.slug for category in row.categories.all())))
            for row in contest.prompts.order_by("slug").prefetch_related("categories")
        ],
        responses=[
            _record(ResponseRecord, row, prompt=row.prompt.slug, contestant=row.contestant.slug)
            for row in contest.responses.select_related("prompt", "contestant").order_by(
                "prompt__slug", "contestant__slug", "sample"
            )
        ],
        judges=[
            _record(JudgeRecord, row)
            for row in Judge.objects.filter(rater__battles__contest=contest).distinct().order_by("slug", "version")
        ],
        raters=_rater_records(contest),
        votes=votes,
    )


def rater_key(rater: Rater) -> str:
    """Return the opaque key under which a rater is exported: where it came from, or its public id."""
    # What stands in the place of a browser or an account that is gone is a key for nobody.
    elsewhere = None if rater.left_at or rater.joined_id else rater.external_key
    return elsewhere or rater.public_id


def _rater_records(contest: Contest) -> list[RaterRecord]:
    raters = Rater.objects.filter(battles__contest=contest, battles__vote__isnull=False).distinct()
    records = [
        RaterRecord(
            key=rater_key(rater),
            kind=rater.kind,
            judge=rater.judge.slug if rater.judge else "",
            judge_version=rater.judge.version if rater.judge else 1,
        )
        for rater in raters.select_related("judge")
    ]
    return sorted(records, key=lambda record: record.key)


def _vote_records(contest: Contest) -> list[VoteRecord]:
    votes = Vote.objects.filter(battle__contest=contest).select_related(
        "battle__prompt",
        "battle__contestant_a",
        "battle__contestant_b",
        "battle__response_a",
        "battle__response_b",
        "battle__rater",
    )
    calls: dict[int, list[CallRecord]] = {}
    for call in JudgeCall.objects.filter(battle__contest=contest, battle__vote__isnull=False).order_by("id"):
        calls.setdefault(call.battle_id, []).append(_record(CallRecord, call))
    return [_vote_record(vote, tuple(calls.get(vote.battle_id, ()))) for vote in votes.order_by("battle__public_id")]


def _vote_record(vote: Vote, calls: tuple[CallRecord, ...]) -> VoteRecord:
    battle = vote.battle
    when: datetime | None = battle.closed_at
    return VoteRecord(
        key=battle.public_id,
        rater=rater_key(battle.rater),
        prompt=battle.prompt.slug,
        contestant_a=battle.contestant_a.slug,
        contestant_b=battle.contestant_b.slug,
        sample_a=battle.response_a.sample,
        sample_b=battle.response_b.sample,
        outcome=vote.outcome,
        served_at=battle.served_at,
        voted_at=when,
        policy=battle.policy,
        branch=battle.branch,
        propensity=battle.propensity,
        reason=battle.reason,
        purpose=battle.purpose or "",
        tags=tuple(vote.tags),
        comment=vote.comment,
        duration_ms=vote.duration_ms,
        voided_at=vote.voided_at,
        void_reason=vote.void_reason,
        integrity_weight=vote.integrity_weight,
        integrity_reason=vote.integrity_reason,
        calls=calls,
    )


def _record(kind: type[Any], row: Any, **given: Any) -> Any:
    values = {name: getattr(row, name) for name in kind.__slots__ if name not in given}
    return kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}, **given)
