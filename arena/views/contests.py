"""Pages of contests."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from arena.access import contest_or_404, rater_of, why_no_vote
from arena.models import Voters
from arena.queries.calibration import calibration
from arena.queries.pages import contest_cards, contest_page
from arena.queries.profiles import rater_profile
from arena.services.errors import ServiceError
from arena.services.raters import declare_profile
from arena.views.visitors import identify_visitor, remember_browser


@require_safe
def contest_list(request: HttpRequest) -> HttpResponse:
    """All contests that the visitor may see."""
    return render(request, "arena/contests/list.html", {"cards": contest_cards(request)})


@require_safe
def contest_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One contest: what it asks, how to vote, where its leaderboard is."""
    contest = contest_or_404(request, slug)
    rater = rater_of(request)
    told = {
        "page": contest_page(contest, why_no_vote(request, contest)),
        "profile": rater_profile(contest, rater),
        "calibration": calibration(contest, rater),
        "contest": contest,
        "needs_login": contest.voters == Voters.ACCOUNTS,
        "login_address": resolve_url(settings.LOGIN_URL),
    }
    return render(request, "arena/contests/detail.html", told)


@require_POST
def profile_declare(request: HttpRequest, slug: str) -> HttpResponse:
    """Remember which languages a visitor reads and where they are at home; a new browser is remembered with it."""
    contest = contest_or_404(request, slug)
    rater, key = identify_visitor(request)
    try:
        declare_profile(rater, contest, request.POST.getlist("languages"), request.POST.getlist("categories"))
        messages.success(request, _("Saved. Your next battles follow it."))
    except ServiceError as error:
        messages.error(request, str(error))
    response = redirect("arena:contest", slug=slug)
    remember_browser(response, key)
    return response
