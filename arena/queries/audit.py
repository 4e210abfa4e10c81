"""What an audit of a board's matchmaking needs to read: battles as they were drawn, and its votes by branch."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
from django.db.models import BooleanField, ExpressionWrapper, F, Q, QuerySet, Sum
from django.db.models.expressions import Combinable
from numpy.typing import NDArray

from arena.matchmaking.audit import Audit, DrawnBattles, check_propensities
from arena.matchmaking.stretch import measure_stretch
from arena.models import Battle, BattleState, Board, Contest, Matchmaking, RaterKind
from arena.queries.leaderboards import NoSuchBoard
from arena.queries.matchmaking import matchmaking_of
from arena.queries.outcomes import outcome_number
from arena.queries.selection import counted_votes, vote_weight
from ranking import Outcome, PairCounts, TooFewItems

AT_ONCE: Final = 20_000
MOST: Final = 200_000
"""Battles that are looked at, the newest: more would tell little more, and cost more than a page may take."""
NUMBERS: Final = ("propensity", "reason__pairs", "reason__rarer", "reason__as_rare")
DRAWN: Final = np.dtype(
    [(name, "f8") for name in ("propensity", "pairs", "rarer", "as_rare")]
    + [(name, "?") for name in ("on_floor", "current", "first_on_a")]
)
GROUP: Final = np.dtype(
    [("a", "i8"), ("b", "i8"), ("outcome", "i8"), ("branch", "U16"), ("weight", "f8"), ("squared", "f8")]
)


@dataclass(frozen=True, slots=True)
class BoardAudit:
    """The audit of the matchmaking behind one board, which goes by this slug and name."""

    board: str
    name: str
    audit: Audit


def audit_board(contest: Contest, board_slug: str | None = None) -> BoardAudit | None:
    """Audit the matchmaking behind one board; None where the contest has no board or nobody to compare. Six queries.

    Battles that are still out are left out: whoever looks before and after opening one must not learn of it.

    Parameters
    ----------
    board_slug : which board; None takes people's, or else the first.

    Raises
    ------
    NoSuchBoard
        If the contest has no board of that slug.
    """
    board = _choose(contest, board_slug)
    if board is None:
        return None
    try:
        active, floor, others = votes_by_branch(board)
    except TooFewItems:
        return None
    chosen = matchmaking_of(contest)
    drawn = check_propensities(read_drawn(board, _floor_since(contest, chosen)), chosen.floor)
    audit = Audit(drawn, measure_stretch(active, floor, active + floor + others))
    return BoardAudit(board.slug, board.name, audit)


def drawn_battles(contest: Contest) -> QuerySet[Battle]:
    """Return the battles of which matchmaking drew the pair, without those that are still out or do not rank."""
    drawn = Battle.objects.filter(contest=contest, purpose__isnull=True).exclude(branch="")
    return drawn.exclude(state=BattleState.SERVED)


def read_drawn(board: Board, since: datetime | None) -> DrawnBattles:
    """Return the closed battles that were drawn for the raters of a board, newest first and MOST of them at most.

    Parameters
    ----------
    since : from when on the floor is what it is now; None from the beginning.
    """
    battles = drawn_battles(board.contest).filter(rater__kind=board.rater_kind)
    if board.judge_id is not None:
        battles = battles.filter(rater__judge=board.judge_id)
    rows = battles.annotate(
        on_floor=_whether(Q(branch="floor")),
        current=_whether(Q(served_at__gte=since) if since else Q(pk__isnull=False)),
        first_on_a=_whether(Q(contestant_a__lt=F("contestant_b"))),
    )
    columns = rows.order_by("-id").values_list(*NUMBERS, "on_floor", "current", "first_on_a")[:MOST]
    table = np.fromiter(_plain(columns.iterator(chunk_size=AT_ONCE)), dtype=DRAWN)
    return DrawnBattles(**{name: table[name] for name in DRAWN.names or ()})


def votes_by_branch(board: Board) -> tuple[PairCounts, PairCounts, PairCounts]:
    """Return the counted votes of a board on active, floor and other battles, in two queries.

    Every contestant is an item, in the order of slugs. Votes count with their weight on the board.
    """
    weight = vote_weight(board)
    rows = (
        counted_votes(board)
        .filter(battle__purpose__isnull=True)
        .annotate(number=outcome_number())
        .values_list("battle__contestant_a_id", "battle__contestant_b_id", "number", "battle__branch")
        .annotate(weight=Sum(weight), squared=Sum(weight * weight))
        .order_by()
    )
    listed = list(board.contest.contestants.order_by("slug").values_list("slug", "id"))
    keys = np.array([key for _, key in listed], dtype=np.int64)
    items, order = [slug for slug, _ in listed], np.argsort(keys)
    groups = np.fromiter(rows, dtype=GROUP)
    for side in ("a", "b"):
        groups[side] = order[np.searchsorted(keys, groups[side], sorter=order)]
    active, floor = groups["branch"] == "active", groups["branch"] == "floor"
    parts = (groups[active], groups[floor], groups[~active & ~floor])
    return _counts(items, parts[0]), _counts(items, parts[1]), _counts(items, parts[2])


def _counts(items: list[str], groups: NDArray[np.void]) -> PairCounts:
    shape = (len(Outcome), len(items), len(items))
    tables = {name: np.zeros(shape) for name in ("weight", "squared")}
    for name, table in tables.items():
        np.add.at(table, (groups["outcome"], groups["a"], groups["b"]), groups[name])
    wins, squares = ({said: table[said] for said in Outcome} for table in tables.values())
    return PairCounts.from_arrays(
        items,
        wins[Outcome.A] + wins[Outcome.B].T,
        wins[Outcome.TIE] + wins[Outcome.TIE].T,
        wins_squared=squares[Outcome.A] + squares[Outcome.B].T,
        ties_squared=squares[Outcome.TIE] + squares[Outcome.TIE].T,
    )


def _choose(contest: Contest, slug: str | None) -> Board | None:
    boards = list(contest.boards.select_related("contest"))
    if slug is not None and slug not in [board.slug for board in boards]:
        raise NoSuchBoard(slug, boards)
    wanted = [board for board in boards if board.slug == (slug or RaterKind.HUMAN)]
    return next(iter(wanted or boards), None)


def _floor_since(contest: Contest, chosen: Matchmaking) -> datetime | None:
    """Return when the floor was set to what it is; None where it always was."""
    # Compared in Python: SQLite and PostgreSQL do not agree on what a key of JSON equals.
    changes = contest.matchmaking_changes.order_by("-id").values_list("at", "after")
    told = next((at for at, after in changes if "floor" in after), None)
    if told is None and chosen.floor != Matchmaking._meta.get_field("floor").default:
        return chosen.created_at
    return told


def _whether(condition: Q) -> Combinable:
    return ExpressionWrapper(condition, output_field=BooleanField())


def _plain(rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """Yield rows with nan in the place of what is no number: older battles and those of others do not have them."""
    width = len(NUMBERS)
    for row in rows:
        yield (*(x if isinstance(x, int | float) else np.nan for x in row[:width]), *row[width:])
