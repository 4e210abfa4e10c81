"""Boards: definitions of leaderboards."""

from django.db import models
from django.db.models import F, Q

from arena.models.base import Fact
from arena.models.contests import Category, Contest
from arena.models.raters import Judge, RaterKind


class Board(Fact):
    """Which votes of a contest make one leaderboard, and how they are turned into ratings."""

    contest = models.ForeignKey(Contest, on_delete=models.PROTECT, related_name="boards")
    slug = models.SlugField(max_length=100, help_text="human, simulated, or a judge's slug; never changes.")
    name = models.CharField(max_length=120)
    rater_kind = models.CharField(max_length=16, choices=RaterKind)
    judge = models.ForeignKey(Judge, on_delete=models.PROTECT, null=True, blank=True, related_name="boards")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, null=True, blank=True, related_name="boards")
    language = models.CharField(
        max_length=16, blank=True, help_text="Only votes on prompts in this language; empty means all."
    )
    since = models.DateTimeField(null=True, blank=True, help_text="Only votes from this moment on.")
    until = models.DateTimeField(null=True, blank=True, help_text="Only votes before this moment.")
    minimum_seconds = models.FloatField(
        null=True,
        blank=True,
        help_text="Only votes that took at least this long; those of unknown duration are then left out too.",
    )
    use_integrity_weights = models.BooleanField(
        default=True, help_text="Off: every vote that stands counts as one, whatever its integrity weight."
    )
    settings = models.JSONField(default=dict, blank=True, help_text="Engine settings; empty means the defaults.")
    position = models.PositiveSmallIntegerField(default=0)
    problem = models.TextField(blank=True, help_text="Why the last refresh published nothing; shown on the page.")
    checked_at = models.DateTimeField(null=True, blank=True, help_text="When votes were last counted.")

    class Meta:
        ordering = ["position", "name"]
        constraints = [
            models.UniqueConstraint(fields=["contest", "slug"], name="board_slug_unique_in_contest"),
            models.CheckConstraint(condition=Q(rater_kind__in=RaterKind.values), name="board_rater_kind_known"),
            models.CheckConstraint(
                condition=Q(rater_kind="judge", judge__isnull=False) | (~Q(rater_kind="judge") & Q(judge__isnull=True)),
                name="board_names_one_judge_exactly_for_judges",
            ),
            models.CheckConstraint(
                condition=Q(since__isnull=True) | Q(until__isnull=True) | Q(since__lt=F("until")),
                name="board_begins_before_it_ends",
                violation_error_message="The first moment must lie before the last one.",
            ),
            models.CheckConstraint(
                condition=Q(minimum_seconds__isnull=True) | Q(minimum_seconds__gt=0),
                name="board_minimum_seconds_positive",
                violation_error_message="The least duration must be more than zero; leave it empty to ask for none.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        """The key under which this board's snapshots are published."""
        return f"{self.contest.slug}/{self.slug}"
