"""An OpenAI-compatible endpoint is asked in full, and whatever goes wrong with it is a ProviderError."""

from typing import Any

import pytest

from arena.providers.base import GenerationRequest, ProviderError
from arena.providers.openai_compatible import OpenAICompatible
from tests.support.endpoint import Reply, completion, logprobs, scripted_endpoint, streamed

REQUEST = GenerationRequest("m", [{"role": "user", "content": "What is the capital of France?"}])
ERROR = {"error": {"message": "no such thing", "type": "x"}}


def generate(*replies: Reply, request: GenerationRequest = REQUEST, **options: Any):
    options = {"timeout": 10.0, **options}
    with scripted_endpoint(*replies) as endpoint:
        return OpenAICompatible(endpoint.base_url, **options).generate(request)


def refusal(*replies: Reply, **options: Any) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        generate(*replies, **options)
    return caught.value


def test_text_finish_reason_tokens_and_time_come_back():
    answer = generate(completion("Paris.", "length"))
    assert (answer.text, answer.finish_reason) == ("Paris.", "length")
    assert (answer.prompt_tokens, answer.completion_tokens) == (11, 7)
    assert answer.latency_ms > 0
    assert answer.mean_logprob is None


def test_what_was_wanted_is_asked_for():
    request = GenerationRequest(
        "m",
        [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello"}],
        {"temperature": 0.5, "top_p": 0.9, "max_tokens": 20, "stop": ["\n"], "top_k": 5, "min_p": 0.1},
        seed=42,
        top_logprobs=3,
    )
    with scripted_endpoint(completion()) as endpoint:
        OpenAICompatible(endpoint.base_url, api_key="secret").generate(request)
    assert endpoint.keys == ["Bearer secret"]
    assert endpoint.asked == [
        {
            "model": "m",
            "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello"}],
            "temperature": 0.5,
            "top_p": 0.9,
            "max_tokens": 20,
            "stop": ["\n"],
            "top_k": 5,
            "min_p": 0.1,
            "seed": 42,
            "logprobs": True,
            "top_logprobs": 3,
        }
    ]


def test_nothing_is_asked_for_that_was_not_wanted():
    with scripted_endpoint(completion()) as endpoint:
        OpenAICompatible(endpoint.base_url).generate(REQUEST)
    assert endpoint.asked[0].keys() == {"model", "messages"}


def test_log_probabilities_come_back_with_their_alternatives_and_mean():
    told = logprobs(("Par", -0.5, {"Par": -0.5, "Lon": -2.0}), ("is", -1.5, {}))
    answer = generate(completion(logprobs=told))
    assert [token.token for token in answer.tokens] == ["Par", "is"]
    assert answer.tokens[0].alternatives == {"Par": -0.5, "Lon": -2.0}
    assert answer.mean_logprob == pytest.approx(-1.0)


def test_a_log_probability_a_hair_above_zero_is_certainty():
    answer = generate(completion(logprobs=logprobs(("Par", 1e-7, {"Par": 1e-7}))))
    assert answer.mean_logprob == 0.0
    assert answer.tokens[0].alternatives == {"Par": 0.0}


@pytest.mark.parametrize("value", [None, float("nan"), float("-inf"), "likely"])
def test_log_probabilities_that_are_no_numbers_count_as_none_and_cost_no_answer(value):
    answer = generate(completion(logprobs=logprobs(("Par", -0.5, {}), ("is", value, {}))))
    assert answer.text == "Paris."
    assert answer.tokens == ()
    assert answer.mean_logprob is None


def test_an_alternative_without_a_number_is_left_out():
    answer = generate(completion(logprobs=logprobs(("A", -0.5, {"A": -0.5, "B": None, "C": float("nan")}))))
    assert answer.tokens[0].alternatives == {"A": -0.5}


def test_what_no_database_can_hold_is_replaced_in_texts():
    body = '{"choices": [{"index": 0, "finish_reason": "stop", "message": {"content": "a\\u0000b\\ud800c \\ud83d\\ude00"}}]}'
    assert generate(Reply(body)).text == "a\ufffdb\ufffdc \U0001f600"


@pytest.mark.parametrize("tokens", [None, -1, "many"])
def test_counts_that_are_none_are_unknown(tokens):
    reply = completion()
    body = {**reply.body, "usage": {"prompt_tokens": tokens, "completion_tokens": 7}}
    answer = generate(Reply(body))
    assert (answer.prompt_tokens, answer.completion_tokens) == (None, 7)


def test_an_answer_without_usage_has_unknown_counts():
    body = dict(completion().body)
    del body["usage"]
    assert generate(Reply(body)).completion_tokens is None


@pytest.mark.parametrize(
    ("status", "retryable"),
    [(400, False), (401, False), (404, False), (422, False), (408, True), (429, True), (500, True), (503, True)],
)
def test_a_refusal_carries_status_reason_and_whether_asking_again_may_help(status, retryable):
    error = refusal(Reply(ERROR, status))
    assert str(status) in str(error)
    assert "no such thing" in str(error)
    assert error.retryable is retryable


def test_nothing_is_asked_twice():
    with scripted_endpoint(Reply(ERROR, 500)) as endpoint:
        with pytest.raises(ProviderError, match="500"):
            OpenAICompatible(endpoint.base_url).generate(REQUEST)
        assert len(endpoint.asked) == 1


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [({}, None), ({"Retry-After": "7"}, 7.0), ({"Retry-After": "Fri, 31 Dec 1999 23:59:59 GMT"}, None)]
    + [({"Retry-After": text}, None) for text in ("-1", "nan", "inf", "soon")],
)
def test_a_refusal_tells_when_the_endpoint_wants_to_be_asked_again(headers, seconds):
    assert refusal(Reply(ERROR, 429, headers)).retry_after == seconds


def test_an_endpoint_may_say_that_asking_again_is_of_no_use():
    assert not refusal(Reply(ERROR, 503, {"x-should-retry": "false"})).retryable


def test_a_late_answer_is_a_timeout():
    error = refusal(Reply(late=True), timeout=0.2)
    assert "in time" in str(error)
    assert error.retryable


def test_an_endpoint_that_is_not_there_is_told():
    with scripted_endpoint(completion()) as endpoint:
        gone = endpoint.base_url
    with pytest.raises(ProviderError, match="cannot be reached") as caught:
        OpenAICompatible(gone).generate(REQUEST)
    assert caught.value.retryable


@pytest.mark.parametrize(
    "reply",
    [
        Reply('{"choices": [{"message": {"content": "Par'),
        Reply('{"choices": [{"message": {"content": "Par', missing_bytes=50),
        Reply("<html>Welcome to the proxy</html>", content_type="text/html"),
        Reply("[]"),
        Reply("null"),
        Reply({"choices": []}),
        Reply({"choices": [{"finish_reason": "stop"}]}),
        Reply({"choices": None}),
        Reply({"choices": [{"message": {"content": ["Par", "is"]}}]}),
        Reply({"error": "out of memory"}),
        Reply(""),
    ],
    ids=["truncated", "cut", "html", "list", "null", "empty", "no-message", "no-choices", "parts", "error", "nothing"],
)
def test_an_answer_that_cannot_be_read_is_a_provider_error_and_never_an_empty_text(reply):
    assert refusal(reply).retryable


def stream(reply: Reply, **options: Any) -> list[str]:
    with scripted_endpoint(reply) as endpoint:
        return [piece.text for piece in OpenAICompatible(endpoint.base_url, **options).stream(REQUEST) if piece.text]


def test_a_streamed_answer_comes_piece_by_piece():
    assert stream(streamed("Par", "is", ".")) == ["Par", "is", "."]


def test_a_stream_hands_out_each_piece_before_the_next_is_written():
    with scripted_endpoint(streamed("Par", "is", finished=False, missing_bytes=100)) as endpoint:
        pieces = OpenAICompatible(endpoint.base_url).stream(REQUEST)
        assert next(pieces).text == "Par"
        pieces.close()


@pytest.mark.parametrize("missing_bytes", [0, 100])
def test_a_stream_that_ends_early_is_no_answer(missing_bytes):
    with scripted_endpoint(streamed("Par", finished=False, missing_bytes=missing_bytes)) as endpoint:
        pieces = OpenAICompatible(endpoint.base_url).stream(REQUEST)
        assert next(pieces).text == "Par"
        with pytest.raises(ProviderError) as caught:
            list(pieces)
    assert caught.value.retryable


def test_a_stream_with_garbage_in_it_is_no_answer():
    with pytest.raises(ProviderError):
        stream(Reply("data: {not json\n\n", content_type="text/event-stream"))


def test_a_refused_stream_carries_the_status():
    with pytest.raises(ProviderError, match="429"):
        stream(Reply(ERROR, 429))
