"""Recompute and publish leaderboards."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from arena.models import Contest
from arena.services.leaderboards import Refresh, ensure_boards, refresh_leaderboard


class Command(BaseCommand):
    """Door to `services.leaderboards`."""

    help = "Recompute leaderboards and publish those that changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--contest", metavar="SLUG", help="Only this contest.")
        parser.add_argument("--board", metavar="SLUG", help="Only this board, for example human.")

    def handle(self, *args: Any, **options: Any) -> None:
        contests = Contest.objects.filter(slug=options["contest"]) if options["contest"] else Contest.objects.all()
        if options["contest"] and not contests:
            raise CommandError(f"There is no contest {options['contest']!r}.")
        boards = [board for contest in contests for board in ensure_boards(contest)]
        boards = [board for board in boards if options["board"] in (None, board.slug)]
        if not boards:
            raise CommandError("There is no such board.")
        refreshed = [self._refresh(board) for board in boards]
        if options["board"] and any(refresh.problem for refresh in refreshed):
            raise CommandError("The board could not be published.")

    def _refresh(self, board: Any) -> Refresh:
        started = time.monotonic()
        refresh = refresh_leaderboard(board)
        self.stdout.write(f"{board.key}: {_told(refresh)} in {time.monotonic() - started:.2f} s")
        return refresh


def _told(refresh: Refresh) -> str:
    if refresh.snapshot is None:
        return f"not published. {refresh.problem}"
    snapshot = refresh.snapshot
    rated = snapshot.ratings.filter(rating__isnull=False).count()
    state = "published" if refresh.created else "unchanged"
    return f"{state}, {snapshot.votes:g} votes, {rated} rated, {len(snapshot.notices)} notices"
