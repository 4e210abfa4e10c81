"""What a contestant is asked while somebody watches, and what is kept of its answer."""

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.core.cache import cache

from arena.models import Contestant
from arena.providers.base import Generation, GenerationRequest, Message, Provider
from arena.providers.choosing import SEEDS, Choosing
from arena.providers.pens import Opened, Pen
from arena.providers.registry import open_provider, protocol
from arena.providers.sampling import candidates_of, passed_on, wants_logprobs
from arena.queries.providers import Endpoints, provider_endpoints


@dataclass(frozen=True, slots=True)
class WatchedAnswer:
    """One answer as it was watched, and what it cost as far as it was told."""

    text: str
    finish_reason: str
    settings: Mapping[str, Any]
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    latency_ms: float | None = None
    whole: Generation | None = None


def prepare_pen(contestant: Contestant, history: Sequence[tuple[str, str]], asked: str) -> Callable[[], Pen]:
    """Return what lets a contestant begin to answer at once: its system prompt, what was said before, and the message."""
    # What is read once in a process is read before either side begins.
    protocol()
    return partial(Pen, _opened(contestant), _request(contestant, history, asked))


def answer_of(contestant: Contestant, pen: Pen, text: str, finish_reason: str = "") -> WatchedAnswer:
    """Return what is kept of an answer.

    Parameters
    ----------
    text : what was shown. finish_reason : why it ends there, where that is not what the endpoint said.
    """
    whole = pen.whole
    return WatchedAnswer(
        text=text,
        finish_reason=(finish_reason or (whole.finish_reason if whole else ""))[:40],
        settings=_told(contestant, pen.request, whole),
        # Of what was stopped, endpoints seldom tell the cost; nothing is made up then.
        prompt_tokens=pen.usage.prompt_tokens,
        completion_tokens=pen.usage.completion_tokens,
        latency_ms=whole.latency_ms if whole else None,
        # Log-probabilities are of all that was written, and of nothing less.
        whole=None if finish_reason else whole,
    )


def _opened(contestant: Contestant) -> Opened:
    # Read here, so that the thread of the pen needs no database.
    return partial(_open, contestant.provider, provider_endpoints(), candidates_of(contestant.sampling))


@contextmanager
def _open(name: str, endpoints: Endpoints, candidates: int) -> Iterator[Provider]:
    with open_provider(name, endpoints, cache) as provider:
        yield provider if candidates == 1 else Choosing(provider, candidates)


def _request(contestant: Contestant, history: Sequence[tuple[str, str]], asked: str) -> GenerationRequest:
    messages: list[Message] = []
    if contestant.system_prompt:
        messages.append({"role": "system", "content": contestant.system_prompt})
    for question, answer in history:
        messages.append({"role": "user", "content": question})
        messages.append({"role": "assistant", "content": answer})
    messages.append({"role": "user", "content": asked})
    sampling = contestant.sampling
    seed = int(sampling.get("seed", secrets.randbelow(SEEDS)))
    top = 0 if wants_logprobs(sampling) else None
    return GenerationRequest(contestant.model, messages, passed_on(sampling), seed=seed, top_logprobs=top)


def _told(contestant: Contestant, request: GenerationRequest, whole: Generation | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "provider": contestant.provider,
        "model": request.model,
        "system_prompt": contestant.system_prompt,
        **contestant.sampling,
        "seed": request.seed,
    }
    if whole and whole.candidates:
        told["seed"] = whole.seed
        told["candidate_mean_logprobs"] = [answer.mean_logprob for answer in whole.candidates]
        told["candidate_tokens"] = [answer.completion_tokens for answer in whole.candidates]
    return told
