"""Battles: one prompt, two responses, sides A and B, issued blind to one rater."""

import secrets

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from arena.models.base import Fact
from arena.models.contests import Contest, Contestant
from arena.models.prompts import Prompt, Response
from arena.models.raters import Rater


def new_token() -> str:
    """Return a one-use secret of 192 bits that lets its rater see and close one battle."""
    return secrets.token_urlsafe(24)


class BattleState(models.TextChoices):
    """served -> voted, skipped or expired; nothing leads back."""

    SERVED = "served", _("Served")
    VOTED = "voted", _("Voted")
    SKIPPED = "skipped", _("Skipped")
    EXPIRED = "expired", _("Expired")


class BattlePurpose(models.TextChoices):
    """What a battle is for that does not rank; its votes count on no board."""

    CHECK = "check", "Attention check"
    REPEAT = "repeat", "Repeat with the sides swapped"
    AGAIN = "again", "Shown again after an undo, names known"
    LIVE = "live", "Live, in a contest that counts none of them"
    CALIBRATION = "calibration", "Known pair of a calibration round"


class SkipReason(models.TextChoices):
    """Why a battle was skipped, where its rater said so."""

    CANNOT_JUDGE = "cannot_judge", _("I cannot judge this")


class Battle(Fact):
    """A pair as it was issued: what was shown, to whom, and why this pair."""

    contest = models.ForeignKey(Contest, on_delete=models.PROTECT, related_name="battles")
    prompt = models.ForeignKey(Prompt, on_delete=models.PROTECT, related_name="battles")
    response_a = models.ForeignKey(Response, on_delete=models.PROTECT, related_name="+")
    response_b = models.ForeignKey(Response, on_delete=models.PROTECT, related_name="+")
    contestant_a = models.ForeignKey(Contestant, on_delete=models.PROTECT, related_name="+")
    contestant_b = models.ForeignKey(Contestant, on_delete=models.PROTECT, related_name="+")
    rater = models.ForeignKey(Rater, on_delete=models.PROTECT, related_name="battles")
    token = models.CharField(max_length=48, unique=True, default=new_token, editable=False)
    state = models.CharField(max_length=16, choices=BattleState, default=BattleState.SERVED)
    policy = models.CharField(max_length=40, help_text="Matchmaking policy and version, or imported.")
    branch = models.CharField(max_length=16, blank=True, help_text="active or floor.")
    propensity = models.FloatField(null=True, blank=True, help_text="Probability with which this pair was drawn.")
    reason = models.JSONField(default=dict, blank=True, help_text="Why this pair, as the policy explained it.")
    # Null where it ranks: a column that may be null is added on SQLite without rebuilding the table and its triggers.
    purpose = models.CharField(  # noqa: DJ001
        max_length=16, null=True, blank=True, choices=BattlePurpose, help_text="Empty where the battle ranks."
    )
    skip_reason = models.CharField(  # noqa: DJ001
        max_length=16, null=True, blank=True, choices=SkipReason, help_text="Empty where none was given."
    )
    served_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["contest", "state"], name="battle_contest_state"),
            models.Index(fields=["rater", "state"], name="battle_rater_state"),
            models.Index(fields=["expires_at"], condition=Q(state="served"), name="battle_served_expiry"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=BattleState.values), name="battle_state_known"),
            models.CheckConstraint(
                condition=~Q(contestant_a=F("contestant_b")), name="battle_between_different_contestants"
            ),
            models.CheckConstraint(
                condition=Q(propensity__isnull=True) | Q(propensity__gt=0, propensity__lte=1),
                name="battle_propensity_is_a_probability",
            ),
            models.CheckConstraint(
                condition=Q(state="served", closed_at__isnull=True) | (~Q(state="served") & Q(closed_at__isnull=False)),
                name="battle_closed_exactly_when_not_served",
            ),
        ]

    def __str__(self) -> str:
        return f"Battle {self.public_id[-8:]}"

    def is_late(self) -> bool:
        """Return whether the time for a vote has run out, swept already or not."""
        return self.expires_at is not None and self.expires_at <= timezone.now()
