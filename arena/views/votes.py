"""Votes from the browser."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from arena.access import battle_or_404, rater_of
from arena.forms import VoteForm
from arena.models import VoteOutcome
from arena.services.errors import ServiceError
from arena.services.votes import cast_vote


@require_POST
def vote_cast(request: HttpRequest, token: str) -> HttpResponse:
    """Cast a vote and go on to the reveal; a repeat leads to the same place."""
    battle = battle_or_404(rater_of(request), token)
    form = VoteForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose A, B, tie or both bad; a comment may have up to 2,000 characters.")
        return redirect("arena:battle", token=token)
    said = form.cleaned_data
    try:
        cast = cast_vote(token, battle.rater, VoteOutcome(said["outcome"]), tags=said["tags"], comment=said["comment"])
    except ServiceError as error:
        messages.info(request, str(error))
        return redirect("arena:battle", token=token)
    if not cast.created and cast.vote.outcome != said["outcome"]:
        messages.info(request, "You had voted on this battle before; that vote stands.")
    return redirect("arena:battle", token=token)
