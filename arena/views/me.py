"""What a visitor did so far."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from arena.access import rater_of, visible_contests
from arena.queries.progress import rater_progress, visible_progress


@require_safe
@never_cache
def me(request: HttpRequest) -> HttpResponse:
    """Show a visitor's own votes, agreement with others, steadiness and boards."""
    progress = visible_progress(rater_progress(rater_of(request)), visible_contests(request))
    return render(request, "arena/raters/me.html", {"progress": progress})
