"""Problems with battles, told from the browser."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from arena.access import battle_or_404, rater_of
from arena.forms import ReportForm
from arena.limits import Limited, count
from arena.models import ReportKind
from arena.services.reports import report_problem


@require_POST
def battle_report(request: HttpRequest, token: str) -> HttpResponse:
    """Record what is wrong with a battle, and show the battle as it was."""
    battle = battle_or_404(rater_of(request), token)
    form = ReportForm(request.POST)
    if form.is_valid():
        count(request, Limited.REPORTS, battle.rater)
        report_problem(token, battle.rater, ReportKind(form.cleaned_data["kind"]), form.cleaned_data["text"])
        messages.success(request, _("Thank you. Somebody will look at it."))
    else:
        messages.error(request, _("Say what is wrong; a text may have up to 2,000 characters."))
    return redirect("arena:battle", token=token)
