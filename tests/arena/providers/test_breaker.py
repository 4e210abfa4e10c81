"""A provider that keeps failing is left alone, by everybody who shares the store, and tried again by one."""

import threading
from typing import Any

import pytest
from django.core.cache.backends.locmem import LocMemCache

from arena.providers.base import Generation, GenerationRequest, Piece, ProviderError
from arena.providers.breaker import FAILURES, PAUSE, Breaker, Breaking
from arena.providers.openai_compatible import OpenAICompatible
from arena.providers.registry import open_provider
from arena.providers.slots import Slotted, slots_of
from tests.support.endpoint import Reply, completion, scripted_endpoint, streamed

REQUEST = GenerationRequest("m", [{"role": "user", "content": "Hello"}])
FAILING = Reply({"error": {"message": "overloaded"}}, 500)
REFUSING = Reply({"error": {"message": "too long"}}, 400)


class Clock:
    """A clock that is set by hand."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store() -> LocMemCache:
    found = LocMemCache("breakers", {})
    found.clear()
    return found


def fail(provider: Breaking, times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(ProviderError):
            provider.generate(REQUEST)


def test_after_enough_failures_nobody_asks_any_more(store, clock):
    with scripted_endpoint(FAILING) as endpoint:
        here, there = (Breaking(OpenAICompatible(endpoint.base_url), Breaker("lab", store, clock)) for _ in range(2))
        fail(here, FAILURES)
        assert len(endpoint.asked) == FAILURES
        for provider in (here, there):
            with pytest.raises(ProviderError, match="left alone") as caught:
                provider.generate(REQUEST)
            assert caught.value.retryable
            with pytest.raises(ProviderError, match="left alone"):
                list(provider.stream(REQUEST))
        assert len(endpoint.asked) == FAILURES
    assert Breaker("lab", store, clock).is_open
    assert not Breaker("other", store, clock).is_open


def test_after_a_pause_one_request_is_let_through_and_its_answer_closes_the_breaker(store, clock):
    with scripted_endpoint(*[FAILING] * FAILURES, completion()) as endpoint:
        breaker = Breaker("lab", store, clock)
        provider = Breaking(OpenAICompatible(endpoint.base_url), breaker)
        fail(provider, FAILURES)
        clock.now += PAUSE + 1
        breaker.admit()
        with pytest.raises(ProviderError, match="left alone"):
            breaker.admit()
        breaker.note_nothing()
        assert provider.generate(REQUEST).text == "Paris."
        assert provider.generate(REQUEST).text == "Paris."


def test_a_probe_that_fails_opens_the_breaker_again(store, clock):
    with scripted_endpoint(FAILING) as endpoint:
        provider = Breaking(OpenAICompatible(endpoint.base_url), Breaker("lab", store, clock))
        fail(provider, FAILURES)
        clock.now += PAUSE + 1
        fail(provider)
        assert Breaker("lab", store, clock).is_open
        fail(provider)
        assert len(endpoint.asked) == FAILURES + 1


def test_answers_between_failures_and_refusals_keep_it_closed(store, clock):
    with scripted_endpoint(*[FAILING, completion()] * FAILURES, *[REFUSING] * 2 * FAILURES) as endpoint:
        provider = Breaking(OpenAICompatible(endpoint.base_url), Breaker("lab", store, clock))
        for _ in range(FAILURES):
            fail(provider)
            provider.generate(REQUEST)
        fail(provider, 2 * FAILURES)
        assert len(endpoint.asked) == 4 * FAILURES


def test_streams_are_counted_by_how_they_end(store, clock):
    cut = streamed("Par", finished=False)
    with scripted_endpoint(*[cut] * FAILURES, completion()) as endpoint:
        provider = Breaking(OpenAICompatible(endpoint.base_url), Breaker("lab", store, clock))
        for _ in range(FAILURES):
            with pytest.raises(ProviderError):
                list(provider.stream(REQUEST))
    assert Breaker("lab", store, clock).is_open


def test_a_stream_that_is_left_says_nothing_of_the_provider(store, clock):
    with scripted_endpoint(streamed("Par", "is")) as endpoint:
        pieces = Breaking(OpenAICompatible(endpoint.base_url), Breaker("lab", store, clock)).stream(REQUEST)
        next(pieces)
        pieces.close()
    assert not Breaker("lab", store, clock).is_open


def test_an_opened_provider_has_its_breaker_where_there_is_a_store(store):
    with scripted_endpoint(FAILING) as endpoint:
        endpoints = {"lab": {"base_url": endpoint.base_url, "retries": 0}}
        for _ in range(FAILURES + 3):
            with open_provider("lab", endpoints, store) as provider, pytest.raises(ProviderError):
                provider.generate(REQUEST)
        assert len(endpoint.asked) == FAILURES


def test_who_finds_no_slot_says_nothing_of_the_provider(store):
    slots = slots_of("crowded", 1)
    slots.acquire()
    with scripted_endpoint(completion()) as endpoint:
        breaker = Breaker("crowded", store)
        provider = Slotted(Breaking(OpenAICompatible(endpoint.base_url), breaker), slots, patience=0.01)
        for _ in range(FAILURES):
            with pytest.raises(ProviderError) as caught:
                provider.generate(REQUEST)
            assert caught.value.refused
        assert not breaker.is_open
        slots.release()
        assert provider.generate(REQUEST).text == "Paris."


class Counting:
    """A provider that tells how many asked it at the same time."""

    def __init__(self) -> None:
        self.now, self.most, self.gate, self.lock = 0, 0, threading.Event(), threading.Lock()

    def generate(self, request: GenerationRequest) -> Generation:
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        self.gate.wait(5)
        with self.lock:
            self.now -= 1
        return Generation("x", "stop", None, None, 1.0)

    def stream(self, request: GenerationRequest) -> Any:
        yield Piece("x", self.generate(request))


def test_no_more_are_asked_at_the_same_time_than_there_are_slots():
    inner = Counting()
    providers = [Slotted(inner, slots_of("counted", 2)) for _ in range(6)]
    threads = [threading.Thread(target=provider.generate, args=(REQUEST,)) for provider in providers]
    for thread in threads:
        thread.start()
    impatient = Slotted(inner, slots_of("counted", 2), patience=0.1)
    with pytest.raises(ProviderError, match="at the same time"):
        impatient.generate(REQUEST)
    inner.gate.set()
    for thread in threads:
        thread.join()
    assert inner.most == 2
    assert len(list(impatient.stream(REQUEST))) == 1
