"""Files of votes: the one border where what is written becomes numbers."""

from ranking.columns.outcomes import SPELLINGS
from ranking.files.errors import BadVotesFile
from ranking.files.layout import COLUMNS, OPTIONAL, Layout, parse_outcome
from ranking.files.read import VotesFile, read_counts, read_file, read_votes

__all__ = [
    "COLUMNS",
    "OPTIONAL",
    "SPELLINGS",
    "BadVotesFile",
    "Layout",
    "VotesFile",
    "parse_outcome",
    "read_counts",
    "read_file",
    "read_votes",
]
