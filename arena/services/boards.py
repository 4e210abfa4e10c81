"""Boards beside those that votes call for: other filters, other settings."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError

from arena.models import Board, Contest, Judge, RaterKind
from arena.services.errors import ServiceError
from arena.style.errors import StyleError
from arena.style.features import chosen_features
from ranking import BoardSettings, RankingError

POSITION = 20
"""Behind the boards that every contest has."""


def add_board(
    contest: Contest,
    slug: str,
    *,
    name: str,
    raters: str = RaterKind.HUMAN,
    category: str | None = None,
    settings: Mapping[str, Any] | None = None,
    **filters: Any,
) -> Board:
    """Define a board of a contest; its first refresh publishes it.

    Parameters
    ----------
    raters : human, simulated, or the slug of a judge, whose newest version is taken.
    category : slug of one of the contest's. settings : of the engine; what is left out has its default.
    filters : language, since, until, minimum_seconds, use_integrity_weights, as `Board` has them.

    Raises
    ------
    ServiceError
        If something named does not exist, or the engine or the model refuses a value; nothing is written.
    """
    try:
        chosen = BoardSettings.from_dict(settings or {})
        chosen_features(chosen.covariates)
    except (RankingError, StyleError) as error:
        raise ServiceError(str(error)) from error
    kind, judge = _raters(raters)
    board = Board(
        contest=contest,
        slug=slug,
        name=name,
        rater_kind=kind,
        judge=judge,
        category=None,
        settings=dict(settings or {}),
        position=POSITION,
        **filters,
    )
    if category is not None:
        board.category = contest.categories.filter(slug=category).first()
        if board.category is None:
            raise ServiceError(f"There is no category {category!r} in {contest.slug}.")
    try:
        board.full_clean()
    except ValidationError as error:
        raise ServiceError(" ".join(error.messages)) from error
    board.save()
    return board


def _raters(raters: str) -> tuple[str, Judge | None]:
    if raters in (RaterKind.HUMAN, RaterKind.SIMULATED):
        return raters, None
    judge = Judge.objects.filter(slug=raters).order_by("-version").first()
    if judge is None:
        raise ServiceError(f"There is no judge {raters!r}; name one, or human, or simulated.")
    return RaterKind.JUDGE, judge
