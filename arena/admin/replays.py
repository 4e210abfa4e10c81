"""Replays of matchmaking policies: the page that asks for one, and the page that shows what it found."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from arena.models import Contest, PolicyName, Run, RunKind
from arena.queries.matchmaking import matchmaking_of
from arena.queries.replay_pages import replay_page
from arena.queries.replays import boards_with_strengths
from arena.services.errors import ServiceError
from arena.services.replay_plans import (
    FEWEST_REPETITIONS,
    MOST_ABANDONED,
    MOST_IN_FLIGHT,
    MOST_VOTES,
    ReplayWish,
    as_run,
    plan_replay,
)
from arena.services.runs import request_run
from arena.tasks import wake

USUAL_VOTES = 1000


class ReplayForm(forms.Form):
    """What shall be replayed. What is sent becomes the parameters of a run."""

    policies = forms.MultipleChoiceField(
        choices=PolicyName.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text="Uniform is always played beside the others, as what they are held against.",
    )
    votes = forms.IntegerField(
        min_value=1, max_value=MOST_VOTES, initial=USUAL_VOTES, help_text="How many votes each replay goes on for."
    )
    repetitions = forms.IntegerField(
        min_value=FEWEST_REPETITIONS, required=False, help_text="Empty means as many as fit into about a minute."
    )
    board = forms.ChoiceField(help_text="Whose strengths, as last published, are taken for the true ones.")
    newcomer = forms.ChoiceField(
        required=False, help_text="Begins without votes, while all others have about as many as now."
    )
    in_flight = forms.IntegerField(
        min_value=0, max_value=MOST_IN_FLIGHT, initial=0, help_text="Battles that are out, unanswered, at any time."
    )
    abandoned = forms.FloatField(
        min_value=0, max_value=MOST_ABANDONED, initial=0, help_text="Share of battles that are never answered."
    )
    seed = forms.IntegerField(min_value=0, initial=0, help_text="The same seed gives the same result.")
    as_published = forms.BooleanField(
        required=False, help_text="Take strengths as wide as the board has them, noise included."
    )

    def __init__(self, *args: Any, contest: Contest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.contest = contest
        self.fields["policies"].initial = [matchmaking_of(contest).policy, PolicyName.UNIFORM]
        boards = [(board.slug, board.name) for board in boards_with_strengths(contest)]
        self.fields["board"].choices = boards  # type: ignore[attr-defined]
        cast = contest.contestants.order_by("name").values_list("slug", "name")
        self.fields["newcomer"].choices = [("", "Nobody"), *cast]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse what cannot be replayed, where it can still be changed."""
        said = self.cleaned_data
        if not self.errors:
            wish = {**said, "policies": tuple(said["policies"]), "newcomer": said["newcomer"] or None}
            try:
                said["parameters"] = as_run(plan_replay(self.contest, ReplayWish(**wish)))
            except ServiceError as error:
                raise forms.ValidationError(str(error)) from error
        return said


class AsksForReplays:
    """Of contests: the form for a replay, as an action of the list and behind a link."""

    def get_urls(self) -> list[URLPattern]:
        """Add the page that asks."""
        of_admin: Any = self
        page = of_admin.admin_site.admin_view(self.ask_for_replay)
        return [path("<int:pk>/replay/", page, name="arena_contest_replay"), *super().get_urls()]  # type: ignore[misc]

    @admin.action(description="Replay matchmaking policies", permissions=["change"])
    def replay(self, request: HttpRequest, contests: QuerySet[Contest]) -> HttpResponse | None:
        """Go to the page that asks, of one contest."""
        if len(contests) == 1:
            return redirect("admin:arena_contest_replay", contests[0].pk)
        messages.warning(request, "Choose one contest: each is replayed on its own strengths.")
        return None

    @admin.display(description="replays")
    def replays(self, contest: Contest) -> str:
        """Where policies are replayed on its strengths, and where earlier replays are."""
        if contest.pk is None:
            return "once there are votes"
        earlier = f"{reverse('admin:arena_run_changelist')}?kind__exact=replay&contest__id__exact={contest.pk}"
        new = reverse("admin:arena_contest_replay", args=[contest.pk])
        return format_html(
            '<a href="{}">Replay matchmaking policies</a> · <a href="{}">earlier replays</a>', new, earlier
        )

    def ask_for_replay(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask what shall be replayed; once that is known, request the run and go to its page."""
        of_admin: Any = self
        contest = get_object_or_404(Contest, pk=pk)
        if not of_admin.has_change_permission(request, contest):
            raise PermissionDenied
        form = ReplayForm(request.POST or None, contest=contest)
        if form.is_valid():
            parameters = form.cleaned_data["parameters"]
            run = request_run(RunKind.REPLAY, contest, parameters=parameters, by=request.user)  # type: ignore[arg-type]
            wake()
            return redirect("admin:arena_run_replay", run.pk)
        context = {
            **of_admin.admin_site.each_context(request),
            "title": f"Replay matchmaking policies: {contest}",
            "opts": of_admin.model._meta,
            "contest": contest,
            "form": form,
        }
        return TemplateResponse(request, "arena/admin/replay_form.html", context)


class ShowsReplays:
    """Of runs: the page of a replay, while it is played and after."""

    def get_urls(self) -> list[URLPattern]:
        """Add the page of a replay."""
        of_admin: Any = self
        page = of_admin.admin_site.admin_view(self.show_replay)
        return [path("<int:pk>/replay/", page, name="arena_run_replay"), *super().get_urls()]  # type: ignore[misc]

    @admin.display(description="result")
    def found(self, run: Run) -> str:
        """Where a replay is shown; other runs say what they did in their message."""
        if run.kind != RunKind.REPLAY:
            return "–"
        return format_html('<a href="{}">curves</a>', reverse("admin:arena_run_replay", args=[run.pk]))

    def show_replay(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show how far a replay is, or what it found by one figure."""
        of_admin: Any = self
        run = get_object_or_404(Run.objects.select_related("contest"), pk=pk, kind=RunKind.REPLAY)
        if not of_admin.has_view_permission(request, run):
            raise PermissionDenied
        context = {
            **of_admin.admin_site.each_context(request),
            "title": f"Replay of matchmaking policies: {run.contest}",
            "opts": of_admin.model._meta,
            "page": replay_page(run, request.GET.get("figure", "")),
        }
        return TemplateResponse(request, "arena/admin/replay.html", context)
