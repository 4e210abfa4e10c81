"""What a contest's strengths are taken to be where policies are replayed on them: a board as last published."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from arena.models import Board, Contest, RaterKind
from arena.queries.leaderboards import NoSuchBoard
from ranking.models import Snapshot
from ranking.store import latest

Floats = NDArray[np.float64]

FEWEST: Final = 3
"""Of two contestants there is one pair, and nothing to choose."""


class NoStrengths(LookupError):
    """Nothing is known from which a replay could be made; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Strengths:
    """The M rated contestants of a board, in the order in which they joined the contest.

    Attributes
    ----------
    board : slug. theta : (M,) in logits, around their mean. errors : (M,) their standard errors.
    games : (M, M) symmetric weights of the votes that tell of the gap. ties : (M, M) symmetric, those of them that tie.
    both_bad : share of all votes that found both bad and tell nothing of the gap; 0 where the board takes them for ties.
    unrated : how many contestants of the board have no rating, and so no strength.
    """

    board: str
    published_at: datetime
    slugs: tuple[str, ...]
    names: tuple[str, ...]
    theta: Floats
    errors: Floats
    games: Floats
    ties: Floats
    both_bad: float
    unrated: int

    @property
    def reliability(self) -> float:
        """Share of the variance of the published strengths that is not noise; 0 where noise alone explains them."""
        spread = float(np.var(self.theta))
        return max(0.0, 1 - float(np.mean(self.errors**2)) / spread) if spread else 0.0

    def true_to_width(self) -> Floats:
        """Return (M,) strengths drawn together until they vary as much as the true ones do.

        Published strengths are the true ones and noise, and so vary more. Times the reliability they would be the best
        guess of each single one, and together vary too little: as a whole they are held to their true width, which is
        the square root of it.
        """
        return np.asarray(self.theta * self.reliability**0.5)

    def even_ties(self, theta: Floats) -> float:
        """Return the share of ties between equals under which the votes would have tied as often as they did."""
        win = expit(theta[:, None] - theta[None, :])
        expected = float((self.games * 4 * win * (1 - win)).sum())
        return min(0.5, float(self.ties.sum()) / expected) if expected else 0.0

    def votes_without(self, left_out: int) -> int:
        """Return how many votes each of the others has among themselves, on average."""
        others = np.arange(self.theta.size) != left_out
        return round(float(self.games[np.ix_(others, others)].sum()) / int(others.sum()))


def read_strengths(contest: Contest, board_slug: str | None = None) -> Strengths:
    """Return the strengths of a contest by a board's newest snapshot.

    Parameters
    ----------
    board_slug : which board; None takes that of people, else the first one that has been published.

    Raises
    ------
    NoSuchBoard
        If the contest has no board of that slug.
    NoStrengths
        If nothing was published yet, or fewer than three contestants are rated.
    """
    board, snapshot = _published(contest, board_slug)
    joined = {slug: (place, name) for place, (slug, name) in enumerate(_contestants(contest))}
    ratings = list(snapshot.ratings.all())
    rated = [row for row in ratings if row.theta is not None and row.standard_error is not None]
    if len(rated) < FEWEST:
        raise NoStrengths(
            f"The board {board.key} rates {len(rated)} contestants, and a replay needs {FEWEST}: with fewer there is no "
            f"choice of pairs. Collect more votes, or take another board."
        )
    rated.sort(key=lambda row: joined.get(row.item_key, (-1, ""))[0])
    slugs = tuple(row.item_key for row in rated)
    theta = np.array([row.theta for row in rated], dtype=np.float64)
    as_ties = snapshot.settings.get("both_bad") == "tie"
    ties = _table(snapshot, "ties", slugs) + as_ties * _table(snapshot, "both_bad", slugs)
    wins = _table(snapshot, "wins", slugs)
    return Strengths(
        board=board.slug,
        published_at=snapshot.published_at,
        slugs=slugs,
        names=tuple(joined[slug][1] if slug in joined else slug for slug in slugs),
        theta=theta - theta.mean(),
        errors=np.array([row.standard_error for row in rated], dtype=np.float64),
        games=wins + wins.T + ties + ties.T,
        ties=ties + ties.T,
        both_bad=0.0 if as_ties or not snapshot.votes else snapshot.both_bad / snapshot.votes,
        unrated=len(ratings) - len(rated),
    )


def boards_with_strengths(contest: Contest) -> list[Board]:
    """Return the boards of a contest that have been published, people's first."""
    return [board for board in _people_first(contest) if latest(board.key) is not None]


def _published(contest: Contest, slug: str | None) -> tuple[Board, Snapshot]:
    boards = _people_first(contest)
    wanted = [board for board in boards if slug in (None, board.slug)]
    if slug is not None and not wanted:
        raise NoSuchBoard(slug, boards)
    for board in wanted:
        snapshot = latest(board.key)
        if snapshot is not None:
            return board, snapshot
    what = f"The board {contest.slug}/{slug} has not" if slug else f"No board of {contest.slug} has"
    raise NoStrengths(
        f"{what} been published yet, so that no strengths are known. Once there are votes, "
        f"manage.py refresh_leaderboards --contest {contest.slug} publishes it, and the worker does so every minute."
    )


def _people_first(contest: Contest) -> list[Board]:
    boards = list(contest.boards.select_related("contest"))
    return sorted(boards, key=lambda board: board.slug != RaterKind.HUMAN)


def _contestants(contest: Contest) -> list[tuple[str, str]]:
    return list(contest.contestants.order_by("id").values_list("slug", "name"))


def _table(snapshot: Snapshot, name: str, slugs: Sequence[str]) -> Floats:
    """Return a published table of pairs, with rows and columns in the order of `slugs`."""
    items = snapshot.pair_table["items"]
    whole = np.zeros((len(items), len(items)))
    for row, column, weight in snapshot.pair_table[name]:
        whole[row, column] = weight
    places = [items.index(slug) for slug in slugs]
    return np.asarray(whole[np.ix_(places, places)])
