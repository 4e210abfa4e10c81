"""What a process remembers of one contest: beliefs, and which battles and votes they have taken in.

A memory is a value. Following the log of battles and votes gives a new one, and two processes that follow the same
log come to the same beliefs, whatever either of them saw first.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from arena.matchmaking.beliefs import Beliefs, fit_beliefs, hand_out, learn, take_back, with_newcomers
from arena.matchmaking.categories import fit_category
from arena.matchmaking.policies import goal_weights, vote_information
from arena.matchmaking.settings import PolicySettings

Floats = NDArray[np.float64]

SMALL: Final = 200
"""Contestants up to which a new fit, and a goal's weights, are cheap enough to be computed while somebody waits."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """One vote between contestants in places i and j.

    Attributes
    ----------
    score : of i against j: 1, 0, 1/2; None where both were bad, which says nothing of the gap.
    categories : of the prompt.
    """

    i: int
    j: int
    score: float | None
    weight: float = 1.0
    categories: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Waiting:
    """One battle that is out between contestants in places i and j.

    Attributes
    ----------
    categories : of its prompt. information : that it was expected to bring when it was folded in.
    """

    i: int
    j: int
    categories: tuple[int, ...] = ()
    information: float = 0.0


@dataclass(frozen=True, slots=True)
class Rules:
    """What a memory is kept for: the policy whose goal it watches, and how far categories lie from the board."""

    policy: PolicySettings = field(default_factory=PolicySettings)
    category_sd: float = 0.35


@dataclass(frozen=True, slots=True)
class Memory:
    """Beliefs about M contestants with what they rest upon.

    Attributes
    ----------
    score : (M, M) points of row against column.
    votes : (M, M) symmetric counts of votes; those that found both bad are counted here alone.
    waiting : battles that are out, by their number.
    inside : by category, (M, M) points in it. categories : by category, beliefs about strengths in it.
    learnt : votes taken in one by one since the last fit.
    """

    rules: Rules
    score: Floats
    votes: Floats
    beliefs: Beliefs
    waiting: Mapping[int, Waiting] = field(default_factory=dict)
    inside: Mapping[int, Floats] = field(default_factory=dict)
    categories: Mapping[int, Beliefs] = field(default_factory=dict)
    learnt: int = 0

    @property
    def size(self) -> int:
        """How many contestants."""
        return len(self.score)

    def pending(self) -> Floats:
        """Return (M, M) symmetric counts of battles that are out."""
        table = np.zeros_like(self.score)
        for battle in self.waiting.values():
            table[battle.i, battle.j] += 1
            table[battle.j, battle.i] += 1
        return table


def remember(rules: Rules, score: Floats, votes: Floats, inside: Mapping[int, Floats]) -> Memory:
    """Return the memory of votes that were counted in the database, by a fit of all of them."""
    beliefs = fit_beliefs(score, np.zeros_like(score))
    return settle(Memory(rules, score, votes, beliefs, inside=dict(inside)))


def settle(memory: Memory) -> Memory:
    """Return a memory whose goal is watched and whose categories are fitted, as its size allows."""
    beliefs, categories = memory.beliefs, {}
    if memory.size > SMALL:
        beliefs = beliefs.watching(goal_weights(beliefs.theta, beliefs.covariance, memory.rules.policy))
    else:
        offset = memory.rules.category_sd
        categories = {key: fit_category(memory.score, inside, offset) for key, inside in memory.inside.items()}
    return replace(memory, beliefs=beliefs, categories=categories)


def follow(memory: Memory, votes: Sequence[Learnt], waiting: Mapping[int, Waiting]) -> Memory:
    """Return what is remembered after new votes and with exactly these battles out.

    1. Battles that are out no more are unfolded: voted on, skipped or expired.
    2. New votes are learnt, each at the cost of M^2. Where that is cheap everything is fitted anew after max(50, 2 M)
       of them, and earlier while there are few votes at all; larger contests are fitted by a worker.
    3. Battles that are newly out are folded in at the information they are expected to bring.
    """
    memory = _unfold(memory, {key: battle for key, battle in memory.waiting.items() if key not in waiting})
    memory = _learn(memory, votes)
    return _fold(memory, {key: battle for key, battle in waiting.items() if key not in memory.waiting})


def widen(memory: Memory, places: NDArray[np.intp], size: int) -> Memory:
    """Return the memory for more contestants: those known so far move to `places`, the others are new."""
    if size == memory.size:
        return memory
    order = np.concatenate([places, np.setdiff1d(np.arange(size), places)])
    back = np.argsort(order)
    wider = with_newcomers(memory.beliefs, size)
    beliefs = Beliefs(wider.theta[back], wider.covariance[np.ix_(back, back)], wider.foreseen[np.ix_(back, back)])
    moved = {
        key: replace(battle, i=int(places[battle.i]), j=int(places[battle.j])) for key, battle in memory.waiting.items()
    }
    inside = {key: _placed(table, places, size) for key, table in memory.inside.items()}
    score, votes = _placed(memory.score, places, size), _placed(memory.votes, places, size)
    return settle(replace(memory, score=score, votes=votes, beliefs=beliefs, waiting=moved, inside=inside))


def _placed(table: Floats, places: NDArray[np.intp], size: int) -> Floats:
    wider = np.zeros((size, size))
    wider[np.ix_(places, places)] = table
    return wider


def _unfold(memory: Memory, gone: Mapping[int, Waiting]) -> Memory:
    if not gone:
        return memory
    left = {key: battle for key, battle in memory.waiting.items() if key not in gone}
    return _foresee(replace(memory, waiting=left), list(gone.values()), take_back)


def _fold(memory: Memory, new: Mapping[int, Waiting]) -> Memory:
    if not new:
        return memory
    information = vote_information(memory.beliefs.theta)
    added = {key: replace(one, information=float(information[one.i, one.j])) for key, one in new.items()}
    return _foresee(replace(memory, waiting={**memory.waiting, **added}), list(added.values()), hand_out)


def _foresee(memory: Memory, battles: Sequence[Waiting], change: Callable[..., Beliefs]) -> Memory:
    """Fold or unfold battles, on the board and in the categories of their prompts."""

    def changed(beliefs: Beliefs, some: Sequence[Waiting]) -> Beliefs:
        if not some:
            return beliefs
        i, j = (np.array([getattr(one, name) for one in some], dtype=np.intp) for name in ("i", "j"))
        return change(beliefs, i, j, np.array([one.information for one in some]))

    return replace(
        memory,
        beliefs=changed(memory.beliefs, battles),
        categories={
            key: changed(beliefs, [one for one in battles if key in one.categories])
            for key, beliefs in memory.categories.items()
        },
    )


def _learn(memory: Memory, votes: Sequence[Learnt]) -> Memory:
    if not votes:
        return memory
    memory = replace(memory, votes=_counted(memory.votes, votes), learnt=memory.learnt + len(votes))
    telling = [vote for vote in votes if vote.score is not None]
    memory = replace(memory, score=_scored(memory.score, telling), inside=_scored_inside(memory.inside, telling))
    if memory.size <= SMALL and memory.learnt >= _patience(memory):
        return _refit(memory)
    if not telling:
        return memory
    return replace(
        memory,
        beliefs=_learn_all(memory.beliefs, telling),
        categories={
            key: _learn_all(beliefs, [vote for vote in telling if key in vote.categories])
            for key, beliefs in memory.categories.items()
        },
    )


def _patience(memory: Memory) -> float:
    """Return how many votes are learnt before everything is fitted anew: a twentieth of all, at most max(50, 2 M).

    A first vote moves strengths so far that one Newton step from where they were is no good approximation.
    """
    return min(max(50, 2 * memory.size), float(memory.votes.sum()) / 2 / 20)


def _refit(memory: Memory) -> Memory:
    fresh = remember(memory.rules, memory.score, memory.votes, memory.inside)
    return _fold(fresh, memory.waiting)


def _learn_all(beliefs: Beliefs, votes: Sequence[Learnt]) -> Beliefs:
    if not votes:
        return beliefs
    i, j = (np.array([getattr(vote, name) for vote in votes], dtype=np.intp) for name in ("i", "j"))
    score, weight = (np.array([getattr(vote, name) for vote in votes], np.float64) for name in ("score", "weight"))
    return learn(beliefs, i, j, score, weight)


def _counted(table: Floats, votes: Sequence[Learnt]) -> Floats:
    table = table.copy()
    for vote in votes:
        table[vote.i, vote.j] += vote.weight
        table[vote.j, vote.i] += vote.weight
    return table


def _scored(table: Floats, votes: Sequence[Learnt]) -> Floats:
    table = table.copy()
    for vote in votes:
        won = 0.0 if vote.score is None else vote.score
        table[vote.i, vote.j] += vote.weight * won
        table[vote.j, vote.i] += vote.weight * (1 - won)
    return table


def _scored_inside(inside: Mapping[int, Floats], votes: Sequence[Learnt]) -> dict[int, Floats]:
    return {key: _scored(table, [vote for vote in votes if key in vote.categories]) for key, table in inside.items()}
