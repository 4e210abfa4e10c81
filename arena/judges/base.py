"""What every judge is asked and what it answers."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Protocol


class Choice(StrEnum):
    """What a judge can say of the two responses as they were shown to it."""

    A = "A"
    B = "B"
    TIE = "TIE"
    BOTH_BAD = "BOTH_BAD"

    def swapped(self) -> "Choice":
        """Return the same judgement of the same responses with their sides exchanged."""
        return {Choice.A: Choice.B, Choice.B: Choice.A}.get(self, self)


class JudgeError(ValueError):
    """A judge was set up wrongly; the message says what to change."""


def check_settings(settings: Mapping[str, Any], known: Collection[str]) -> None:
    """Raise JudgeError where a setting is unknown: a misspelt one would be a silent default."""
    unknown = sorted(set(settings) - set(known))
    if unknown:
        raise JudgeError(f"Unknown judge setting {unknown[0]!r}; known are {', '.join(sorted(known))}.")


def number(settings: Mapping[str, Any], name: str, default: float) -> float:
    """Return a setting that must be a finite number from 0 on; raises JudgeError."""
    value = settings.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        raise JudgeError(f"The judge setting {name} must be a number from 0 on, not {value!r}.")
    return value


@dataclass(frozen=True, slots=True)
class Question:
    """Two responses to one prompt, in the order in which the judge shall see them."""

    prompt: str
    response_a: str
    response_b: str
    question: str = "Which response is better?"
    reference: str = ""

    def swapped(self) -> "Question":
        """Return the question with the responses exchanged."""
        return replace(self, response_a=self.response_b, response_b=self.response_a)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One answer of a judge. Either a choice or a failure, never both; a failure is never a vote.

    Attributes
    ----------
    unanswered : whether it failed because the provider answers nothing at all now, whatever it is asked.
    preference : probability that the response on side A is better, where the judge says so.
    raw_text : what the judge wrote, word for word.
    """

    choice: Choice | None
    failure: str = ""
    preference: float | None = None
    raw_text: str = ""
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    latency_ms: float | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    unanswered: bool = False

    def swapped(self) -> "Verdict":
        """Return the verdict as one on the exchanged sides."""
        return replace(
            self,
            choice=self.choice.swapped() if self.choice else None,
            preference=None if self.preference is None else 1 - self.preference,
        )


class JudgeModel(Protocol):
    """Something that judges one question."""

    def judge(self, question: Question) -> Verdict:
        """Return a verdict; what goes wrong is a verdict with a failure."""
        ...
