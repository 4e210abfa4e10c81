"""What every fact shares: a public id that tells nothing and a time of birth."""

import uuid6
from django.db import models
from django.utils import timezone


def new_public_id() -> str:
    """Return a fresh time-ordered identifier (UUIDv7, RFC 9562) as text without dashes.

    Time-ordered, so that an index on it grows at one end; never sequential, so that a browser learns
    nothing about how many rows there are.
    """
    return uuid6.uuid7().hex


class Fact(models.Model):
    """Abstract row with a public id; the numeric primary key never leaves the server."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        abstract = True
