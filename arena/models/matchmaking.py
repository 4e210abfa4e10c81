"""How a contest draws its battles, who changed that, and what is kept for it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from arena.models.base import Fact
from arena.models.contests import Contest
from arena.models.prompts import Prompt, Response


class PolicyName(models.TextChoices):
    """What the next pair is drawn for."""

    INFORMATION = "information", _("Information: the shortest intervals on average; good for most contests")
    ORDER = "order", _("Order: the fewest wrong orders between neighbours on the board")
    TOP_K = "top_k", _("Best few: finds and orders the first k, and says little of the rest")
    BALANCED = "balanced", _("Balanced: every pair is compared equally often")
    UNIFORM = "uniform", _("Uniform: every pair has the same chance; the reference for audits")


class Goal(models.TextChoices):
    """When a contest has learnt what it was made for."""

    NONE = "none", _("No goal: go on for ever")
    NEIGHBOURS = "neighbours", _("All neighbours among the first k are separated")
    INTERVAL = "interval", _("Every interval is narrower than a width")


class Matchmaking(Fact):
    """How pairs are drawn in one contest; a contest without this row has the defaults."""

    contest = models.OneToOneField(Contest, on_delete=models.CASCADE, related_name="matchmaking")
    policy = models.CharField(
        max_length=16,
        choices=PolicyName,
        default=PolicyName.INFORMATION,
        help_text=_("What the next pair is drawn for."),
    )
    floor = models.FloatField(
        default=0.1,
        help_text=_(
            "Share of draws that are uniform over all allowed pairs. It keeps every pair possible, so that "
            "what the policy believes can turn out wrong; 1 is as good as the uniform policy."
        ),
    )
    sharpness = models.FloatField(
        null=True,
        blank=True,
        help_text=_(
            "How strongly the most telling pairs are preferred: 1 draws in proportion to the gain, more prefers "
            "the best. Empty means what the policy is known to work well with."
        ),
    )
    share_cap = models.FloatField(
        default=0.3,
        help_text=_(
            "Largest share of the battles that one contestant takes part in; keeps a newcomer from being in "
            "every battle. Of few contestants each takes part in more, whatever stands here: of three, in two thirds."
        ),
    )
    top_k = models.PositiveSmallIntegerField(
        default=5, help_text=_("How many places count as the first ones, for the policy top_k and the goal neighbours.")
    )
    same_organisation = models.BooleanField(
        default=True,
        help_text=_("Contestants of one organisation may meet. Off: votes are spent between organisations only."),
    )
    most_cost_usd = models.FloatField(
        null=True,
        blank=True,
        help_text=_("Contestants whose mean response costs more US dollars are left out; empty means no limit."),
    )
    leave_out_failing = models.BooleanField(
        default=False,
        help_text=_("Leave out contestants whose provider is failing now, so that nobody waits for answers in vain."),
    )
    check_rate = models.FloatField(
        default=0,
        help_text=_(
            "Share of battles that are attention checks: known pairs, which tell who votes without reading. "
            "They never count on the boards."
        ),
    )
    repeat_rate = models.FloatField(
        default=0,
        help_text=_(
            "Share of battles that repeat an earlier one of the rater with the sides swapped; it tells how "
            "well raters agree with themselves. They never count on the boards."
        ),
    )
    category_sd = models.FloatField(
        default=0.35,
        help_text=_(
            "How far strengths in a category are believed to lie from those of the board, in logits: small "
            "where categories hardly differ, larger where contestants have specialities."
        ),
    )
    goal = models.CharField(
        max_length=16, choices=Goal, default=Goal.NONE, help_text=_("When the contest has learnt enough.")
    )
    goal_width = models.FloatField(
        null=True,
        blank=True,
        help_text=_(
            "For the goal of narrow intervals: ± points, the distance from a rating to either end of its "
            "interval. 25 means that every interval is at most 50 points from end to end."
        ),
    )
    vote_budget = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text=_("How many votes there are to spend; progress is told against it. Empty means no limit."),
    )

    class Meta:
        verbose_name_plural = "matchmaking"
        ordering = ["contest"]
        constraints = [
            models.CheckConstraint(condition=Q(policy__in=PolicyName.values), name="matchmaking_policy_known"),
            models.CheckConstraint(condition=Q(goal__in=Goal.values), name="matchmaking_goal_known"),
            models.CheckConstraint(
                condition=Q(floor__gt=0, floor__lte=1),
                name="matchmaking_floor_is_a_share",
                violation_error_message="The floor must be more than 0 and at most 1: with none, some pairs would "
                "never be drawn.",
            ),
            models.CheckConstraint(
                condition=Q(sharpness__isnull=True) | Q(sharpness__gt=0),
                name="matchmaking_sharpness_positive",
                violation_error_message="The sharpness must be more than 0; leave it empty for the policy's own.",
            ),
            models.CheckConstraint(
                condition=Q(share_cap__gt=0, share_cap__lte=1),
                name="matchmaking_share_cap_is_a_share",
                violation_error_message="The largest share of one contestant must be more than 0 and at most 1.",
            ),
            models.CheckConstraint(
                condition=Q(top_k__gte=1),
                name="matchmaking_top_k_positive",
                violation_error_message="At least one place must count as a first one.",
            ),
            models.CheckConstraint(
                condition=Q(most_cost_usd__isnull=True) | Q(most_cost_usd__gt=0),
                name="matchmaking_cost_positive",
                violation_error_message="The most that a response may cost must be more than 0; leave it empty for "
                "no limit.",
            ),
            models.CheckConstraint(
                condition=Q(check_rate__gte=0, repeat_rate__gte=0, check_rate__lte=0.5 - F("repeat_rate")),
                name="matchmaking_rates_at_most_half",
                violation_error_message="The shares of checks and of repeats must not be negative, and together at "
                "most 0.5: at least half of the battles must rank.",
            ),
            models.CheckConstraint(
                condition=Q(category_sd__gt=0),
                name="matchmaking_category_sd_positive",
                violation_error_message="How far categories lie from the board must be more than 0.",
            ),
            models.CheckConstraint(
                condition=Q(goal_width__isnull=True) | Q(goal_width__gt=0),
                name="matchmaking_goal_width_positive",
                violation_error_message="The width of the goal must be more than 0 points.",
            ),
            models.CheckConstraint(
                condition=~Q(goal="interval") | Q(goal_width__isnull=False),
                name="matchmaking_interval_goal_has_a_width",
                violation_error_message="Say how narrow every interval shall be: the goal needs a width in points.",
            ),
            models.CheckConstraint(
                condition=Q(vote_budget__isnull=True) | Q(vote_budget__gte=1),
                name="matchmaking_budget_positive",
                violation_error_message="The budget must be at least one vote; leave it empty for no limit.",
            ),
        ]

    def __str__(self) -> str:
        return f"Matchmaking of {self.contest}"


class MatchmakingChange(Fact):
    """One line of the append-only log of what was changed in a contest's matchmaking."""

    contest = models.ForeignKey(Contest, on_delete=models.PROTECT, related_name="matchmaking_changes")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    before = models.JSONField(help_text="The fields that changed, as they were.")
    after = models.JSONField(help_text="The same fields, as they are since.")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{', '.join(self.after)} of {self.contest}"


class KeptBeliefs(Fact):
    """What is believed of the strengths in a contest, kept so that a web process starts with it.

    It follows from the votes and may be deleted at any time: it is then computed anew.
    """

    contest = models.ForeignKey(Contest, on_delete=models.CASCADE, related_name="kept_beliefs")
    raters = models.CharField(max_length=80, help_text="Whose votes: human, simulated, or judge: and its primary key.")
    payload = models.BinaryField()
    mark = models.CharField(max_length=64, help_text="Hash of what it was computed from.")
    votes = models.PositiveIntegerField(default=0, help_text="How many votes it rests upon.")
    last_vote = models.BigIntegerField(default=0, help_text="Largest primary key among those votes.")
    forecast = models.JSONField(null=True, blank=True, help_text="What further votes are expected to settle.")
    built_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "kept beliefs"
        ordering = ["contest", "raters"]
        constraints = [
            models.UniqueConstraint(fields=["contest", "raters"], name="kept_beliefs_unique_for_raters"),
        ]

    def __str__(self) -> str:
        return f"{self.contest}: {self.raters}"


class KnownPair(Fact):
    """An attention check: two responses of which everybody who reads them knows the better one."""

    contest = models.ForeignKey(Contest, on_delete=models.PROTECT, related_name="known_pairs")
    prompt = models.ForeignKey(Prompt, on_delete=models.PROTECT, related_name="known_pairs")
    better = models.ForeignKey(Response, on_delete=models.PROTECT, related_name="+")
    worse = models.ForeignKey(Response, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=200, blank=True, help_text="Why it is plain which one is better; staff only.")
    rationale = models.TextField(  # noqa: DJ001
        null=True, blank=True, help_text="Why, for voters: shown after their vote in a calibration round."
    )
    active = models.BooleanField(default=True, help_text="Off: it is shown to nobody any more.")

    class Meta:
        ordering = ["contest", "prompt", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["better", "worse"],
                name="known_pair_unique",
                violation_error_message="These two responses are a known pair already.",
            ),
            models.CheckConstraint(
                condition=~Q(better=F("worse")),
                name="known_pair_of_different_responses",
                violation_error_message="The better and the worse response must be two different ones.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.better.contestant} before {self.worse.contestant} on {self.prompt}"
