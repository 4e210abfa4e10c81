"""A log-probability judge compares what A and B weigh as the first token: p = e^lA / (e^lA + e^lB)."""

import math
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arena.judges.base import Choice, JudgeError, Question, Verdict
from arena.judges.logprob import LogprobJudge, letter_probabilities
from arena.providers.base import Generation, TokenLogprob
from arena.providers.openai_compatible import OpenAICompatible
from tests.support.endpoint import Endpoint, Reply, completion, logprobs, scripted_endpoint

QUESTION = Question("What is 2 + 2?", "Four.", "Five.", reference="4")


def answered(shares: Mapping[str, float]) -> Reply:
    """Return an answer whose first token has these probabilities; the first of them is the one written."""
    logs = {token: math.log(share) for token, share in shares.items()}
    token = next(iter(logs))
    return completion(token, logprobs=logprobs((token, logs[token], logs)))


def ask(*replies: Reply, question: Question = QUESTION, **options: Any) -> tuple[Verdict, Endpoint]:
    with scripted_endpoint(*replies) as endpoint:
        provider = OpenAICompatible(endpoint.base_url, timeout=10.0)
        return LogprobJudge(provider, "m", **options).judge(question), endpoint


def generation(*tokens: TokenLogprob) -> Generation:
    return Generation("A", "stop", 1, 1, 1.0, tokens=tokens)


def test_the_preference_is_the_share_of_a_in_both_letters():
    verdict, _ = ask(answered({"A": 0.6, "B": 0.2, "The": 0.1}))
    assert verdict.choice is Choice.A
    assert verdict.preference == pytest.approx(0.75)
    assert verdict.details["mass"] == pytest.approx(0.8)
    assert verdict.details["letters"] == {"A": pytest.approx(0.6), "B": pytest.approx(0.2)}
    assert verdict.failure == ""


def test_it_comes_with_its_words_and_its_cost():
    verdict, _ = ask(answered({"B": 0.9, "A": 0.1}))
    assert (verdict.choice, verdict.raw_text) == (Choice.B, "B")
    assert (verdict.prompt_tokens, verdict.completion_tokens) == (11, 7)
    assert verdict.latency_ms > 0


def test_spaces_and_small_letters_are_the_same_letter():
    verdict, _ = ask(answered({" A": 0.3, "a": 0.1, "A": 0.2, "\nb": 0.2}))
    assert verdict.preference == pytest.approx(0.75)
    assert verdict.details["mass"] == pytest.approx(0.8)


def test_the_letter_written_counts_once_though_it_stands_among_its_alternatives():
    first = TokenLogprob("A", math.log(0.5), {"A": math.log(0.5), "B": math.log(0.25)})
    assert letter_probabilities(generation(first)) == {"A": pytest.approx(0.5), "B": pytest.approx(0.25)}


def test_the_letter_written_counts_though_the_endpoint_gives_no_alternatives():
    assert letter_probabilities(generation(TokenLogprob("B", math.log(0.5)))) == {"A": 0.0, "B": pytest.approx(0.5)}


def test_words_that_begin_with_a_letter_are_not_that_letter():
    first = TokenLogprob("Answer", math.log(0.5), {"Both": math.log(0.3), "AB": math.log(0.1)})
    assert letter_probabilities(generation(first)) == {"A": 0.0, "B": 0.0}


def test_only_the_first_token_is_read():
    tokens = TokenLogprob("B", math.log(0.5)), TokenLogprob("A", 0.0)
    assert letter_probabilities(generation(*tokens))["A"] == 0.0
    assert letter_probabilities(generation()) == {"A": 0.0, "B": 0.0}


@settings(deadline=None)
@given(st.floats(1e-3, 0.499), st.floats(1e-3, 0.499))
def test_the_preference_is_the_softmax_of_the_log_probabilities(share_a, share_b):
    first = TokenLogprob("A", math.log(share_a), {"B": math.log(share_b)})
    letters = letter_probabilities(generation(first))
    logit = math.log(share_a) - math.log(share_b)
    assert letters["A"] / sum(letters.values()) == pytest.approx(1 / (1 + math.exp(-logit)))


def test_one_token_is_asked_for_with_its_alternatives():
    _, endpoint = ask(answered({"A": 0.5, "B": 0.4}))
    asked = endpoint.asked[0]
    assert (asked["max_tokens"], asked["temperature"], asked["seed"]) == (1, 0.0, 0)
    assert (asked["logprobs"], asked["top_logprobs"]) == (True, 20)


def test_the_judge_is_told_task_reference_and_both_answers():
    _, endpoint = ask(answered({"A": 0.5, "B": 0.4}))
    text = endpoint.asked[0]["messages"][0]["content"]
    assert text.startswith("Task: What is 2 + 2?\n\nA correct answer, for reference: 4\n")
    assert "Response A: Four.\n\nResponse B: Five.\n" in text
    assert text.endswith("Answer with one letter, A or B.")


def test_equal_letters_are_a_tie():
    verdict, _ = ask(answered({"A": 0.4, "B": 0.4}))
    assert (verdict.choice, verdict.preference) == (Choice.TIE, 0.5)


@pytest.mark.parametrize(("margin", "choice"), [(0.0, Choice.A), (0.09, Choice.A), (0.11, Choice.TIE)])
def test_a_preference_within_the_margin_of_one_half_is_a_tie(margin, choice):
    verdict, _ = ask(answered({"A": 0.6, "B": 0.4}), settings={"tie_margin": margin})
    assert verdict.choice is choice
    assert verdict.preference == pytest.approx(0.6)


def test_letters_that_hold_too_little_of_the_probability_are_no_verdict():
    verdict, _ = ask(answered({"The": 0.9, "A": 0.03, "B": 0.01}))
    assert (verdict.choice, verdict.preference) == (None, None)
    assert verdict.failure == "A and B hold only 0.040 of the probability"
    assert not verdict.unanswered
    assert verdict.details["mass"] == pytest.approx(0.04)


def test_how_little_is_too_little_can_be_set():
    verdict, _ = ask(answered({"The": 0.9, "A": 0.03, "B": 0.01}), settings={"min_mass": 0.03})
    assert verdict.preference == pytest.approx(0.75)


def test_no_letter_at_all_is_a_failure_even_where_any_share_would_do():
    verdict, _ = ask(answered({"The": 0.9}), settings={"min_mass": 0})
    assert (verdict.choice, verdict.failure) == (None, "A and B hold only 0.000 of the probability")


def test_an_endpoint_without_log_probabilities_says_so():
    verdict, _ = ask(completion("A"))
    assert (verdict.choice, verdict.failure) == (None, "the endpoint gives no log-probabilities")
    assert verdict.raw_text == "A"


def test_an_endpoint_that_fails_answers_nothing():
    verdict, _ = ask(Reply({"error": {"message": "busy"}}, status=429))
    assert (verdict.choice, verdict.unanswered) == (None, True)
    assert verdict.failure.startswith("provider: The endpoint answered 429: ")


def test_a_request_that_is_refused_says_nothing_about_the_next_one():
    verdict, _ = ask(Reply({"error": {"message": "too long"}}, status=413))
    assert (verdict.choice, verdict.unanswered) == (None, False)


def test_long_answers_are_cut_and_the_verdict_says_so():
    question = Question("Q", "xxxxx", "y")
    verdict, endpoint = ask(answered({"A": 0.5, "B": 0.4}), question=question, settings={"max_characters": 4})
    assert verdict.details["cut"]
    assert "Response A: xxxx\n" in endpoint.asked[0]["messages"][0]["content"]


def test_a_misspelt_setting_is_refused_with_those_that_are_known():
    with pytest.raises(JudgeError, match=r"'tie_margn'; known are max_characters, min_mass, tie_margin\."):
        ask(completion(), settings={"tie_margn": 0.1})


@pytest.mark.parametrize("name", ["tie_margin", "min_mass", "max_characters"])
def test_a_setting_that_is_no_number_is_refused(name):
    with pytest.raises(JudgeError, match=f"{name} must be a number from 0 on, not 'x'"):
        ask(completion(), settings={name: "x"})
