"""A contest as plain values, with keys in place of ids: what every format reads and writes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

OUTCOMES: Final = ("A", "B", "TIE", "BOTH_BAD")


@dataclass(frozen=True, slots=True)
class ContestRecord:
    """The contest itself; its slug is given at import."""

    name: str
    question: str = "Which response is better?"
    description: str = ""
    instructions: str = ""
    language: str = "en"
    kind: str = "preference"
    simulated: bool = False
    attribution: str = ""
    state: str = "open"
    blind_only: bool | None = None
    correctness_apart: bool | None = None
    calibration_pairs: int | None = None
    calibration_share: float | None = None
    voters: str | None = None
    audience: str | None = None


@dataclass(frozen=True, slots=True)
class CategoryRecord:
    """A tag of prompts."""

    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class CriterionRecord:
    """A reason that voters may give; its slug stands in the tags of votes."""

    slug: str
    name: str
    tone: str = "positive"
    position: int = 0
    active: bool = True


@dataclass(frozen=True, slots=True)
class ContestantRecord:
    """A contestant, by slug."""

    slug: str
    name: str
    description: str = ""
    provider: str = ""
    model: str = ""
    system_prompt: str = ""
    sampling: dict[str, Any] = field(default_factory=dict)
    organisation: str = ""
    licence: str = ""
    true_strength: float | None = None
    state: str = "active"


@dataclass(frozen=True, slots=True)
class PromptRecord:
    """A prompt, by slug."""

    slug: str
    text: str
    turns: Sequence[dict[str, str]] = ()
    categories: Sequence[str] = ()
    language: str = "en"
    reference: str = ""
    tests: Sequence[Any] = ()
    state: str = "good"
    state_reason: str = ""
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class ResponseRecord:
    """One contestant's answer to one prompt; sample tells several apart. Turns are those of a live conversation."""

    prompt: str
    contestant: str
    text: str
    sample: int = 0
    finish_reason: str = ""
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    latency_ms: float | None = None
    mean_logprob: float | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    origin: str = "imported"
    turns: Sequence[dict[str, str]] | None = None
    logprob_sum: float | None = None
    logprob_tokens: int | None = None
    logprob_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class JudgeRecord:
    """An automated rater, by slug and version."""

    slug: str
    name: str
    kind: str
    version: int = 1
    provider: str = ""
    model: str = ""
    prompt: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    active: bool = True


@dataclass(frozen=True, slots=True)
class RaterRecord:
    """Whoever voted. `key` is opaque; a judge's rater names its judge by slug and version."""

    key: str
    kind: str = "human"
    judge: str = ""
    judge_version: int = 1


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One question to a judge in one order."""

    order: str
    attempt: int = 1
    verdict: str = ""
    preference: float | None = None
    raw_text: str = ""
    failure: str = ""
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    latency_ms: float | None = None
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class VoteRecord:
    """One vote with the battle it closed. `key` is unique in the bundle and stable across imports.

    A voided vote says when and why; by whom is an account, which no file names. The purpose is empty where the
    battle ranks.
    """

    key: str
    rater: str
    prompt: str
    contestant_a: str
    contestant_b: str
    outcome: str
    sample_a: int = 0
    sample_b: int = 0
    served_at: datetime | None = None
    voted_at: datetime | None = None
    policy: str = "imported"
    branch: str = ""
    propensity: float | None = None
    reason: dict[str, Any] = field(default_factory=dict)
    purpose: str = ""
    tags: Sequence[str] = ()
    comment: str = ""
    duration_ms: int | None = None
    voided_at: datetime | None = None
    void_reason: str = ""
    integrity_weight: float = 1.0
    integrity_reason: str = ""
    calls: Sequence[CallRecord] = ()


@dataclass(frozen=True, slots=True)
class ContestBundle:
    """A whole contest. Records refer to each other by key; `check_bundle` says whether they all resolve."""

    contest: ContestRecord
    categories: Sequence[CategoryRecord] = ()
    criteria: Sequence[CriterionRecord] = ()
    contestants: Sequence[ContestantRecord] = ()
    prompts: Sequence[PromptRecord] = ()
    responses: Sequence[ResponseRecord] = ()
    judges: Sequence[JudgeRecord] = ()
    raters: Sequence[RaterRecord] = ()
    votes: Sequence[VoteRecord] = ()
