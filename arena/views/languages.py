"""Which language a page speaks: what its reader chose, else what the browser asks for, else English."""

from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

ENGLISH: Final = ("/admin/", "/api/", "/healthz")
"""What is for those who run it and for programs speaks English, whoever asks."""


class ReaderLanguage(LocaleMiddleware):
    """Speaks the reader's language on pages, and lets no cache mix languages."""

    def process_request(self, request: HttpRequest) -> None:
        """Choose the language of one request."""
        if request.path_info.startswith(ENGLISH):
            translation.activate(settings.LANGUAGE_CODE)
            request.LANGUAGE_CODE = settings.LANGUAGE_CODE
        else:
            super().process_request(request)

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Say which language it is and what it depends on."""
        if not request.path_info.startswith(ENGLISH):
            patch_vary_headers(response, ("Accept-Language", "Cookie"))
        response.headers.setdefault("Content-Language", translation.get_language())
        return response


# The choice is the one thing that another site could set here, and it harms nobody; a token against that would give
# every reader of every page a cookie that is not needed.
language_choose = csrf_exempt(require_POST(set_language))
