"""Whatever an endpoint does, asking it ends within its time: in an answer or in a ProviderError, and nothing else."""

import time

import pytest

from arena.providers.base import GenerationRequest, ProviderError
from arena.providers.openai_compatible import OpenAICompatible
from arena.providers.reading import read_within
from tests.support.endpoint import Reply, completion, logprobs, scripted_endpoint, streamed

REQUEST = GenerationRequest("m", [{"role": "user", "content": "What is the capital of France?"}])
ERROR = {"error": {"message": "no such thing"}}
SSE = "text/event-stream"
WITHIN: dict[str, float] = {"timeout": 1.0, "connect": 0.5, "first_token": 0.5}
LONG = "x" * 10_000_000
FAULTS: dict[str, Reply] = {
    "busy": Reply(ERROR, 429),
    "busy-until": Reply(ERROR, 429, {"Retry-After": "600"}),
    "broken": Reply(ERROR, 500),
    "broken-html": Reply("<html>Bad gateway</html>", 502, content_type="text/html"),
    "html": Reply("<html>Welcome</html>", content_type="text/html"),
    "truncated": Reply('{"choices": [{"message": {"content": "Par'),
    "cut": streamed("Par", "is", finished=False, missing_bytes=50),
    "empty": Reply(""),
    "no-choices": Reply({"choices": []}),
    "reset": Reply(reset=True),
    "late": Reply(late=True),
    "hang-after-begin": streamed("Par", finished=False, hang=True),
    "hang-in-json": Reply('{"choices": [', hang=True),
    "drips": Reply('{"choices": ' + " " * 500, pause=0.02),
    "keeps-alive": Reply(": still thinking\n\n" * 500, content_type=SSE, pause=0.02),
    "bad-utf8": Reply(b'{"choices": [{"message": {"content": "\xff\xfe"}}]}'),
    "bad-utf8-stream": Reply(b"data: \xff\xfe\n\n", content_type=SSE),
    "wrong-type": Reply(completion().payload(), content_type="image/png"),
    "not-a-number": completion(logprobs=logprobs(("Par", float("nan"), {}))),
    "error-in-stream": Reply('data: {"error": {"message": "overloaded"}}\n\n', content_type=SSE),
    "list-in-stream": Reply("data: []\n\n", content_type=SSE),
    "without-end": Reply('{"choices": [' + " " * 1000, missing_bytes=1),
}


@pytest.mark.parametrize("reply", FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize("streams", [False, True], ids=["whole", "streamed"])
def test_asking_ends_within_its_time(reply, streams):
    started = time.monotonic()
    with scripted_endpoint(reply) as endpoint:
        provider = OpenAICompatible(endpoint.base_url, **WITHIN)
        try:
            said: object = list(provider.stream(REQUEST)) if streams else provider.generate(REQUEST)
        except ProviderError as error:
            said = str(error)[:500]
        assert said
        took = time.monotonic() - started
        assert len(endpoint.asked) == 1
    # The time of the whole, one more pause, and what a busy machine adds.
    assert took < WITHIN["timeout"] + WITHIN["first_token"] + 2.0


@pytest.mark.parametrize("name", ["wrong-type", "not-a-number"])
def test_what_can_be_read_is_an_answer(name):
    with scripted_endpoint(FAULTS[name]) as endpoint:
        assert OpenAICompatible(endpoint.base_url, **WITHIN).generate(REQUEST).text == "Paris."


def test_a_refused_connection_is_told_at_once():
    with scripted_endpoint(completion()) as endpoint:
        gone = endpoint.base_url
    started = time.monotonic()
    with pytest.raises(ProviderError, match="cannot be reached"):
        list(OpenAICompatible(gone, **WITHIN).stream(REQUEST))
    assert time.monotonic() - started < 2.0


def test_an_answer_of_ten_megabytes_is_cut_and_says_so():
    with scripted_endpoint(completion(LONG)) as endpoint:
        answer = OpenAICompatible(endpoint.base_url, most_characters=1000).generate(REQUEST)
    assert (len(answer.text), answer.finish_reason) == (1000, "too_long")


def test_a_stream_of_ten_megabytes_is_left_where_it_is_long_enough():
    with scripted_endpoint(streamed(*["x" * 10_000] * 1000)) as endpoint:
        pieces = list(OpenAICompatible(endpoint.base_url, most_characters=25_000).stream(REQUEST))
    assert [len(piece.text) for piece in pieces] == [10_000, 10_000, 5_000, 0]
    assert pieces[-1].whole is not None
    assert (len(pieces[-1].whole.text), pieces[-1].whole.finish_reason) == (25_000, "too_long")


def test_more_bytes_than_any_answer_has_are_refused():
    with pytest.raises(ProviderError, match="more than 15 bytes") as caught:
        list(read_within([b"x" * 10, b"x" * 10], deadline=1.0, most_bytes=15, clock=lambda: 0.0))
    assert not caught.value.retryable


def test_the_last_piece_has_the_whole_with_its_cost():
    usage = 'data: {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2}}\n\ndata: [DONE]\n\n'
    told = streamed("Par", "is.").payload().replace(b"data: [DONE]\n\n", usage.encode())
    with scripted_endpoint(Reply(told, content_type=SSE)) as endpoint:
        *_, last = OpenAICompatible(endpoint.base_url).stream(REQUEST)
        assert endpoint.asked[0]["stream_options"] == {"include_usage": True}
    whole = last.whole
    assert whole is not None
    assert (whole.text, whole.finish_reason, whole.prompt_tokens, whole.completion_tokens) == ("Paris.", "stop", 3, 2)
    assert whole.first_token_ms is not None
    assert 0 < whole.first_token_ms <= whole.latency_ms


def test_a_slow_answer_that_keeps_within_its_time_is_an_answer():
    with scripted_endpoint(streamed("Par", "is", ".", pause=0.05)) as endpoint:
        pieces = list(OpenAICompatible(endpoint.base_url, **WITHIN).stream(REQUEST))
    assert "".join(piece.text for piece in pieces) == "Paris."
