"""Endpoints of language models that admins enter, beside those that the environment names."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from arena.models.base import Fact


class ProviderEndpoint(Fact):
    """An endpoint that speaks the OpenAI protocol. Its key is encrypted, and never shown again."""

    name = models.SlugField(max_length=60, unique=True, help_text="What contestants and judges call it; never changes.")
    base_url = models.CharField(
        "base URL", max_length=300, help_text="Up to and including the version: https://models.example.org/v1"
    )
    sealed_key = models.TextField(blank=True, editable=False)
    key_ends = models.CharField(max_length=4, blank=True, editable=False)
    timeout = models.FloatField(null=True, blank=True, validators=[MinValueValidator(0.1)])
    connect = models.FloatField(null=True, blank=True, validators=[MinValueValidator(0.1)])
    first_token = models.FloatField(null=True, blank=True, validators=[MinValueValidator(0.1)])
    retries = models.PositiveSmallIntegerField(null=True, blank=True)
    at_once = models.PositiveSmallIntegerField(null=True, blank=True, validators=[MinValueValidator(1)])
    most_characters = models.PositiveIntegerField(null=True, blank=True, validators=[MinValueValidator(1)])
    dollars_a_day = models.FloatField(null=True, blank=True, validators=[MinValueValidator(0)])

    LIMITS = ("timeout", "connect", "first_token", "retries", "at_once", "most_characters", "dollars_a_day")

    class Meta:
        ordering = ["name"]
        verbose_name = "provider"
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="provider_endpoint_has_a_name")]

    def __str__(self) -> str:
        return self.name
