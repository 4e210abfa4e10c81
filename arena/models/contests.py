"""Contests, their contestants and the categories of their prompts."""

from django.db import models
from django.db.models import Q

from arena.models.base import Fact


class ContestKind(models.TextChoices):
    """What raters are asked for."""

    PREFERENCE = "preference", "Preference: which answer is better"
    CORRECTNESS = "correctness", "Correctness: which answer is right"


class ContestState(models.TextChoices):
    """Life of a contest: drafts are seen by staff only, closed contests take no votes."""

    DRAFT = "draft", "Draft"
    OPEN = "open", "Open"
    CLOSED = "closed", "Closed"


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
    attribution = models.TextField(blank=True, help_text="Authors and licence of imported data; shown on its pages.")

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

    ACTIVE = "active", "Active"
    PAUSED = "paused", "Paused"
    RETIRED = "retired", "Retired"


class Contestant(Fact):
    """What is ranked: a model with its system prompt and sampling settings, or any system."""

    contest = models.ForeignKey(Contest, on_delete=models.PROTECT, related_name="contestants")
    slug = models.SlugField(max_length=80, help_text="Key in snapshots and exports; never changes.")
    name = models.CharField(max_length=120)
    description = models.CharField(max_length=300, blank=True)
    provider = models.CharField(max_length=60, blank=True, help_text="Name in VERSUS_PROVIDERS, or small-model.")
    model = models.CharField(max_length=160, blank=True)
    system_prompt = models.TextField(blank=True)
    sampling = models.JSONField(default=dict, blank=True, help_text="temperature, top_p, top_k, min_p, max_tokens, ...")
    organisation = models.CharField(max_length=120, blank=True)
    licence = models.CharField(max_length=120, blank=True)
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
