"""Votes: one rater's outcome for one battle. Voided and restored, never deleted."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from arena.models.base import Fact
from arena.models.battles import Battle


class VoteOutcome(models.TextChoices):
    """What a rater can say of a battle. A skip leaves no vote."""

    A = "A", _("A is better")
    B = "B", _("B is better")
    TIE = "TIE", _("Tie: both good")
    BOTH_BAD = "BOTH_BAD", _("Both are bad")


class IntegrityReason(models.TextChoices):
    """Why a vote counts less than one."""

    NONE = "", "Full weight"
    TOO_FAST = "too_fast", "Faster than the answers can be read"
    IDENTITY_LEAK = "identity_leak", "A response named its author"
    ANOMALY = "anomaly", "Anomalous rater"
    RATE_LIMIT = "rate_limit", "Beyond the rater's daily cap"
    IDENTICAL = "identical", "Both responses are the same text"
    CALIBRATION = "calibration", "Its voter missed too many known pairs"
    MANUAL = "manual", "Set by an admin"


class Vote(Fact):
    """One rater's outcome for one battle."""

    battle = models.OneToOneField(Battle, on_delete=models.PROTECT, related_name="vote")
    outcome = models.CharField(max_length=8, choices=VoteOutcome)
    tags = models.JSONField(default=list, blank=True, help_text="Closed list of reasons the voter ticked.")
    comment = models.TextField(blank=True)
    duration_ms = models.PositiveIntegerField(null=True, blank=True, help_text="From serving to voting.")
    voided_at = models.DateTimeField(null=True, blank=True)
    voided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    void_reason = models.CharField(max_length=200, blank=True)
    integrity_weight = models.FloatField(default=1.0)
    integrity_reason = models.CharField(max_length=24, choices=IntegrityReason, blank=True, default="")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=VoteOutcome.values), name="vote_outcome_known"),
            models.CheckConstraint(
                condition=Q(integrity_weight__gte=0, integrity_weight__lte=1), name="vote_weight_between_0_and_1"
            ),
            models.CheckConstraint(
                condition=Q(integrity_weight=1, integrity_reason="")
                | (Q(integrity_weight__lt=1) & ~Q(integrity_reason="")),
                name="vote_weight_below_1_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(voided_at__isnull=True, voided_by__isnull=True, void_reason="")
                | (Q(voided_at__isnull=False) & ~Q(void_reason="")),
                name="vote_voided_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} on {self.battle}"


class VoteCorrection(Fact):
    """One line of the append-only log of votes voided and restored."""

    class Verb(models.TextChoices):
        VOID = "void", "Voided"
        RESTORE = "restore", "Restored"

    vote = models.ForeignKey(Vote, on_delete=models.PROTECT, related_name="corrections")
    verb = models.CharField(max_length=8, choices=Verb)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=200)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(verb__in=["void", "restore"]), name="correction_verb_known"),
            models.CheckConstraint(condition=~Q(reason=""), name="correction_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.vote}"
