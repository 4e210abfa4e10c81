"""Leaks: looked for when a response is written, and later where rules or names changed. Prompts that ask for them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.core.cache import cache
from django.db import transaction
from django.db.models import Count, Max, Q, QuerySet

from arena.integrity.leaks import find_leaks, leaks_version
from arena.integrity.names import Cast, Names
from arena.integrity.questions import asks_identity
from arena.models import Contest, Contestant, Prompt, PromptState, Response
from arena.queries.leaks import author_names, contest_cast, leaking, told_of
from arena.services.progress import Progress, SilentProgress

BATCH: Final = 500
ASKS: Final = "asks who answers"
MARK_SECONDS: Final = 86_400
"""How long it is remembered that everything was looked through; a cache that forgets costs one look."""


@dataclass(frozen=True, slots=True)
class LeakReport:
    """How many responses were looked through, how many of the contest's name their author, how many prompts were flagged."""

    looked_at: int
    leaking: int
    flagged: int


def leak_fields(text: str, names: Names, asked: str) -> dict[str, Any]:
    """Return the fields of a response that hold where its text names its author."""
    found = find_leaks(text, names, asked)
    return {"leaks": [leak.to_dict() for leak in found], "leaks_version": leaks_version(names)}


def author_leaks(text: str, author: Contestant, prompt: Prompt) -> dict[str, Any]:
    """Return `leak_fields` of one response, among the names of its contest."""
    return leak_fields(text, author_names(contest_cast(author.contest_id), author.pk), told_of(prompt))


def prompt_fields(text: str, state: str) -> dict[str, Any]:
    """Return the fields of a new prompt that say whether it asks who answers; then it is suspect, and not drawn."""
    asks = asks_identity(text)
    if asks and state == PromptState.GOOD:
        return {"asks_identity": True, "state": PromptState.SUSPECT, "state_reason": ASKS}
    return {"asks_identity": asks}


def find_all_leaks(contest: Contest | None = None, progress: Progress | None = None) -> LeakReport:
    """Look through what was not looked through by these rules, with these names: responses and prompts.

    A batch is written as soon as it is read, so the work may be interrupted and goes on where it was.

    Parameters
    ----------
    contest : only this one; all if left out.
    """
    progress = progress or SilentProgress()
    chosen = [contest] if contest else list(Contest.objects.order_by("id"))
    flagged = sum(flag_prompts(one) for one in chosen)
    casts = {one.pk: contest_cast(one.pk) for one in chosen}
    waiting = {one.pk: unread_responses(one, casts[one.pk]) for one in chosen}
    total = sum(rows.count() for rows in waiting.values())
    if total:
        progress.start(total, "Responses that name their author")
    for key, rows in waiting.items():
        for batch in _batches(rows):
            _write(batch, casts[key])
            progress.advance(len(batch))
    leaky = Response.objects.filter(leaking(), contest__in=chosen).count()
    return LeakReport(total, leaky, flagged)


def find_leaks_everywhere() -> int:
    """Look through what is new in each contest, or was looked through with other names; return how many responses.

    Where neither a response nor a prompt nor a name came or went since, nothing but that is looked up. Names that came
    later are found within a minute this way, whoever wrote them down.
    """
    looked_at = 0
    for contest in Contest.objects.order_by("id"):
        key, mark = f"leaks:{contest.public_id}", _mark(contest)
        if cache.get(key) == mark:
            continue
        looked_at += find_all_leaks(contest).looked_at
        cache.set(key, mark, MARK_SECONDS)
    return looked_at


def _mark(contest: Contest) -> tuple[str, Mapping[str, Any], Mapping[str, Any]]:
    """Return what changes whenever a response or a prompt comes, another name, or other rules."""
    counts = {"count": Count("id"), "last": Max("id")}
    responses = Response.objects.filter(contest=contest).order_by().aggregate(**counts)
    prompts = Prompt.objects.filter(contest=contest).order_by().aggregate(**counts)
    return leaks_version(author_names(contest_cast(contest.pk), 0)), responses, prompts


def unread_responses(contest: Contest, cast: dict[int, Cast]) -> QuerySet[Response]:
    """Return the responses that were not looked through, or by older rules, or with other names."""
    current = leaks_version(author_names(cast, 0))
    return Response.objects.filter(Q(leaks_version__isnull=True) | ~Q(leaks_version=current), contest=contest)


def flag_prompts(contest: Contest) -> int:
    """Mark the good prompts that ask who answers as suspect, so that they are not drawn; return how many.

    Each prompt is looked at once, so that an admin who marks it as good again has the last word.
    """
    unread = Prompt.objects.filter(contest=contest, asks_identity__isnull=True)
    found: dict[bool, list[int]] = {True: [], False: []}
    for key, text in unread.values_list("pk", "text"):
        found[asks_identity(text)].append(key)
    flagged = 0
    with transaction.atomic():
        for asks, keys in found.items():
            for start in range(0, len(keys), BATCH):
                batch = Prompt.objects.filter(pk__in=keys[start : start + BATCH])
                if asks:
                    flagged += batch.filter(state=PromptState.GOOD).update(state=PromptState.SUSPECT, state_reason=ASKS)
                batch.update(asks_identity=asks)
    return flagged


def _batches(waiting: QuerySet[Response]) -> Iterator[list[Response]]:
    """Yield what waits, by id, so that no row is read twice."""
    last = 0
    rows = waiting.select_related("prompt").order_by("pk")
    while batch := list(rows.filter(pk__gt=last)[:BATCH]):
        yield batch
        last = batch[-1].pk


def _write(batch: list[Response], cast: dict[int, Cast]) -> None:
    names = {key: author_names(cast, key) for key in {response.contestant_id for response in batch}}
    for response in batch:
        found = leak_fields(response.text, names[response.contestant_id], told_of(response.prompt))
        response.leaks, response.leaks_version = found["leaks"], found["leaks_version"]
    with transaction.atomic():
        # A live conversation may have grown since it was read, and whoever wrote that looked through it.
        held = Response.objects.select_for_update(no_key=True).filter(pk__in=[response.pk for response in batch])
        texts = dict(held.order_by("pk").values_list("pk", "text"))
        same = [response for response in batch if texts.get(response.pk) == response.text]
        Response.objects.bulk_update(same, ["leaks", "leaks_version"])
