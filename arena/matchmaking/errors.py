"""What matchmaking refuses."""


class MatchmakingError(ValueError):
    """The state or the settings make no sense; the message says which and what to do."""


class NoPairLeft(MatchmakingError):
    """The filters left no pair to draw."""
