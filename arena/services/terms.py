"""Versions of the terms: which is in force. The only writer of that."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from arena.models import Terms


def publish_terms(text: str, *, asks_consent: bool = True, now: datetime | None = None) -> Terms:
    """Put a text in force as the next version."""
    now = now or timezone.now()
    with transaction.atomic():
        last = Terms.objects.aggregate(last=Max("version"))["last"] or 0
        return Terms.objects.create(version=last + 1, text=text, asks_consent=asks_consent, published_at=now)
