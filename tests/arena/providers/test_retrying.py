"""What may be asked again is asked again, after pauses that spare the endpoint; nothing is asked in vain."""

from collections.abc import Callable

import pytest

from arena.providers.base import GenerationRequest, ProviderError
from arena.providers.openai_compatible import OpenAICompatible
from arena.providers.retrying import Retrying
from tests.support.endpoint import Endpoint, Reply, completion, scripted_endpoint, streamed

REQUEST = GenerationRequest("m", [{"role": "user", "content": "Hello"}])
ERROR = {"error": {"message": "busy"}}
BUSY = Reply(ERROR, 429)


@pytest.fixture
def pauses() -> list[float]:
    """The pauses that were made, which take no time here."""
    return []


@pytest.fixture
def build(pauses) -> Callable[[Endpoint], Retrying]:
    return lambda endpoint: Retrying(OpenAICompatible(endpoint.base_url), pause=pauses.append)


def test_too_many_requests_are_asked_again_after_the_time_that_the_endpoint_names(build, pauses):
    with scripted_endpoint(Reply(ERROR, 429, {"Retry-After": "3"}), completion("Now.")) as endpoint:
        assert build(endpoint).generate(REQUEST).text == "Now."
    [pause] = pauses
    assert 3.0 <= pause <= 3.5


def test_pauses_grow_and_differ_by_chance(build, pauses):
    with scripted_endpoint(BUSY, BUSY, completion()) as endpoint:
        for _ in range(20):
            endpoint.asked.clear()
            build(endpoint).generate(REQUEST)
    first, second = pauses[::2], pauses[1::2]
    assert all(0.25 <= pause <= 0.5 for pause in first)
    assert all(0.5 <= pause <= 1.0 for pause in second)
    assert len(set(first)) > 1


def test_an_endpoint_that_wants_to_be_left_alone_for_long_is(build, pauses):
    with scripted_endpoint(Reply(ERROR, 429, {"Retry-After": "600"})) as endpoint:
        with pytest.raises(ProviderError, match="429"):
            build(endpoint).generate(REQUEST)
        assert len(endpoint.asked) == 1
    assert pauses == []


def test_a_failure_that_stays_is_told_in_the_end(build, pauses):
    with scripted_endpoint(Reply(ERROR, 500)) as endpoint:
        with pytest.raises(ProviderError, match="500"):
            build(endpoint).generate(REQUEST)
        assert len(endpoint.asked) == 3
    assert len(pauses) == 2


@pytest.mark.parametrize("status", [400, 401, 404])
def test_what_asking_again_cannot_help_is_not_asked_again(build, pauses, status):
    with scripted_endpoint(Reply(ERROR, status)) as endpoint:
        with pytest.raises(ProviderError, match=str(status)):
            build(endpoint).generate(REQUEST)
        with pytest.raises(ProviderError, match=str(status)):
            list(build(endpoint).stream(REQUEST))
        assert len(endpoint.asked) == 2


def test_a_stream_is_asked_again_as_long_as_nothing_came(build, pauses):
    with scripted_endpoint(BUSY, streamed("Par", "is.")) as endpoint:
        assert "".join(piece.text for piece in build(endpoint).stream(REQUEST)) == "Paris."
        assert len(endpoint.asked) == 2


def test_a_stream_that_broke_in_the_middle_is_not_asked_again(build, pauses):
    with scripted_endpoint(streamed("Par", finished=False), streamed("London.")) as endpoint:
        pieces = build(endpoint).stream(REQUEST)
        assert next(pieces).text == "Par"
        with pytest.raises(ProviderError):
            list(pieces)
        assert len(endpoint.asked) == 1


def test_a_healthy_endpoint_is_asked_hardly_more_often_than_needed(build):
    """One failure in twenty, as hosted endpoints have them on a bad day."""
    needed = 100
    replies = [BUSY if k % 21 == 20 else completion() for k in range(needed * 2)]
    with scripted_endpoint(*replies) as endpoint:
        provider = build(endpoint)
        assert all(provider.generate(REQUEST).text == "Paris." for _ in range(needed))
        assert len(endpoint.asked) <= 1.2 * needed
