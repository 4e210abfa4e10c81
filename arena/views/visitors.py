"""Who stands at the door: an account, a known browser, or a new one."""

import secrets
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from arena.access import BROWSER_COOKIE, BROWSER_SALT, BROWSER_SECONDS, browser_key_of
from arena.limits import Limited, count
from arena.models import Rater
from arena.services.raters import identify_account, identify_browser

KEY_BYTES: Final = 24


def identify_visitor(request: HttpRequest) -> tuple[Rater, str | None]:
    """Return the rater behind a request, and the browser key to be remembered; None for accounts.

    Raises TooMany where a network sends more new browsers than people have.
    """
    if request.user.is_authenticated:
        return identify_account(request.user), None
    key = browser_key_of(request)
    if key is None:
        count(request, Limited.NEWCOMERS)
        key = secrets.token_urlsafe(KEY_BYTES)
    return identify_browser(key), key


def remember_browser(response: HttpResponseBase, key: str | None) -> None:
    """Let the browser be known again: a signed cookie that scripts cannot read."""
    if key is not None:
        response.set_signed_cookie(
            BROWSER_COOKIE,
            key,
            salt=BROWSER_SALT,
            max_age=BROWSER_SECONDS,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
