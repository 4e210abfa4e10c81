"""Doors for background work. Each finds its own work in the database, so that a lost or doubled call does no harm."""

import logging

from django_q.tasks import async_task
from redis.exceptions import RedisError

from arena.services.battles import expire_battles
from arena.services.beliefs import rebuild_changed
from arena.services.identical import record_identical_everywhere
from arena.services.leaderboards import refresh_changed
from arena.services.leaks import find_leaks_everywhere
from arena.services.live import close_abandoned
from arena.services.runs import claim_run, perform_run
from arena.services.talks import close_left_talks

logger = logging.getLogger(__name__)


def wake() -> None:
    """Tell a worker that a run waits. If nobody hears it, the schedule finds the run within a minute."""
    try:
        async_task("arena.tasks.perform_waiting_runs")
    except RedisError as error:
        # The run is a row already; it only begins later.
        logger.warning("The queue cannot be reached, so the schedule will find the run: %s", error)


def perform_waiting_runs() -> int:
    """Perform runs until none waits; return how many."""
    performed = 0
    while (run := claim_run()) is not None:
        perform_run(run)
        performed += 1
    return performed


def refresh_changed_boards() -> int:
    """Publish the boards that changed; return how many."""
    return sum(refresh.created for refresh in refresh_changed())


def expire_late_battles() -> int:
    """Close battles whose time has run out, and live ones and talks whose process died; return how many."""
    return expire_battles() + close_abandoned() + close_left_talks()


def rebuild_changed_beliefs() -> int:
    """Rebuild what matchmaking believes where votes changed; return how many were rebuilt."""
    return rebuild_changed()


def record_identical_responses() -> int:
    """Record equal responses of open contests as ties by rule; return how many are new."""
    return record_identical_everywhere()


def find_new_leaks() -> int:
    """Look through responses and prompts that were not, or not with the names that came since; return how many."""
    return find_leaks_everywhere()
