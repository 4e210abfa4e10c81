"""Let AI judges vote."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from arena.judges.base import JudgeError
from arena.management.arguments import positive
from arena.management.progress import BarProgress
from arena.models import Contest, Judge
from arena.providers.base import ProviderError
from arena.services.errors import ServiceError
from arena.services.judging import JudgingReport, run_judge


class Command(BaseCommand):
    """Door to `services.judging.run_judge`."""

    help = "Let AI judges vote on battles of a contest, each judged in both orders. May be interrupted and repeated."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--contest", required=True, metavar="SLUG")
        parser.add_argument("--judge", action="append", required=True, metavar="SLUG", help="May be repeated.")
        parser.add_argument("--battles", type=positive, default=100, metavar="N", help="At most N battles a judge.")

    def handle(self, *args: Any, **options: Any) -> None:
        contest = Contest.objects.filter(slug=options["contest"]).first()
        if contest is None:
            raise CommandError(f"There is no contest {options['contest']!r}.")
        for judge in [self._judge(slug) for slug in options["judge"]]:
            try:
                with BarProgress() as progress:
                    report = run_judge(contest, judge, battles=options["battles"], progress=progress)
            except (JudgeError, ProviderError, ServiceError) as error:
                raise CommandError(str(error)) from error
            except KeyboardInterrupt as error:
                raise CommandError("Interrupted. What was judged stays; run again to go on.") from error
            self.stdout.write(_sentence(judge, report))
            if report.stopped:
                raise CommandError(f"{report.stopped}\nWhat was judged stays; run again to go on.")

    def _judge(self, slug: str) -> Judge:
        judge = Judge.objects.filter(slug=slug, active=True).order_by("-version").first()
        if judge is None:
            raise CommandError(f"There is no active judge {slug!r}.")
        return judge


def _sentence(judge: Judge, report: JudgingReport) -> str:
    share = f" ({report.first_slot} for whichever came first)" if report.conflicts else ""
    failed = f" {len(report.failures)} failed, the first: {report.failures[0]}." if report.failures else ""
    return (
        f"{judge}: {report.votes} votes on {report.battles} battles; orders disagreed on {report.conflicts}{share}; "
        f"{report.tokens} tokens.{failed} {report.finished}"
    ).strip()
