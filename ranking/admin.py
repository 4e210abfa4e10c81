"""Published rankings in the admin: to read, never to change."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

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
    fields = ("rank", "tier", "item_key", "rating", "lower", "upper", "plain_rating", "votes", "win_rate", "note")


@admin.register(Snapshot)
class SnapshotAdmin(ReadOnlyMixin, admin.ModelAdmin[Snapshot]):
    """Snapshots, newest first."""

    list_display = ("board_key", "published_at", "votes", "iterations", "content_hash")
    list_filter = ("board_key",)
    search_fields = ("board_key", "content_hash")
    date_hierarchy = "published_at"
    inlines = (RatingInline,)
