"""Battles in the browser: open the next, show one, skip one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from arena.access import battle_or_404, contest_or_404, rater_of
from arena.forms import TAGS
from arena.models import Battle, BattleState, Contest
from arena.queries.pages import blind_battle, reveal
from arena.services.battles import open_battle, skip_battle
from arena.services.errors import ServiceError
from arena.views.visitors import identify_visitor, remember_browser


@require_POST
def battle_open(request: HttpRequest, slug: str) -> HttpResponse:
    """Hand the visitor the next battle; a new browser is remembered from here on."""
    contest = contest_or_404(request.user, slug)
    rater, key = identify_visitor(request)
    response: HttpResponse
    try:
        response = redirect("arena:battle", token=open_battle(contest, rater).token)
    except ServiceError as error:
        messages.info(request, str(error))
        response = _to_contest(request, contest)
    remember_browser(response, key)
    return response


@require_safe
@never_cache
def battle(request: HttpRequest, token: str) -> HttpResponse:
    """Show a battle: blind before the vote, revealed after it. Skipped ones stay blind."""
    found = battle_or_404(rater_of(request), token)
    if found.state == BattleState.VOTED:
        return render(request, "arena/battles/reveal.html", {"reveal": reveal(found), "contest": found.contest})
    if found.state == BattleState.SERVED and not found.is_late():
        return render(request, "arena/battles/battle.html", {"battle": blind_battle(found), "tags": TAGS})
    return _closed(request, found)


@require_POST
def battle_skip(request: HttpRequest, token: str) -> HttpResponse:
    """Close a battle without a vote."""
    found = battle_or_404(rater_of(request), token)
    try:
        skip_battle(token, found.rater)
    except ServiceError as error:
        messages.info(request, str(error))
    return redirect("arena:battle", token=token)


def _to_contest(request: HttpRequest, contest: Contest) -> HttpResponse:
    # htmx swaps one battle for the next; the page of a contest is another page and is loaded whole.
    away = HttpResponseClientRedirect if HtmxDetails(request) else HttpResponseRedirect
    return away(reverse("arena:contest", args=[contest.slug]))


def _closed(request: HttpRequest, found: Battle) -> HttpResponse:
    skipped = found.state == BattleState.SKIPPED
    return render(request, "arena/battles/closed.html", {"contest": found.contest, "skipped": skipped})
