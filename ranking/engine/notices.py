"""What a reader must know before believing the numbers, in plain sentences."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ranking.engine.comparisons import PairCounts
from ranking.engine.graph import Connectivity
from ranking.engine.settings import BoardSettings

NEVER_LOST = (
    "Never lost or tied against the rated group, so no finite rating: stronger than all of them as far as seen."
)
NEVER_WON = "Never won or tied against the rated group, so no finite rating: weaker than all of them as far as seen."
UNCONNECTED = "No comparison connects it with the rated group."
NO_VOTES = "No votes yet."


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to know: a code for programs, a sentence for people, the items concerned."""

    code: str
    message: str
    items: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)


def unrated_reasons(counts: PairCounts, graph: Connectivity, rated: NDArray[np.bool_]) -> tuple[str, ...]:
    """Return for each item why it has no rating; empty for rated ones."""
    games = counts.games.sum(axis=1) + counts.both_bad.sum(axis=1)
    reach, reached = _reachable(graph.beats, rated), _reachable(graph.beats.T, rated)
    return tuple(
        "" if rated[item] else _reason(games[item], bool(reach[item]), bool(reached[item]))
        for item in range(len(counts.items))
    )


def _reason(games: float, beaten_by_group: bool, beats_group: bool) -> str:
    if games == 0:
        return NO_VOTES
    if beats_group:
        return NEVER_LOST
    return NEVER_WON if beaten_by_group else UNCONNECTED


def _reachable(beats: NDArray[np.bool_], start: NDArray[np.bool_]) -> NDArray[np.bool_]:
    reached = start.copy()
    while True:
        further = reached | beats[reached].any(axis=0)
        if (further == reached).all():
            return reached
        reached = further


def notices(
    counts: PairCounts, rated: NDArray[np.bool_], reasons: Sequence[str], settings: BoardSettings
) -> tuple[Notice, ...]:
    """Return what must be said beside the numbers."""
    found = [
        *_unrated(counts.items, reasons, NEVER_LOST, "never_lost", "never lost or tied against the rated ones"),
        *_unrated(counts.items, reasons, NEVER_WON, "never_won", "never won or tied against the rated ones"),
        *_unrated(counts.items, reasons, UNCONNECTED, "unconnected", "not connected to the rest by any comparison"),
        *_unrated(counts.items, reasons, NO_VOTES, "no_votes", "without votes"),
        *_few_votes(counts, rated),
    ]
    if settings.prior_strength > 0:
        message = (
            f"A prior of {settings.prior_strength:g} virtual vote(s) on every compared pair pulls ratings together and "
            f"holds up those that votes alone leave open; the intervals do not know of it."
        )
        found.append(Notice("prior", message))
    return tuple(found)


def listed(items: Sequence[str], most: int = 5) -> str:
    """Return the first items by name and how many more there are."""
    return ", ".join(items[:most]) + (f" and {len(items) - most} more" if len(items) > most else "")


def _unrated(items: Sequence[str], reasons: Sequence[str], reason: str, code: str, words: str) -> list[Notice]:
    which = tuple(item for item, why in zip(items, reasons, strict=True) if why == reason)
    if not which:
        return []
    verb = "is" if len(which) == 1 else "are"
    plural = "" if len(which) == 1 else "s"
    state = f"{verb} {words}" if words.startswith(("not", "without")) else words
    return [Notice(code, f"{len(which)} contestant{plural} {state} and left unrated: {listed(which)}.", which)]


def _few_votes(counts: PairCounts, rated: NDArray[np.bool_]) -> list[Notice]:
    games = counts.games.sum(axis=1)
    which = tuple(item for item, n, kept in zip(counts.items, games, rated, strict=True) if kept and n < 20)
    if not which:
        return []
    message = (
        f"{len(which)} contestant{'' if len(which) == 1 else 's'} with fewer than 20 votes: {listed(which)}. "
        f"Intervals this early are approximate."
    )
    return [Notice("few_votes", message, which)]
