"""What streams tell beside text: log-probabilities, and a cost before the end."""

import json
from typing import Any

import pytest

from arena.providers.base import GenerationRequest, Piece
from arena.providers.openai_compatible import OpenAICompatible
from tests.support.endpoint import Reply, scripted_endpoint

ASKED = GenerationRequest("m", [{"role": "user", "content": "Hello?"}], top_logprobs=0)


def chunk(text: str, *logprobs: float, usage: dict[str, int] | None = None, end: str | None = None) -> dict[str, Any]:
    told = {"content": [{"token": "x", "logprob": value, "top_logprobs": []} for value in logprobs]}
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": end, "logprobs": told if logprobs else None}
    return {"id": "1", "object": "chat.completion.chunk", "choices": [choice], "usage": usage}


def pieces(*chunks: dict[str, Any], **limits: Any) -> list[Piece]:
    body = "".join(f"data: {json.dumps(one)}\n\n" for one in chunks) + "data: [DONE]\n\n"
    with scripted_endpoint(Reply(body, content_type="text/event-stream")) as endpoint:
        return list(OpenAICompatible(endpoint.base_url, **limits).stream(ASKED))


def test_log_probabilities_are_those_of_all_pieces():
    whole = pieces(chunk("Tw", -1.0), chunk("o.", -0.5, -0.1), chunk("", end="stop"))[-1].whole
    assert whole is not None
    assert (whole.logprob_sum, len(whole.tokens), whole.logprob_bytes) == (pytest.approx(-1.6), 3, 4)


def test_a_piece_without_them_makes_the_mean_unknown():
    whole = pieces(chunk("Tw", -1.0), chunk("o."), chunk("", end="stop"))[-1].whole
    assert whole is not None
    assert whole.mean_logprob is None


def test_an_answer_that_we_cut_has_none():
    whole = pieces(chunk("Two.", -1.0), chunk("More", -1.0), chunk("", end="stop"), most_characters=5)[-1].whole
    assert whole is not None
    assert (whole.text, whole.finish_reason, whole.mean_logprob) == ("Two.M", "too_long", None)


def test_the_cost_so_far_is_what_the_stream_told_of_it():
    told = {"prompt_tokens": 11, "completion_tokens": 2, "total_tokens": 13}
    found = pieces(chunk("Tw"), chunk("o.", usage=told), chunk("", end="stop"))
    assert (found[0].usage.prompt_tokens, found[0].usage.completion_tokens) == (None, None)
    assert (found[1].usage.prompt_tokens, found[1].usage.completion_tokens) == (11, 2)


def test_each_token_with_a_log_probability_was_written():
    found = pieces(chunk("Tw", -1.0), chunk("o.", -0.5, -0.1), chunk("", end="stop"))
    assert [piece.usage.completion_tokens for piece in found] == [1, 3, 3]
    assert found[-1].usage.prompt_tokens is None
