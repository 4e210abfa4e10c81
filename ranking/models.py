"""Published standings. Keyed by strings, without a foreign key into the arena: history survives renames."""

import uuid6
from django.db import models
from django.db.models import F, Q


def new_public_id() -> str:
    """Return a fresh time-ordered identifier (UUIDv7, RFC 9562) as text without dashes."""
    return uuid6.uuid7().hex


class Snapshot(models.Model):
    """Standings as published: immutable, addressed by the hash of votes and settings."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    board_key = models.CharField(max_length=200)
    content_hash = models.CharField(max_length=64)
    engine_version = models.CharField(max_length=16)
    settings = models.JSONField()
    votes = models.FloatField()
    both_bad = models.FloatField()
    iterations = models.PositiveIntegerField()
    gradient_norm = models.FloatField()
    notices = models.JSONField(default=list)
    explanation = models.TextField()
    pair_table = models.JSONField(help_text="items, and wins, ties, both_bad as [row, column, weight] cells.")
    coefficients = models.JSONField(default=list, help_text="What style is worth, in logits, where it is controlled.")
    tie_probability = models.FloatField(null=True, help_text="Between equals, where ties are modelled.")
    diagnosis = models.JSONField(null=True, help_text="What was checked beside the ratings.")
    apart = models.JSONField(default=list, help_text="Groups that no comparison connects with the rated one.")
    fingerprint = models.CharField(
        max_length=64, blank=True, help_text="Of the votes as last seen; while it stands nothing is computed anew."
    )
    published_at = models.DateTimeField()

    class Meta:
        ordering = ["-published_at", "-id"]
        get_latest_by = ["published_at", "id"]
        indexes = [models.Index(fields=["board_key", "-published_at", "-id"], name="snapshot_board_latest")]

    def __str__(self) -> str:
        return f"{self.board_key} of {self.published_at:%Y-%m-%d %H:%M}"


class Rating(models.Model):
    """One row of a snapshot. A rating is never without its interval."""

    snapshot = models.ForeignKey(Snapshot, on_delete=models.CASCADE, related_name="ratings")
    item_key = models.CharField(max_length=120)
    rating = models.FloatField(null=True)
    lower = models.FloatField(null=True)
    upper = models.FloatField(null=True)
    rank = models.PositiveIntegerField(null=True)
    rank_low = models.PositiveIntegerField(null=True)
    rank_high = models.PositiveIntegerField(null=True)
    rank_ub = models.PositiveIntegerField(null=True)
    tier = models.PositiveIntegerField(null=True)
    at_least = models.FloatField(null=True)
    at_most = models.FloatField(null=True)
    plain_rating = models.FloatField(null=True)
    plain_rank = models.PositiveIntegerField(null=True)
    theta = models.FloatField(null=True)
    standard_error = models.FloatField(null=True)
    votes = models.FloatField()
    wins = models.FloatField()
    losses = models.FloatField()
    ties = models.FloatField()
    both_bad = models.FloatField()
    win_rate = models.FloatField(null=True)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["snapshot", "id"]
        constraints = [
            models.UniqueConstraint(fields=["snapshot", "item_key"], name="rating_once_a_snapshot"),
            models.CheckConstraint(
                condition=Q(rating__isnull=True, lower__isnull=True, upper__isnull=True, rank__isnull=True)
                | Q(rating__isnull=False, lower__lte=F("rating"), upper__gte=F("rating"), rank__gte=1),
                name="rating_never_without_its_interval",
            ),
            models.CheckConstraint(
                condition=Q(rank__isnull=True) | Q(rank_low__lte=F("rank"), rank_high__gte=F("rank")),
                name="rating_rank_within_its_range",
            ),
            models.CheckConstraint(
                condition=Q(rating__isnull=False) | ~Q(note=""), name="rating_missing_with_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_key}: {'unrated' if self.rating is None else round(self.rating)}"
