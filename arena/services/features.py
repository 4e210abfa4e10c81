"""Style features of responses: measured when a response is written, and later for those that were not."""

from collections.abc import Iterator
from typing import Any, Final

from django.db.models import Q, QuerySet

from arena.models import Contest, Response
from arena.services.progress import Progress, SilentProgress
from arena.style.errors import StyleError
from arena.style.features import features_of, features_version

BATCH: Final = 500


def measured(text: str) -> dict[str, Any]:
    """Return the fields of a response that hold the features of its text.

    None where an own feature fails: that must not cost the response, and is told when a board needs it.
    """
    try:
        return {"features": features_of(text), "features_version": features_version()}
    except StyleError:
        return {}


def compute_features(contest: Contest | None = None, progress: Progress | None = None) -> int:
    """Measure every response without features, or with those of an earlier version; return how many.

    A batch is written as soon as it is measured, so the work may be interrupted and goes on where it was.

    Parameters
    ----------
    contest : only its responses; all if left out.
    """
    progress = progress or SilentProgress()
    waiting = unmeasured(contest)
    total = waiting.count()
    if not total:
        return 0
    progress.start(total, "Style features" + (f" of {contest.slug}" if contest else ""))
    done = 0
    for batch in _batches(waiting):
        for response in batch:
            response.features, response.features_version = features_of(response.text), features_version()
        Response.objects.bulk_update(batch, ["features", "features_version"])
        done += len(batch)
        progress.advance(len(batch))
    return done


def unmeasured(contest: Contest | None = None) -> QuerySet[Response]:
    """Return the responses whose features are missing or of an earlier version."""
    rows = Response.objects.filter(Q(features_version__isnull=True) | ~Q(features_version=features_version()))
    return rows.filter(contest=contest) if contest else rows


def _batches(waiting: QuerySet[Response]) -> Iterator[list[Response]]:
    """Yield what waits, by id, so that no row is read twice."""
    last = 0
    while batch := list(waiting.filter(pk__gt=last).order_by("pk").only("pk", "text")[:BATCH]):
        yield batch
        last = batch[-1].pk
