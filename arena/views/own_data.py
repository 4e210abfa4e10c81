"""A person's account and data: what is there, a copy of it, and the way out."""

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from arena.access import BROWSER_COOKIE, rater_of
from arena.forms import LeaveForm
from arena.queries.own_data import accepted_terms, own_data
from arena.services.errors import ServiceError
from arena.services.leaving import leave


@require_safe
@never_cache
def account(request: HttpRequest) -> HttpResponse:
    """Show who the visitor is here, and what can be done with the data: an account, a known browser, or nobody yet."""
    rater = rater_of(request)
    return render(request, "arena/raters/account.html", {"rater": rater, "accepted": accepted_terms(rater)})


@require_safe
@never_cache
def my_data(request: HttpRequest) -> HttpResponse:
    """Give everything that is stored of the visitor, as one file."""
    return JsonResponse(
        own_data(rater_of(request), _user(request)),
        json_dumps_params={"indent": 2, "ensure_ascii": False},
        headers={"Content-Disposition": 'attachment; filename="versus-my-data.json"'},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def leave_versus(request: HttpRequest) -> HttpResponse:
    """Explain what leaving means and ask; once confirmed, remove the person and forget the browser."""
    rater, user = rater_of(request), _user(request)
    form = LeaveForm(request.POST if request.method == "POST" else None)
    if rater is None and user is None:
        messages.info(request, _("Nothing is stored of you here, so there is nothing to delete."))
        return redirect("arena:account")
    if request.method == "POST" and form.is_valid():
        try:
            voided = leave(rater, user, withdraw=form.withdraws)
        except ServiceError as error:
            messages.error(request, str(error))
        else:
            return _gone(request, form.withdraws, voided)
    return render(request, "arena/raters/leave.html", {"form": form, "rater": rater})


def _gone(request: HttpRequest, withdrew: bool, voided: int) -> HttpResponse:
    logout(request)
    response = render(request, "arena/raters/left.html", {"withdrew": withdrew, "voided": voided})
    response.delete_cookie(BROWSER_COOKIE)
    return response


def _user(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None
