"""Check whether matchmaking draws as it says, and whether it stretches a board."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from arena.models import Contest
from arena.queries.audit import BoardAudit, audit_board
from arena.queries.leaderboards import NoSuchBoard

BAD_INPUT = 2


class Command(BaseCommand):
    """Door to `queries.audit.audit_board`."""

    help = "Audit how a contest draws its pairs. The exit code is 1 where something is wrong beyond chance."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--contest", metavar="SLUG", required=True)
        parser.add_argument("--board", metavar="SLUG", help="Whose draws and votes; people's unless told otherwise.")
        parser.add_argument("--json", action="store_true", help="Write everything that was found as JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        contest = Contest.objects.filter(slug=options["contest"]).first()
        if contest is None:
            known = ", ".join(Contest.objects.order_by("slug").values_list("slug", flat=True)) or "none yet"
            raise CommandError(f"There is no contest {options['contest']!r}; there are: {known}.", returncode=BAD_INPUT)
        try:
            found = audit_board(contest, options["board"])
        except NoSuchBoard as error:
            raise CommandError(str(error), returncode=BAD_INPUT) from error
        self.stdout.write(_as_json(contest, found) if options["json"] else _as_text(contest, found))
        if found and found.audit.alarms:
            raise CommandError(
                f"{len(found.audit.alarms)} of these findings chance alone hardly explains.", returncode=1
            )


def _as_json(contest: Contest, found: BoardAudit | None) -> str:
    told = found.audit.to_dict() if found else {"notices": [], "alarms": []}
    told = {"contest": contest.slug, "board": found.board if found else None, **told}
    return json.dumps(told, indent=2, ensure_ascii=False)


def _as_text(contest: Contest, found: BoardAudit | None) -> str:
    if found is None:
        return f"{contest.slug}: nothing can be audited, since there is no board yet; refresh_leaderboards makes them."
    name = f"{contest.slug}/{found.board}"
    if found.audit.nothing:
        return f"{name}: nothing can be audited. No pair was drawn here; votes were imported or simulated, if there are any."
    alarms = found.audit.alarms
    lines = [f"{'!' if notice in alarms else '-'} {notice.message}" for notice in found.audit.notices()]
    return "\n".join([name, *lines, *_table(found)])


def _table(found: BoardAudit) -> list[str]:
    """Return who is rated by the floor alone, beside the rating by all votes."""
    ratings = found.audit.stretch.ratings
    if not ratings:
        return []
    width = max(len("contestant"), *(len(row.item) for row in ratings))
    head = f"{'contestant':{width}}  all votes  floor alone  95 % interval"
    rows = (
        f"{row.item:{width}}  {row.headline:9.0f}  {row.rating:11.0f}  {row.lower:.0f} to {row.upper:.0f}"
        f"{'  outside' if row.outside else ''}"
        for row in ratings
    )
    return ["", head, *rows]
