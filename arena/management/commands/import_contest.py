"""Load a contest from files."""

from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from arena.exchange.errors import BadFile
from arena.exchange.formats import READERS, read_bundle
from arena.exchange.plain import OPTIONAL, REQUIRED
from arena.management.progress import BarProgress
from arena.models import Contest
from arena.services.errors import ServiceError
from arena.services.imports import ImportReport, import_bundle


class Command(BaseCommand):
    """Door to `services.imports.import_bundle`."""

    help = "Load a contest with its votes. All of it or nothing; repeating it changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path)
        parser.add_argument("--format", required=True, choices=sorted(READERS))
        parser.add_argument("--slug", required=True, help="Key of the contest here.")
        parser.add_argument(
            "--columns",
            type=_columns,
            default={},
            metavar="NAME=COLUMN,...",
            help=f"Plain format: columns under other names. Names: {', '.join((*REQUIRED, *OPTIONAL))}.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            Contest._meta.get_field("slug").clean(options["slug"], None)
            bundle = read_bundle(options["path"], options["format"], options["columns"])
            with BarProgress() as progress:
                report = import_bundle(bundle, slug=options["slug"], progress=progress)
        except ValidationError as error:
            raise CommandError(f"--slug {options['slug']!r}: {error.messages[0]}") from error
        except (BadFile, ServiceError) as error:
            raise CommandError(f"Nothing was imported.\n{error}") from error
        except KeyboardInterrupt as error:
            raise CommandError("Interrupted. Nothing was imported.") from error
        self.stdout.write(_sentence(report))


def _columns(text: str) -> dict[str, str]:
    pairs = dict(part.split("=", 1) for part in text.split(",") if "=" in part)
    if len(pairs) != len(text.split(",")) or set(pairs) - {*REQUIRED, *OPTIONAL}:
        raise ArgumentTypeError(f"write NAME=COLUMN,... with names among {', '.join((*REQUIRED, *OPTIONAL))}")
    return pairs


def _sentence(report: ImportReport) -> str:
    if not report.changed:
        return f"{report.contest.slug}: everything was there already; nothing changed."
    written = ", ".join(f"{n:,} {table}" for table, n in report.created.items() if n)
    there = ", ".join(f"{n:,} {table}" for table, n in report.unchanged.items() if n)
    return f"{report.contest.slug}: imported {written}." + (f" Already there: {there}." if there else "")
