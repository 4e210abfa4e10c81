"""Find responses that name their author, and prompts that ask who answers."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from arena.management.progress import BarProgress
from arena.models import Contest
from arena.services.leaks import find_all_leaks


class Command(BaseCommand):
    """Door to `services.leaks.find_all_leaks`."""

    help = "Find responses that name their author, and prompts that ask who answers. May be interrupted and repeated."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--contest", metavar="SLUG", help="Only this contest.")

    def handle(self, *args: Any, **options: Any) -> None:
        contest = None
        if options["contest"]:
            contest = Contest.objects.filter(slug=options["contest"]).first()
            if contest is None:
                raise CommandError(f"There is no contest {options['contest']!r}.")
        try:
            with BarProgress() as progress:
                report = find_all_leaks(contest, progress)
        except KeyboardInterrupt as error:
            raise CommandError("Interrupted. What was looked through stays; run again to go on.") from error
        self.stdout.write(
            f"{report.looked_at:,} responses looked through; {report.leaking:,} name their author. "
            f"{report.flagged:,} prompts ask who answers and are not drawn any more."
        )
