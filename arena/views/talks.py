"""Talks in the browser, for staff alone: choose one or two contestants, type, watch, say more, note what was better."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from arena.access import staff_contest_or_404, talk_or_404
from arena.models import Talk
from arena.queries.live_watch import watch
from arena.queries.talks import talk_glance, talk_page, talkers
from arena.services.errors import ServiceError
from arena.services.live import MOST_CHARACTERS
from arena.services.talks import note_preference, say_more, start_talk, stop_talk
from arena.streaming import stream_events


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def talk_open(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask whom to talk with and what to say first, or begin; what was refused may be corrected."""
    contest = staff_contest_or_404(request, slug)
    said = {name: request.POST.get(name, "") for name in ("first", "second", "prompt")}
    if request.method == "POST":
        wanted = [said["first"], *([said["second"]] if said["second"] else [])]
        try:
            talk = start_talk(contest, request.user, wanted, said["prompt"])  # type: ignore[arg-type]
            return redirect("arena:talk", token=talk.token)
        except ServiceError as error:
            messages.info(request, str(error))
    told = {"contest": contest, "talkers": talkers(contest), "said": said, "most": MOST_CHARACTERS}
    return render(request, "arena/talks/ask.html", told)


@require_safe
@never_cache
def talk(request: HttpRequest, token: str) -> HttpResponse:
    """Show a talk as far as it is."""
    page = talk_page(talk_or_404(request.user, token), timezone.now())
    return render(request, "arena/talks/talk.html", {"talk": page, "most": MOST_CHARACTERS})


@require_safe
def talk_events(request: HttpRequest, token: str) -> StreamingHttpResponse:
    """Stream what is being written."""
    found = talk_or_404(request.user, token)
    return stream_events(watch(found.token, talk_glance))


@require_POST
def talk_say(request: HttpRequest, token: str) -> HttpResponse:
    """Say one thing more, or ask again what has no answer."""
    return _acted(request, token, say_more, request.POST.get("prompt", ""))


@require_POST
def talk_stop(request: HttpRequest, token: str) -> HttpResponse:
    """End what is being written where it is."""
    return _acted(request, token, stop_talk)


@require_POST
def talk_note(request: HttpRequest, token: str) -> HttpResponse:
    """Note which of two was better."""
    return _acted(request, token, note_preference, request.POST.get("preference", ""), request.POST.get("note", ""))


def _acted(request: HttpRequest, token: str, verb: Callable[..., Any], *said: str) -> HttpResponse:
    found: Talk = talk_or_404(request.user, token)
    try:
        verb(found, *said)
    except ServiceError as error:
        messages.info(request, str(error))
    return redirect("arena:talk", token=token)
