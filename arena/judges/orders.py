"""Both orders: whoever prefers a side more than a response must not decide by it."""

from dataclasses import dataclass

from arena.judges.base import Choice, Verdict


@dataclass(frozen=True, slots=True)
class Combined:
    """One verdict from two calls.

    Attributes
    ----------
    choice : None where either call failed.
    preference : swap-averaged probability that A is better, f = (p_AB + 1 - p_BA) / 2, where both say so.
    consistent : whether both orders chose the same; None where either failed.
    """

    choice: Choice | None
    preference: float | None
    consistent: bool | None


def combine_orders(first: Verdict, second: Verdict, tie_margin: float = 0.0) -> Combined:
    """Combine the verdicts of both orders; both are given on the battle's own sides.

    What both say stands. On a conflict the swap average of their probabilities decides, where both tell them, and
    within `tie_margin` of one half it is a tie: a side that is preferred as such cancels out. Without
    probabilities a conflict is a tie.
    """
    if first.choice is None or second.choice is None:
        return Combined(None, None, None)
    consistent = first.choice is second.choice
    if first.preference is None or second.preference is None:
        return Combined(first.choice if consistent else Choice.TIE, None, consistent)
    preference = (first.preference + second.preference) / 2
    # Each judge may have a margin of its own for calling a tie; the two calls have used it already.
    return Combined(first.choice if consistent else choose(preference, tie_margin), preference, consistent)


def choose(preference: float, tie_margin: float) -> Choice:
    """Return the side that a probability speaks for; a tie within the margin of one half."""
    if abs(preference - 0.5) <= tie_margin:
        return Choice.TIE
    return Choice.A if preference > 0.5 else Choice.B
