"""Calibration rounds in the browser: another one, where the first fell short."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from arena.access import contest_or_404, why_no_vote
from arena.services.calibration import repeat_calibration
from arena.services.errors import ConsentMissing, ServiceError
from arena.views.visitors import identify_visitor, remember_browser


@require_POST
def calibration_repeat(request: HttpRequest, slug: str) -> HttpResponse:
    """Begin another round of other known pairs."""
    contest = contest_or_404(request, slug)
    if why_no_vote(request, contest):
        return redirect("arena:contest", slug=slug)
    rater, key = identify_visitor(request)
    try:
        response = redirect("arena:battle", token=repeat_calibration(contest, rater).token)
    except ConsentMissing:
        response = redirect("arena:consent", slug=slug)
    except ServiceError as error:
        messages.info(request, str(error))
        response = redirect("arena:contest", slug=slug)
    remember_browser(response, key)
    return response
