"""Contests, their contestants and the categories of their prompts."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from arena.models.base import Fact


class ContestKind(models.TextChoices):
    """What raters are asked for."""

    PREFERENCE = "preference", _("Preference: which answer is better")
    CORRECTNESS = "correctness", _("Correctness: which answer is right")


class ContestState(models.TextChoices):
    """Life of a contest: drafts are seen by staff only, closed contests take no votes."""

    DRAFT = "draft", _("Draft")
    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed")


class LeakPolicy(models.TextChoices):
    """What becomes of responses that name their author. Before the vote the names are hidden under each of these."""

    MASK = "mask", "Hide the names; votes count in full"
    WEIGH = "weigh", "Hide the names; votes count half"
    EXCLUDE = "exclude", "Draw such responses no more"


class Voters(models.TextChoices):
    """Who may vote in a contest."""

    ANYONE = "anyone", "Anyone, without an account"
    ACCOUNTS = "accounts", "Accounts only"
    MEMBERS = "members", "Members only: raters who were invited, or are in one of its groups"


class Audience(models.TextChoices):
    """Who may see a contest: its pages, its leaderboards, and what the API tells of it."""

    PUBLIC = "public", "Everybody; it is in the list of contests"
    UNLISTED = "unlisted", "Everybody who has its address; it is in no list"
    MEMBERS = "members", "Members only; for others it does not exist"


class Contest(Fact):
    """One question under which contestants compete."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    question = models.CharField(max_length=200, default="Which response is better?")
    description = models.TextField(blank=True)
    instructions = models.TextField(blank=True, help_text="Shown to voters; Markdown.")
    language = models.CharField(max_length=16, default="en", help_text="BCP 47 tag, for example en or pt-BR.")
    kind = models.CharField(max_length=16, choices=ContestKind, default=ContestKind.PREFERENCE)
    state = models.CharField(max_length=16, choices=ContestState, default=ContestState.OPEN)
    simulated = models.BooleanField(default=False, help_text="Votes come from simulated raters; marked everywhere.")
    # Nullable without a default, as every column that is added to a table in use.
    blind_only = models.BooleanField(
        "votes given again after an undo",
        null=True,
        blank=True,
        choices=[
            (None, "They count: a slip is corrected, though the names are known by then"),
            (True, "They are kept and count on no board: only blind votes count"),
        ],
    )
    attribution = models.TextField(blank=True, help_text="Authors and licence of imported data; shown on its pages.")
    # Of the choices below, nothing is the first.
    leak_policy = models.CharField(  # noqa: DJ001
        "responses that name their author",
        max_length=16,
        null=True,
        blank=True,
        choices=LeakPolicy,
    )
    # Nullable without defaults, as all columns that came later.
    live = models.BooleanField(
        "live battles",
        null=True,
        blank=True,
        choices=[(None, "No: stored responses only"), (True, "Voters may type prompts, answered as they watch")],
    )
    live_counts = models.BooleanField(
        "votes on live battles",
        null=True,
        blank=True,
        choices=[(None, "They count like all others"), (False, "They are kept and count on no board")],
    )
    dollars_a_day = models.FloatField(
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text="Most US dollars that are spent on responses in a day, as far as prices are known; empty means no limit.",
    )
    correctness_apart = models.BooleanField(
        "prompts with one right answer",
        null=True,
        blank=True,
        choices=[
            (None, "They are drawn like all others; the reference is shown after the vote"),
            (True, "They are drawn for no person, only for AI judges"),
        ],
    )
    calibration_pairs = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MaxValueValidator(50)],
        help_text="Known pairs that each new voter answers first, in a round that counts on no board; empty means none.",
    )
    calibration_share = models.FloatField(
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(1)],
        help_text="Least share of the round, 0 to 1, that must agree for later votes to count; empty means it only teaches.",
    )

    voters = models.CharField("who may vote", max_length=16, null=True, blank=True, choices=Voters)  # noqa: DJ001
    audience = models.CharField(  # noqa: DJ001
        "who may see it",
        max_length=16,
        null=True,
        blank=True,
        choices=Audience,
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ContestKind.values), name="contest_kind_known"),
            models.CheckConstraint(condition=Q(state__in=ContestState.values), name="contest_state_known"),
            models.CheckConstraint(condition=~Q(slug=""), name="contest_slug_not_empty"),
        ]

    def __str__(self) -> str:
        return self.name


class ContestantState(models.TextChoices):
    """Only active contestants are drawn; paused and retired ones keep their votes and their place."""

    ACTIVE = "active", _("Active")
    PAUSED = "paused", _("Paused")
    RETIRED = "retired", _("Retired")


class Contestant(Fact):
    """What is ranked: a model with its system prompt and sampling settings, or any system."""

    contest = models.ForeignKey(Contest, on_delete=models.PROTECT, related_name="contestants")
    slug = models.SlugField(max_length=80, help_text="Key in snapshots and exports; never changes.")
    name = models.CharField(max_length=120)
    description = models.CharField(max_length=300, blank=True)
    provider = models.CharField(
        max_length=60, blank=True, help_text="Name in VERSUS_PROVIDERS or under Providers, or small-model."
    )
    model = models.CharField(max_length=160, blank=True)
    system_prompt = models.TextField(blank=True)
    sampling = models.JSONField(
        default=dict, blank=True, help_text="temperature, top_p, top_k, min_p, seed, max_tokens, stop, best_of, ..."
    )
    organisation = models.CharField(max_length=120, blank=True)
    licence = models.CharField(max_length=120, blank=True)
    # Nullable without a default, so that SQLite adds the columns without rebuilding a table that triggers watch.
    prompt_price = models.FloatField(
        null=True, blank=True, help_text="US dollars for a million tokens of prompts; empty where nobody knows."
    )
    completion_price = models.FloatField(
        null=True, blank=True, help_text="US dollars for a million tokens of responses; empty where nobody knows."
    )
    failed_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When its provider failed last; empty once it works again."
    )
    state = models.CharField(max_length=16, choices=ContestantState, default=ContestantState.ACTIVE)
    true_strength = models.FloatField(null=True, blank=True, help_text="Known strength in logits; simulations only.")

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["contest", "slug"], name="contestant_slug_unique_in_contest"),
            models.UniqueConstraint(fields=["contest", "name"], name="contestant_name_unique_in_contest"),
            # What composite references of responses and battles point at.
            models.UniqueConstraint(fields=["id", "contest"], name="contestant_belongs_to_contest"),
            models.CheckConstraint(condition=Q(state__in=ContestantState.values), name="contestant_state_known"),
        ]

    def __str__(self) -> str:
        return self.name


class Category(Fact):
    """A tag of prompts by which boards can be told apart."""

    contest = models.ForeignKey(Contest, on_delete=models.CASCADE, related_name="categories")
    slug = models.SlugField(max_length=60)
    name = models.CharField(max_length=80)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "categories"
        constraints = [
            models.UniqueConstraint(fields=["contest", "slug"], name="category_slug_unique_in_contest"),
        ]

    def __str__(self) -> str:
        return self.name


class CriterionTone(models.TextChoices):
    """Of whom a criterion speaks well or ill."""

    POSITIVE = "positive", "Positive: of the better response"
    NEGATIVE = "negative", "Negative: of the other response"
    NEUTRAL = "neutral", "Neutral: of both"


class Criterion(Fact):
    """A reason that voters of a contest may tick beside their vote."""

    contest = models.ForeignKey(Contest, on_delete=models.CASCADE, related_name="criteria")
    slug = models.SlugField(max_length=60, help_text="Stored with votes; never changes.")
    name = models.CharField(max_length=80)
    tone = models.CharField(max_length=16, choices=CriterionTone, default=CriterionTone.POSITIVE)
    position = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField(default=True, help_text="Off: offered no more; votes keep it.")

    class Meta:
        ordering = ["position", "name"]
        verbose_name_plural = "criteria"
        constraints = [
            models.UniqueConstraint(fields=["contest", "slug"], name="criterion_slug_unique_in_contest"),
            models.CheckConstraint(condition=Q(tone__in=CriterionTone.values), name="criterion_tone_known"),
        ]

    def __str__(self) -> str:
        return self.name
