"""Who may see or change what. Pages and API ask here."""

from typing import Final

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from arena.models import Battle, Contest, ContestState, Rater

BROWSER_COOKIE: Final = "versus_browser"
BROWSER_SALT: Final = "arena.browser"
BROWSER_SECONDS: Final = 365 * 24 * 3600


def visible_contests(user: User | AnonymousUser) -> QuerySet[Contest]:
    """Return the contests that this user may see: drafts are for staff."""
    if user.is_staff:
        return Contest.objects.all()
    return Contest.objects.exclude(state=ContestState.DRAFT)


def contest_or_404(user: User | AnonymousUser, slug: str) -> Contest:
    """Return a contest that this user may see, or raise Http404."""
    contest = visible_contests(user).filter(slug=slug).first()
    if contest is None:
        raise Http404("There is no such contest.")
    return contest


def battle_or_404(rater: Rater | None, token: str) -> Battle:
    """Return this rater's battle, or raise Http404: a foreign token and an unknown one look the same."""
    battle = None
    # PostgreSQL does not look for a text with a zero in it.
    if rater is not None and "\0" not in token:
        battle = (
            Battle.objects.select_related("contest", "prompt", "response_a", "response_b", "vote")
            .filter(token=token, rater=rater)
            .first()
        )
    if battle is None:
        raise Http404("There is no such battle.")
    return battle


def browser_key_of(request: HttpRequest) -> str | None:
    """Return the key in this browser's signed cookie; None where there is none or the signature is wrong."""
    key = request.get_signed_cookie(BROWSER_COOKIE, default=None, salt=BROWSER_SALT, max_age=BROWSER_SECONDS)
    return key or None


def rater_of(request: HttpRequest) -> Rater | None:
    """Return the rater behind a request: its account, else its browser; None before the first battle."""
    if request.user.is_authenticated:
        return Rater.objects.filter(user=request.user).first()
    key = browser_key_of(request)
    return Rater.objects.filter(browser_key=key).first() if key else None
