"""A memory survives being written down."""

from io import BytesIO

import numpy as np
import pytest

from arena.matchmaking.memory import Rules, Waiting, follow, remember
from arena.matchmaking.storage import pack_memory, unpack_memory


def test_what_is_kept_comes_back_and_what_is_out_does_not():
    score = np.array([[0.0, 3.0, 1.0], [2.0, 0.0, 4.5], [1.0, 0.5, 0.0]])
    memory = remember(Rules(), score, score + score.T + 1, {7: score / 2})
    out = follow(memory, [], {1: Waiting(0, 1)})
    contestants, found, recent = unpack_memory(pack_memory(np.array([10, 11, 15]), out, frozenset({4, 9})), Rules())
    assert contestants.tolist() == [10, 11, 15]
    assert recent == {4, 9}
    assert found.score.tolist() == score.tolist()
    assert found.votes.tolist() == memory.votes.tolist()
    assert found.beliefs.theta == pytest.approx(memory.beliefs.theta)
    assert found.beliefs.foreseen == pytest.approx(memory.beliefs.covariance)
    assert found.categories[7].theta == pytest.approx(memory.categories[7].theta)
    assert not found.waiting


def test_bytes_that_hold_code_are_refused():
    stream = BytesIO()
    np.savez(stream, theta=np.array([{"a": 1}], dtype=object))
    with pytest.raises(ValueError, match="allow_pickle"):
        unpack_memory(stream.getvalue(), Rules())
