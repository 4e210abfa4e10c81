"""Django's name card of the published rankings."""

from django.apps import AppConfig


class RankingConfig(AppConfig):
    """Snapshots and ratings."""

    name = "ranking"
    default_auto_field = "django.db.models.BigAutoField"
