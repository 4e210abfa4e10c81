"""Sampling settings: everything is passed on, but what Versus keeps for itself; and what cannot be right is told."""

from typing import Any

import pytest

from arena.providers.base import GenerationRequest
from arena.providers.openai_compatible import OpenAICompatible
from arena.providers.sampling import candidates_of, complaints, passed_on, wants_logprobs
from tests.support.endpoint import completion, scripted_endpoint

EVERYTHING: dict[str, Any] = {
    "temperature": 0.7,
    "top_p": 0.9,
    "top_k": 40,
    "min_p": 0.05,
    "max_tokens": 64,
    "stop": ["\n\n"],
    "presence_penalty": 0.5,
    "frequency_penalty": -0.5,
    "repeat_penalty": 1.1,
}


def test_every_setting_reaches_the_endpoint():
    with scripted_endpoint(completion()) as endpoint:
        sampling = passed_on({**EVERYTHING, "best_of": 3, "logprobs": True, "seed": 4})
        OpenAICompatible(endpoint.base_url).generate(GenerationRequest("m", [], sampling, seed=5, top_logprobs=0))
    sent = {key: value for key, value in endpoint.asked[0].items() if key not in ("model", "messages")}
    assert sent == {**EVERYTHING, "seed": 5, "logprobs": True}


def test_what_versus_keeps_for_itself():
    assert (candidates_of({}), candidates_of({"best_of": 4})) == (1, 4)
    assert wants_logprobs({})
    assert not wants_logprobs({"logprobs": False})
    assert complaints({**EVERYTHING, "best_of": 4, "seed": 0, "logprobs": True}) == []
    assert complaints({}) == []


@pytest.mark.parametrize(
    ("sampling", "told"),
    [
        ({"temperature": -1}, "temperature is a number from 0 to 100"),
        ({"temperature": "hot"}, "temperature"),
        ({"top_p": 1.1}, "top_p"),
        ({"top_k": 1.5}, "top_k is a whole number"),
        ({"min_p": True}, "min_p"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"best_of": 0}, "best_of"),
        ({"seed": 2**31}, "seed"),
        ({"presence_penalty": 3}, "presence_penalty"),
        ({"stop": [1]}, "stop is a text or a list of texts"),
        ({"logprobs": 5}, "logprobs is true or false"),
        ({"logprobs": False, "best_of": 2}, "best_of chooses by log-probabilities"),
        ([1], "Sampling settings are an object"),
    ],
)
def test_what_cannot_be_right_is_told(sampling, told):
    [complaint] = complaints(sampling)
    assert told in complaint
