"""Sampling settings of a contestant: what Versus keeps for itself, what is passed on, and what cannot be right."""

from collections.abc import Mapping
from typing import Any, Final

OWN: Final = frozenset({"best_of", "logprobs", "seed"})
"""Told to endpoints in another way, or not at all."""
MOST_CANDIDATES: Final = 64
# Lowest and highest value of what every endpoint takes, and of common extensions; others are passed on as they are.
_RANGES: Final[Mapping[str, tuple[float, float]]] = {
    "temperature": (0, 100),
    "top_p": (0, 1),
    "min_p": (0, 1),
    "presence_penalty": (-2, 2),
    "frequency_penalty": (-2, 2),
}
_WHOLE: Final[Mapping[str, tuple[int, int]]] = {
    "top_k": (-1, 10**9),
    "max_tokens": (1, 10**9),
    "best_of": (1, MOST_CANDIDATES),
    "seed": (0, 2**31 - 1),
}


def passed_on(sampling: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that go to the endpoint as they are."""
    return {name: value for name, value in sampling.items() if name not in OWN}


def candidates_of(sampling: Mapping[str, Any]) -> int:
    """Return among how many candidates the answer is chosen."""
    return max(1, int(sampling.get("best_of", 1)))


def wants_logprobs(sampling: Mapping[str, Any]) -> bool:
    """Return whether log-probabilities are asked for; some endpoints refuse a request that does."""
    return sampling.get("logprobs") is not False


def complaints(sampling: Any) -> list[str]:
    """Return what cannot be right about sampling settings, a sentence each; an empty list where all may be."""
    if not isinstance(sampling, Mapping):
        return ['Sampling settings are an object: {"temperature": 0.7}.']
    found = [_out_of(name, span, float) for name, span in _RANGES.items() if not _within(sampling, name, span, float)]
    found += [_out_of(name, span, int) for name, span in _WHOLE.items() if not _within(sampling, name, span, int)]
    stop = sampling.get("stop", [])
    if not isinstance(stop, str) and not (isinstance(stop, list) and all(isinstance(one, str) for one in stop)):
        found.append("stop is a text or a list of texts.")
    if not isinstance(sampling.get("logprobs", True), bool):
        found.append("logprobs is true or false.")
    if _chooses_blindly(sampling):
        found.append("best_of chooses by log-probabilities, so logprobs cannot be false.")
    return found


def _chooses_blindly(sampling: Mapping[str, Any]) -> bool:
    return not wants_logprobs(sampling) and sampling.get("best_of", 1) != 1


def _within(sampling: Mapping[str, Any], name: str, span: tuple[float, float], kind: type) -> bool:
    value: Any = sampling.get(name, span[1])
    fitting = isinstance(value, int) if kind is int else isinstance(value, int | float)
    return fitting and not isinstance(value, bool) and bool(span[0] <= value <= span[1])


def _out_of(name: str, span: tuple[float, float], kind: type) -> str:
    number = "a whole number" if kind is int else "a number"
    return f"{name} is {number} from {span[0]:g} to {span[1]:g}."
