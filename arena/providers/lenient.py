"""Doing without log-probabilities where an endpoint or a model has none to give and refuses to be asked for them."""

from collections.abc import Iterator
from dataclasses import replace

from arena.providers.base import Generation, GenerationRequest, Piece, Provider, ProviderError

_without: set[tuple[str, str]] = set()
"""Models, by endpoint, that refused: this process asks them no more."""


class Lenient:
    """A provider whose refusal of log-probabilities costs the log-probabilities, not the answer.

    Only where they are a welcome extra, that is `top_logprobs` is 0: who wants alternatives cannot do without. What
    was refused is asked again once, and remembered under `name` and the model for as long as the process lives.
    """

    def __init__(self, provider: Provider, name: str) -> None:
        self._provider = provider
        self._name = name

    def generate(self, request: GenerationRequest) -> Generation:
        """Return the whole answer; raises ProviderError."""
        asked = self._as_known(request)
        try:
            return self._provider.generate(asked)
        except ProviderError as error:
            return self._provider.generate(self._modest(asked, error))

    def stream(self, request: GenerationRequest) -> Iterator[Piece]:
        """Yield the answer piece by piece; raises ProviderError."""
        asked = self._as_known(request)
        pieces = self._provider.stream(asked)
        try:
            first = next(pieces)
        except ProviderError as error:
            yield from self._provider.stream(self._modest(asked, error))
        else:
            yield first
            yield from pieces

    def _as_known(self, request: GenerationRequest) -> GenerationRequest:
        known = (self._name, request.model) in _without
        return replace(request, top_logprobs=None) if known and request.top_logprobs == 0 else request

    def _modest(self, request: GenerationRequest, error: ProviderError) -> GenerationRequest:
        """Return the request without log-probabilities, or raise the error where these are not what was refused."""
        if request.top_logprobs != 0 or not error.refused or "logprob" not in str(error).lower():
            raise error
        _without.add((self._name, request.model))
        return replace(request, top_logprobs=None)
