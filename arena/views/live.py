"""Live battles in the browser: type a prompt, watch both answers, follow up, stop. Voting is that of every battle."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from arena.access import live_contest_or_404, live_or_404, rater_of, why_no_vote
from arena.limits import Limited, count
from arena.models import LiveState
from arena.queries.live import live_page
from arena.queries.live_watch import watch
from arena.queries.terms import terms_to_accept
from arena.services.errors import ServiceError
from arena.services.live import MOST_CHARACTERS, follow_up, start_live, stop_live
from arena.streaming import stream_events
from arena.views.visitors import identify_visitor, remember_browser


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def live_open(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for a prompt, or let two contestants answer the one that was typed; a refused one may be corrected."""
    contest = live_contest_or_404(request, slug)
    if why_no_vote(request, contest):
        return redirect("arena:contest", slug=slug)
    text = request.POST.get("prompt", "")
    told = {"contest": contest, "text": text, "most": MOST_CHARACTERS}
    if request.method != "POST":
        # Before anything is typed, so that nothing of it is lost.
        if terms_to_accept(rater_of(request)):
            return redirect(f"{reverse('arena:consent', args=[slug])}?to=live")
        return render(request, "arena/live/ask.html", told)
    rater, key = identify_visitor(request)
    admit = partial(count, request, Limited.LIVE, rater)
    response: HttpResponse
    try:
        response = redirect("arena:live", token=start_live(contest, rater, text, admit=admit).token)
    except ServiceError as error:
        messages.info(request, str(error))
        response = render(request, "arena/live/ask.html", told)
    remember_browser(response, key)
    return response


@require_safe
@never_cache
def live(request: HttpRequest, token: str) -> HttpResponse:
    """Show a live battle as far as it is; once it was voted on or skipped, the page of the battle says how."""
    found = live_or_404(rater_of(request), token)
    page = live_page(found, timezone.now())
    if page.state == LiveState.READY and not page.may_vote:
        return redirect("arena:battle", token=token)
    return render(request, "arena/live/battle.html", {"live": page, "most": MOST_CHARACTERS})


@require_safe
def live_events(request: HttpRequest, token: str) -> StreamingHttpResponse:
    """Stream both answers while they are written, in step."""
    found = live_or_404(rater_of(request), token)
    return stream_events(watch(found.token))


@require_POST
def live_stop(request: HttpRequest, token: str) -> HttpResponse:
    """End both answers where they are."""
    return _acted(request, token, stop_live)


@require_POST
def live_follow_up(request: HttpRequest, token: str) -> HttpResponse:
    """Ask both one thing more."""
    return _acted(request, token, follow_up, request.POST.get("prompt", ""))


def _acted(request: HttpRequest, token: str, verb: Callable[..., Any], *said: str) -> HttpResponse:
    found = live_or_404(rater_of(request), token)
    try:
        verb(token, found.rater, *said)
    except ServiceError as error:
        messages.info(request, str(error))
    return redirect("arena:live", token=token)
