"""`python -m ranking COMMAND FILE`: leaderboards from files of votes, without a server or a database."""

import argparse
import io
import os
import sys

from ranking.commandline import agree, compare, elo, rank
from ranking.engine.errors import RankingError


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit code: 0 done, 2 refused with a message."""
    options = _parser().parse_args(arguments)
    try:
        text: str = options.run(options)
    except RankingError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A name that the terminal's encoding lacks is no reason to end without a board.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        print(text, flush=True)
    except BrokenPipeError:
        # The reader (head, less) has seen enough; nothing must be flushed into its closed pipe at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ranking", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for command in (rank, elo, compare, agree):
        command.configure(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
