"""What a file can be refused for."""

from ranking.engine.errors import RankingError


class BadVotesFile(RankingError):
    """A file of votes that cannot be read; the message names the line and what to do."""
