"""Contests, contestants, prompts and judges: the changes of state that an admin makes in bulk."""

from django.db import transaction
from django.db.models import Max, QuerySet

from arena.models import Contest, Contestant, ContestantState, ContestState, Judge, Prompt, PromptState
from arena.services.errors import ServiceError


def change_contests_state(contests: QuerySet[Contest], state: ContestState) -> int:
    """Open, close or hide contests; return how many changed. Votes stay, whatever the state."""
    return contests.exclude(state=state).update(state=state)


def change_contestants_state(contestants: QuerySet[Contestant], state: ContestantState) -> int:
    """Activate, pause or retire contestants; return how many changed.

    Only active ones are drawn. Battles that are out already may still be voted on, and votes and places on the
    boards stay.
    """
    return contestants.exclude(state=state).update(state=state)


def mark_prompts(prompts: QuerySet[Prompt], state: PromptState, reason: str = "") -> int:
    """Mark prompts as good, suspect or junk; return how many changed.

    Only good ones are drawn. The votes on junk leave the boards, and come back when it is marked as good.

    Raises
    ------
    ServiceError
        If a prompt is to be excluded without a reason.
    """
    reason = reason.strip()
    if state != PromptState.GOOD and not reason:
        raise ServiceError("Say why: a prompt is excluded only with a reason.")
    if len(reason) > 200:
        raise ServiceError("Keep the reason within 200 characters.")
    return prompts.exclude(state=state).update(state=state, state_reason=reason)


def copy_judge(judge: Judge) -> Judge:
    """Return the next version of a judge, equal to this one and free to be changed before its first verdict.

    A judge that has given verdicts never changes: its votes would no longer be of one kind.
    """
    with transaction.atomic():
        newest = Judge.objects.filter(slug=judge.slug).aggregate(version=Max("version"))["version"]
        return Judge.objects.create(
            slug=judge.slug,
            version=newest + 1,
            name=judge.name,
            kind=judge.kind,
            provider=judge.provider,
            model=judge.model,
            prompt=judge.prompt,
            settings=judge.settings,
        )
