"""Whoever votes: people, AI judges and simulations."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from arena.models.base import Fact
from arena.models.contests import Category


class RaterKind(models.TextChoices):
    """Kinds of raters; votes of different kinds are never silently mixed on a board."""

    HUMAN = "human", "Human"
    JUDGE = "judge", "AI judge"
    SIMULATED = "simulated", "Simulated"


class JudgeKind(models.TextChoices):
    """How an AI judge reaches a verdict."""

    CHAT = "chat", "Language model, verdict parsed from its words"
    LOGPROB = "logprob", "Language model, verdict from token probabilities"
    REFERENCE = "reference", "Similarity to the reference answer"
    REWARD = "reward", "Reward model"
    PREFERENCE = "preference", "Preference model"
    IMPORTED = "imported", "Imported verdicts"


class Judge(Fact):
    """An automated rater: what it is and every setting that its verdicts depend on."""

    slug = models.SlugField(max_length=80)
    version = models.PositiveIntegerField(default=1, help_text="A changed prompt or setting is a new version.")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=16, choices=JudgeKind)
    provider = models.CharField(max_length=60, blank=True)
    model = models.CharField(max_length=160, blank=True)
    prompt = models.TextField(blank=True, help_text="Template with {question}, {prompt}, {response_a}, {response_b}.")
    settings = models.JSONField(default=dict, blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name", "version"]
        constraints = [
            models.UniqueConstraint(fields=["slug", "version"], name="judge_version_unique"),
            models.CheckConstraint(condition=Q(kind__in=JudgeKind.values), name="judge_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class Rater(Fact):
    """One voter. A human is an account, an anonymous browser or an imported person."""

    kind = models.CharField(max_length=16, choices=RaterKind)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="rater"
    )
    browser_key = models.CharField(max_length=64, null=True, blank=True, unique=True, editable=False)
    judge = models.OneToOneField(Judge, on_delete=models.PROTECT, null=True, blank=True, related_name="rater")
    external_key = models.CharField(
        max_length=160,
        null=True,
        blank=True,
        unique=True,
        help_text="Source and key of an imported or simulated rater.",
    )
    joined = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="browsers",
        help_text="The account's rater, where this one was a browser whose voter then logged in.",
    )
    left_at = models.DateTimeField(
        null=True, blank=True, help_text="When the person left: nothing here leads to anybody any more."
    )
    withdrew_at = models.DateTimeField(
        null=True, blank=True, help_text="When the person took all votes back; nobody can restore them."
    )
    languages = models.JSONField(
        null=True, blank=True, help_text='BCP 47 tags of what this rater reads: ["en", "pt-BR"]; empty means not said.'
    )
    expertise = models.ManyToManyField(
        Category, blank=True, related_name="experts", help_text="Categories that this rater knows well."
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=RaterKind.values), name="rater_kind_known"),
            models.CheckConstraint(
                condition=Q(kind="judge", judge__isnull=False) | (~Q(kind="judge") & Q(judge__isnull=True)),
                name="rater_is_judge_exactly_with_a_judge",
            ),
            models.CheckConstraint(
                condition=Q(kind="human") | Q(user__isnull=True, browser_key__isnull=True),
                name="rater_account_or_browser_only_human",
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=False)
                | Q(browser_key__isnull=False)
                | Q(judge__isnull=False)
                | Q(external_key__isnull=False),
                name="rater_has_an_identity",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.public_id[-8:]}"


def of_person(rater: Rater, path: str = "rater") -> Q:
    """Return the condition of what belongs to a rater, or to a browser that joined it; `path` leads to the rater."""
    # Within the raters, and not by a join: an index leads to them, and from them to what is asked for.
    return Q(**{f"{path}__in": Rater.objects.filter(Q(pk=rater.pk) | Q(joined=rater.pk))})
