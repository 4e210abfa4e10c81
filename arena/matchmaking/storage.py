"""A memory as bytes and back: arrays alone, so that nothing in them can run."""

from io import BytesIO

import numpy as np
from numpy.typing import NDArray

from arena.matchmaking.beliefs import Beliefs
from arena.matchmaking.memory import Memory, Rules, settle

Keys = NDArray[np.int64]


def pack_memory(contestants: Keys, memory: Memory, recent: frozenset[int]) -> bytes:
    """Return the fitted part of a memory as bytes; which battles are out is not kept, since rows tell it.

    Parameters
    ----------
    contestants : (M,) what the rows and columns stand for. recent : the latest votes that are taken in.
    """
    size = memory.size
    inside = np.array(list(memory.inside.values()), dtype=np.float64).reshape(-1, size, size)
    stream = BytesIO()
    np.savez_compressed(
        stream,
        contestants=contestants,
        recent=np.array(sorted(recent), dtype=np.int64),
        score=memory.score,
        votes=memory.votes,
        theta=memory.beliefs.theta,
        covariance=memory.beliefs.covariance,
        categories=np.array(list(memory.inside), dtype=np.int64),
        inside=inside,
    )
    return stream.getvalue()


def unpack_memory(payload: bytes, rules: Rules) -> tuple[Keys, Memory, frozenset[int]]:
    """Return contestants, memory and latest votes from bytes of `pack_memory`."""
    with np.load(BytesIO(payload), allow_pickle=False) as kept:
        beliefs = Beliefs(kept["theta"], kept["covariance"], kept["covariance"])
        inside = {int(key): table for key, table in zip(kept["categories"], kept["inside"], strict=True)}
        memory = Memory(rules, kept["score"], kept["votes"], beliefs, inside=inside)
        return kept["contestants"], settle(memory), frozenset(kept["recent"].tolist())
