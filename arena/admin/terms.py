"""Terms, and who accepted which."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Max, QuerySet
from django.http import HttpRequest

from arena.admin.base import FrozenMixin, beginning_of
from arena.models import Consent, Terms
from ranking.admin import ReadOnlyMixin


@admin.register(Terms)
class TermsAdmin(FrozenMixin, admin.ModelAdmin[Terms]):
    """Versions of the terms. The published one with the highest number is in force; what was accepted stays."""

    list_display = ("version", "published_at", "asks_consent", "accepted", "beginning")
    fields = ("version", "text", "asks_consent", "published_at")
    frozen = ("version", "text", "asks_consent", "published_at")

    def is_used(self, row: Terms) -> bool:
        """Return whether somebody accepted this version."""
        return row.consents.exists()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Terms]:
        """Count with the list, not once a row."""
        return super().get_queryset(request).annotate(n_consents=Count("consents"))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Suggest the next number, and the text in force to go on from."""
        last = Terms.objects.aggregate(last=Max("version"))["last"] or 0
        before = Terms.objects.filter(version=last).first()
        return {"version": last + 1, "text": before.text if before else ""}

    @admin.display(description="accepted by", ordering="n_consents")
    def accepted(self, terms: Terms) -> int:
        """How many raters accepted it."""
        return int(getattr(terms, "n_consents", 0))

    @admin.display(description="text")
    def beginning(self, terms: Terms) -> str:
        """The first words."""
        return beginning_of(terms.text)


@admin.register(Consent)
class ConsentAdmin(ReadOnlyMixin, admin.ModelAdmin[Consent]):
    """Who accepted which version, and when."""

    list_display = ("created_at", "terms", "rater")
    list_filter = ("terms",)
    list_select_related = ("terms", "rater")
    search_fields = ("rater__public_id",)
    date_hierarchy = "created_at"
