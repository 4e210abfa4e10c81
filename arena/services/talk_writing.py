"""Writing a turn of a talk: each answer is shown as fast as it comes, since names are known."""

import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from arena.models import Contestant, LiveState, Talk, TalkAnswer
from arena.providers.pens import Pen
from arena.queries.connections import give_back_connection
from arena.queries.talks import cast_of, history_of
from arena.services.asking import WatchedAnswer, answer_of, prepare_pen
from arena.services.live_writing import STOPPED, TICK, WRITE_SECONDS
from arena.services.responses import likelihood_columns

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class _Side:
    contestant: Contestant
    pen: Pen
    shown: str = ""


_Sides = Mapping[str, _Side]


def launch_talk(pk: int) -> None:
    """Begin to write a turn on a thread of this process."""
    threading.Thread(target=_own, args=(pk,), name=f"talk-{pk}", daemon=True).start()


def _own(pk: int) -> None:
    try:
        write_talk(pk)
    # Nobody waits for this thread; what it cannot do must be told in the row and in the log.
    except Exception as error:
        logger.exception("A talk could not be written.")
        _end(pk, trouble=f"{type(error).__name__}: {error}")
    finally:
        give_back_connection()


def write_talk(pk: int) -> None:
    """Ask the contestants of a talk its message, show what they write, and store it when all are done.

    A turn is kept whole or not at all; what failed is told, and the message may be asked again.
    """
    talk = Talk.objects.select_related("contest", "contestant_a", "contestant_b").get(pk=pk)
    sides = {
        side: _Side(who, prepare_pen(who, history_of(talk, who), talk.asked)()) for side, who in cast_of(talk).items()
    }
    try:
        _show(talk, sides)
    finally:
        for side in sides.values():
            side.pen.stop()


def _show(talk: Talk, sides: _Sides) -> None:
    started = time.monotonic()
    while True:
        time.sleep(TICK)
        for side in sides.values():
            side.shown = side.pen.text
        texts = {f"shown_{name}": side.shown for name, side in sides.items()}
        mine = Talk.objects.filter(pk=talk.pk, state=LiveState.WRITING, asked=talk.asked)
        if not mine.update(beat_at=timezone.now(), **texts):
            return
        stopped = mine.filter(stop_asked_at__isnull=False).exists()
        give_back_connection()
        if stopped:
            _stop(talk, sides)
            return
        failed = [side for side in sides.values() if side.pen.error]
        if failed or time.monotonic() - started > WRITE_SECONDS:
            _end(talk.pk, trouble=_trouble(failed))
            return
        # Read anew: what came with the end was not shown in this round.
        if all(side.pen.ended and side.shown == side.pen.text for side in sides.values()):
            _store(talk, sides)
            return


def _stop(talk: Talk, sides: _Sides) -> None:
    if all(side.shown.strip() for side in sides.values()):
        _store(talk, sides, STOPPED)
    else:
        _end(talk.pk, trouble=gettext_noop("Stopped before there was anything to keep."))


def _store(talk: Talk, sides: _Sides, finish_reason: str = "") -> None:
    answers = {
        # Who was whole already was not stopped.
        side.contestant.pk: answer_of(
            side.contestant, side.pen, side.shown.strip(), "" if side.pen.ended else finish_reason
        )
        for side in sides.values()
    }
    with transaction.atomic():
        mine = Talk.objects.filter(pk=talk.pk, state=LiveState.WRITING, asked=talk.asked)
        if not mine.update(beat_at=timezone.now()):
            return
        turn = talk.answers.values("turn").distinct().count()
        for contestant, answer in answers.items():
            TalkAnswer.objects.create(
                talk=talk, turn=turn, contestant_id=contestant, asked=talk.asked, **_columns(answer)
            )
        mine.update(state=LiveState.READY, asked="", shown_a="", shown_b="", trouble="")


def _columns(answer: WatchedAnswer) -> dict[str, Any]:
    likelihood = likelihood_columns(answer.whole)
    del likelihood["mean_logprob"]
    return {
        "text": answer.text,
        "finish_reason": answer.finish_reason,
        "prompt_tokens": answer.prompt_tokens,
        "completion_tokens": answer.completion_tokens,
        "latency_ms": answer.latency_ms,
        "settings": dict(answer.settings),
        **likelihood,
    }


def _end(pk: int, trouble: str) -> None:
    """End a turn of which nothing is kept; its message may be asked again."""
    mine = Talk.objects.filter(pk=pk, state=LiveState.WRITING)
    mine.update(state=LiveState.READY, trouble=trouble, shown_a="", shown_b="")


def _trouble(failed: list[_Side]) -> str:
    if not failed:
        return gettext_noop("It took too long. Nothing of this turn was kept; ask again.")
    told = "; ".join(f"{side.contestant.name}: {side.pen.error}".rstrip(".") for side in failed)
    return f"{told}. Nothing of this turn was kept; ask again."
