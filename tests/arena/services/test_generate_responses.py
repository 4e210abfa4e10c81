"""Every contestant is asked every prompt once; what was interrupted or failed is asked for the next time."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.models import Contest, ContestantState, PromptState, Response, ResponseOrigin
from arena.providers.base import ProviderError
from arena.services.responses import generate_responses, seed_of
from tests.factories import make_contest, make_contestant, make_prompt, make_response
from tests.support.endpoint import Endpoint, Reply, completion, logprobs, scripted_endpoint

pytestmark = [pytest.mark.django_db, pytest.mark.database]

# The client would pause and ask again; this header says that it need not.
FAILING = Reply({"error": {"message": "overloaded"}}, status=500, headers={"x-should-retry": "false"})


Serve = Callable[..., AbstractContextManager[Endpoint]]


@pytest.fixture
def endpoint(settings: Any) -> Serve:
    """Serve the provider `somewhere` by a script."""

    @contextmanager
    def serve(*replies: Reply) -> Iterator[Endpoint]:
        with scripted_endpoint(*replies) as running:
            settings.VERSUS_PROVIDERS = {"somewhere": {"base_url": running.base_url, "timeout": 10}}
            yield running

    return serve


def make_empty_arena(contestants: int = 2, prompts: int = 2, **fields: Any) -> Contest:
    """A contest in which nobody has answered anything."""
    contest = make_contest()
    for k in range(contestants):
        make_contestant(contest, f"C{k}", **fields)
    for k in range(prompts):
        make_prompt(contest, f"Question {k}?", slug=f"q{k}")
    return contest


def likely(text: str, logprob: float) -> Reply:
    return completion(text, logprobs=logprobs((text, logprob, {})))


def pairs() -> list[tuple[str, str]]:
    """Prompt and contestant of every response, in the order in which they were written."""
    return list(Response.objects.order_by("id").values_list("prompt__slug", "contestant__slug"))


class Interrupt:
    """Progress that is interrupted after so many steps."""

    def __init__(self, steps: int) -> None:
        self.left, self.total, self.what = steps, 0, ""

    def start(self, total: int, what: str) -> None:
        self.total, self.what = total, what

    def advance(self, n: int = 1) -> None:
        self.left -= n
        if self.left == 0:
            raise KeyboardInterrupt


def test_everybody_is_asked_everything_once(endpoint):
    contest = make_empty_arena(contestants=2, prompts=2)
    with endpoint(completion("It depends.")) as asked:
        report = generate_responses(contest)
        assert len(asked.asked) == 4
        again = generate_responses(contest)
        assert len(asked.asked) == 4
    assert (report.missing, report.written, report.failures) == (4, 4, [])
    assert (again.missing, again.written) == (0, 0)
    assert pairs() == [("q0", "c0"), ("q0", "c1"), ("q1", "c0"), ("q1", "c1")]


def test_a_response_is_kept_with_what_was_asked_and_what_it_cost(endpoint):
    contest = make_empty_arena(
        1, 1, model="m-1", system_prompt="Be brief.", sampling={"temperature": 0.5, "max_tokens": 20}
    )
    told = logprobs(("Par", -0.5, {}), ("is", -1.5, {}))
    with endpoint(completion(" Paris.\n", "length", logprobs=told)):
        generate_responses(contest)
    response = Response.objects.get()
    assert (response.text, response.finish_reason, response.sample) == ("Paris.", "length", 0)
    assert (response.prompt_tokens, response.completion_tokens) == (11, 7)
    assert response.mean_logprob == pytest.approx(-1.0)
    assert response.latency_ms > 0
    assert response.origin == ResponseOrigin.GENERATED
    assert response.settings == {
        "provider": "somewhere",
        "model": "m-1",
        "system_prompt": "Be brief.",
        "seed": seed_of("tea", "c0", "q0", 0),
        "temperature": 0.5,
        "max_tokens": 20,
    }


def test_the_model_gets_system_prompt_turns_and_prompt_in_this_order(endpoint):
    contest = make_empty_arena(1, 0, model="m-1", system_prompt="Be brief.", sampling={"top_p": 0.9, "top_k": 20})
    turns = [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hi"}]
    make_prompt(contest, "And now?", slug="talk", turns=turns)
    with endpoint(completion()) as asked:
        generate_responses(contest)
    assert asked.asked == [
        {
            "model": "m-1",
            "messages": [
                {"role": "system", "content": "Be brief."},
                *turns,
                {"role": "user", "content": "And now?"},
            ],
            "top_p": 0.9,
            "top_k": 20,
            "seed": seed_of("tea", "c0", "talk", 0),
            "logprobs": True,
            "top_logprobs": 1,
        }
    ]


def test_without_a_system_prompt_none_is_sent(endpoint):
    with endpoint(completion()) as asked:
        generate_responses(make_empty_arena(1, 1))
    assert [message["role"] for message in asked.asked[0]["messages"]] == ["user"]


def test_a_limit_leaves_the_rest_for_the_next_time(endpoint):
    contest = make_empty_arena(contestants=2, prompts=2)
    with endpoint(completion()):
        first = generate_responses(contest, limit=3)
        rest = generate_responses(contest, limit=3)
    assert (first.missing, first.written) == (3, 3)
    assert (rest.missing, rest.written) == (1, 1)
    assert len(set(pairs())) == 4


def test_what_was_written_before_an_interruption_stays_and_is_not_asked_again(endpoint):
    contest, progress = make_empty_arena(contestants=2, prompts=2), Interrupt(3)
    with endpoint(completion()) as asked:
        with pytest.raises(KeyboardInterrupt):
            generate_responses(contest, progress=progress)
        assert len(pairs()) == 3
        assert generate_responses(contest).written == 1
        assert len(asked.asked) == 4
    assert (progress.total, progress.what) == (4, "Responses for tea")
    assert len(set(pairs())) == 4


def test_an_imported_response_is_not_asked_for(endpoint):
    contest = make_empty_arena(contestants=2, prompts=1)
    make_response(contest.prompts.get(), contest.contestants.get(slug="c0"), "From elsewhere.")
    with endpoint(completion()):
        assert generate_responses(contest).written == 1
    assert pairs() == [("q0", "c0"), ("q0", "c1")]
    assert Response.objects.get(contestant__slug="c0").text == "From elsewhere."


def test_only_active_contestants_with_a_provider_are_asked_and_only_good_prompts(endpoint):
    contest = make_empty_arena(contestants=4, prompts=3)
    contest.contestants.filter(slug="c1").update(state=ContestantState.PAUSED)
    contest.contestants.filter(slug="c2").update(state=ContestantState.RETIRED)
    contest.contestants.filter(slug="c3").update(provider="")
    contest.prompts.filter(slug="q1").update(state=PromptState.JUNK)
    contest.prompts.filter(slug="q2").update(state=PromptState.SUSPECT)
    with endpoint(completion()):
        generate_responses(contest)
    assert pairs() == [("q0", "c0")]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"contestants": ["c1"]}, [("q0", "c1"), ("q1", "c1")]),
        ({"prompts": ["q1"]}, [("q1", "c0"), ("q1", "c1")]),
        ({"contestants": ["c0"], "prompts": ["q1"]}, [("q1", "c0")]),
        ({"contestants": []}, []),
        ({"prompts": ["no-such"]}, []),
    ],
)
def test_the_work_can_be_restricted(endpoint, wanted, expected):
    with endpoint(completion()):
        report = generate_responses(make_empty_arena(2, 2), **wanted)
    assert report.missing == len(expected)
    assert pairs() == expected


def test_of_several_candidates_the_likeliest_is_kept_with_its_seed(endpoint):
    contest = make_empty_arena(1, 1, sampling={"best_of": 3, "temperature": 0.9})
    with endpoint(likely("one", -0.9), likely("two", -0.2), likely("three", -0.5)) as asked:
        generate_responses(contest)
    seeds = [seed_of("tea", "c0", "q0", k) for k in range(3)]
    assert [request["seed"] for request in asked.asked] == seeds
    assert not any("best_of" in request for request in asked.asked)
    response = Response.objects.get()
    assert (response.text, response.mean_logprob) == ("two", pytest.approx(-0.2))
    assert response.settings["seed"] == seeds[1]
    assert response.settings["best_of"] == 3
    assert response.settings["candidate_mean_logprobs"] == pytest.approx([-0.9, -0.2, -0.5])
    assert response.settings["candidate_tokens"] == [7, 7, 7]


def test_candidates_are_compared_by_the_mean_and_not_by_the_sum(endpoint):
    contest = make_empty_arena(1, 1, sampling={"best_of": 2})
    long = completion("long", logprobs=logprobs(*[("x", -0.3, {})] * 10))
    with endpoint(likely("short", -0.5), long):
        generate_responses(contest)
    assert Response.objects.get().text == "long"


def test_without_log_probabilities_the_first_candidate_is_kept(endpoint):
    contest = make_empty_arena(1, 1, sampling={"best_of": 2})
    with endpoint(completion("first"), completion("second")):
        generate_responses(contest)
    response = Response.objects.get()
    assert (response.text, response.mean_logprob) == ("first", None)
    assert response.settings["candidate_mean_logprobs"] == [None, None]


def test_a_candidate_that_tells_its_probability_beats_one_that_does_not(endpoint):
    contest = make_empty_arena(1, 1, sampling={"best_of": 2})
    with endpoint(completion("silent"), likely("told", -3.0)):
        generate_responses(contest)
    assert Response.objects.get().text == "told"


def test_a_failure_is_told_and_the_others_are_asked(endpoint):
    contest = make_empty_arena(contestants=1, prompts=3)
    with endpoint(completion("A."), FAILING, completion("C.")):
        report = generate_responses(contest)
    assert (report.missing, report.written) == (3, 2)
    [failure] = report.failures
    assert failure.startswith("c0 on q1: The endpoint answered 500")
    assert pairs() == [("q0", "c0"), ("q2", "c0")]


def test_what_failed_is_asked_again_the_next_time(endpoint):
    contest = make_empty_arena(contestants=1, prompts=2)
    with endpoint(FAILING, completion("B.")):
        generate_responses(contest)
    with endpoint(completion("A.")) as asked:
        report = generate_responses(contest)
    assert (len(asked.asked), report.written, report.failures) == (1, 1, [])
    assert asked.asked[0]["messages"][-1]["content"] == "Question 0?"
    assert dict(Response.objects.values_list("prompt__slug", "text")) == {"q0": "A.", "q1": "B."}


def test_a_candidate_that_fails_leaves_no_half_response(endpoint):
    contest = make_empty_arena(1, 1, sampling={"best_of": 2})
    with endpoint(likely("one", -0.1), FAILING):
        assert len(generate_responses(contest).failures) == 1
    assert pairs() == []


def test_contestants_are_asked_where_they_live(settings):
    contest = make_contest()
    for name in ("here", "there"):
        make_contestant(contest, name, provider=name, model=f"model-{name}")
    for k in range(2):
        make_prompt(contest, slug=f"q{k}")
    with scripted_endpoint(completion("Here.")) as here, scripted_endpoint(completion("There.")) as there:
        settings.VERSUS_PROVIDERS = {"here": {"base_url": here.base_url}, "there": {"base_url": there.base_url}}
        generate_responses(contest)
    assert [request["model"] for request in here.asked] == ["model-here"] * 2
    assert [request["model"] for request in there.asked] == ["model-there"] * 2
    assert set(Response.objects.values_list("contestant__slug", "text")) == {("here", "Here."), ("there", "There.")}


def test_an_unknown_provider_is_refused_with_what_to_do(settings):
    settings.VERSUS_PROVIDERS = {"known": {"base_url": "http://127.0.0.1:9/v1"}}
    with pytest.raises(ProviderError, match=r"Unknown provider 'somewhere'; known are known, .*VERSUS_PROVIDERS"):
        generate_responses(make_empty_arena(1, 1))
    assert pairs() == []


def test_a_provider_without_its_key_is_refused_by_the_name_of_the_variable(settings, monkeypatch):
    monkeypatch.delenv("NO_SUCH_KEY", raising=False)
    settings.VERSUS_PROVIDERS = {"somewhere": {"base_url": "http://127.0.0.1:9/v1", "api_key_env": "NO_SUCH_KEY"}}
    with pytest.raises(ProviderError, match="NO_SUCH_KEY"):
        generate_responses(make_empty_arena(1, 1))


def test_a_provider_that_nobody_needs_any_more_is_not_opened(settings):
    contest = make_empty_arena(1, 1)
    make_response(contest.prompts.get(), contest.contestants.get())
    settings.VERSUS_PROVIDERS = {}
    assert generate_responses(contest).missing == 0


def test_a_long_word_for_the_end_does_not_cost_the_answer(endpoint):
    with endpoint(completion("Paris.", "stopped by a very particular rule of this endpoint")):
        generate_responses(make_empty_arena(1, 1))
    response = Response.objects.get()
    assert (response.text, response.finish_reason) == ("Paris.", "stopped by a very particular rule of thi")


@pytest.mark.parametrize("said", ["", " \n\t", None])
def test_an_answer_without_text_is_told_and_not_stored(endpoint, said):
    with endpoint(completion(said)):
        report = generate_responses(make_empty_arena(1, 1))
    assert (report.written, report.failures) == (0, ["c0 on q0: The endpoint wrote nothing."])
    assert Response.objects.count() == 0


def test_what_a_filter_ended_is_told_and_not_stored(endpoint):
    with endpoint(completion("Par", finish_reason="content_filter")):
        report = generate_responses(make_empty_arena(1, 1))
    assert (report.written, report.failures) == (0, ["c0 on q0: The endpoint's filter ended the answer."])


def test_a_seed_is_the_same_on_every_machine():
    assert seed_of("tea", "c0", "q0", 0) == 2_113_686_636
    assert len({seed_of("tea", "c0", "q0", k) for k in range(100)}) == 100


slugs = st.from_regex(r"[a-z0-9-]{1,20}", fullmatch=True)


@given(slugs, slugs, slugs, st.integers(0, 100))
def test_a_seed_has_31_bits_and_depends_on_every_name(contest, contestant, prompt, candidate):
    seed = seed_of(contest, contestant, prompt, candidate)
    assert 0 <= seed < 2**31
    others = {
        seed_of(f"{contest}x", contestant, prompt, candidate),
        seed_of(contest, f"{contestant}x", prompt, candidate),
        seed_of(contest, contestant, f"{prompt}x", candidate),
        seed_of(contest, contestant, prompt, candidate + 1),
    }
    assert seed not in others
