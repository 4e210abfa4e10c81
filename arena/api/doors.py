"""What every API view shares: reading the visitor, and errors that say what to do."""

from typing import Any

from rest_framework import exceptions, serializers, status
from rest_framework.response import Response
from rest_framework.views import exception_handler

from arena.services.errors import BattleClosed, BattleNotFound, ContestClosed, NoBattleLeft, ServiceError


class Problem(serializers.Serializer[Any]):
    """An error: what went wrong and what to do."""

    detail = serializers.CharField()


STATUS = {
    BattleNotFound: status.HTTP_404_NOT_FOUND,
    BattleClosed: status.HTTP_409_CONFLICT,
    ContestClosed: status.HTTP_409_CONFLICT,
    NoBattleLeft: status.HTTP_409_CONFLICT,
}


def handle_error(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn what services refuse into answers; the rest is the framework's."""
    if isinstance(error, ServiceError):
        return Response({"detail": str(error)}, status=STATUS.get(type(error), status.HTTP_400_BAD_REQUEST))
    return exception_handler(error, context)


def bad_request(message: str) -> exceptions.ValidationError:
    """Return the error for a parameter that cannot be read."""
    return exceptions.ValidationError({"detail": message})
