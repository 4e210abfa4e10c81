"""Judges by kind."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from arena.judges.base import JudgeError, JudgeModel
from arena.judges.chat import ChatJudge
from arena.judges.logprob import LogprobJudge
from arena.judges.reference import ReferenceJudge
from arena.providers.base import Provider

WITH_MODEL: Final[Mapping[str, Callable[..., JudgeModel]]] = {"chat": ChatJudge, "logprob": LogprobJudge}


def needs_provider(kind: str) -> bool:
    """Return whether judges of this kind ask a language model."""
    return kind in WITH_MODEL


def build_judge(
    kind: str, *, provider: Provider | None, model: str, template: str, settings: Mapping[str, Any]
) -> JudgeModel:
    """Return the judge of this kind; raises JudgeError where it cannot be run here."""
    if kind == "reference":
        return ReferenceJudge(settings)
    if kind not in WITH_MODEL:
        raise JudgeError(f"Judges of kind {kind!r} cannot be run here; their verdicts are imported.")
    if provider is None:
        raise JudgeError(f"A judge of kind {kind!r} needs a provider.")
    return WITH_MODEL[kind](provider, model, template, settings)
