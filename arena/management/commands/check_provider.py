"""Ask a provider for one token."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from arena.services.errors import ServiceError
from arena.services.providers import check_provider


class Command(BaseCommand):
    """Door to `services.providers.check_provider`."""

    help = "Ask a provider for one token, and tell what came of it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", metavar="NAME", help="As contestants and judges call it.")
        parser.add_argument("--model", default="", help="By default that of a contestant or judge at this provider.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            check = check_provider(options["name"], options["model"])
        except ServiceError as error:
            raise CommandError(str(error)) from error
        if not check.works:
            raise CommandError(check.told)
        self.stdout.write(check.told)
