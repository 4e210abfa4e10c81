"""Prompts and the responses of contestants to them."""

from django.db import models
from django.db.models import Q

from arena.models.base import Fact
from arena.models.contests import Category, Contest, Contestant, ContestKind


class PromptState(models.TextChoices):
    """Quality of a prompt; only good ones are drawn. Junk keeps its votes, outside of the boards."""

    GOOD = "good", "Good"
    SUSPECT = "suspect", "Suspect"
    JUNK = "junk", "Junk"


class Prompt(Fact):
    """The task: one text, or the turns of a conversation."""

    contest = models.ForeignKey(Contest, on_delete=models.PROTECT, related_name="prompts")
    slug = models.SlugField(max_length=80, help_text="Key in imports and exports; never changes.")
    text = models.TextField(help_text="The task; of a conversation, its last user turn.")
    turns = models.JSONField(default=list, blank=True, help_text='Earlier turns: [{"role": ..., "content": ...}].')
    categories = models.ManyToManyField(Category, blank=True, related_name="prompts")
    language = models.CharField(max_length=16, default="en")
    reference = models.TextField(blank=True, help_text="Reference answer, where there is a right one.")
    tests = models.JSONField(default=list, blank=True, help_text="Checks that a right answer passes.")
    state = models.CharField(max_length=16, choices=PromptState, default=PromptState.GOOD)
    state_reason = models.CharField(max_length=200, blank=True)
    # Null until looked at; nullable for the reason told at Response.features.
    asks_identity = models.BooleanField(
        null=True, blank=True, editable=False, help_text="Whether it asks who answers; what an admin says of it stands."
    )
    kind = models.CharField(  # noqa: DJ001
        max_length=16, null=True, blank=True, choices=ContestKind, help_text="Empty: what its contest asks for."
    )

    class Meta:
        ordering = ["slug"]
        constraints = [
            models.UniqueConstraint(fields=["contest", "slug"], name="prompt_slug_unique_in_contest"),
            models.UniqueConstraint(fields=["id", "contest"], name="prompt_belongs_to_contest"),
            models.CheckConstraint(condition=Q(state__in=PromptState.values), name="prompt_state_known"),
            models.CheckConstraint(condition=~Q(text=""), name="prompt_text_not_empty"),
        ]

    def __str__(self) -> str:
        return self.slug


class ResponseOrigin(models.TextChoices):
    """Where a response comes from."""

    IMPORTED = "imported", "Imported"
    GENERATED = "generated", "Generated here"


class Response(Fact):
    """One contestant's answer to one prompt."""

    contest = models.ForeignKey(Contest, on_delete=models.PROTECT, related_name="responses")
    prompt = models.ForeignKey(Prompt, on_delete=models.PROTECT, related_name="responses")
    contestant = models.ForeignKey(Contestant, on_delete=models.PROTECT, related_name="responses")
    sample = models.PositiveSmallIntegerField(default=0, help_text="Counts answers of one contestant to one prompt.")
    text = models.TextField(blank=True)
    finish_reason = models.CharField(max_length=40, blank=True)
    prompt_tokens = models.PositiveIntegerField(null=True, blank=True)
    completion_tokens = models.PositiveIntegerField(null=True, blank=True)
    latency_ms = models.FloatField(null=True, blank=True)
    mean_logprob = models.FloatField(null=True, blank=True, help_text="Mean log-probability a token, natural log.")
    # Nullable, for the reason told at Response.features.
    logprob_sum = models.FloatField(
        null=True, blank=True, help_text="Sum of the tokens' log-probabilities, natural log."
    )
    logprob_tokens = models.PositiveIntegerField(null=True, blank=True, help_text="How many tokens that is the sum of.")
    logprob_bytes = models.PositiveIntegerField(
        null=True, blank=True, help_text="Bytes in UTF-8 of the answer as it came."
    )
    settings = models.JSONField(default=dict, blank=True, help_text="What was asked of the provider, seed included.")
    origin = models.CharField(max_length=16, choices=ResponseOrigin)
    turns = models.JSONField(
        null=True, blank=True, help_text="Of a live conversation, all its messages; the text has its answers in one."
    )
    # Null until measured. Columns that may be null are added on SQLite without rebuilding the table, whose triggers
    # a rebuild would drop.
    features = models.JSONField(null=True, blank=True, editable=False, help_text="Style features of the text.")
    features_version = models.CharField(  # noqa: DJ001
        max_length=16, null=True, blank=True, editable=False, help_text="Of the functions that measured them."
    )
    leaks = models.JSONField(
        null=True, blank=True, editable=False, help_text="Where the text names its author; hidden before the vote."
    )
    leaks_version = models.CharField(  # noqa: DJ001
        max_length=16, null=True, blank=True, editable=False, help_text="Of the rules and names that found them."
    )

    class Meta:
        ordering = ["prompt", "contestant", "sample"]
        constraints = [
            models.UniqueConstraint(fields=["prompt", "contestant", "sample"], name="response_unique_sample"),
            models.UniqueConstraint(fields=["id", "prompt", "contestant"], name="response_answers_prompt"),
            models.CheckConstraint(condition=Q(origin__in=ResponseOrigin.values), name="response_origin_known"),
            models.CheckConstraint(
                condition=Q(mean_logprob__isnull=True) | Q(mean_logprob__lte=0), name="response_logprob_not_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contestant} on {self.prompt}"
