"""Votes, their corrections, and raters: facts, which can be voided and restored with a reason."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html

from arena.admin.base import ask_first, confirmed, log_each, tell
from arena.forms import ReasonForm
from arena.models import IntegrityReason, Rater, Vote, VoteCorrection
from arena.queries.calibration import calibration_counts
from arena.queries.quality import rater_quality
from arena.services.calibration import count_in_full
from arena.services.votes import restore_votes, void_votes
from ranking.admin import ReadOnlyMixin

VOIDED = "voided; the boards follow within a minute."
RESTORED = "restored; the boards follow within a minute."


class CorrectionInline(ReadOnlyMixin, admin.TabularInline[VoteCorrection, Vote]):
    """When, by whom and why a vote was voided or restored."""

    model = VoteCorrection
    fields = ("at", "verb", "by", "reason")


class VoidMixin(ReadOnlyMixin):
    """Actions on facts that ask for a reason first."""

    def has_void_permission(self, request: HttpRequest) -> bool:
        """Whoever may change votes may void and restore them."""
        return request.user.has_perm("arena.change_vote")

    def _with_reason(
        self,
        request: HttpRequest,
        rows: QuerySet[Any],
        action: str,
        verb: Callable[[QuerySet[Vote], User, str], int],
        votes: QuerySet[Vote],
        sentence: str,
    ) -> HttpResponse | None:
        form = ReasonForm(request.POST if confirmed(request) else None)
        model_admin: Any = self
        if not confirmed(request) or not form.is_valid():
            word, n = "Void" if verb is void_votes else "Restore", votes.count()
            return ask_first(
                model_admin,
                request,
                rows,
                action=action,
                form=form,
                title=f"{word} {n:,} vote{'' if n == 1 else 's'}: why?",
                button=word,
            )
        done = verb(votes, request.user, form.cleaned_data["reason"])  # type: ignore[arg-type]
        tell(model_admin, request, done, f"vote{'' if done == 1 else 's'} {sentence}")
        return None


@admin.register(Vote)
class VoteAdmin(VoidMixin, admin.ModelAdmin[Vote]):
    """Votes. Nothing of them changes but whether they count."""

    list_display = ("created_at", "contest", "outcome", "pair", "rater", "counts", "integrity_weight", "key")
    list_filter = (
        "battle__contest",
        "outcome",
        ("voided_at", admin.EmptyFieldListFilter),
        "integrity_reason",
        "battle__purpose",
        "battle__rater__kind",
    )
    list_select_related = (
        "battle__contest",
        "battle__contestant_a",
        "battle__contestant_b",
        "battle__rater",
    )
    search_fields = ("public_id", "battle__public_id", "battle__rater__public_id", "comment", "void_reason")
    date_hierarchy = "created_at"
    ordering = ("-id",)
    show_full_result_count = False
    fieldsets = (
        (None, {"fields": ("created_at", "contest", "pair", "outcome", "rater", "battle", "public_id")}),
        ("What the voter said", {"fields": ("tags", "comment", "duration_ms")}),
        ("Whether it counts", {"fields": ("counts", "integrity_weight", "integrity_reason")}),
        ("Voided", {"fields": ("voided_at", "voided_by", "void_reason")}),
    )
    readonly_fields = ("created_at", "contest", "pair", "rater", "counts", "public_id")
    inlines = (CorrectionInline,)
    actions = ("void", "restore", "count_again")

    @admin.display(description="contest")
    def contest(self, vote: Vote) -> str:
        """Where it was cast."""
        return vote.battle.contest.slug

    @admin.display(description="between")
    def pair(self, vote: Vote) -> str:
        """Whom it compares, side A first."""
        return f"{vote.battle.contestant_a.name} · {vote.battle.contestant_b.name}"

    @admin.display(description="rater")
    def rater(self, vote: Vote) -> str:
        """Who cast it, without a name."""
        return str(vote.battle.rater)

    @admin.display(description="counts", boolean=True)
    def counts(self, vote: Vote) -> bool:
        """Whether it enters the boards."""
        ranks = vote.battle.purpose is None and vote.integrity_reason != IntegrityReason.IDENTICAL
        return ranks and vote.voided_at is None

    @admin.display(description="public id", ordering="public_id")
    def key(self, vote: Vote) -> str:
        """The end of the id under which the API knows it: the beginning is a time, much the same in all."""
        return f"…{vote.public_id[-8:]}"

    @admin.action(description="Void, with a reason: the votes leave the boards", permissions=["void"])
    def void(self, request: HttpRequest, votes: QuerySet[Vote]) -> HttpResponse | None:
        """Take votes out of every board, reversibly."""
        return self._with_reason(request, votes, "void", void_votes, votes, VOIDED)

    @admin.action(description="Restore, with a reason: not what its own voter took back", permissions=["void"])
    def restore(self, request: HttpRequest, votes: QuerySet[Vote]) -> HttpResponse | None:
        """Put voided votes back."""
        return self._with_reason(request, votes, "restore", restore_votes, votes, RESTORED)

    @admin.action(description="Count in full what a calibration set aside, with a reason", permissions=["void"])
    def count_again(self, request: HttpRequest, votes: QuerySet[Vote]) -> HttpResponse | None:
        """Let votes count again whose voter missed too many known pairs; the reason stands in the log of the admin."""
        form = ReasonForm(request.POST if confirmed(request) else None)
        if not confirmed(request) or not form.is_valid():
            title = "Count votes in full that a calibration set aside: why?"
            return ask_first(self, request, votes, action="count_again", form=form, title=title, button="Count them")
        reason, touched = form.cleaned_data["reason"], list(votes.filter(integrity_reason=IntegrityReason.CALIBRATION))
        done = count_in_full(votes, reason)
        log_each(self, request, touched, f"Counts in full again: {reason}")
        tell(self, request, done, f"vote{'' if done == 1 else 's'} count{'s' if done == 1 else ''} in full.")
        return None


@admin.register(VoteCorrection)
class VoteCorrectionAdmin(ReadOnlyMixin, admin.ModelAdmin[VoteCorrection]):
    """The log of votes voided and restored."""

    list_display = ("at", "verb", "vote", "by", "reason")
    list_filter = ("verb", "by")
    list_select_related = ("vote__battle", "by")
    search_fields = ("reason", "vote__public_id")
    ordering = ("-id",)
    date_hierarchy = "at"


@admin.register(Rater)
class RaterAdmin(VoidMixin, admin.ModelAdmin[Rater]):
    """Raters, known by opaque ids; what identifies a browser is shown to nobody."""

    list_display = ("public_id", "kind", "judge", "languages", "votes", "created_at")
    list_filter = ("kind", ("left_at", admin.EmptyFieldListFilter), ("joined", admin.EmptyFieldListFilter))
    list_select_related = ("judge",)
    search_fields = ("public_id", "external_key", "judge__slug")
    ordering = ("-id",)
    exclude = ("browser_key",)
    readonly_fields = ("quality",)
    actions = ("void_all", "restore_all")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Rater]:
        """Count with the list, not once a row."""
        return super().get_queryset(request).annotate(n_votes=Count("battles__vote"))

    @admin.display(description="votes", ordering="n_votes")
    def votes(self, rater: Rater) -> str:
        """How many votes it cast; leads to them."""
        address = f"{reverse('admin:arena_vote_changelist')}?q={rater.public_id}"
        return format_html('<a href="{}">{}</a>', address, getattr(rater, "n_votes", 0))

    @admin.display(description="checks, repeats, calibration")
    def quality(self, rater: Rater) -> str:
        """How the rater did on attention checks, and how steady on repeats."""
        found, known = rater_quality(rater), calibration_counts(rater)
        if not found.checks and not found.repeats and not known.answered:
            return "None yet. Contests ask for them in their matchmaking."
        return (
            f"{found.passed} of {found.checks} checks passed; "
            f"{found.steady} of {found.repeats} repeats answered as before; "
            f"{known.agreed} of {known.answered} calibration pairs as expected, {known.aside} votes set aside for it."
        )

    @admin.action(description="Void all their votes, with a reason", permissions=["void"])
    def void_all(self, request: HttpRequest, raters: QuerySet[Rater]) -> HttpResponse | None:
        """Take every vote of these raters out of the boards, reversibly."""
        votes = Vote.objects.filter(battle__rater__in=raters.values("pk"), voided_at__isnull=True)
        return self._with_reason(request, raters, "void_all", void_votes, votes, VOIDED)

    @admin.action(
        description="Restore all their votes, with a reason: not what they took back themselves", permissions=["void"]
    )
    def restore_all(self, request: HttpRequest, raters: QuerySet[Rater]) -> HttpResponse | None:
        """Put the voided votes of these raters back."""
        votes = Vote.objects.filter(battle__rater__in=raters.values("pk"), voided_at__isnull=False)
        return self._with_reason(request, raters, "restore_all", restore_votes, votes, RESTORED)
