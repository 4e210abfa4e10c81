"""Remove a person who asked for it by mail."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from arena.services.errors import ServiceError
from arena.services.leaving import find_person, leave


class Command(BaseCommand):
    """Door to `services.leaving.leave`."""

    help = "Remove a person and everything that leads to them. Votes stay, or are withdrawn for good; there is no way back."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("person", help="A user name, an e-mail address, or the public id of a rater.")
        parser.add_argument(
            "--withdraw", action="store_true", help="Void all their votes and blank what they typed, too."
        )
        parser.add_argument("--yes", action="store_true", help="Do not ask first.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            rater, user = find_person(options["person"])
            if not options["yes"] and input(f"Remove {user or rater} for good? [y/N] ").strip().lower() != "y":
                raise CommandError("Nothing was removed.")
            voided = leave(rater, user, withdraw=options["withdraw"])
        except ServiceError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{options['person']} is removed; {voided:,} votes were withdrawn.")
