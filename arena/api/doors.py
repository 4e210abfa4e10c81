"""What every API view shares: errors that say what to do, and addresses that have one format."""

from collections.abc import Iterable
from typing import Any, Final

from django.contrib.auth.models import User
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework import exceptions, serializers, status
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import exception_handler

from arena.access import why_no_vote
from arena.limits import TooMany
from arena.models import Contest
from arena.queries.leaderboards import NoSuchBoard
from arena.services.errors import (
    BattleClosed,
    BattleNotFound,
    CalibrationRefused,
    ConsentMissing,
    ContestClosed,
    InvitationClosed,
    NoBattleLeft,
    NoTerms,
    RaterLeft,
    ServiceError,
    TalkBusy,
    UndoRefused,
)


class Problem(serializers.Serializer[Any]):
    """An error: what went wrong and what to do."""

    detail = serializers.CharField()


WRONG_FIELDS: Final = OpenApiResponse(OpenApiTypes.OBJECT, "By field, what was wrong with it.")
STATUS = {
    BattleNotFound: status.HTTP_404_NOT_FOUND,
    BattleClosed: status.HTTP_409_CONFLICT,
    ContestClosed: status.HTTP_409_CONFLICT,
    ConsentMissing: status.HTTP_403_FORBIDDEN,
    NoTerms: status.HTTP_404_NOT_FOUND,
    RaterLeft: status.HTTP_409_CONFLICT,
    NoBattleLeft: status.HTTP_409_CONFLICT,
    CalibrationRefused: status.HTTP_409_CONFLICT,
    InvitationClosed: status.HTTP_409_CONFLICT,
    UndoRefused: status.HTTP_409_CONFLICT,
    TalkBusy: status.HTTP_409_CONFLICT,
    NoSuchBoard: status.HTTP_404_NOT_FOUND,
}


class OneFormat(DefaultContentNegotiation):
    """For addresses of files: the file has the format that its name says, whatever is asked for; errors are JSON."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """Return the renderer of errors; the file itself needs none."""
        first = next(iter(renderers))
        return first, str(first.media_type)


def handle_error(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn what services and queries refuse into answers; the rest is the framework's."""
    if isinstance(error, ServiceError | NoSuchBoard):
        return Response({"detail": str(error)}, status=STATUS.get(type(error), status.HTTP_400_BAD_REQUEST))
    if isinstance(error, TooMany):
        return Response(
            {"detail": str(error)}, status.HTTP_429_TOO_MANY_REQUESTS, headers={"Retry-After": str(error.seconds)}
        )
    return exception_handler(error, context)


def refuse_without_vote(request: Request, contest: Contest) -> None:
    """Raise PermissionDenied, saying what to do, where the account behind a request has no vote in a contest."""
    refusal = why_no_vote(request, contest)
    if refusal:
        raise exceptions.PermissionDenied(refusal)


def account_of(request: Request) -> User:
    """Return the account behind a request; raise NotAuthenticated where there is none."""
    if not isinstance(request.user, User):
        raise exceptions.NotAuthenticated
    return request.user


def bad_request(message: str) -> exceptions.ValidationError:
    """Return the error for a parameter that cannot be read."""
    return exceptions.ValidationError({"detail": message})
