"""Who may take part where contests are not for everybody: groups, invitations, memberships."""

import secrets

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from arena.models.base import Fact
from arena.models.contests import Contest
from arena.models.raters import Rater


def new_invitation_token() -> str:
    """Return the secret of an invitation link: 192 bits, so that nobody finds one by trying."""
    return secrets.token_urlsafe(24)


class RaterGroup(Fact):
    """Raters who belong together, such as a panel or a class; its members are members of its contests."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    note = models.CharField(max_length=300, blank=True, help_text="Who they are; for staff.")
    contests = models.ManyToManyField(
        Contest, blank=True, related_name="rater_groups", help_text="Contests whose members they are."
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Invitation(Fact):
    """A link that makes raters members of a contest, or of a group that takes part in it."""

    contest = models.ForeignKey(Contest, on_delete=models.PROTECT, related_name="invitations")
    group = models.ForeignKey(
        RaterGroup,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="invitations",
        help_text="Whoever accepts joins this group, which must take part in the contest; empty: the contest alone.",
    )
    token = models.CharField(max_length=48, unique=True, default=new_invitation_token, editable=False)
    note = models.CharField(max_length=200, blank=True, help_text="For whom it is; for staff.")
    most_uses = models.PositiveIntegerField(
        null=True, blank=True, help_text="How many raters may accept it; empty means any number."
    )
    uses = models.PositiveIntegerField(default=0, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True, help_text="Until when; empty means for good.")
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
    )

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(most_uses__isnull=True) | Q(most_uses__gt=0),
                name="invitation_most_uses_positive",
                violation_error_message="Let at least one rater accept it; leave it empty for any number.",
            ),
            models.CheckConstraint(
                condition=Q(most_uses__isnull=True) | Q(uses__lte=F("most_uses")),
                name="invitation_used_no_more_than_allowed",
                violation_error_message="More raters than that have accepted it already.",
            ),
        ]

    def __str__(self) -> str:
        return self.note or f"Invitation {self.public_id[-8:]}"


class Membership(Fact):
    """That a rater is a member of a contest, or of a group and thereby of its contests."""

    # It says nothing once its rater is gone.
    rater = models.ForeignKey(Rater, on_delete=models.CASCADE, related_name="memberships")
    contest = models.ForeignKey(Contest, on_delete=models.CASCADE, null=True, blank=True, related_name="memberships")
    group = models.ForeignKey(RaterGroup, on_delete=models.CASCADE, null=True, blank=True, related_name="memberships")
    invitation = models.ForeignKey(
        Invitation,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="memberships",
        editable=False,
        help_text="By which it came about; empty where an admin made it.",
    )

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(contest__isnull=False, group__isnull=True) | Q(contest__isnull=True, group__isnull=False),
                name="membership_of_a_contest_or_of_a_group",
                violation_error_message="Name a contest or a group, and not both.",
            ),
            models.UniqueConstraint(fields=["rater", "contest"], name="membership_once_a_contest"),
            models.UniqueConstraint(fields=["rater", "group"], name="membership_once_a_group"),
        ]

    def __str__(self) -> str:
        return f"{self.rater} in {self.contest or self.group}"
