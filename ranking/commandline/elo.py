"""`elo FILE`: sequential Elo, and how far the order of the votes alone moves it."""

import argparse
import json
from typing import Any

from ranking.commandline.options import DEFAULTS, add_command, add_seed
from ranking.commandline.tables import number, table, visible
from ranking.engine.comparisons import Comparisons
from ranking.engine.elo import average_elo, replay_elo
from ranking.engine.errors import RankingError
from ranking.files import Layout, read_file


def configure(commands: Any) -> None:
    """Add the command."""
    parser = add_command(commands, "elo", "replay the votes of a file as sequential Elo", run)
    parser.add_argument("--time", metavar="COLUMN", help="replay in the order of this column, not of the file")
    parser.add_argument("--elo-k", type=float, default=DEFAULTS.elo_k, help="step (default 4)")
    parser.add_argument("--elo-orders", type=int, default=DEFAULTS.elo_orders, help="random orders (default 20)")
    parser.add_argument("--initial", type=float, default=1000.0, help="rating before the first vote (default 1000)")
    add_seed(parser)


def run(options: argparse.Namespace) -> str:
    """Read, replay, and return what to print."""
    _check(options)
    columns = options.columns | ({"time": options.time} if options.time else {})
    data = read_file(options.file, Layout(columns, optional=("weight", "time")), progress=True).data
    assert isinstance(data, Comparisons)
    rows = _rows(data, options)
    if options.json:
        shown = {name: getattr(options, name) for name in ("elo_k", "elo_orders", "initial", "seed")}
        return json.dumps({"settings": shown, "votes": len(data.a), "rows": rows}, indent=2)
    lines = [(row["item"], *(number(row[name]) for name in ("rating", "mean", "spread"))) for row in rows]
    printed = table(("contestant", "in order", "mean", "spread"), lines)
    return visible(f"{printed}\n\n{_explain(len(data.a), options)}")


def _check(options: argparse.Namespace) -> None:
    if not 0 < options.elo_k < float("inf"):
        raise RankingError(f"elo_k is {options.elo_k}; it must be positive, for example 4.")
    if options.elo_orders < 2:
        raise RankingError(f"elo_orders is {options.elo_orders}; a spread needs at least 2 orders.")
    if not abs(options.initial) < float("inf") or options.seed < 0:
        raise RankingError("initial must be a number, and seed a whole number from 0 on.")


def _rows(data: Comparisons, options: argparse.Namespace) -> list[dict[str, Any]]:
    once = replay_elo(data, options.elo_k, options.initial)
    over = average_elo(data, options.elo_k, options.initial, options.elo_orders, options.seed)
    columns = zip(data.items, once.tolist(), over.mean.tolist(), over.spread.tolist(), strict=True)
    rows = [dict(zip(("item", "rating", "mean", "spread"), row, strict=True)) for row in columns]
    return sorted(rows, key=lambda row: (-row["rating"], row["item"]))


def _explain(votes: int, options: argparse.Namespace) -> str:
    order = (
        "their times" if options.time or "time" in options.columns else "the file, or of its column time if it has one"
    )
    return (
        f"Elo with step {options.elo_k:g} on {votes} votes, replayed once in the order of {order}, and "
        f"{options.elo_orders} times in random orders: their mean, and the standard deviation between them. The spread is "
        f"what the order alone moves; it is no interval. `rank` gives one, and does not depend on the order."
    )
