"""Invitation links. Opening one changes nothing, since mail programs open links too; pressing the button joins."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from arena.access import invitation_or_404, rater_of
from arena.limits import Limited, limit_failures
from arena.queries.invitations import invitation_page
from arena.services.errors import ServiceError
from arena.services.invitations import accept_invitation
from arena.views.visitors import identify_visitor, remember_browser


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show what one is invited to; join on POST, with or without an account."""
    with limit_failures(request, Limited.INVITATIONS):
        found = invitation_or_404(token)
    page = invitation_page(found, rater_of(request), timezone.now())
    if request.method != "POST" or page.closed:
        return render(request, "arena/invitations/invitation.html", {"page": page}, status=410 if page.closed else 200)
    rater, key = identify_visitor(request)
    try:
        contest = accept_invitation(found, rater)
        messages.success(request, _("You are in. Welcome!"))
        response = redirect("arena:contest", slug=contest.slug)
    except ServiceError as error:
        messages.info(request, str(error))
        response = redirect("arena:invitation", token=token)
    remember_browser(response, key)
    return response
