"""The ledger of judge calls: what each judge was shown and what it said, failures included."""

from django.db import models
from django.db.models import Q

from arena.models.base import Fact
from arena.models.battles import Battle
from arena.models.raters import Judge


class CallOrder(models.TextChoices):
    """Order in which the judge saw the responses: as in the battle, or swapped."""

    AB = "AB", "A first"
    BA = "BA", "B first"


class JudgeCall(Fact):
    """One question to one judge in one order. Append-only; a failure is a status, never a vote."""

    battle = models.ForeignKey(Battle, on_delete=models.PROTECT, related_name="judge_calls")
    judge = models.ForeignKey(Judge, on_delete=models.PROTECT, related_name="calls")
    order = models.CharField(max_length=2, choices=CallOrder)
    attempt = models.PositiveSmallIntegerField(default=1)
    verdict = models.CharField(max_length=8, blank=True, help_text="A, B, TIE or BOTH_BAD of the battle's sides.")
    preference = models.FloatField(null=True, blank=True, help_text="Probability that side A is better, as judged.")
    raw_text = models.TextField(blank=True)
    failure = models.CharField(max_length=200, blank=True)
    prompt_tokens = models.PositiveIntegerField(null=True, blank=True)
    completion_tokens = models.PositiveIntegerField(null=True, blank=True)
    latency_ms = models.FloatField(null=True, blank=True)
    details = models.JSONField(default=dict, blank=True, help_text="Log-probabilities, scores, seed.")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["battle", "judge", "order", "attempt"], name="judge_call_unique"),
            models.CheckConstraint(condition=Q(order__in=CallOrder.values), name="judge_call_order_known"),
            models.CheckConstraint(
                condition=Q(preference__isnull=True) | Q(preference__gte=0, preference__lte=1),
                name="judge_call_preference_is_a_probability",
            ),
            models.CheckConstraint(
                condition=(Q(verdict="") & ~Q(failure="")) | Q(verdict__in=["A", "B", "TIE", "BOTH_BAD"], failure=""),
                name="judge_call_verdict_or_failure",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.judge} on {self.battle}, {self.order}"
