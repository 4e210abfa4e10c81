"""`compare FILE1 FILE2`: two files of votes, ranked and held against each other."""

import argparse
import json
from pathlib import Path
from typing import Any

from ranking.commandline.options import add_command, add_settings, layout_of, needs_rows, settings_of
from ranking.commandline.tables import number, probability, table, visible
from ranking.differences import StandingsComparison, compare_standings
from ranking.engine.settings import BoardSettings
from ranking.engine.standings import Standings, compute_standings
from ranking.files import read_file


def configure(commands: Any) -> None:
    """Add the command."""
    add_settings(add_command(commands, "compare", "compare the leaderboards of two files", run, ("file1", "file2")))


def run(options: argparse.Namespace) -> str:
    """Rank both files by the same settings, and return what to print of their differences."""
    settings = settings_of(options)
    found = compare_standings(*(_ranked(path, options, settings) for path in (options.file1, options.file2)))
    return json.dumps(found.to_dict(), indent=2) if options.json else visible(format_comparison(found))


def _ranked(path: Path, options: argparse.Namespace, settings: BoardSettings) -> Standings:
    most = None if needs_rows(settings) else 0
    votes = read_file(path, layout_of(options, settings, settings.method == "elo"), progress=True, most_rows=most)
    return compute_standings(votes.data, settings)


def format_comparison(found: StandingsComparison) -> str:
    """Return the differences as a table, with their explanation below."""
    names = ("contestant", "first", "second", "difference", "interval", "p", "p (Holm)", "")
    rows = [
        (
            row.item,
            number(row.first),
            number(row.second),
            f"{row.difference:+.1f}",
            f"{row.lower:+.1f} to {row.upper:+.1f}",
            probability(row.p_value),
            probability(row.adjusted),
            "*" if row.significant else "",
        )
        for row in found.rows
    ]
    alone = [
        f"* Rated by the {which} file only: {', '.join(items)}."
        for which, items in (("first", found.only_first), ("second", found.only_second))
        if items
    ]
    return "\n".join([table(names, rows, drop_empty=True), "", found.explain(), *alone])
