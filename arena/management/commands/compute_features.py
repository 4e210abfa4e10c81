"""Measure the style of responses."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from arena.management.progress import BarProgress
from arena.models import Contest
from arena.services.features import compute_features
from arena.style.errors import StyleError


class Command(BaseCommand):
    """Door to `services.features.compute_features`."""

    help = "Measure the style of responses that were not measured yet. May be interrupted and repeated."

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
                done = compute_features(contest, progress)
        except StyleError as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt as error:
            raise CommandError("Interrupted. What was measured stays; run again to go on.") from error
        self.stdout.write(f"{done:,} responses measured." if done else "Every response was measured already.")
