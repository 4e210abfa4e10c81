"""Define a leaderboard beside those that votes call for."""

from argparse import ArgumentParser
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError

from arena.management.arguments import moment
from arena.models import Contest
from arena.services.boards import add_board
from arena.services.errors import ServiceError
from ranking.engine.settings import CHOICES

FILTERS: Final = ("language", "since", "until", "minimum_seconds")


class Command(BaseCommand):
    """Door to `services.boards.add_board`."""

    help = "Define a leaderboard of a contest. The next refresh publishes it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("contest", metavar="CONTEST")
        parser.add_argument("slug", metavar="SLUG")
        parser.add_argument("--name", required=True)
        parser.add_argument("--raters", default="human", help="human, simulated or a judge's slug.")
        parser.add_argument("--category", metavar="SLUG")
        parser.add_argument("--language", metavar="CODE", help="Only prompts in this language.")
        parser.add_argument("--since", type=moment, metavar="TIME", help="Only votes from then on (ISO 8601).")
        parser.add_argument("--until", type=moment, metavar="TIME", help="Only votes before then (ISO 8601).")
        parser.add_argument("--minimum-seconds", type=float, metavar="S", help="Only votes that took so long.")
        parser.add_argument("--ignore-integrity-weights", action="store_true", help="Count every vote as one.")
        parser.add_argument("--covariates", metavar="NAMES", help="Style features to control, with commas.")
        parser.add_argument("--anchor-items", metavar="SLUGS", help="Contestants whose mean is the anchor.")
        for name, known in CHOICES.items():
            parser.add_argument(f"--{name.replace('_', '-')}", choices=known)

    def handle(self, *args: Any, **options: Any) -> None:
        contest = Contest.objects.filter(slug=options["contest"]).first()
        if contest is None:
            raise CommandError(f"There is no contest {options['contest']!r}.")
        try:
            board = add_board(
                contest,
                options["slug"],
                name=options["name"],
                raters=options["raters"],
                category=options["category"],
                settings=_settings(options),
                use_integrity_weights=not options["ignore_integrity_weights"],
                **{name: options[name] for name in FILTERS if options[name] is not None},
            )
        except ServiceError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{board.key} is defined; manage.py refresh_leaderboards publishes it.")


def _settings(options: dict[str, Any]) -> dict[str, Any]:
    """Return what was said of the engine; what was not has its default, now and later."""
    said = {name: options[name] for name in CHOICES if options[name] is not None}
    lists = {name: options[name] for name in ("covariates", "anchor_items") if options[name]}
    return said | {name: [part.strip() for part in text.split(",") if part.strip()] for name, text in lists.items()}
