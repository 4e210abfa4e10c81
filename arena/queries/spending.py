"""What was spent on responses since midnight, and who may spend more."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db.models import F, FloatField, QuerySet, Sum
from django.db.models.expressions import Combinable

from arena.models import Contest, Response, ResponseOrigin, TalkAnswer

_MILLION: Final = 1_000_000.0


def spent_today(now: datetime) -> tuple[QuerySet[Response], QuerySet[TalkAnswer]]:
    """Return what was paid for since midnight, by the clock of the installation: responses, and answers in talks."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    responses = Response.objects.filter(origin=ResponseOrigin.GENERATED, created_at__gte=midnight)
    return responses, TalkAnswer.objects.filter(created_at__gte=midnight)


def dollars(answers: QuerySet[Any]) -> float:
    """Return what answers cost in US dollars, as far as tokens and prices are known."""
    cost: Combinable = (
        F("prompt_tokens") * F("contestant__prompt_price") + F("completion_tokens") * F("contestant__completion_price")
    ) / _MILLION
    total = answers.order_by().aggregate(total=Sum(cost, output_field=FloatField()))["total"]
    return float(total or 0)


def dollars_of(response: Response) -> float | None:
    """Return what one response cost in US dollars; None where a count of tokens or a price is unknown."""
    of = response.contestant
    if None in (response.prompt_tokens, response.completion_tokens, of.prompt_price, of.completion_price):
        return None
    return dollars(Response.objects.filter(pk=response.pk))


def contest_is_spent(contest: Contest, now: datetime) -> bool:
    """Return whether a contest has spent what it may spend in a day."""
    limit = contest.dollars_a_day
    return limit is not None and _spent(now, contestant__contest=contest) >= limit


def spent_providers(endpoints: Mapping[str, Mapping[str, Any]], now: datetime) -> set[str]:
    """Return the providers that have spent what they may spend in a day, in all contests together."""
    limits = {name: entry["dollars_a_day"] for name, entry in endpoints.items() if "dollars_a_day" in entry}
    return {name for name, limit in limits.items() if _spent(now, contestant__provider=name) >= limit}


def _spent(now: datetime, **whose: Any) -> float:
    return sum(dollars(answers.filter(**whose)) for answers in spent_today(now))
