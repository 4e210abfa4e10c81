"""Reports: what a rater found wrong with a battle, and what became of it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from arena.models.base import Fact
from arena.models.battles import Battle


class ReportKind(models.TextChoices):
    """What is wrong with a battle."""

    IDENTITY_LEAK = "identity_leak", _("A response tells who wrote it")
    BROKEN = "broken", _("A response is broken or cut off")
    UNSAFE = "unsafe", _("A text is unsafe or offensive")
    OTHER = "other", _("Something else")


class ReportState(models.TextChoices):
    """A report is open until somebody has looked at it."""

    OPEN = "open", "Open"
    RESOLVED = "resolved", "Resolved"
    REJECTED = "rejected", "Rejected"


class BattleReport(Fact):
    """A problem that a rater told of its own battle. It never keeps anybody from voting."""

    battle = models.ForeignKey(Battle, on_delete=models.PROTECT, related_name="reports")
    kind = models.CharField(max_length=16, choices=ReportKind)
    text = models.TextField(blank=True, help_text="In the rater's own words.")
    state = models.CharField(max_length=16, choices=ReportState, default=ReportState.OPEN)
    note = models.CharField(max_length=300, blank=True, help_text="What was done about it, or why nothing was.")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-id"]
        constraints = [
            # Told twice is told once; the second time adds to the text.
            models.UniqueConstraint(fields=["battle", "kind"], name="report_once_a_kind"),
            models.CheckConstraint(condition=Q(kind__in=ReportKind.values), name="report_kind_known"),
            models.CheckConstraint(condition=Q(state__in=ReportState.values), name="report_state_known"),
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True) | (~Q(state="open") & Q(closed_at__isnull=False)),
                name="report_closed_exactly_when_not_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.battle}"
