"""Where an outcome becomes a number: the engine's, in Python and in the database."""

from typing import Final

from django.db.models import Case, IntegerField, Value, When

from arena.models import VoteOutcome
from ranking import Outcome

OUTCOMES: Final = {
    VoteOutcome.A: Outcome.A,
    VoteOutcome.B: Outcome.B,
    VoteOutcome.TIE: Outcome.TIE,
    VoteOutcome.BOTH_BAD: Outcome.BOTH_BAD,
}


def outcome_number() -> Case:
    """Return the expression of a vote's outcome as the engine's number; null for an unknown one, never a tie."""
    whens = [When(outcome=said, then=Value(int(number))) for said, number in OUTCOMES.items()]
    return Case(*whens, default=None, output_field=IntegerField())


POINTS: Final[dict[str, float | None]] = {
    VoteOutcome.A: 1.0,
    VoteOutcome.B: 0.0,
    VoteOutcome.TIE: 0.5,
    VoteOutcome.BOTH_BAD: None,
}
"""What side A gets of one point; side B gets the rest. Both bad says nothing of the gap, as on the boards."""
