"""Where responses name their author, as stored or as found now, and their texts as they are shown before the vote."""

from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Q, Subquery

from arena.integrity.leaks import VERSION, Leak, find_leaks, mask_leaks
from arena.integrity.names import Cast, Names, names_of
from arena.models import Contest, Contestant, LeakPolicy, Prompt, Response


def leaking() -> Q:
    """Return the condition that a response was found to name its author."""
    return Q(leaks__isnull=False) & ~Q(leaks=[])


def left_out(contest: Contest) -> Q:
    """Return the condition of responses that are not shown: those that name their author, if the contest says so."""
    return leaking() if contest.leak_policy == LeakPolicy.EXCLUDE else Q(pk__in=[])


def count_leaking() -> Subquery:
    """Return the expression of how many responses of a contest name their author; null where none does."""
    found = Response.objects.filter(leaking(), contest=OuterRef("pk")).order_by()
    return Subquery(found.values("contest").annotate(n=Count("id")).values("n"), output_field=IntegerField())


def contest_cast(contest_id: int) -> dict[int, Cast]:
    """Return what the contestants of a contest are called, by primary key; one query."""
    rows = Contestant.objects.filter(contest=contest_id).order_by("id")
    return {pk: Cast(*told) for pk, *told in rows.values_list("pk", "name", "slug", "model", "organisation")}


def author_names(cast: dict[int, Cast], author_id: int) -> Names:
    """Return the names that count for a response of one of the cast."""
    return names_of(cast.values(), cast.get(author_id))


def told_of(prompt: Prompt) -> str:
    """Return all that a prompt says: its earlier turns and its text."""
    return "\n".join([*(turn["content"] for turn in prompt.turns), prompt.text])


def leaks_of(response: Response) -> tuple[Leak, ...]:
    """Return where a response names its author: as stored, or found now where it was not, or by older rules.

    The stored ones hold until rules change; a name that came into the contest since is looked for by `find_leaks`.
    """
    if response.leaks is not None and (response.leaks_version or "").startswith(f"{VERSION}."):
        return stored_leaks(response)
    names = author_names(contest_cast(response.contest_id), response.contestant_id)
    return find_leaks(response.text, names, told_of(response.prompt))


def stored_leaks(response: Response) -> tuple[Leak, ...]:
    """Return the leaks that are stored with a response."""
    found: list[dict[str, Any]] = response.leaks or []
    return tuple(Leak.from_dict(told) for told in found)


def blind_text(response: Response) -> str:
    """Return the text of a response as it is shown before the vote: without what tells who wrote it."""
    return mask_leaks(response.text, leaks_of(response))
