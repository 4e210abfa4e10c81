"""Runs that replay matchmaking policies, and their result. No trigger watches the table of runs, so SQLite may rebuild it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("arena", "0005_matchmaking_forecast_and_prices"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="run",
            name="run_kind_known",
        ),
        migrations.AddField(
            model_name="run",
            name="result",
            field=models.JSONField(blank=True, help_text="What a replay found; empty for other kinds.", null=True),
        ),
        migrations.AlterField(
            model_name="run",
            name="kind",
            field=models.CharField(
                choices=[
                    ("generate", "Generate responses"),
                    ("judge", "Run a judge"),
                    ("refresh", "Refresh leaderboards"),
                    ("replay", "Replay matchmaking policies"),
                ],
                max_length=16,
            ),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["generate", "judge", "refresh", "replay"])), name="run_kind_known"
            ),
        ),
    ]
