"""Live battles, budgets of a day, and conversations of responses.

Columns that are added to contests and responses may be null, so that SQLite does not rebuild tables that triggers watch.
"""

import arena.models.base
import arena.models.battles
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("arena", "0008_reports_and_undo"),
    ]

    operations = [
        migrations.AddField(
            model_name="contest",
            name="dollars_a_day",
            field=models.FloatField(
                blank=True,
                help_text="Most US dollars that are spent on responses in a day, as far as prices are known; empty means no limit.",
                null=True,
                validators=[django.core.validators.MinValueValidator(0)],
            ),
        ),
        migrations.AddField(
            model_name="contest",
            name="live",
            field=models.BooleanField(
                blank=True,
                choices=[
                    (None, "No: stored responses only"),
                    (True, "Voters may type prompts, answered as they watch"),
                ],
                null=True,
                verbose_name="live battles",
            ),
        ),
        migrations.AddField(
            model_name="contest",
            name="live_counts",
            field=models.BooleanField(
                blank=True,
                choices=[(None, "They count like all others"), (False, "They are kept and count on no board")],
                null=True,
                verbose_name="votes on live battles",
            ),
        ),
        migrations.AddField(
            model_name="response",
            name="turns",
            field=models.JSONField(
                blank=True,
                help_text="Of a live conversation, all its messages; the text has its answers in one.",
                null=True,
            ),
        ),
        migrations.AlterField(
            model_name="battle",
            name="purpose",
            field=models.CharField(
                blank=True,
                choices=[
                    ("check", "Attention check"),
                    ("repeat", "Repeat with the sides swapped"),
                    ("again", "Shown again after an undo, names known"),
                    ("live", "Live, in a contest that counts none of them"),
                ],
                help_text="Empty where the battle ranks.",
                max_length=16,
                null=True,
            ),
        ),
        migrations.CreateModel(
            name="LiveBattle",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(
                        default=arena.models.base.new_public_id, editable=False, max_length=32, unique=True
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "token",
                    models.CharField(
                        default=arena.models.battles.new_token, editable=False, max_length=48, unique=True
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("writing", "Being written"), ("ready", "Ready for a vote"), ("closed", "Closed")],
                        default="writing",
                        max_length=16,
                    ),
                ),
                (
                    "draw",
                    models.JSONField(
                        default=dict, help_text="Policy, branch, propensity and reason of the pair as it is now."
                    ),
                ),
                ("asked", models.TextField(help_text="The message that is being answered, or was answered last.")),
                (
                    "turns",
                    models.JSONField(
                        blank=True, default=list, help_text='Answered: [{"user": ..., "a": ..., "b": ...}].'
                    ),
                ),
                (
                    "shown_a",
                    models.TextField(blank=True, help_text="What was shown of the answer that is being written."),
                ),
                ("shown_b", models.TextField(blank=True)),
                ("stop_asked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "beat_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, help_text="When the process that writes it was last alive."
                    ),
                ),
                ("message", models.CharField(blank=True, help_text="What the voter is told of it.", max_length=200)),
                ("trouble", models.TextField(blank=True, help_text="What went wrong, for staff.")),
                (
                    "battle",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="live",
                        to="arena.battle",
                    ),
                ),
                (
                    "contest",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="live_battles", to="arena.contest"
                    ),
                ),
                (
                    "contestant_a",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="arena.contestant"
                    ),
                ),
                (
                    "contestant_b",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="arena.contestant"
                    ),
                ),
                (
                    "rater",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="live_battles", to="arena.rater"
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["state", "beat_at"], name="live_battle_state_beat")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["writing", "ready", "closed"])),
                        name="live_battle_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("asked", ""), _negated=True), name="live_battle_asks_something"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("contestant_a", models.F("contestant_b")), _negated=True),
                        name="live_battle_between_different_contestants",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "ready"), _negated=True), ("battle__isnull", False), _connector="OR"
                        ),
                        name="live_battle_ready_is_a_battle",
                    ),
                ],
            },
        ),
    ]
