"""Where responses name their author, which prompts ask who answers, and what a contest does about it.

All columns may be null, so that SQLite adds them without rebuilding tables that triggers watch.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("arena", "0006_runs_that_replay"),
    ]

    operations = [
        migrations.AddField(
            model_name="contest",
            name="leak_policy",
            field=models.CharField(
                blank=True,
                choices=[
                    ("mask", "Hide the names; votes count in full"),
                    ("weigh", "Hide the names; votes count half"),
                    ("exclude", "Draw such responses no more"),
                ],
                max_length=16,
                null=True,
                verbose_name="responses that name their author",
            ),
        ),
        migrations.AddField(
            model_name="prompt",
            name="asks_identity",
            field=models.BooleanField(
                blank=True,
                editable=False,
                help_text="Whether it asks who answers; what an admin says of it stands.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="response",
            name="leaks",
            field=models.JSONField(
                blank=True,
                editable=False,
                help_text="Where the text names its author; hidden before the vote.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="response",
            name="leaks_version",
            field=models.CharField(
                blank=True,
                editable=False,
                help_text="Of the rules and names that found them.",
                max_length=16,
                null=True,
            ),
        ),
    ]
