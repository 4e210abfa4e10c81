"""One-time login links for the admin of a fresh installation."""

from django.contrib.auth.models import User
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.utils.encoding import force_bytes, force_str
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

MINUTES = 60


class LoginLinkGenerator(PasswordResetTokenGenerator):
    """Tokens that end with the first login: the time of the last one is part of what is signed."""

    key_salt = "arena.services.logins"

    def check_token(self, user: User | None, token: str | None) -> bool:
        """Return whether a token is ours, unused and no older than an hour."""
        if not token or not super().check_token(user, token):
            return False
        seconds, _, _ = token.partition("-")
        age = self._num_seconds(self._now()) - int(seconds, 36)
        return age <= MINUTES * 60


links = LoginLinkGenerator()


def make_login_link(user: User) -> tuple[str, str]:
    """Return (uid, token) of a link that logs this user in once, within an hour."""
    return urlsafe_base64_encode(force_bytes(user.get_username())), links.make_token(user)


def find_login(uid: str, token: str) -> User | None:
    """Return the user whom a link logs in; None where it is wrong, spent or too old."""
    try:
        name = force_str(urlsafe_base64_decode(uid))
    except ValueError:
        return None
    # PostgreSQL does not look for a text with a zero in it.
    user = None if "\0" in name else User.objects.filter(username=name).first()
    return user if user is not None and user.is_active and links.check_token(user, token) else None
