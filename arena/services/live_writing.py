"""Writing a live turn: two contestants are asked at the same time, and shown in step.

The work belongs to a thread of the process that took the message, not to the request that watches it: a browser may
leave and come back, to this process or to another, since all that is shown goes through the row.
"""

import logging
import random
import threading
import time
from dataclasses import dataclass
from typing import Final

from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from arena.integrity.names import Names
from arena.integrity.veil import veil_growing, written_behind
from arena.models import Contestant, LiveBattle, LiveState
from arena.providers.breaker import Breaker
from arena.providers.pacing import Supply, release
from arena.providers.pens import Pen, begin_together
from arena.providers.sampling import candidates_of
from arena.queries.connections import give_back_connection
from arena.queries.live import NO_FOLLOW_UP, asked_until, names_for
from arena.services.asking import answer_of, prepare_pen
from arena.services.errors import ServiceError
from arena.services.health import forget_refusals, note_health, note_outage, note_refusal
from arena.services.live_drawing import draw_live_pair
from arena.services.live_storing import close_live, keep_turns, store_turn

logger = logging.getLogger(__name__)

TICK: Final = 0.25
MOST_A_TICK: Final = 80
"""Characters of each side that are shown in a tick: three times as fast as people read."""
BEGIN_SECONDS: Final = 45.0
WRITE_SECONDS: Final = 240.0
MOST_DRAWS: Final = 3
STOPPED: Final = "stopped"

NOT_BEGUN: Final = _("The answers could not be written just now. Nothing was recorded; please try again in a while.")
BROKEN: Final = _(
    "One of the answers broke off, so this battle is closed and counts for nobody. That happens; please try again."
)
STOPPED_EARLY: Final = _("You stopped before both answers had begun, so there is nothing to vote on.")


@dataclass(slots=True)
class _Side:
    """One side of the turn: who writes it, by which names it could be told, and what of it was shown."""

    contestant: Contestant
    pen: Pen
    names: Names
    asked: str
    seen: tuple[bool, str] = (False, "")
    shown: str = ""
    ready: str = ""

    def look(self) -> None:
        """See how far it is written. Whether it is whole comes first: no text follows that."""
        self.seen = self.pen.ended, self.pen.text

    def supply(self) -> Supply:
        """Return what is ready to be shown of what was seen, names hidden."""
        ended, text = self.seen
        self.ready = veil_growing(text, self.names, self.asked, ended=ended)
        return Supply(max(0, len(self.ready) - len(self.shown)), ended)

    def show(self, characters: int) -> None:
        """Show so many characters more."""
        self.shown += self.ready[len(self.shown) : len(self.shown) + characters]

    def ended(self) -> bool:
        """Return whether it is whole, and all of it was shown."""
        return self.seen[0] and len(self.shown) >= len(self.ready)

    def written(self) -> str:
        """Return what stands behind what was shown."""
        return written_behind(self.pen.text, self.names, self.asked, len(self.shown)).strip()


Sides = dict[str, _Side]


def launch(pk: int) -> None:
    """Begin to write a turn on a thread of this process."""
    threading.Thread(target=_own, args=(pk,), name=f"live-{pk}", daemon=True).start()


def _own(pk: int) -> None:
    try:
        write_turn(pk)
    # Nobody waits for this thread; what it cannot do must be told in the row and in the log.
    except Exception as error:
        logger.exception("A live battle could not be written.")
        close_live(LiveBattle.objects.get(pk=pk), NOT_BEGUN, f"{type(error).__name__}: {error}")
    finally:
        give_back_connection()


def write_turn(pk: int) -> None:
    """Ask both contestants of a live battle, show what they write in step, and store it when both are done.

    Who cannot begin is replaced by a new draw, as long as nothing was shown; what breaks off later closes the battle.
    """
    live = LiveBattle.objects.select_related("contest", "rater", "contestant_a", "contestant_b", "battle").get(pk=pk)
    failed: list[Contestant] = []
    for _attempt in range(MOST_DRAWS):
        sides = _begin(live)
        try:
            going = _write(live, sides)
        finally:
            for side in sides.values():
                side.pen.stop()
        if not going:
            return
        troubled = _note_health(sides)
        if not troubled:
            _store(live, sides)
            return
        failed += troubled
        if not _drawn_anew(live, sides, failed):
            return
    close_live(live, NOT_BEGUN, _trouble(failed))


def _begin(live: LiveBattle) -> Sides:
    cast = {"a": live.contestant_a, "b": live.contestant_b}
    asked, names = asked_until(live, live.turns), {side: names_for(who) for side, who in cast.items()}
    # Nothing is read or worked out between the two: it would be the lead of a side, and could be told from the pace.
    pens = begin_together({side: prepare_pen(who, _history(live, side), live.asked) for side, who in cast.items()})
    return {side: _Side(who, pens[side], names[side], asked) for side, who in cast.items()}


def _history(live: LiveBattle, side: str) -> list[tuple[str, str]]:
    return [(turn["user"], turn[side]) for turn in live.turns]


def _write(live: LiveBattle, sides: Sides) -> bool:
    """Show both sides in step until both are done, one fails, or the voter stops; false where nobody wants it any more."""
    a, b = sides["a"], sides["b"]
    started = time.monotonic()
    while True:
        time.sleep(TICK)
        # Both before anything is done about either, and neither always first.
        for side in random.sample((a, b), 2):
            side.look()
        for side, n in zip((a, b), release(a.supply(), b.supply(), MOST_A_TICK), strict=True):
            side.show(n)
        # Nor does anybody want it where the process was taken for dead, and another message is being answered.
        mine = LiveBattle.objects.filter(pk=live.pk, state=LiveState.WRITING, asked=live.asked)
        if not mine.update(shown_a=a.shown, shown_b=b.shown, beat_at=timezone.now()):
            return False
        stopped = mine.filter(stop_asked_at__isnull=False).exists()
        give_back_connection()
        if stopped:
            _stop(live, sides)
            return False
        if (a.pen.error or b.pen.error) or (a.ended() and b.ended()) or _is_late(sides, started):
            return True


def _is_late(sides: Sides, started: float) -> bool:
    # Who chooses among several answers begins when all of them are there.
    waits = all(side.pen.began or candidates_of(side.contestant.sampling) > 1 for side in sides.values())
    return time.monotonic() - started > (WRITE_SECONDS if waits else BEGIN_SECONDS)


def _stop(live: LiveBattle, sides: Sides) -> None:
    """End both sides where they are; what was shown stays."""
    if all(side.shown.strip() for side in sides.values()):
        _store(live, sides, STOPPED)
    elif not keep_turns(live, ""):
        close_live(live, STOPPED_EARLY)


def _store(live: LiveBattle, sides: Sides, finish_reason: str = "") -> None:
    answers = {
        # Who was whole already, and shown, was not stopped.
        name: answer_of(side.contestant, side.pen, side.written(), "" if side.ended() else finish_reason)
        for name, side in sides.items()
    }
    store_turn(live, answers)


def _note_health(sides: Sides) -> list[Contestant]:
    """Remember who works and who fails; return the latter."""
    failed = _failed(sides)
    for side in sides.values():
        error = side.pen.error
        if side in failed:
            logger.warning("%s in a live battle: %s", side.contestant.slug, error or "too late")
            if error is None or not error.refused:
                note_health(side.contestant, failed=True)
            elif not error.retryable:
                note_refusal(side.contestant)
            if Breaker(side.contestant.provider, cache).is_open:
                note_outage(side.contestant.provider)
        elif side.ended():
            note_health(side.contestant, failed=False)
            forget_refusals(side.contestant)
    return [side.contestant for side in failed]


def _failed(sides: Sides) -> list[_Side]:
    """Return the sides that failed, or that were waited for too long; none where both are done."""
    erred = [side for side in sides.values() if side.pen.error]
    silent = [side for side in sides.values() if not side.pen.began]
    # While one fails, the other is still at work.
    return erred or silent or [side for side in sides.values() if not side.ended()]


def _drawn_anew(live: LiveBattle, sides: Sides, failed: list[Contestant]) -> bool:
    """Draw another pair in place of one that could not begin; false where the turn ends here."""
    if any(side.shown for side in sides.values()):
        close_live(live, BROKEN, _trouble(failed))
        return False
    if live.battle_id is not None:
        # The conversation is with these two, so nobody else can go on with it.
        keep_turns(live, NO_FOLLOW_UP, _trouble(failed))
        return False
    before = live.draw["reason"].get("failed_draws", [])
    note = {"pair": sorted((live.contestant_a.slug, live.contestant_b.slug)), "propensity": live.draw["propensity"]}
    note["failed"] = sorted({row.slug for row in failed} & set(note["pair"]))
    without = [row.pk for row in failed]
    try:
        pair = draw_live_pair(live.contest, live.rater, timezone.now(), without=without, failed=[*before, note])
    except ServiceError as error:
        close_live(live, NOT_BEGUN, f"{_trouble(failed)} {error}")
        return False
    live.contestant_a_id, live.contestant_b_id, live.draw = pair.a, pair.b, pair.draw
    live.save(update_fields=["contestant_a", "contestant_b", "draw"])
    live.refresh_from_db(fields=["contestant_a", "contestant_b"])
    return True


def _trouble(failed: list[Contestant]) -> str:
    return f"Failed: {', '.join(row.slug for row in failed)}."
