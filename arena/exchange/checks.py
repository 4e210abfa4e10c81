"""Whether the records of a bundle fit together, before anything is written."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from arena.exchange.bundle import OUTCOMES, ContestBundle, VoteRecord

_WORDS: Final = {
    ("contest", "state"): ("draft", "open", "closed"),
    ("contest", "kind"): ("preference", "correctness"),
    ("contestant", "state"): ("active", "paused", "retired"),
    ("prompt", "state"): ("good", "suspect", "junk"),
    ("rater", "kind"): ("human", "judge", "simulated"),
    ("judge", "kind"): ("chat", "logprob", "reference", "reward", "preference", "imported"),
}


def check_bundle(bundle: ContestBundle) -> list[str]:
    """Return every reason why the bundle cannot be taken; an empty list where it can."""
    return [*_duplicates(bundle), *_unknown_words(bundle), *_dangling(bundle), *_votes(bundle)]


def _duplicates(bundle: ContestBundle) -> Iterator[str]:
    yield from _twice("category", (record.slug for record in bundle.categories))
    yield from _twice("contestant", (record.slug for record in bundle.contestants))
    yield from _twice("contestant's name", (_folded(record.name) for record in bundle.contestants))
    yield from _twice("prompt", (record.slug for record in bundle.prompts))
    yield from _twice("response", ((r.prompt, r.contestant, r.sample) for r in bundle.responses))
    yield from _twice("judge", ((record.slug, record.version) for record in bundle.judges))
    yield from _twice("rater", (record.key for record in bundle.raters))
    yield from _twice("vote", (record.key for record in bundle.votes))


def _twice(what: str, keys: Iterable[object]) -> Iterator[str]:
    return (f"{what} {key!r} appears {n} times" for key, n in Counter(keys).items() if n > 1)


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _unknown_words(bundle: ContestBundle) -> Iterator[str]:
    rows: dict[str, Sequence[Any]] = {
        "contest": [bundle.contest],
        "contestant": bundle.contestants,
        "prompt": bundle.prompts,
        "rater": bundle.raters,
        "judge": bundle.judges,
    }
    for (table, name), known in _WORDS.items():
        for record in rows[table]:
            word = getattr(record, name)
            if word not in known:
                key = getattr(record, "slug", None) or getattr(record, "key", "")
                yield f"{table} {key!r}: unknown {name} {word!r}; use one of {', '.join(known)}"


def _dangling(bundle: ContestBundle) -> Iterator[str]:
    categories = {record.slug for record in bundle.categories}
    contestants = {record.slug for record in bundle.contestants}
    prompts = {record.slug for record in bundle.prompts}
    judges = {(record.slug, record.version) for record in bundle.judges}
    for prompt in bundle.prompts:
        yield from (f"prompt {prompt.slug!r}: unknown category {c!r}" for c in prompt.categories if c not in categories)
        if not prompt.text.strip():
            yield f"prompt {prompt.slug!r} is empty"
    for response in bundle.responses:
        if response.prompt not in prompts:
            yield f"response of {response.contestant!r}: unknown prompt {response.prompt!r}"
        if response.contestant not in contestants:
            yield f"response to {response.prompt!r}: unknown contestant {response.contestant!r}"
    for rater in bundle.raters:
        if rater.kind == "judge" and (rater.judge, rater.judge_version) not in judges:
            yield f"rater {rater.key!r}: unknown judge {rater.judge!r} version {rater.judge_version}"


def _votes(bundle: ContestBundle) -> Iterator[str]:
    answers = {(r.prompt, r.contestant, r.sample) for r in bundle.responses}
    raters = {record.key for record in bundle.raters}
    for vote in bundle.votes:
        yield from (f"vote {vote.key!r}: {reason}" for reason in _wrong_with(vote, answers, raters))


def _wrong_with(vote: VoteRecord, answers: set[tuple[str, str, int]], raters: set[str]) -> Iterator[str]:
    if vote.outcome not in OUTCOMES:
        yield f"unknown outcome {vote.outcome!r}; use one of {', '.join(OUTCOMES)}"
    if vote.contestant_a == vote.contestant_b:
        yield f"{vote.contestant_a!r} cannot be compared with itself"
    if vote.rater not in raters:
        yield f"unknown rater {vote.rater!r}"
    if (vote.voided_at is None) != (vote.void_reason == ""):
        yield "a voided vote needs both the time and the reason of it"
    if not 0 <= vote.integrity_weight <= 1 or (vote.integrity_weight == 1) != (vote.integrity_reason == ""):
        yield f"weight {vote.integrity_weight!r} must lie from 0 to 1, and below 1 it needs a reason"
    for contestant, sample in ((vote.contestant_a, vote.sample_a), (vote.contestant_b, vote.sample_b)):
        if (vote.prompt, contestant, sample) not in answers:
            yield f"no response of {contestant!r} to prompt {vote.prompt!r}"
