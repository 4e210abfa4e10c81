"""Live battles: prompts that voters type, and what is being written on them."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from arena.models.base import Fact
from arena.models.battles import Battle, new_token
from arena.models.contests import Contest, Contestant
from arena.models.raters import Rater


class LiveState(models.TextChoices):
    """writing -> ready, and back with each follow-up; closed is the end of what could not be written."""

    WRITING = "writing", _("Being written")
    READY = "ready", _("Ready for a vote")
    CLOSED = "closed", _("Closed")


class Writing(Fact):
    """What a process writes to while answers come, and anybody may look at: abstract."""

    token = models.CharField(max_length=48, unique=True, default=new_token, editable=False)
    state = models.CharField(max_length=16, choices=LiveState, default=LiveState.WRITING)
    shown_a = models.TextField(blank=True, help_text="What was shown of the answer that is being written.")
    shown_b = models.TextField(blank=True)
    stop_asked_at = models.DateTimeField(null=True, blank=True)
    beat_at = models.DateTimeField(default=timezone.now, help_text="When the process that writes it was last alive.")
    trouble = models.TextField(blank=True, help_text="What went wrong, for staff.")

    class Meta:
        abstract = True


class LiveBattle(Writing):
    """A battle in the making: one voter's messages, and two contestants who answer them at the same time.

    Once the first answers are whole there is an ordinary battle under the same token; before that there is nothing
    that could be voted on or counted.
    """

    contest = models.ForeignKey(Contest, on_delete=models.PROTECT, related_name="live_battles")
    rater = models.ForeignKey(Rater, on_delete=models.PROTECT, related_name="live_battles")
    contestant_a = models.ForeignKey(Contestant, on_delete=models.PROTECT, related_name="+")
    contestant_b = models.ForeignKey(Contestant, on_delete=models.PROTECT, related_name="+")
    draw = models.JSONField(default=dict, help_text="Policy, branch, propensity and reason of the pair as it is now.")
    asked = models.TextField(help_text="The message that is being answered, or was answered last.")
    turns = models.JSONField(default=list, blank=True, help_text='Answered: [{"user": ..., "a": ..., "b": ...}].')
    message = models.CharField(max_length=200, blank=True, help_text="What the voter is told of it.")
    battle = models.OneToOneField(Battle, on_delete=models.PROTECT, null=True, blank=True, related_name="live")

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["state", "beat_at"], name="live_battle_state_beat")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=LiveState.values), name="live_battle_state_known"),
            models.CheckConstraint(condition=~Q(asked=""), name="live_battle_asks_something"),
            models.CheckConstraint(
                condition=~Q(contestant_a=F("contestant_b")), name="live_battle_between_different_contestants"
            ),
            models.CheckConstraint(
                condition=~Q(state="ready") | Q(battle__isnull=False), name="live_battle_ready_is_a_battle"
            ),
        ]

    def __str__(self) -> str:
        return f"Live battle {self.public_id[-8:]}"
