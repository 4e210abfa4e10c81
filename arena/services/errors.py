"""What services refuse. The message is written for the person who reads it."""

from django.utils.translation import gettext as _

from arena.models import BattleState, LiveState


class ServiceError(Exception):
    """A verb was refused; nothing was written."""


class BattleNotFound(ServiceError):
    """No battle with this token belongs to this rater. Foreign and unknown tokens look the same."""

    def __init__(self) -> None:
        super().__init__(_("There is no such battle for you."))


class BattleClosed(ServiceError):
    """The battle was skipped or has expired, so it takes no vote any more."""

    def __init__(self, state: BattleState | LiveState) -> None:
        told = _("This battle is {state} and takes no vote any more. Start the next one.")
        super().__init__(told.format(state=str(state.label).lower()))
        self.state = state


class NoBattleLeft(ServiceError):
    """There is nothing left for this rater to compare."""


class ContestClosed(ServiceError):
    """The contest takes no votes now."""

    def __init__(self, name: str) -> None:
        super().__init__(_("The contest {name} takes no votes now.").format(name=name))


class ConsentMissing(ServiceError):
    """The rater has not accepted the terms that are in force."""

    def __init__(self, version: int) -> None:
        super().__init__(
            _(
                "Before the first battle, read the terms at /terms/ and accept them. By program: GET /api/v1/terms/, then "
                'POST /api/v1/me/consent/ with {"version": %(version)d}.'
            )
            % {"version": version}
        )
        self.version = version


class NoTerms(ServiceError):
    """Nobody wrote terms for this installation."""

    def __init__(self) -> None:
        super().__init__(_("There are no terms here, so there is nothing to accept."))


class RaterLeft(ServiceError):
    """The person behind this rater has left; nothing is written for it any more."""

    def __init__(self) -> None:
        super().__init__(_("You have left Versus, so nothing more is recorded here. Reload the page to begin anew."))


class UndoRefused(ServiceError):
    """A vote cannot be taken back by its voter, or not any more."""


class TalkBusy(ServiceError):
    """A talk is being written, so nothing more can be said now."""

    def __init__(self) -> None:
        super().__init__(_("It is being written. Wait for its end, or stop it."))


class CalibrationRefused(ServiceError):
    """There is no further calibration round for this rater."""


class InvitationClosed(ServiceError):
    """An invitation was revoked, has expired, was used as often as it may be, or leads nowhere now."""
