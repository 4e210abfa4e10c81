"""Battles in the browser: open the next, show one, skip one."""

from functools import partial
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from arena.access import battle_or_404, contest_or_404, rater_of, why_no_vote
from arena.forms import SkipForm
from arena.limits import Limited, count
from arena.models import Battle, BattleState, Contest, Rater, ReportKind, SkipReason
from arena.queries.pages import blind_battle
from arena.queries.reveals import reveal
from arena.queries.stage import battle_aids
from arena.services.battles import open_battle, skip_battle
from arena.services.errors import ConsentMissing, ServiceError
from arena.views.visitors import identify_visitor, remember_browser

ASKED: Final = {"report_kinds": ReportKind.choices}
"""What the pages of a battle let a rater choose from, beside the outcome and its reasons."""


@require_POST
def battle_open(request: HttpRequest, slug: str) -> HttpResponse:
    """Hand the visitor the next battle; a new browser is remembered from here on."""
    contest = contest_or_404(request, slug)
    if why_no_vote(request, contest):
        # The page of the contest says why, in the place of its button.
        return _away(request, reverse("arena:contest", args=[slug]))
    rater, key = identify_visitor(request)
    response = hand_out(request, contest, rater)
    remember_browser(response, key)
    return response


def hand_out(request: HttpRequest, contest: Contest, rater: Rater) -> HttpResponse:
    """Open the next battle of a rater who may vote, and lead to it, or to what has to come before it."""
    admit = partial(count, request, Limited.BATTLES, rater)
    try:
        return redirect("arena:battle", token=open_battle(contest, rater, admit=admit).token)
    except ConsentMissing:
        return _away(request, reverse("arena:consent", args=[contest.slug]))
    except ServiceError as error:
        messages.info(request, str(error))
        return _away(request, reverse("arena:contest", args=[contest.slug]))


@require_safe
@never_cache
def battle(request: HttpRequest, token: str) -> HttpResponse:
    """Show a battle: blind before the vote, revealed after it. Skipped ones stay blind."""
    found = battle_or_404(rater_of(request), token)
    if found.state == BattleState.VOTED:
        return render(
            request, "arena/battles/reveal.html", {**ASKED, "reveal": reveal(found), "contest": found.contest}
        )
    if found.state == BattleState.SERVED and not found.is_late():
        blind = blind_battle(found)
        return render(
            request, "arena/battles/battle.html", {**ASKED, "battle": blind, "aids": battle_aids(found, blind)}
        )
    return _closed(request, found)


@require_POST
def battle_skip(request: HttpRequest, token: str) -> HttpResponse:
    """Close a battle without a vote; a reason that nobody knows is none."""
    found = battle_or_404(rater_of(request), token)
    form = SkipForm(request.POST)
    reason = SkipReason(form.cleaned_data["reason"]) if form.is_valid() and form.cleaned_data["reason"] else None
    try:
        skip_battle(token, found.rater, reason=reason)
    except ServiceError as error:
        messages.info(request, str(error))
    return redirect("arena:battle", token=token)


def _away(request: HttpRequest, address: str) -> HttpResponse:
    # htmx swaps one battle for the next; any other page is loaded whole.
    return (HttpResponseClientRedirect if HtmxDetails(request) else HttpResponseRedirect)(address)


def _closed(request: HttpRequest, found: Battle) -> HttpResponse:
    skipped = found.state == BattleState.SKIPPED
    return render(request, "arena/battles/closed.html", {"contest": found.contest, "skipped": skipped})
