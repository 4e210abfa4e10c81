"""What templates may ask of the installation."""

from django.conf import settings
from django.http import HttpRequest


def installation(request: HttpRequest) -> dict[str, bool]:
    """Return what this installation offers: accounts for whoever comes, and e-mail."""
    return {"sign_up_open": settings.SIGN_UP == "open", "sends_mail": bool(settings.EMAIL_URL)}
