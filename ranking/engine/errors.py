"""What the engine refuses. Each message says what to do."""


class RankingError(ValueError):
    """Comparisons from which no honest rating can be computed."""


class BadOutcome(RankingError):
    """An outcome that is none of A, B, TIE, BOTH_BAD. An unknown label is never read as a tie."""


class BadComparisons(RankingError):
    """Comparisons that contradict themselves: wrong shapes, an item against itself, a weight that is no weight."""


class TooFewItems(RankingError):
    """Fewer than two items, so nothing to compare."""


class Disconnected(RankingError):
    """No two items can be put on one scale."""


class NotConverged(RankingError):
    """The fit did not reach its tolerance; its numbers are withheld."""
