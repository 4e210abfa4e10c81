"""`rank FILE`: a leaderboard."""

import argparse
import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from ranking.commandline.options import add_command, add_settings, layout_of, needs_rows, settings_of
from ranking.commandline.tables import number, table, visible
from ranking.engine.comparisons import Comparisons
from ranking.engine.diagnosis import Diagnosis
from ranking.engine.drift import time_windows
from ranking.engine.errors import RankingError
from ranking.engine.rows import Standing, row_to_dict
from ranking.engine.scale import POINTS_PER_LOGIT
from ranking.engine.standings import Standings, compute_standings
from ranking.files import VotesFile, read_file
from ranking.plots import ratings_svg

FEW: Final = 1_000_000
"""Votes up to which a board printed as text is checked without being asked to."""
WINDOWS: Final = 4


def configure(commands: Any) -> None:
    """Add the command."""
    parser = add_command(commands, "rank", "print a leaderboard of a file of votes", run)
    add_settings(parser)
    parser.add_argument("--csv", action="store_true", help="print CSV with every digit")
    parser.add_argument("--plot", type=Path, metavar="FILE.svg", help="also draw the ratings with their intervals")
    parser.add_argument(
        "--diagnose",
        action=argparse.BooleanOptionalAction,
        default=None,
        help=f"check fit, circles, drift, sides; text output up to {FEW:,} votes does so by itself",
    )


def run(options: argparse.Namespace) -> str:
    """Read, compute, draw where asked, and return what to print."""
    settings = settings_of(options)
    if options.plot and options.plot.suffix != ".svg":
        raise RankingError(f"{options.plot.name}: only .svg can be drawn; name the plot so.")
    text = not (options.json or options.csv)
    wanted = text if options.diagnose is None else options.diagnose
    rows = needs_rows(settings) or bool(options.diagnose)
    most = None if rows else (FEW if wanted else 0)
    votes = read_file(options.file, layout_of(options, settings, rows or wanted), progress=True, most_rows=most)
    standings = compute_standings(votes.data, settings)
    if options.plot:
        _draw(options.plot, standings, f"Ratings from {options.file.name}")
    if options.csv:
        return _csv(standings)
    checked = diagnosis(standings, votes) if options.diagnose or (wanted and votes.rows <= FEW) else None
    return _json(standings, checked) if options.json else visible(format_standings(standings, checked))


def diagnosis(standings: Standings, votes: VotesFile) -> Diagnosis | None:
    """Check the main group; drift only where rows stand in the order of their times."""
    timed = votes.timed and isinstance(votes.data, Comparisons)
    windows = time_windows(votes.data, WINDOWS) if timed and isinstance(votes.data, Comparisons) else ()
    return standings.diagnose(votes.data, windows)


def format_standings(standings: Standings, checked: Diagnosis | None = None) -> str:
    """Return the board as aligned tables, with its explanation, notices and checks below."""
    notices = [*standings.notices, *(checked.notices() if checked is not None else ())]
    parts = [_table(standings), *_coefficients(standings)]
    parts.append("\n".join([standings.explain(), *(f"* {notice.message}" for notice in notices)]))
    for k, group in enumerate(standings.apart, start=1):
        heading = (
            f"Apart, group {k}: no comparison both ways connects these {len(group.rows)} with the board above; the"
        )
        parts.append(f"{heading} scale is theirs alone.\n{_table(group)}")
    return "\n\n".join(parts)


def _table(standings: Standings) -> str:
    names = ("rank", "contestant", "rating", "interval", "plain", "tier", "votes", "win rate")
    tiers = {row.tier for row in standings.rows if row.tier is not None}
    rows = [_cells(row, len(tiers) > 1) for row in standings.rows]
    return table(names, rows, drop_empty=True)


def _cells(row: Standing, tiers: bool) -> tuple[str, ...]:
    rate = "" if row.win_rate is None else f"{row.win_rate:.1%}"
    tier = f"{row.tier}" if tiers and row.tier is not None else ""
    votes = f"{row.votes:g}" if row.votes < 1e6 else f"{row.votes:.0f}"
    if row.rating is None:
        return "-", row.item, "unrated", _bound(row), "", "", votes, rate
    ranks = f"{row.rank_low}" if row.rank_low == row.rank_high else f"{row.rank_low}-{row.rank_high}"
    interval = f"{number(row.lower)} to {number(row.upper)}"
    return ranks, row.item, number(row.rating), interval, number(row.plain_rating), tier, votes, rate


def _bound(row: Standing) -> str:
    if row.at_least is not None:
        return f"at least {row.at_least:.1f}"
    return "" if row.at_most is None else f"at most {row.at_most:.1f}"


def _coefficients(standings: Standings) -> Iterator[str]:
    if standings.coefficients:
        rows = [
            (
                each.name,
                f"{each.value:.4f}",
                f"{each.lower:.4f} to {each.upper:.4f}",
                f"{each.value * POINTS_PER_LOGIT:.1f}",
            )
            for each in standings.coefficients
        ]
        yield table(("covariate", "logits", "interval", "points"), rows)


def _json(standings: Standings, checked: Diagnosis | None) -> str:
    found = standings.to_dict() | ({} if checked is None else {"diagnosis": checked.to_dict()})
    return json.dumps(found, indent=2)


def _csv(standings: Standings) -> str:
    """Return a line a contestant; `group` 0 is the board, further ones stand apart and have scales of their own."""
    stream = io.StringIO()
    apart = {row.item for group in standings.apart for row in group.rows}
    rows = [(0, row) for row in standings.rows if row.item not in apart]
    rows += [(k, row) for k, group in enumerate(standings.apart, start=1) for row in group.rows]
    plain = [{"group": k, **row_to_dict(row)} for k, row in rows]
    writer = csv.DictWriter(stream, list(plain[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(plain)
    return stream.getvalue().rstrip("\n")


def _draw(path: Path, standings: Standings, title: str) -> None:
    try:
        path.write_text(ratings_svg(standings, title), encoding="utf-8")
    except OSError as error:
        raise RankingError(f"{path}: cannot be written: {error.strerror}.") from error
