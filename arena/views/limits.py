"""What a browser is told that did too much in a short time."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django_htmx.middleware import HtmxDetails

from arena.limits import TooMany


class TooManyMiddleware:
    """Turn the refusal of a page into an answer with status 429; the API does so in its own way."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Leave everything else as it is."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Say what to do: as a page, or to htmx as the sentence that it shows beside the buttons."""
        if not isinstance(error, TooMany):
            return None
        if HtmxDetails(request):
            response = HttpResponse(str(error), status=429, content_type="text/plain; charset=utf-8")
        else:
            response = render(request, "429.html", {"told": str(error)}, status=429)
        response["Retry-After"] = str(error.seconds)
        response["Cache-Control"] = "no-store"
        return response
