"""Pages of contests."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from arena.access import contest_or_404
from arena.queries.pages import contest_cards, contest_page


@require_safe
def contest_list(request: HttpRequest) -> HttpResponse:
    """All contests that the visitor may see."""
    return render(request, "arena/contests/list.html", {"cards": contest_cards(request.user)})


@require_safe
def contest_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One contest: what it asks, how to vote, where its leaderboard is."""
    page = contest_page(contest_or_404(request.user, slug))
    return render(request, "arena/contests/detail.html", {"page": page, "contest": page.card.contest})
