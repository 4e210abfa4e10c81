"""The terms, and the page that asks for consent before a first battle."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from arena.access import contest_or_404, rater_of, why_no_vote
from arena.queries.terms import current_terms, has_accepted, terms_to_accept
from arena.rendering.markdown import render_markdown
from arena.services.consents import accept_terms
from arena.services.errors import ServiceError
from arena.views.battles import hand_out
from arena.views.visitors import identify_visitor, remember_browser


@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    """Show the terms in force; where nobody wrote any, say so."""
    found = current_terms()
    told = {
        "terms": found,
        "html": render_markdown(found.text) if found else "",
        "accepted": found is not None and has_accepted(rater_of(request), found),
    }
    return render(request, "arena/terms/terms.html", told)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def consent(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask once for consent, and lead on to the battle, stored or live, that was asked for."""
    contest = contest_or_404(request, slug)
    if why_no_vote(request, contest):
        return redirect("arena:contest", slug=slug)
    live = request.GET.get("to") == "live" and bool(contest.live)
    if request.method == "POST":
        rater, key = identify_visitor(request)
        response: HttpResponse
        try:
            accept_terms(rater, _version(request))
        except ServiceError as error:
            messages.info(request, str(error))
            response = redirect(request.get_full_path())
        else:
            response = redirect("arena:live_open", slug=slug) if live else hand_out(request, contest, rater)
        remember_browser(response, key)
        return response
    found = terms_to_accept(rater_of(request))
    if found is None:
        return redirect("arena:live_open" if live else "arena:contest", slug=slug)
    told = {"contest": contest, "terms": found, "html": render_markdown(found.text), "live": live}
    return render(request, "arena/terms/consent.html", told)


def _version(request: HttpRequest) -> int:
    said = request.POST.get("version", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 9 else 0
