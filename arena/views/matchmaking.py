"""The page on how a contest draws its pairs."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from arena.access import contest_or_404
from arena.queries.exposure import matchmaking_page


@require_safe
def matchmaking(request: HttpRequest, slug: str) -> HttpResponse:
    """How pairs are drawn, who was drawn how often, and whether that is honest; for whoever may see the contest."""
    contest = contest_or_404(request, slug)
    page = matchmaking_page(contest, with_names=bool(request.user.is_staff))
    return render(request, "arena/matchmaking/page.html", {"page": page, "contest": contest})
