"""Published rankings in the admin: to read, never to change."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html_join

from ranking.models import Rating, Snapshot


class ReadOnlyMixin:
    """What was published does not change."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class RatingInline(ReadOnlyMixin, admin.TabularInline[Rating, Snapshot]):
    """The rows of a snapshot."""

    model = Rating
    fields = ("rank", "tier", "item_key", "points", "interval", "without_style", "total", "won", "note")
    readonly_fields = ("points", "interval", "without_style", "total", "won")

    @admin.display(description="rating")
    def points(self, row: Rating) -> str:
        """The rating in points; the API has every digit."""
        return _rounded(row.rating)

    @admin.display(description="interval")
    def interval(self, row: Rating) -> str:
        """Both ends of its interval."""
        return "-" if row.lower is None else f"{_rounded(row.lower)} to {_rounded(row.upper)}"

    @admin.display(description="without style control")
    def without_style(self, row: Rating) -> str:
        """What it would be without style control, where there is any."""
        return _rounded(row.plain_rating)

    @admin.display(description="votes")
    def total(self, row: Rating) -> str:
        """Votes on it, by weight."""
        return _rounded(row.votes).removesuffix(".0")

    @admin.display(description="win rate")
    def won(self, row: Rating) -> str:
        """The share of its votes that it won, ties by half."""
        return "-" if row.win_rate is None else f"{row.win_rate:.1%}"


def _rounded(value: float | None) -> str:
    return "-" if value is None else f"{value:,.1f}"


@admin.register(Snapshot)
class SnapshotAdmin(ReadOnlyMixin, admin.ModelAdmin[Snapshot]):
    """Snapshots, newest first."""

    list_display = ("board_key", "published_at", "votes", "iterations", "content_hash")
    list_filter = ("board_key",)
    search_fields = ("board_key", "content_hash")
    date_hierarchy = "published_at"
    fieldsets = (
        (None, {"fields": ("board_key", "published_at", "votes", "both_bad", "explanation", "told")}),
        (
            "As published",
            {
                "fields": ("content_hash", "engine_version", "settings", "iterations", "gradient_norm", "fingerprint"),
            },
        ),
        (
            "All that was computed",
            {
                "classes": ("collapse",),
                "fields": ("coefficients", "tie_probability", "apart", "notices", "diagnosis", "pair_table"),
            },
        ),
    )
    readonly_fields = ("told",)
    inlines = (RatingInline,)

    @admin.display(description="notices")
    def told(self, snapshot: Snapshot) -> str:
        """What its page says beside the ratings."""
        return format_html_join("", "<p>{}</p>", ((notice["message"],) for notice in snapshot.notices)) or "None."
