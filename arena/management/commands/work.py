"""The background worker."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from arena.services.schedules import ensure_schedules
from arena.tasks import expire_late_battles, perform_waiting_runs, refresh_changed_boards


class Command(BaseCommand):
    """Door to the queue."""

    help = "Do background work: leaderboards, expired battles, runs. With --once, what waits now and no more."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="Do what waits now, without a queue, and stop.")

    def handle(self, *args: Any, **options: Any) -> None:
        ensure_schedules()
        if not options["once"]:
            call_command("qcluster")
            return
        self.stdout.write(
            f"{perform_waiting_runs()} runs performed, {expire_late_battles()} battles expired, "
            f"{refresh_changed_boards()} boards published."
        )
