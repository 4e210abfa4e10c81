"""`agree FILE`: how far the raters of a file agree."""

import argparse
import json
from dataclasses import replace
from typing import Any

import numpy as np

from ranking.commandline.options import add_command, add_level, add_seed
from ranking.commandline.tables import table, visible
from ranking.engine.agreement import Agreement, measure_agreement
from ranking.engine.comparisons import Comparisons
from ranking.engine.errors import RankingError
from ranking.files import Layout, read_file


def configure(commands: Any) -> None:
    """Add the command."""
    parser = add_command(commands, "agree", "measure how far raters agree; needs the column rater", run)
    add_level(parser)
    add_seed(parser)


def run(options: argparse.Namespace) -> str:
    """Read, measure, and return what to print; without a column of prompts, all votes are taken to be on one."""
    if not 0 < options.level < 1:
        raise RankingError(f"level is {options.level}; it must lie between 0 and 1, for example 0.95.")
    votes = read_file(options.file, Layout(options.columns, optional=("rater", "prompt", "weight")), progress=True)
    data = votes.data
    assert isinstance(data, Comparisons)
    if data.rater is None:
        raise RankingError(f"{options.file.name}: no column rater. Name it by --columns rater=COLUMN.")
    one = data.prompt is None
    if one:
        data = replace(data, prompt=np.zeros(len(data.a), dtype=np.int64))
    found = measure_agreement(data, options.level, options.seed)
    if options.json:
        named = [row | {"rater": votes.raters[row["rater"]]} for row in found.to_dict()["by_rater"]]
        return json.dumps(found.to_dict() | {"by_rater": named}, indent=2)
    note = ["* The file has no column prompt: all votes on a pair are taken to be on one prompt."] if one else []
    return visible("\n".join([_table(found, votes.raters), "", found.explain(), *note]))


def _table(found: Agreement, raters: tuple[str, ...]) -> str:
    names = ("rater", "units", "with the majority", "standard error")
    rows = [
        (
            raters[row.rater],
            f"{row.units}",
            f"{row.agreement:.1%}",
            "" if row.standard_error is None else f"{row.standard_error:.1%}",
        )
        for row in sorted(found.by_rater, key=lambda row: (-row.units, row.rater))
    ]
    return table(names, rows)
