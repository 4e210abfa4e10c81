"""How a contest draws its pairs, changed with a log; and which known pairs are shown."""

import math
from typing import Any, Final

from django.contrib.auth.models import User
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.db.models import QuerySet

from arena.models import Contest, KnownPair, Matchmaking, MatchmakingChange
from arena.queries.matchmaking import matchmaking_of
from arena.services.errors import ServiceError

SETTINGS: Final = tuple(
    field.name for field in Matchmaking._meta.concrete_fields if field.editable and field.name not in ("id", "contest")
)
"""What can be changed of a contest's matchmaking."""


def change_matchmaking(contest: Contest, by: User | None, **values: Any) -> Matchmaking:
    """Change how a contest draws its pairs, and log what changed; return how it draws them now.

    What has the value already is no change; where nothing changes, nothing is written.

    Parameters
    ----------
    by : who changes it; nobody where a program does.
    values : any of SETTINGS; those that are not named stay as they are.

    Raises
    ------
    ServiceError
        If a setting does not exist or a value is refused; nothing is written.
    """
    unknown = sorted(set(values) - set(SETTINGS))
    if unknown:
        raise ServiceError(f"Matchmaking has no setting {', '.join(unknown)}; it has {', '.join(SETTINGS)}.")
    with transaction.atomic():
        # Whoever changes it at the same time waits here, so that the log tells each change as it was.
        Contest.objects.select_for_update(no_key=True).get(pk=contest.pk)
        row = matchmaking_of(contest)
        before = {name: getattr(row, name) for name in values}
        for name, value in values.items():
            setattr(row, name, value)
        _check(row)
        after = {name: getattr(row, name) for name in values if getattr(row, name) != before[name]}
        if after:
            row.save()
            was = {name: before[name] for name in after}
            MatchmakingChange.objects.create(contest=contest, by=by, before=was, after=after)
    return row


def _check(row: Matchmaking) -> None:
    """Bring the values of a row to their types; raises ServiceError with every sentence on what is wrong."""
    try:
        row.full_clean()
    except ValidationError as error:
        told = [
            message if name == NON_FIELD_ERRORS else f"{name}: {message}"
            for name, messages in error.message_dict.items()
            for message in messages
        ]
        raise ServiceError(" ".join(told)) from error
    endless = [name for name in SETTINGS if _is_endless(getattr(row, name))]
    if endless:
        raise ServiceError(f"{', '.join(endless)}: write a finite number.")


def _is_endless(value: Any) -> bool:
    return isinstance(value, float) and not math.isfinite(value)


def switch_known_pairs(pairs: QuerySet[KnownPair], *, active: bool) -> int:
    """Show known pairs to raters, or show them no more; return how many changed."""
    return pairs.exclude(active=active).update(active=active)
