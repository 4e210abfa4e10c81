"""Terms: the texts that an installation shows to its voters, and who accepted which."""

from django.db import models
from django.db.models import Q

from arena.models.base import Fact
from arena.models.raters import Rater


class Terms(Fact):
    """One version of the terms. The published one with the highest number is in force; what was accepted never changes."""

    version = models.PositiveIntegerField(unique=True, help_text="A new text is a new version, with a higher number.")
    text = models.TextField(help_text="Markdown. What is done with votes and data, and what voters agree to.")
    asks_consent = models.BooleanField(
        default=True, verbose_name="asks for consent", help_text="Voters accept it before their first battle."
    )
    published_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="From when on it is in force. Empty while it is a draft, which voters do not see.",
    )

    class Meta:
        ordering = ["-version"]
        verbose_name_plural = "terms"
        constraints = [
            models.CheckConstraint(condition=Q(version__gte=1), name="terms_version_from_one"),
            models.CheckConstraint(condition=~Q(text=""), name="terms_say_something"),
        ]

    def __str__(self) -> str:
        return f"Terms, version {self.version}"


class Consent(Fact):
    """A rater accepted one version of the terms, when this row was made."""

    rater = models.ForeignKey(Rater, on_delete=models.PROTECT, related_name="consents")
    terms = models.ForeignKey(Terms, on_delete=models.PROTECT, related_name="consents")

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["rater", "terms"], name="consent_once_a_version")]

    def __str__(self) -> str:
        return f"{self.rater} accepts version {self.terms.version}"
