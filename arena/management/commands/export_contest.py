"""Write a contest to a file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from arena.exchange.native import write_native
from arena.models import Contest
from arena.queries.exports import export_bundle


class Command(BaseCommand):
    """Door to `queries.exports.export_bundle`."""

    help = "Write a contest with its votes to a file that import_contest --format native reads."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("path", type=Path, help="A name that ends in .jsonl or .jsonl.gz.")

    def handle(self, *args: Any, **options: Any) -> None:
        contest = Contest.objects.filter(slug=options["slug"]).first()
        if contest is None:
            raise CommandError(f"There is no contest {options['slug']!r}.")
        if not options["path"].name.endswith((".jsonl", ".jsonl.gz")):
            raise CommandError("Use a file name that ends in .jsonl or .jsonl.gz.")
        bundle = export_bundle(contest)
        try:
            write_native(bundle, options["path"])
        except OSError as error:
            raise CommandError(f"{options['path']} cannot be written: {error.strerror}.") from error
        self.stdout.write(
            f"{options['path']}: {len(bundle.prompts)} prompts, {len(bundle.contestants)} contestants, "
            f"{len(bundle.responses)} responses, {len(bundle.votes)} votes."
        )
