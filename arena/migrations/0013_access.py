"""Who may vote in a contest and who may see it: groups of raters, invitations, memberships.

Columns that are added to contests may be null, so that SQLite does not rebuild a table that triggers watch.
"""

import arena.models.access
import arena.models.base
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("arena", "0012_quality_of_a_vote"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="contest",
            name="audience",
            field=models.CharField(
                blank=True,
                choices=[
                    ("public", "Everybody; it is in the list of contests"),
                    ("unlisted", "Everybody who has its address; it is in no list"),
                    ("members", "Members only; for others it does not exist"),
                ],
                max_length=16,
                null=True,
                verbose_name="who may see it",
            ),
        ),
        migrations.AddField(
            model_name="contest",
            name="voters",
            field=models.CharField(
                blank=True,
                choices=[
                    ("anyone", "Anyone, without an account"),
                    ("accounts", "Accounts only"),
                    ("members", "Members only: raters who were invited, or are in one of its groups"),
                ],
                max_length=16,
                null=True,
                verbose_name="who may vote",
            ),
        ),
        migrations.CreateModel(
            name="RaterGroup",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(
                        default=arena.models.base.new_public_id, editable=False, max_length=32, unique=True
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("slug", models.SlugField(max_length=60, unique=True)),
                ("name", models.CharField(max_length=120)),
                ("note", models.CharField(blank=True, help_text="Who they are; for staff.", max_length=300)),
                (
                    "contests",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Contests whose members they are.",
                        related_name="rater_groups",
                        to="arena.contest",
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
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
                        default=arena.models.access.new_invitation_token, editable=False, max_length=48, unique=True
                    ),
                ),
                ("note", models.CharField(blank=True, help_text="For whom it is; for staff.", max_length=200)),
                (
                    "most_uses",
                    models.PositiveIntegerField(
                        blank=True, help_text="How many raters may accept it; empty means any number.", null=True
                    ),
                ),
                ("uses", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "expires_at",
                    models.DateTimeField(blank=True, help_text="Until when; empty means for good.", null=True),
                ),
                ("revoked_at", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "contest",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="invitations", to="arena.contest"
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        blank=True,
                        help_text="Whoever accepts joins this group, which must take part in the contest; empty: the contest alone.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invitations",
                        to="arena.ratergroup",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Membership",
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
                    "contest",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to="arena.contest",
                    ),
                ),
                (
                    "invitation",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        help_text="By which it came about; empty where an admin made it.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="memberships",
                        to="arena.invitation",
                    ),
                ),
                (
                    "rater",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="memberships", to="arena.rater"
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to="arena.ratergroup",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("contest__isnull", False), ("group__isnull", True)),
                            models.Q(("contest__isnull", True), ("group__isnull", False)),
                            _connector="OR",
                        ),
                        name="membership_of_a_contest_or_of_a_group",
                        violation_error_message="Name a contest or a group, and not both.",
                    ),
                    models.UniqueConstraint(fields=("rater", "contest"), name="membership_once_a_contest"),
                    models.UniqueConstraint(fields=("rater", "group"), name="membership_once_a_group"),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(("most_uses__isnull", True), ("most_uses__gt", 0), _connector="OR"),
                name="invitation_most_uses_positive",
                violation_error_message="Let at least one rater accept it; leave it empty for any number.",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(("most_uses__isnull", True), ("uses__lte", models.F("most_uses")), _connector="OR"),
                name="invitation_used_no_more_than_allowed",
                violation_error_message="More raters than that have accepted it already.",
            ),
        ),
    ]
