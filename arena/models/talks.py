"""Talks: conversations of staff with contestants whose names they see. They count nowhere."""

from django.contrib.auth.models import User
from django.db import models
from django.db.models import F, Q

from arena.models.base import Fact
from arena.models.contests import Contest, Contestant
from arena.models.live import LiveState, Writing
from arena.models.votes import VoteOutcome


class Talk(Writing):
    """A conversation of a member of staff with one contestant, or side by side with two.

    It knows no rater, prompt, response, battle or vote, so that nothing that counts those can count it.
    """

    contest = models.ForeignKey(Contest, on_delete=models.PROTECT, related_name="talks")
    staff = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    contestant_a = models.ForeignKey(Contestant, on_delete=models.PROTECT, related_name="+")
    contestant_b = models.ForeignKey(
        Contestant,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty in a direct talk.",
    )
    asked = models.TextField(blank=True, help_text="The message that has no answer yet.")
    preference = models.CharField(max_length=16, choices=VoteOutcome, blank=True, help_text="A note; not a vote.")
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=LiveState.values), name="talk_state_known"),
            models.CheckConstraint(
                condition=Q(preference="") | Q(preference__in=VoteOutcome.values), name="talk_preference_known"
            ),
            models.CheckConstraint(
                condition=Q(contestant_b__isnull=True) | ~Q(contestant_a=F("contestant_b")),
                name="talk_with_different_contestants",
            ),
            models.CheckConstraint(condition=~Q(state="writing") | ~Q(asked=""), name="talk_writing_was_asked"),
        ]

    def __str__(self) -> str:
        return f"Talk {self.public_id[-8:]}"


class TalkAnswer(Fact):
    """What one contestant answered in one turn of a talk, and what it cost."""

    talk = models.ForeignKey(Talk, on_delete=models.CASCADE, related_name="answers")
    turn = models.PositiveSmallIntegerField()
    contestant = models.ForeignKey(Contestant, on_delete=models.PROTECT, related_name="+")
    asked = models.TextField()
    text = models.TextField(blank=True)
    finish_reason = models.CharField(max_length=40, blank=True)
    prompt_tokens = models.PositiveIntegerField(null=True, blank=True)
    completion_tokens = models.PositiveIntegerField(null=True, blank=True)
    latency_ms = models.FloatField(null=True, blank=True)
    logprob_sum = models.FloatField(null=True, blank=True)
    logprob_tokens = models.PositiveIntegerField(null=True, blank=True)
    logprob_bytes = models.PositiveIntegerField(null=True, blank=True)
    settings = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["talk", "turn", "id"]
        constraints = [
            models.UniqueConstraint(fields=["talk", "turn", "contestant"], name="talk_answered_once_a_turn"),
        ]

    def __str__(self) -> str:
        return f"{self.contestant} in turn {self.turn + 1}"
