"""Leaderboard pages."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from arena.access import contest_or_404
from arena.exchange.boards import leaderboard_csv_text
from arena.queries.leaderboards import Leaderboard, NoSuchBoard, leaderboard


@require_safe
def leaderboard_page(request: HttpRequest, slug: str) -> HttpResponse:
    """One board of a contest; `?raters=` chooses whose votes."""
    board = _board_or_404(request, slug)
    return render(request, "arena/leaderboards/page.html", {"board": board, "contest": board.contest})


@require_safe
def leaderboard_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """The same board as CSV with every digit."""
    board = _board_or_404(request, slug)
    name = f"{slug}-{board.board.slug if board.board else 'empty'}.csv"
    return HttpResponse(
        leaderboard_csv_text([*board.rows, *board.unrated]),
        content_type="text/csv; charset=utf-8",
        # Its page is what search engines may find.
        headers={"Content-Disposition": f'attachment; filename="{name}"', "X-Robots-Tag": "noindex"},
    )


def _board_or_404(request: HttpRequest, slug: str) -> Leaderboard:
    try:
        return leaderboard(contest_or_404(request, slug), request.GET.get("raters") or None)
    except NoSuchBoard as error:
        raise Http404(str(error)) from error
