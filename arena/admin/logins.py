"""How staff log in by name and password: as everybody does, with the same limits on attempts."""

from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm


class LimitedLogin(AdminAuthenticationForm):
    """The form of the admin, where an attempt counts as one on the page of accounts does."""

    def clean(self) -> dict[str, Any]:
        """Ask who this is, unless too many wrong passwords came from there or for this name."""
        said = self.cleaned_data
        if said.get("username") is not None and said.get("password"):
            credentials = {name: said[name] for name in ("username", "password")}
            self.user_cache = get_adapter().authenticate(self.request, **credentials)
            if self.user_cache is None:
                raise self.get_invalid_login_error()
            self.confirm_login_allowed(self.user_cache)
        return said


admin.site.login_form = LimitedLogin
