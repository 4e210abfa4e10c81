"""Talks as staff hold them: who asked whom what, and which was noted as better."""

from django.contrib import admin

from arena.models import Talk, TalkAnswer
from ranking.admin import ReadOnlyMixin


@admin.register(Talk)
class TalkAdmin(ReadOnlyMixin, admin.ModelAdmin[Talk]):
    """Talks. They count nowhere."""

    list_display = ("created_at", "contest", "staff", "contestant_a", "contestant_b", "state", "preference", "note")
    list_filter = ("contest", "preference")
    list_select_related = ("contest", "staff", "contestant_a", "contestant_b")
    search_fields = ("note", "contest__slug", "answers__text")
    date_hierarchy = "created_at"
    exclude = ("token",)


@admin.register(TalkAnswer)
class TalkAnswerAdmin(ReadOnlyMixin, admin.ModelAdmin[TalkAnswer]):
    """Answers in talks, with what they cost."""

    list_display = ("created_at", "talk", "turn", "contestant", "finish_reason", "completion_tokens", "latency_ms")
    list_filter = ("talk__contest", "finish_reason")
    list_select_related = ("talk", "contestant")
    search_fields = ("asked", "text", "contestant__slug")
    date_hierarchy = "created_at"
