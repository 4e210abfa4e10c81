"""What services refuse. The message is written for the person who reads it."""


class ServiceError(Exception):
    """A verb was refused; nothing was written."""


class BattleNotFound(ServiceError):
    """No battle with this token belongs to this rater. Foreign and unknown tokens look the same."""

    def __init__(self) -> None:
        super().__init__("There is no such battle for you.")


class BattleClosed(ServiceError):
    """The battle was skipped or has expired, so it takes no vote any more."""

    def __init__(self, state: str) -> None:
        super().__init__(f"This battle is {state} and takes no vote any more. Start the next one.")
        self.state = state


class NoBattleLeft(ServiceError):
    """There is nothing left for this rater to compare."""


class ContestClosed(ServiceError):
    """The contest takes no votes now."""

    def __init__(self, name: str) -> None:
        super().__init__(f"The contest {name} takes no votes now.")
