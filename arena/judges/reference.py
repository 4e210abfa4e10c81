"""A judge that compares each response with the reference answer by shared character sequences."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from arena.judges.base import Question, Verdict, check_settings, number
from arena.judges.orders import choose

LONGEST: Final = 6
BETA: Final = 2.0


class ReferenceJudge:
    """Prefers the response with the higher chrF against the reference.

    A crude judge and an honest floor: a stronger one must beat it. Wants no provider and costs nothing.

    Parameters
    ----------
    settings : tie_margin, the difference of scores (0 to 1) up to which it is a tie.
    """

    def __init__(self, settings: Mapping[str, Any] | None = None) -> None:
        settings = settings or {}
        check_settings(settings, ("tie_margin",))
        self._tie_margin = number(settings, "tie_margin", 0.02)

    def judge(self, question: Question) -> Verdict:
        """Return the verdict; a failure without a reference."""
        if not question.reference.strip():
            return Verdict(None, failure="the prompt has no reference answer")
        first, second = (chrf(text, question.reference) for text in (question.response_a, question.response_b))
        preference = (1 + (first - second)) / 2
        return Verdict(
            choose(preference, self._tie_margin / 2),
            preference=preference,
            details={"score_a": first, "score_b": second},
        )


def chrf(text: str, reference: str) -> float:
    """Return the character n-gram F-score of a text against a reference, 0 to 1.

    Precision and recall of character n-grams of length 1 to 6 without white space, averaged over the lengths
    that both texts reach, recall weighted twice: chrF2 (Popovic 2015). Works in every script.
    """
    hypothesis, target = "".join(text.split()), "".join(reference.split())
    scores = [_overlap(hypothesis, target, n) for n in range(1, LONGEST + 1) if min(len(hypothesis), len(target)) >= n]
    if not scores:
        return 0.0
    precision = sum(score[0] for score in scores) / len(scores)
    recall = sum(score[1] for score in scores) / len(scores)
    if precision + recall == 0:
        return 0.0
    return (1 + BETA**2) * precision * recall / (BETA**2 * precision + recall)


def _overlap(hypothesis: str, target: str, n: int) -> tuple[float, float]:
    said, wanted = (Counter(text[k : k + n] for k in range(len(text) - n + 1)) for text in (hypothesis, target))
    shared = (said & wanted).total()
    return shared / said.total(), shared / wanted.total()
