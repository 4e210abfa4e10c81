"""Whether the records of a bundle fit together, before anything is written."""

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from arena.exchange.bundle import OUTCOMES, CallRecord, ContestBundle, VoteRecord

_UNSTORABLE: Final = re.compile("[\\x00\\ud800-\\udfff]")
MOST_PAIRS: Final = 50
MOST_POSITION: Final = 32767
_LENGTHS: Final[dict[str, dict[str, int]]] = {
    "contest": {"name": 120, "question": 200, "language": 16},
    "category": {"slug": 60, "name": 80},
    "criterion": {"slug": 60, "name": 80},
    "contestant": {
        "slug": 80,
        "name": 120,
        "description": 300,
        "provider": 60,
        "model": 160,
        "organisation": 120,
        "licence": 120,
    },
    "prompt": {"slug": 80, "language": 16, "state_reason": 200},
    "response": {"finish_reason": 40},
    "judge": {"slug": 80, "name": 120, "provider": 60, "model": 160},
    "rater": {"key": 99},
    "vote": {"policy": 40, "branch": 16, "void_reason": 200, "integrity_reason": 24},
}
"""The most characters of a field: what PostgreSQL holds. SQLite would take more, and could never move there."""

_WORDS: Final[dict[tuple[str, str], tuple[str | None, ...]]] = {
    ("contest", "state"): ("draft", "open", "closed"),
    ("contest", "kind"): ("preference", "correctness"),
    ("contest", "voters"): (None, "anyone", "accounts", "members"),
    ("contest", "audience"): (None, "public", "unlisted", "members"),
    ("criterion", "tone"): ("positive", "negative", "neutral"),
    ("prompt", "kind"): (None, "preference", "correctness"),
    ("contestant", "state"): ("active", "paused", "retired"),
    ("prompt", "state"): ("good", "suspect", "junk"),
    ("rater", "kind"): ("human", "judge", "simulated"),
    ("judge", "kind"): ("chat", "logprob", "reference", "reward", "preference", "imported"),
    ("vote", "purpose"): ("", "check", "repeat", "again", "live", "calibration"),
}


def check_bundle(bundle: ContestBundle) -> list[str]:
    """Return every reason why the bundle cannot be taken; an empty list where it can."""
    return [
        *_unstorable(bundle),
        *_too_long(bundle),
        *_duplicates(bundle),
        *_unknown_words(bundle),
        *_out_of_bounds(bundle),
        *_dangling(bundle),
        *_votes(bundle),
    ]


def _unstorable(bundle: ContestBundle) -> Iterator[str]:
    for table, records in _tables(bundle).items():
        for record in records:
            for name in record.__slots__:
                if _holds_unstorable(getattr(record, name)):
                    key = _key(record)
                    yield f"{table} {key!a}: {name} holds the character NUL or half of a surrogate pair; take it out"


def _holds_unstorable(value: Any) -> bool:
    """Return whether a value holds text that PostgreSQL and UTF-8 cannot hold."""
    if isinstance(value, str):
        return _UNSTORABLE.search(value) is not None
    if isinstance(value, dict):
        return any(map(_holds_unstorable, itertools.chain(value, value.values())))
    if isinstance(value, CallRecord):
        return any(_holds_unstorable(getattr(value, name)) for name in value.__slots__)
    return isinstance(value, list | tuple) and any(map(_holds_unstorable, value))


def _too_long(bundle: ContestBundle) -> Iterator[str]:
    for table, records in _tables(bundle).items():
        for record in records:
            for name, most in _LENGTHS[table].items():
                if len(getattr(record, name)) > most:
                    yield f"{table} {_key(record)!r}: {name} has {len(getattr(record, name))} characters; {most} is the most"


def _tables(bundle: ContestBundle) -> dict[str, Sequence[Any]]:
    return {
        "contest": [bundle.contest],
        "category": bundle.categories,
        "criterion": bundle.criteria,
        "contestant": bundle.contestants,
        "prompt": bundle.prompts,
        "response": bundle.responses,
        "judge": bundle.judges,
        "rater": bundle.raters,
        "vote": bundle.votes,
    }


def _key(record: Any) -> str:
    return str(getattr(record, "slug", None) or getattr(record, "key", None) or getattr(record, "name", ""))


def _duplicates(bundle: ContestBundle) -> Iterator[str]:
    yield from _twice("category", (record.slug for record in bundle.categories))
    yield from _twice("criterion", (record.slug for record in bundle.criteria))
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
    rows = _tables(bundle)
    for (table, name), known in _WORDS.items():
        for record in rows[table]:
            word = getattr(record, name)
            if word not in known:
                yield f"{table} {_key(record)!r}: unknown {name} {word!r}; use one of {', '.join(filter(None, known))}"


def _out_of_bounds(bundle: ContestBundle) -> Iterator[str]:
    contest = bundle.contest
    if contest.calibration_pairs is not None and not 0 <= contest.calibration_pairs <= MOST_PAIRS:
        yield f"contest {contest.name!r}: calibration_pairs must be a whole number from 0 to {MOST_PAIRS}"
    if contest.calibration_share is not None and not 0 <= contest.calibration_share <= 1:
        yield f"contest {contest.name!r}: calibration_share must lie from 0 to 1"
    for criterion in bundle.criteria:
        if not 0 <= criterion.position <= MOST_POSITION:
            yield f"criterion {criterion.slug!r}: position must be a whole number from 0 to {MOST_POSITION}"


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
