"""Boards: definitions of leaderboards."""

from django.db import models
from django.db.models import Q

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
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        """The key under which this board's snapshots are published."""
        return f"{self.contest.slug}/{self.slug}"
