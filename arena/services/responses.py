"""Responses: ask every contestant every prompt, once."""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, Final

from django.core.cache import cache
from django.utils import timezone

from arena.models import Contest, Contestant, ContestantState, Prompt, PromptState, Response, ResponseOrigin
from arena.providers.base import Generation, GenerationRequest, Message, Provider, ProviderError
from arena.providers.choosing import SEEDS, likeliest
from arena.providers.registry import open_provider
from arena.providers.sampling import candidates_of, passed_on, wants_logprobs
from arena.queries.providers import provider_endpoints
from arena.queries.spending import contest_is_spent, spent_providers
from arena.services.features import measured
from arena.services.health import note_health
from arena.services.leaks import author_leaks, flag_prompts
from arena.services.progress import Progress, SilentProgress

MOST_FAILURES: Final = 3


@dataclass(slots=True)
class GenerationReport:
    """What became of the responses that were missing."""

    missing: int
    written: int = 0
    failures: list[str] = field(default_factory=list)


def generate_responses(
    contest: Contest,
    *,
    contestants: Collection[str] | None = None,
    prompts: Collection[str] | None = None,
    limit: int | None = None,
    progress: Progress | None = None,
) -> GenerationReport:
    """Ask each active contestant each good prompt that it has not answered yet.

    Each response is written as soon as it is there, so the work may be interrupted and goes on where it was.
    A failure is counted and reported, and the next response is asked for; a provider that failed MOST_FAILURES
    times in a row, whatever it was asked, is not asked any further. The seed is made from contest,
    contestant and prompt, so that a repetition elsewhere asks for the same.

    Parameters
    ----------
    contestants, prompts : slugs to which the work is restricted.
    limit : most responses to ask for now.

    Raises
    ------
    ProviderError
        If a provider cannot be opened at all.
    """
    progress = progress or SilentProgress()
    flag_prompts(contest)
    missing = list(_missing(contest, contestants, prompts))[:limit]
    report = GenerationReport(missing=len(missing))
    progress.start(len(missing), f"Responses for {contest.slug}")
    with ExitStack() as stack:
        opened: dict[str, Provider] = {}
        in_a_row: Counter[str] = Counter()
        for prompt, contestant in missing:
            if in_a_row[contestant.provider] >= MOST_FAILURES:
                report.failures.append(f"{contestant.slug} on {prompt.slug}: not asked, {contestant.provider} is gone")
                continue
            if _is_spent(contest, contestant):
                report.failures.append(f"{contestant.slug} on {prompt.slug}: not asked, today's budget is spent")
                continue
            if contestant.provider not in opened:
                provider = open_provider(contestant.provider, provider_endpoints(), cache)
                opened[contestant.provider] = stack.enter_context(provider)
            try:
                _write(prompt, contestant, opened[contestant.provider])
                report.written += 1
                in_a_row[contestant.provider] = 0
                note_health(contestant, failed=False)
            except ProviderError as error:
                note_health(contestant, failed=not error.refused)
                in_a_row[contestant.provider] += not error.refused
                report.failures.append(f"{contestant.slug} on {prompt.slug}: {error}")
            progress.advance()
    return report


def _is_spent(contest: Contest, contestant: Contestant) -> bool:
    """Return whether the contest, or the provider of a contestant, has spent what it may spend today."""
    now, name = timezone.now(), contestant.provider
    limited = {key: entry for key, entry in provider_endpoints().items() if key == name}
    return contest_is_spent(contest, now) or bool(spent_providers(limited, now))


def _missing(
    contest: Contest, contestants: Collection[str] | None, prompts: Collection[str] | None
) -> Iterator[tuple[Prompt, Contestant]]:
    answered = set(Response.objects.filter(contest=contest).values_list("prompt_id", "contestant_id"))
    cast = contest.contestants.filter(state=ContestantState.ACTIVE).exclude(provider="").order_by("id")
    for prompt in contest.prompts.filter(state=PromptState.GOOD).order_by("id"):
        for contestant in cast:
            wanted = (contestants is None or contestant.slug in contestants) and (
                prompts is None or prompt.slug in prompts
            )
            if wanted and (prompt.pk, contestant.pk) not in answered:
                yield prompt, contestant


def _write(prompt: Prompt, contestant: Contestant, provider: Provider) -> Response:
    candidates = [
        (request, provider.generate(request))
        for request in _requests(prompt, contestant, candidates_of(contestant.sampling))
    ]
    request, best = candidates[likeliest([answer for _, answer in candidates])]
    text = best.text.strip()
    if not text:
        # Nobody could judge it; asked again another day, the same contestant may say something.
        raise ProviderError("The endpoint wrote nothing.", retryable=False)
    return Response.objects.create(
        contest_id=prompt.contest_id,
        prompt=prompt,
        contestant=contestant,
        text=text,
        **measured(text),
        **author_leaks(text, contestant, prompt),
        # The endpoint's own word; a long one must not cost the answer.
        finish_reason=best.finish_reason[:40],
        prompt_tokens=best.prompt_tokens,
        completion_tokens=best.completion_tokens,
        # What the answer cost: every candidate had to be written.
        latency_ms=sum(answer.latency_ms for _, answer in candidates),
        **likelihood_columns(best),
        settings=_told(request, contestant, [answer for _, answer in candidates]),
        origin=ResponseOrigin.GENERATED,
    )


def likelihood_columns(answer: Generation | None) -> dict[str, Any]:
    """Return the columns of a response that tell how likely its author found it; empty where nobody told."""
    return {
        "mean_logprob": answer.mean_logprob if answer else None,
        "logprob_sum": answer.logprob_sum if answer else None,
        "logprob_tokens": len(answer.tokens) or None if answer else None,
        "logprob_bytes": answer.logprob_bytes if answer else None,
    }


def _requests(prompt: Prompt, contestant: Contestant, candidates: int) -> Iterator[GenerationRequest]:
    sampling = contestant.sampling
    for candidate in range(candidates):
        seed = seed_of(prompt.contest.slug, contestant.slug, prompt.slug, candidate)
        yield GenerationRequest(
            model=contestant.model,
            messages=_messages(prompt, contestant),
            sampling=passed_on(sampling),
            seed=(sampling["seed"] + candidate) % SEEDS if "seed" in sampling else seed,
            top_logprobs=1 if wants_logprobs(sampling) else None,
        )


def _messages(prompt: Prompt, contestant: Contestant) -> list[Message]:
    system: list[Message] = (
        [{"role": "system", "content": contestant.system_prompt}] if contestant.system_prompt else []
    )
    return [*system, *prompt.turns, {"role": "user", "content": prompt.text}]


def seed_of(contest: str, contestant: str, prompt: str, candidate: int) -> int:
    """Return the seed of one generation: 31 bits of a hash of the names, the same on every machine."""
    digest = hashlib.sha256(f"{contest}/{contestant}/{prompt}/{candidate}".encode()).digest()
    return int.from_bytes(digest[:4]) >> 1


def _told(request: GenerationRequest, contestant: Contestant, candidates: list[Generation]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "provider": contestant.provider,
        "model": request.model,
        "system_prompt": contestant.system_prompt,
        **contestant.sampling,
        "seed": request.seed,
    }
    if len(candidates) > 1:
        told["candidate_mean_logprobs"] = [answer.mean_logprob for answer in candidates]
        told["candidate_tokens"] = [answer.completion_tokens for answer in candidates]
    return told
