"""`python -m ranking rank FILE`: a leaderboard from a file of votes, without a server or a database."""

import argparse
import json
import os
import sys
from pathlib import Path

from ranking.engine.errors import RankingError
from ranking.engine.settings import BoardSettings
from ranking.engine.standings import Standing, Standings, compute_standings
from ranking.files import COLUMNS, SPELLINGS, read_votes


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit code: 0 done, 2 refused with a message."""
    options = _parser().parse_args(arguments)
    try:
        settings = BoardSettings(level=options.level, prior_strength=options.prior, seed=options.seed)
        standings = compute_standings(read_votes(options.file, options.columns), settings)
    except RankingError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    try:
        print(json.dumps(standings.to_dict(), indent=2) if options.json else format_standings(standings), flush=True)
    except BrokenPipeError:
        # The reader (head, less) has seen enough; nothing must be flushed into its closed pipe at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ranking", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    rank = commands.add_parser(
        "rank", help="print a leaderboard", description="Print a leaderboard of a file of votes."
    )
    rank.add_argument("file", type=Path, help=f"CSV or JSON lines with the columns {', '.join(COLUMNS)}")
    rank.add_argument(
        "--columns",
        type=_columns,
        default={},
        metavar="NAME=COLUMN,...",
        help="columns under other names, for example contestant_a=left,contestant_b=right,outcome=winner",
    )
    rank.add_argument("--level", type=float, default=0.95, help="what intervals cover (default 0.95)")
    rank.add_argument("--prior", type=float, default=0.0, help="virtual half wins each way a pair (default 0)")
    rank.add_argument("--seed", type=int, default=0, help="seed of the draws behind the rank ranges")
    rank.add_argument("--json", action="store_true", help="print JSON with every digit")
    rank.epilog = f"Outcomes: {', '.join(SPELLINGS)}, in any case."
    return parser


def _columns(text: str) -> dict[str, str]:
    pairs = dict(part.split("=", 1) for part in text.split(",") if "=" in part)
    if len(pairs) != len(text.split(",")) or set(pairs) - set(COLUMNS):
        raise argparse.ArgumentTypeError(f"write NAME=COLUMN,... with names among {', '.join(COLUMNS)}")
    return pairs


def format_standings(standings: Standings) -> str:
    """Return the leaderboard as an aligned table, with its explanation and notices below."""
    names = ("rank", "contestant", "rating", "interval", "votes", "win rate")
    table = [names, *(_cells(row) for row in standings.rows)]
    widths = [max(len(line[column]) for line in table) for column in range(len(names))]
    lines = [
        "  ".join(_aligned(cell, width, k) for k, (cell, width) in enumerate(zip(line, widths, strict=True)))
        for line in table
    ]
    notes = [f"* {notice.message}" for notice in standings.notices]
    return "\n".join([*(line.rstrip() for line in lines), "", standings.explain(), *notes])


def _aligned(cell: str, width: int, column: int) -> str:
    return cell.ljust(width) if column == 1 else cell.rjust(width)


def _cells(row: Standing) -> tuple[str, ...]:
    rate = "" if row.win_rate is None else f"{row.win_rate:.1%}"
    if row.rating is None or row.lower is None or row.upper is None:
        return "-", row.item, "unrated", "", f"{row.votes:g}", rate
    ranks = f"{row.rank_low}" if row.rank_low == row.rank_high else f"{row.rank_low}-{row.rank_high}"
    return ranks, row.item, f"{row.rating:.1f}", f"{row.lower:.1f} to {row.upper:.1f}", f"{row.votes:g}", rate


if __name__ == "__main__":
    sys.exit(main())
