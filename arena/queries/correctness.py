"""Prompts with one right answer: which they are, what they ask, and what is told of the right answer after the vote."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from arena.judges.likeness import Likeness, likeness
from arena.models import Battle, Contest, ContestKind, Prompt, PromptState, VoteOutcome
from arena.rendering.markdown import render_markdown

ASKS_BETTER: Final = "Which response is better?"
"""What a contest asks where nobody wrote another question: the default of the model."""
_RIGHT: Final[dict[VoteOutcome, "str | Promise"]] = {
    VoteOutcome.A: gettext_lazy("A is right"),
    VoteOutcome.TIE: gettext_lazy("Both right"),
    VoteOutcome.BOTH_BAD: gettext_lazy("Both wrong"),
    VoteOutcome.B: gettext_lazy("B is right"),
}


@dataclass(frozen=True, slots=True)
class RightAnswer:
    """What is told after the vote where a prompt has one right answer.

    Attributes
    ----------
    reference : as HTML; empty where none is stored. checks : what a right answer passes, as texts.
    told : of sides A and B, how the response compares with the reference, as sentences; empty without one.
    """

    reference: str
    checks: Sequence[str]
    told: tuple[str, str]


def of_correctness(contest: Contest) -> Q:
    """Return the condition that a prompt has one right answer: it says so, or says nothing and its contest does."""
    said = Q(kind=ContestKind.CORRECTNESS)
    return said | Q(kind__isnull=True) if contest.kind == ContestKind.CORRECTNESS else said


def kept_apart(contest: Contest) -> Q:
    """Return the condition of prompts that no person is asked about."""
    return of_correctness(contest) if contest.correctness_apart else Q(pk__in=[])


def count_kept_apart(contest: Contest) -> int:
    """Return how many good prompts of a contest no person is asked about."""
    if not contest.correctness_apart:
        return 0
    return contest.prompts.filter(kept_apart(contest), state=PromptState.GOOD).count()


def asks_what_is_right(prompt: Prompt, contest: Contest) -> bool:
    """Return whether a prompt has one right answer."""
    return (prompt.kind or contest.kind) == ContestKind.CORRECTNESS


def question_of(contest: Contest, *, right: bool) -> str:
    """Return what a rater is asked: the contest's question, where somebody wrote one that fits the kind of the prompt."""
    fits = right == (contest.kind == ContestKind.CORRECTNESS)
    if fits and contest.question != ASKS_BETTER:
        return contest.question
    return _("Which answer is right?") if right else _("Which response is better?")


def question_of_contest(contest: Contest) -> str:
    """Return what a contest asks of prompts that say nothing of their kind."""
    return question_of(contest, right=contest.kind == ContestKind.CORRECTNESS)


def tell_outcome(outcome: VoteOutcome, *, right: bool) -> str:
    """Return an outcome in words that fit what was asked."""
    return str(_RIGHT[outcome] if right else outcome.label)


def right_answer(battle: Battle) -> RightAnswer | None:
    """Return what is told of the right answer, after the vote and never before; None where there is none."""
    prompt = battle.prompt
    if not asks_what_is_right(prompt, battle.contest) or not (prompt.reference.strip() or prompt.tests):
        return None
    checks = [check if isinstance(check, str) else json.dumps(check, ensure_ascii=False) for check in prompt.tests]
    if not prompt.reference.strip():
        return RightAnswer("", checks, ("", ""))
    a, b = (_told(likeness(response.text, prompt.reference)) for response in (battle.response_a, battle.response_b))
    return RightAnswer(render_markdown(prompt.reference), checks, (a, b))


def _told(found: Likeness) -> str:
    if found.same:
        return _("Says exactly what the reference says.")
    if found.contains:
        return _("Contains the reference word for word.")
    return _("Shares %(share)d %% of its character sequences with the reference: a likeness, not a verdict.") % {
        "share": round(100 * found.share)
    }
