"""Prompts and the responses of contestants to them."""

from django.db import models
from django.db.models import Q

from arena.models.base import Fact
from arena.models.contests import Category, Contest, Contestant


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
    settings = models.JSONField(default=dict, blank=True, help_text="What was asked of the provider, seed included.")
    origin = models.CharField(max_length=16, choices=ResponseOrigin)

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
