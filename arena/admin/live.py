"""Live battles as staff see them: what was typed, who wrote, and what went wrong."""

from django.contrib import admin

from arena.models import LiveBattle
from ranking.admin import ReadOnlyMixin


@admin.register(LiveBattle)
class LiveBattleAdmin(ReadOnlyMixin, admin.ModelAdmin[LiveBattle]):
    """Live battles. Prompts that are good for others too are approved under Prompts."""

    list_display = ("created_at", "contest", "state", "asked", "contestant_a", "contestant_b", "trouble")
    list_filter = ("contest", "state")
    list_select_related = ("contest", "contestant_a", "contestant_b")
    search_fields = ("asked", "contest__slug")
    date_hierarchy = "created_at"
    exclude = ("token",)
