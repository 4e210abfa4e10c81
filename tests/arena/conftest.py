"""What tests of several rooms of the arena begin with."""

import pytest

from arena.models import Contest
from tests.arena.replayed import make_rated_arena


@pytest.fixture(scope="module")
def rated_arena(module_rows: None) -> int:
    """Write `make_rated_arena` once for a module; return its key."""
    return make_rated_arena().pk


@pytest.fixture
def rated_contest(rated_arena: int) -> Contest:
    """The contest of `make_rated_arena`, as it was written."""
    return Contest.objects.get(pk=rated_arena)
