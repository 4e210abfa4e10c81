"""Runs: long work as rows that a worker claims. The queue only wakes; the row remembers."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from arena.models.base import Fact
from arena.models.contests import Contest
from arena.models.raters import Judge


class RunKind(models.TextChoices):
    """What a run does."""

    GENERATE = "generate", "Generate responses"
    JUDGE = "judge", "Run a judge"
    REFRESH = "refresh", "Refresh leaderboards"
    REPLAY = "replay", "Replay matchmaking policies"


class RunState(models.TextChoices):
    """queued -> running -> done, failed or cancelled; a run whose lease ran out is claimed again."""

    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


class Run(Fact):
    """One piece of long work with its progress."""

    kind = models.CharField(max_length=16, choices=RunKind)
    contest = models.ForeignKey(Contest, on_delete=models.PROTECT, related_name="runs")
    judge = models.ForeignKey(Judge, on_delete=models.PROTECT, null=True, blank=True, related_name="runs")
    parameters = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=16, choices=RunState, default=RunState.QUEUED)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    message = models.TextField(blank=True)
    result = models.JSONField(null=True, blank=True, help_text="What a replay found; empty for other kinds.")
    claimed_by = models.CharField(max_length=80, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["state", "lease_until"], name="run_state_lease")]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=RunKind.values), name="run_kind_known"),
            models.CheckConstraint(condition=Q(state__in=RunState.values), name="run_state_known"),
            models.CheckConstraint(
                condition=Q(kind="judge", judge__isnull=False) | (~Q(kind="judge") & Q(judge__isnull=True)),
                name="run_names_a_judge_exactly_for_judging",
            ),
            models.CheckConstraint(condition=Q(done__lte=F("total")) | Q(total=0), name="run_done_within_total"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.contest}"
