"""An endpoint that has no log-probabilities to give and refuses to be asked for them answers nevertheless."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from arena.providers import lenient
from arena.providers.base import GenerationRequest, Provider, ProviderError
from arena.providers.lenient import Lenient
from arena.providers.openai_compatible import OpenAICompatible
from tests.support.endpoint import Endpoint, Reply, completion, scripted_endpoint, streamed

REQUEST = GenerationRequest("m", [{"role": "user", "content": "Hello"}], top_logprobs=0)
REFUSAL = Reply({"error": {"message": "This model does not support 'logprobs'."}}, 400)


@pytest.fixture(autouse=True)
def unknown() -> Iterator[None]:
    """Nothing is known of any endpoint."""
    lenient._without.clear()
    yield
    lenient._without.clear()


def build(endpoint: Endpoint, name: str = "house") -> Provider:
    return Lenient(OpenAICompatible(endpoint.base_url), name)


def test_it_is_asked_without_them_and_from_then_on_at_once():
    with scripted_endpoint(REFUSAL, completion("One."), completion("Two.")) as endpoint:
        assert build(endpoint).generate(REQUEST).text == "One."
        assert build(endpoint).generate(REQUEST).text == "Two."
        assert ["logprobs" in asked for asked in endpoint.asked] == [True, False, False]


def test_so_is_a_stream():
    with scripted_endpoint(REFUSAL, streamed("One."), streamed("Two.")) as endpoint:
        for text in ("One.", "Two."):
            assert "".join(piece.text for piece in build(endpoint).stream(REQUEST)) == text
        assert len(endpoint.asked) == 3


def test_another_model_and_another_endpoint_are_asked_for_them():
    with scripted_endpoint(REFUSAL, completion(), completion(), completion()) as endpoint:
        build(endpoint).generate(REQUEST)
        build(endpoint).generate(replace(REQUEST, model="n"))
        build(endpoint, "garden").generate(REQUEST)
        assert ["logprobs" in asked for asked in endpoint.asked] == [True, False, True, True]


def test_who_needs_alternatives_is_told_of_the_refusal():
    with scripted_endpoint(REFUSAL) as endpoint:
        with pytest.raises(ProviderError, match="does not support"):
            build(endpoint).generate(replace(REQUEST, top_logprobs=5))
        assert len(endpoint.asked) == 1


def test_another_refusal_is_no_reason_to_ask_again():
    with scripted_endpoint(Reply({"error": {"message": "too long"}}, 400)) as endpoint:
        with pytest.raises(ProviderError, match="too long"):
            build(endpoint).generate(REQUEST)
        with pytest.raises(ProviderError, match="too long"):
            list(build(endpoint).stream(REQUEST))
        assert len(endpoint.asked) == 2
