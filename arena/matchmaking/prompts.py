"""Which prompt for a pair: where the category knows least, and where the rater knows most."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from arena.matchmaking.beliefs import Beliefs, expected_information
from arena.matchmaking.errors import NoPairLeft

Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]

EXPERT: Final = 3.0
"""How many times more often a rater gets a category in which they said to be at home."""


def category_needs(categories: list[Beliefs | None], board: Beliefs, i: int, j: int) -> Floats:
    """Return (C + 1,) what a vote on the pair would tell in each category; the last for prompts without one.

    That is p (1 - p) times the variance of the gap there, pending battles folded in: a category with wide intervals
    gets more of the pair's battles, in proportion. A category of which nothing is kept has the board's need.
    """
    everywhere = [*categories, None]
    return np.array([_need(beliefs or board, i, j) for beliefs in everywhere])


def _need(beliefs: Beliefs, i: int, j: int) -> float:
    foreseen = beliefs.foreseen
    variance = max(float(foreseen[i, i] + foreseen[j, j] - 2 * foreseen[i, j]), 0.0)
    return expected_information(beliefs.theta, i, j) * variance


def prompt_probabilities(fresh: Truths, membership: Truths, needs: Floats, expertise: Truths) -> Floats:
    """Return (P,) probabilities of the prompts: a category by its need, then evenly among its prompts.

    Parameters
    ----------
    fresh : (P,) the prompts that may be drawn. membership : (P, C) categories of the prompts; a prompt of several
        counts in each. needs : (C + 1,) from `category_needs`. expertise : (C,) what the rater is at home in.

    Raises
    ------
    NoPairLeft
        If no prompt may be drawn.
    """
    if not fresh.any():
        raise NoPairLeft("No prompt is left for this pair.")
    groups = np.column_stack([membership, ~membership.any(axis=1)]) & fresh[:, None]
    sizes = groups.sum(axis=0)
    weight = np.where(sizes > 0, needs * np.append(np.where(expertise, EXPERT, 1.0), 1.0), 0.0)
    if not weight.any():
        weight = (sizes > 0).astype(np.float64)
    share = weight / weight.sum() / np.maximum(sizes, 1)
    return np.asarray((groups * share).sum(axis=1))
