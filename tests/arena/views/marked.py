"""What of a page may stand outside of the marks around messages: content, which people wrote themselves."""

from typing import Any, Final

from django.db.models import Model

from arena.models import (
    Battle,
    Board,
    Category,
    Contest,
    Contestant,
    Criterion,
    KnownPair,
    Prompt,
    RaterGroup,
    Response,
    TalkAnswer,
    Terms,
)
from arena.queries.correctness import ASKS_BETTER
from tests.support.pseudo import words_outside

CONTENT: Final[tuple[tuple[type[Model], tuple[str, ...]], ...]] = (
    (Contest, ("name", "question", "description", "instructions", "attribution", "slug")),
    (Contestant, ("name", "organisation", "description", "model", "licence", "system_prompt", "slug")),
    (Prompt, ("text", "language", "reference")),
    (Response, ("text",)),
    (Category, ("name", "slug")),
    (Criterion, ("name",)),
    (KnownPair, ("rationale",)),
    (RaterGroup, ("name",)),
    (Board, ("language",)),
    (Battle, ("policy",)),
    (TalkAnswer, ("asked", "text", "finish_reason")),
    (Terms, ("text",)),
)


def content() -> set[str]:
    """Return what people wrote themselves, and names for programs."""
    rows = (row for model, fields in CONTENT for row in model._default_manager.values_list(*fields))
    return {str(value) for row in rows for value in row if value} - {ASKS_BETTER}


def expect_no_word_outside(answer: Any, *more: str) -> None:
    """Fail where a page has a word that is neither content nor in the catalogue."""
    page = answer.content.decode()
    assert answer.headers["Content-Language"] == "de"
    outside = words_outside(page, {*content(), *more})
    assert outside == [], outside
