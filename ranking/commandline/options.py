"""Options that several commands share."""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ranking.columns.outcomes import SPELLINGS
from ranking.engine.settings import CHOICES, BoardSettings
from ranking.files import COLUMNS, OPTIONAL, BadVotesFile, Layout
from ranking.files.layout import parse_columns

DEFAULTS = BoardSettings()

EPILOGUE = (
    f"Files end in .csv, .jsonl (both also .gz) or .parquet. Columns: {', '.join(COLUMNS)}; where there are any, also "
    f"{', '.join(OPTIONAL[1:])}; score=COLUMN (1, 0.5, 0 of contestant_a) stands for outcome. "
    f"Outcomes: {', '.join(SPELLINGS)}, in any case."
)


def add_command(
    commands: Any, name: str, summary: str, run: Callable[[argparse.Namespace], str], files: Sequence[str] = ("file",)
) -> argparse.ArgumentParser:
    """Add a command that reads files of votes, with the options that say how to read them."""
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.", epilog=EPILOGUE
    )
    parser.set_defaults(run=run)
    for file in files:
        parser.add_argument(file, type=Path, metavar=file.upper(), help="a file of votes")
    parser.add_argument(
        "--columns",
        type=_columns,
        default={},
        metavar="NAME=COLUMN,...",
        help="columns under other names, for example contestant_a=left,contestant_b=right,outcome=winner; NAME= alone "
        "leaves an optional column out",
    )
    parser.add_argument("--json", action="store_true", help="print JSON with every digit")
    return parser


def add_seed(parser: argparse.ArgumentParser) -> None:
    """Add --seed."""
    parser.add_argument("--seed", type=int, default=0, help="seed of everything that is drawn (default 0)")


def add_level(parser: argparse.ArgumentParser) -> None:
    """Add --level."""
    parser.add_argument("--level", type=float, default=DEFAULTS.level, help="what intervals cover (default 0.95)")


def add_settings(parser: argparse.ArgumentParser) -> None:
    """Add the options that say how a board is computed; `settings_of` reads them."""
    for name in ("method", "tie_model", "both_bad", "clusters", "interval", "centre"):
        _choice(parser, name)
    parser.add_argument("--replicates", type=int, default=DEFAULTS.replicates, help="redraws of the bootstrap")
    parser.add_argument("--prior", type=float, default=0.0, help="virtual votes on each compared pair (default 0)")
    parser.add_argument("--anchor", type=float, default=DEFAULTS.anchor, help="the rating of the centre (default 1000)")
    parser.add_argument(
        "--anchor-items",
        action="append",
        default=[],
        metavar="NAME",
        help="make the mean of these contestants the centre; repeat for more than one",
    )
    parser.add_argument("--elo-k", type=float, default=DEFAULTS.elo_k, help="step of method elo (default 4)")
    parser.add_argument("--elo-orders", type=int, default=DEFAULTS.elo_orders, help="random orders; 1 is the file's")
    parser.add_argument(
        "--covariates",
        type=_covariates,
        default={},
        metavar="NAME[=COLUMN],...",
        help="take these out of the ratings: columns with the difference a minus b, or pairs COLUMN_a and COLUMN_b of "
        "numbers from 0 on",
    )
    add_level(parser)
    add_seed(parser)


def settings_of(options: argparse.Namespace) -> BoardSettings:
    """Return the settings that the options of `add_settings` name; raises RankingError for impossible ones."""
    same = ("method", "tie_model", "both_bad", "clusters", "interval", "centre", "replicates")
    also = ("anchor", "elo_k", "elo_orders", "level", "seed")
    return BoardSettings(
        **{name: getattr(options, name) for name in (*same, *also)},
        prior_strength=options.prior,
        anchor_items=tuple(options.anchor_items),
        covariates=tuple(options.covariates),
    )


def needs_rows(settings: BoardSettings) -> bool:
    """Whether counts of pairs are not enough for a board."""
    plain = settings.method == "bradley_terry" and settings.clusters == "none" and settings.interval == "sandwich"
    return bool(settings.covariates) or not plain


def layout_of(options: argparse.Namespace, settings: BoardSettings, timed: bool) -> Layout:
    """Return the columns of use for a board: clusters only where they count, times only where order does."""
    shared = settings.clusters.split("_and_")
    optional = ["weight", *(name for name in ("rater", "prompt") if name in shared), *(["time"] if timed else [])]
    return Layout(options.columns, options.covariates, optional)


def _choice(parser: argparse.ArgumentParser, name: str) -> None:
    known = CHOICES[name]
    parser.add_argument(
        f"--{name.replace('_', '-')}",
        type=lambda text: text.replace("-", "_"),
        choices=known,
        default=known[0],
        help=f"{', '.join(known)} (default {known[0]})",
        metavar="WORD",
    )


def _columns(text: str) -> dict[str, str]:
    try:
        return parse_columns(text, (*COLUMNS, *OPTIONAL))
    except BadVotesFile as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _covariates(text: str) -> dict[str, str]:
    parts = [part.partition("=") for part in text.split(",")]
    pairs = {name.strip(): (column if sign else name).strip() for name, sign, column in parts}
    if len(pairs) != len(parts) or not all(name and column for name, column in pairs.items()):
        raise argparse.ArgumentTypeError("write NAME,... or NAME=COLUMN,... with different names")
    return pairs
