"""Criteria: the reasons that voters of a contest may tick."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from arena.admin.base import FrozenMixin
from arena.models import Criterion
from arena.queries.criteria import is_ticked


@admin.register(Criterion)
class CriterionAdmin(FrozenMixin, admin.ModelAdmin[Criterion]):
    """Criteria. Of whom one speaks stays as it is once a vote has it; retired ones stay with their votes."""

    list_display = ("name", "contest", "slug", "tone", "position", "active")
    list_filter = ("contest", "tone", "active")
    list_select_related = ("contest",)
    search_fields = ("name", "slug")
    readonly_fields = ("public_id", "created_at")
    frozen = ("tone",)

    def get_prepopulated_fields(self, request: HttpRequest, obj: Criterion | None = None) -> dict[str, Any]:
        """Suggest a slug while it can still be chosen."""
        return {} if obj else {"slug": ("name",)}

    def is_used(self, row: Criterion) -> bool:
        """Return whether a vote has it."""
        return is_ticked(row)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What a vote says keeps its name: such a criterion is retired."""
        return super().has_delete_permission(request, obj) and (obj is None or not self.is_used(obj))

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        """Delete those of the chosen that no vote has; the others stay."""
        for row in queryset:
            if not self.is_used(row):
                row.delete()
