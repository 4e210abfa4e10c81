"""Where allauth asks us: who may sign up, what becomes of a browser's votes, and which address a request came from."""

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest

from arena.access import browser_key_of, client_address
from arena.services.accounts import adopt_browser


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts of this installation."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return whether whoever comes may make an account; the same for other providers' accounts."""
        return bool(settings.SIGN_UP == "open")

    def login(self, request: HttpRequest, user: User) -> None:
        """Log in, and let the account keep what was voted in this browser before."""
        super().login(request, user)
        adopt_browser(user, browser_key_of(request))

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address that limits are counted by. The one place that decides it for accounts."""
        return client_address(request) or "unknown"
