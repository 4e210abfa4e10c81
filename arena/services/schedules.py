"""What comes back by itself, as rows of the queue that the admin shows."""

from typing import Final

from django_q.models import Schedule

EVERY_MINUTE: Final = {
    "Refresh leaderboards with new votes": "arena.tasks.refresh_changed_boards",
    "Rebuild what matchmaking believes": "arena.tasks.rebuild_changed_beliefs",
    "Close battles whose time has run out": "arena.tasks.expire_late_battles",
    "Perform runs that wait": "arena.tasks.perform_waiting_runs",
    "Record identical responses": "arena.tasks.record_identical_responses",
    "Find responses that name their author": "arena.tasks.find_new_leaks",
}


def ensure_schedules() -> None:
    """Make sure that the regular work is scheduled; repeating it changes nothing."""
    for name, function in EVERY_MINUTE.items():
        Schedule.objects.get_or_create(
            name=name, defaults={"func": function, "schedule_type": Schedule.MINUTES, "minutes": 1, "repeats": -1}
        )
