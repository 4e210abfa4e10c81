"""Ask contestants for the responses that are missing."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from arena.management.arguments import positive
from arena.management.progress import BarProgress
from arena.models import Contest
from arena.providers.base import ProviderError
from arena.services.responses import generate_responses


class Command(BaseCommand):
    """Door to `services.responses.generate_responses`."""

    help = "Ask every active contestant every prompt that it has not answered yet. May be interrupted and repeated."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--contest", required=True, metavar="SLUG")
        parser.add_argument("--contestant", action="append", metavar="SLUG", help="Only this one; may be repeated.")
        parser.add_argument("--prompt", action="append", metavar="SLUG", help="Only this one; may be repeated.")
        parser.add_argument("--limit", type=positive, metavar="N", help="Ask for at most N responses now.")

    def handle(self, *args: Any, **options: Any) -> None:
        contest = Contest.objects.filter(slug=options["contest"]).first()
        if contest is None:
            raise CommandError(f"There is no contest {options['contest']!r}.")
        for what, rows in (("contestant", contest.contestants), ("prompt", contest.prompts)):
            unknown = set(options[what] or ()) - set(rows.values_list("slug", flat=True))
            if unknown:
                raise CommandError(f"There is no {what} {min(unknown)!r} in {contest.slug}.")
        try:
            with BarProgress() as progress:
                report = generate_responses(
                    contest,
                    contestants=options["contestant"],
                    prompts=options["prompt"],
                    limit=options["limit"],
                    progress=progress,
                )
        except ProviderError as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt as error:
            raise CommandError("Interrupted. What was written stays; run again to go on.") from error
        for failure in report.failures:
            self.stderr.write(self.style.WARNING(failure))
        self.stdout.write(f"{report.written} of {report.missing} missing responses written.")
        if report.failures:
            raise CommandError(f"{len(report.failures)} responses failed; run again to ask for them.")
