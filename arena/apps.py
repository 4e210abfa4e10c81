"""Django's name card of the arena."""

from django.apps import AppConfig


class ArenaConfig(AppConfig):
    """Contests, battles and votes."""

    name = "arena"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Arena"
