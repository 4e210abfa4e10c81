"""The one-time login link. Opening it spends nothing; pressing the button does."""

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from arena.access import browser_key_of
from arena.services.accounts import adopt_browser
from arena.services.logins import find_login


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def login_once(request: HttpRequest, uid: str, token: str) -> HttpResponse:
    """Ask for a press on GET, so that previews of the link do not spend it; log in on POST."""
    user = find_login(uid, token)
    if user is None:
        return render(request, "arena/logins/spent.html", status=404)
    if request.method == "POST":
        login(request, user, backend="django.contrib.auth.backends.ModelBackend")
        adopt_browser(user, browser_key_of(request))
        return redirect("admin:index")
    return render(request, "arena/logins/confirm.html", {"name": user.get_username()})
