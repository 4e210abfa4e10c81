"""Equal texts of two contestants: never shown, recorded once as a tie that no board counts."""

import itertools
from collections.abc import Iterator
from typing import Any, Final

from django.core.cache import cache
from django.db import transaction
from django.db.models import Count, F, Max, QuerySet, Sum, Window
from django.db.models.functions import MD5
from django.utils import timezone

from arena.models import (
    Battle,
    BattleState,
    Contest,
    ContestState,
    IntegrityReason,
    PromptState,
    Rater,
    RaterKind,
    Response,
    Vote,
    VoteOutcome,
)
from arena.services.raters import enrol_external

POLICY: Final = "identical/1"
RATER: Final = "rule:identical-responses"
BATCH: Final = 500
MARK_SECONDS: Final = 86_400


def record_identical_responses(contest: Contest, limit: int = 1000) -> int:
    """Record each pair of equal responses to one good prompt as a tie by rule; return how many are new.

    Nobody is asked about equal texts, so that these pairs would otherwise leave no trace. Their ties have no weight,
    and no board, page or export of votes counts them. Repeating it changes nothing, and where no response came or
    went since all were recorded, nothing but that is looked up.

    Parameters
    ----------
    limit : the most that are recorded now; the others are left to the next call.
    """
    playable = Response.objects.filter(contest=contest, sample=0, prompt__state=PromptState.GOOD).order_by()
    key, mark = f"identical:{contest.public_id}", _mark(playable)
    if cache.get(key) == mark:
        return 0
    rater = enrol_external(RATER, RaterKind.SIMULATED)
    with transaction.atomic():
        # Another worker that does the same waits here, and then finds what this one wrote.
        Rater.objects.select_for_update(no_key=True).get(pk=rater.pk)
        fresh = list(itertools.islice(_new_pairs(contest, rater, playable), limit))
        _write(contest, rater, fresh)
    if len(fresh) < limit:
        cache.set(key, mark, MARK_SECONDS)
    return len(fresh)


def record_identical_everywhere() -> int:
    """Record the equal responses of every open contest; return how many are new."""
    return sum(record_identical_responses(contest) for contest in Contest.objects.filter(state=ContestState.OPEN))


def _mark(playable: QuerySet[Response]) -> dict[str, Any]:
    """Return what changes whenever a response comes or goes, or another prompt is good."""
    return playable.aggregate(count=Count("id"), last=Max("id"), sum=Sum("id"))


def _new_pairs(contest: Contest, rater: Rater, playable: QuerySet[Response]) -> Iterator[tuple[Response, Response]]:
    """Yield the pairs of equal responses that were not recorded, the older contestant first."""
    recorded = set(Battle.objects.filter(contest=contest, rater=rater).values_list("response_a_id", "response_b_id"))
    for group in _groups(playable):
        for first, second in itertools.combinations(group, 2):
            if (first.pk, second.pk) not in recorded:
                yield first, second


def _groups(playable: QuerySet[Response]) -> Iterator[list[Response]]:
    """Yield the responses to one prompt that have one text, by contestant; found by hash in the database."""
    alike = (
        playable.annotate(digest=MD5("text"))
        .annotate(alike=Window(Count("id"), partition_by=[F("prompt_id"), F("digest")]))
        .filter(alike__gt=1)
        .only("id", "prompt_id", "contestant_id")
        .order_by("prompt_id", "digest", "contestant_id")
    )
    for _, group in itertools.groupby(alike, key=lambda row: (row.prompt_id, row.digest)):
        yield list(group)


def _write(contest: Contest, rater: Rater, pairs: list[tuple[Response, Response]]) -> None:
    now = timezone.now()
    battles = [
        Battle(
            contest=contest,
            prompt_id=first.prompt_id,
            response_a_id=first.pk,
            response_b_id=second.pk,
            contestant_a_id=first.contestant_id,
            contestant_b_id=second.contestant_id,
            rater=rater,
            state=BattleState.VOTED,
            policy=POLICY,
            reason={"source": "identical"},
            served_at=now,
            closed_at=now,
        )
        for first, second in pairs
    ]
    Battle.objects.bulk_create(battles, batch_size=BATCH)
    Vote.objects.bulk_create(
        (
            Vote(
                battle=battle,
                outcome=VoteOutcome.TIE,
                integrity_weight=0,
                integrity_reason=IntegrityReason.IDENTICAL,
                created_at=now,
            )
            for battle in battles
        ),
        batch_size=BATCH,
    )
