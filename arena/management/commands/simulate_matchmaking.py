"""Replay matchmaking policies on a contest's own strengths."""

import csv
import io
import json
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.core.management.base import BaseCommand, CommandError
from django.template.loader import render_to_string

from arena.management.arguments import positive
from arena.management.files import check_writable, write_whole
from arena.management.progress import BarProgress
from arena.matchmaking.errors import MatchmakingError
from arena.models import Contest
from arena.queries.replay_pages import replay_chart
from arena.queries.replay_results import FIGURES, ReplayResult
from arena.services.errors import ServiceError
from arena.services.replay_plans import LAST, ReplayPlan, ReplayWish, plan_replay, tell_seconds
from arena.services.replays import play_replay
from ranking.commandline.tables import table

STYLE = "css/replays.css"


class Command(BaseCommand):
    """Door to `services.replays.play_replay`."""

    help = "Replay matchmaking policies on a contest's own strengths, and tell how many votes each would save."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--contest", required=True, metavar="SLUG")
        parser.add_argument("--votes", required=True, type=positive, metavar="N", help="How many votes to replay.")
        parser.add_argument(
            "--policy",
            nargs="+",
            default=[],
            metavar="NAME",
            help="information, order, top_k, balanced; by default the contest's own. Uniform is always among them.",
        )
        parser.add_argument("--board", metavar="SLUG", help="Whose strengths; by default people's.")
        parser.add_argument("--repetitions", type=positive, metavar="R", help="By default what fits into a minute.")
        parser.add_argument("--seed", type=int, default=0, help="The same seed gives the same result.")
        parser.add_argument(
            "--newcomer",
            nargs="?",
            const=LAST,
            metavar="SLUG",
            help="This contestant begins without votes; without a slug, whoever joined last.",
        )
        parser.add_argument("--in-flight", type=int, default=0, metavar="K", help="Battles out at any time.")
        parser.add_argument("--abandoned", type=float, default=0.0, metavar="SHARE", help="Of battles never answered.")
        parser.add_argument(
            "--as-published", action="store_true", help="Take strengths as wide as the board has them, noise included."
        )
        parser.add_argument("--json", action="store_true", help="Write plan and result as JSON.")
        parser.add_argument("--csv", type=Path, metavar="FILE", help="Write every number to this file too.")
        parser.add_argument("--plot", type=Path, metavar="FILE", help="Draw the intervals into this SVG file too.")

    def handle(self, *args: Any, **options: Any) -> None:
        contest = Contest.objects.filter(slug=options["contest"]).first()
        if contest is None:
            known = ", ".join(Contest.objects.order_by("slug").values_list("slug", flat=True)) or "none yet"
            raise CommandError(f"There is no contest {options['contest']!r}; there are: {known}.")
        files = [options[name] for name in ("csv", "plot") if options[name]]
        try:
            for path in files:
                check_writable(path)
            plan = plan_replay(contest, _wish(options))
            self._announce(plan, quiet=options["json"])
            with BarProgress() as progress:
                result = play_replay(plan, progress)
            self._tell(plan, result, options)
        except (ServiceError, MatchmakingError) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{error.filename} cannot be written: {error.strerror}.") from error
        except KeyboardInterrupt as error:
            raise CommandError("Interrupted. Nothing was written.") from error

    def _announce(self, plan: ReplayPlan, *, quiet: bool) -> None:
        out = self.stderr if quiet else self.stdout
        names = ", ".join(settings.name for settings in plan.policies)
        told = f"{names}: {plan.repetitions} repetitions of {plan.votes:,} votes each, {tell_seconds(plan.seconds)}."
        for line in (*plan.notes, told):
            out.write(line, style_func=str)

    def _tell(self, plan: ReplayPlan, result: ReplayResult, options: dict[str, Any]) -> None:
        if options["csv"]:
            write_whole(options["csv"], _csv(result))
        if options["plot"]:
            write_whole(options["plot"], _svg(result))
        if options["json"]:
            told = {"plan": plan.to_dict(), "result": result.to_dict()}
            self.stdout.write(json.dumps(told, indent=2, ensure_ascii=False))
            return
        self.stdout.write(f"\n{_table(result)}\n")
        for figure in result.figures():
            for sentence in result.sentences(figure.key):
                self.stdout.write(sentence)


def _wish(options: dict[str, Any]) -> ReplayWish:
    same = ("votes", "board", "repetitions", "seed", "newcomer", "in_flight", "abandoned", "as_published")
    return ReplayWish(policies=tuple(options["policy"]), **{name: options[name] for name in same})


def _table(result: ReplayResult) -> str:
    """Return every figure of every policy, and what each column is."""
    figures = result.figures()
    heads = ("policy", "votes", *(figure.title for figure in figures))
    rows = [
        (curve.policy, f"{votes:,}", *(figure.text(curve.values[figure.key][k]) for figure in figures))
        for curve in result.curves
        for k, votes in enumerate(result.votes)
    ]
    width = max(len(figure.title) for figure in figures)
    legend = (f"{figure.title:{width}}  {figure.told}" for figure in figures)
    return "\n".join([table(heads, rows), "", *legend])


def _csv(result: ReplayResult) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(_cells(result))
    return out.getvalue()


def _cells(result: ReplayResult) -> Iterator[list[Any]]:
    keys = [figure.key for figure in result.figures()]
    yield ["policy", "votes", *keys]
    for curve in result.curves:
        for k, votes in enumerate(result.votes):
            yield [curve.policy, votes, *(curve.values[key][k] for key in keys)]


def _svg(result: ReplayResult) -> str:
    """Return the curves of the intervals as a picture that needs no page around it."""
    style = Path(str(finders.find(STYLE))).read_text()
    return render_to_string("arena/replays/plot.svg", {"chart": replay_chart(result, FIGURES[0]), "style": style})
