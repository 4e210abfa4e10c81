"""What a policy may look at when it draws a battle for one rater."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from arena.matchmaking.memory import Memory, Rules
from arena.matchmaking.settings import PolicySettings
from arena.matchmaking.state import MatchState
from arena.matchmaking.stopping import open_contestants
from arena.models import Contest, Matchmaking, Rater, RaterKind
from arena.queries.beliefs import Followed, follow_beliefs, raters_key
from arena.queries.catalogue import Catalogue, count_seen, seen_by
from arena.queries.profiles import reads

Truths = NDArray[np.bool_]

FAILING_FOR: Final = timedelta(minutes=15)
"""A provider that failed is asked again after this time."""


@dataclass(frozen=True, slots=True)
class DrawingTable:
    """Everything that a draw for one rater needs.

    Attributes
    ----------
    places : (M,) where the contestants of the stock stand in the memory.
    rows : (P,) truth values of the prompts from which a battle may be made for this rater.
    seen : prompt, lower and higher contestant of each battle that the rater was handed.
    """

    stock: Catalogue
    memory: Memory
    places: NDArray[np.intp]
    state: MatchState
    rows: Truths
    seen: frozenset[tuple[int, int, int]]
    policy: PolicySettings


def policy_of(settings: Matchmaking) -> PolicySettings:
    """Return the settings of a contest as the policy takes them."""
    return PolicySettings(settings.policy, settings.floor, settings.sharpness, settings.share_cap, settings.top_k)


def rules_of(settings: Matchmaking) -> Rules:
    """Return what a memory is kept for under the settings of a contest."""
    return Rules(policy_of(settings), settings.category_sd)


def drawing_table(
    contest: Contest, rater: Rater, stock: Catalogue, rows: Truths, settings: Matchmaking, now: datetime
) -> DrawingTable:
    """Return what policies look at, for this rater.

    Beliefs come from the votes of the same kind of rater (for a judge: of this judge alone) that count, with
    their weights, because that is the board which the vote will move. Filters act here, before probabilities are
    normalised: prompts in languages that the rater reads and about which its kind is asked, pairs that the rater has
    not seen on every prompt, and whom the settings let meet.

    Parameters
    ----------
    rows : (P,) truth values, the prompts of `stock` from which a battle may be made.
    """
    followed = follow_beliefs(contest, stock, raters_key(rater), rules_of(settings), now)
    rows = rows & readable_rows(stock, rater) & votable_rows(stock, rater.kind)
    seen = seen_by(rater, contest)
    left = stock.comparable(rows) - count_seen(seen, stock, rows)
    allowed = (left > 0) & may_meet(contest, stock, settings, now)
    state = match_state(followed, stock, allowed, settings)
    places = _places(followed, stock)
    return DrawingTable(stock, followed.memory, places, state, rows, seen, policy_of(settings))


def match_state(followed: Followed, stock: Catalogue, allowed: Truths, settings: Matchmaking) -> MatchState:
    """Return what is believed of the contestants in stock, as policies take it; `allowed` (M, M) says who may meet."""
    memory, places = followed.memory, _places(followed, stock)
    beliefs = memory.beliefs
    among = np.ix_(places, places)
    theta, foreseen = beliefs.theta[places], beliefs.foreseen[among]
    return MatchState(
        theta=theta,
        covariance=foreseen,
        votes=memory.votes[among],
        pending=memory.pending()[among],
        allowed=allowed,
        # Kept for large contests, where the goal counts those too who cannot be drawn now.
        leverage=None if beliefs.leverage is None else beliefs.leverage[among],
        open=open_contestants(theta, foreseen, settings.goal, settings.top_k, settings.goal_width),
    )


def _places(followed: Followed, stock: Catalogue) -> NDArray[np.intp]:
    return np.searchsorted(followed.contestants, stock.contestants)


def readable_rows(stock: Catalogue, rater: Rater) -> Truths:
    """Return (P,) truth values: prompts in a language that the rater reads; all where the rater said nothing."""
    if not rater.languages:
        return np.ones(stock.prompts.size, dtype=bool)
    return np.array([reads(rater, str(language)) for language in stock.languages], dtype=bool)


def votable_rows(stock: Catalogue, kind: str) -> Truths:
    """Return (P,) truth values: prompts about which raters of a kind are asked; people not about those kept apart."""
    return ~stock.apart if kind == RaterKind.HUMAN else np.ones(stock.prompts.size, dtype=bool)


def may_meet(contest: Contest, stock: Catalogue, settings: Matchmaking, now: datetime) -> Truths:
    """Return (M, M) truth values: who may meet whom under the settings of the contest."""
    present = np.ones(stock.contestants.size, dtype=bool)
    if settings.most_cost_usd is not None:
        # What nobody can price is not left out.
        present &= ~(stock.costs > settings.most_cost_usd)
    if settings.leave_out_failing:
        failing = contest.contestants.filter(failed_at__gt=now - FAILING_FOR)
        present &= ~np.isin(stock.contestants, np.array(failing.values_list("id", flat=True), dtype=np.int64))
    pairs = present[:, None] & present[None, :]
    np.fill_diagonal(pairs, val=False)
    if not settings.same_organisation:
        named = stock.organisations != ""
        same = (stock.organisations[:, None] == stock.organisations[None, :]) & named[:, None]
        pairs &= ~same
    return np.asarray(pairs)
