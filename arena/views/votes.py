"""Votes from the browser."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from arena.access import battle_or_404, rater_of
from arena.forms import RemarksForm, VoteForm
from arena.models import VoteOutcome
from arena.queries.criteria import known_tags
from arena.services.errors import ServiceError
from arena.services.undo import undo_vote
from arena.services.votes import cast_vote, remark_on_vote


@require_POST
def vote_cast(request: HttpRequest, token: str) -> HttpResponse:
    """Cast a vote and go on to the reveal; a repeat leads to the same place."""
    battle = battle_or_404(rater_of(request), token)
    form = VoteForm(request.POST, known=known_tags(battle.contest))
    if not form.is_valid():
        messages.error(request, _("Choose A, B, tie or both bad; a comment may have up to 2,000 characters."))
        return redirect("arena:battle", token=token)
    said = form.cleaned_data
    remarks = {name: said[name] for name in ("tags", "comment", "shown_ms")}
    try:
        cast = cast_vote(token, battle.rater, VoteOutcome(said["outcome"]), **remarks)
    except ServiceError as error:
        messages.info(request, str(error))
        return redirect("arena:battle", token=token)
    if not cast.created and cast.vote.outcome != said["outcome"]:
        messages.info(request, _("You had voted on this battle before; that vote stands."))
    return redirect("arena:battle", token=token)


@require_POST
def vote_remark(request: HttpRequest, token: str) -> HttpResponse:
    """Keep reasons and a comment that are given after the vote."""
    battle = battle_or_404(rater_of(request), token)
    form = RemarksForm(request.POST, known=known_tags(battle.contest))
    if not form.is_valid():
        messages.error(request, _("A comment may have up to 2,000 characters."))
        return redirect("arena:battle", token=token)
    try:
        remark_on_vote(token, battle.rater, **form.cleaned_data)
        messages.success(request, _("Saved with your vote."))
    except ServiceError as error:
        messages.info(request, str(error))
    return redirect("arena:battle", token=token)


@require_POST
def vote_undo(request: HttpRequest, token: str) -> HttpResponse:
    """Take a vote back and go on to the same pair again; a repeat leads to the same place."""
    battle = battle_or_404(rater_of(request), token)
    try:
        return redirect("arena:battle", token=undo_vote(token, battle.rater).token)
    except ServiceError as error:
        messages.info(request, str(error))
    return redirect("arena:battle", token=token)
