"""Missing responses are asked for from the command line, as many as wanted, and never twice."""

import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from arena.management.progress import BarProgress
from arena.models import Contest, ContestantState, PromptState, Response, ResponseOrigin
from tests.factories import make_contest, make_contestant, make_prompt
from tests.support.endpoint import Reply, completion, scripted_endpoint

pytestmark = [pytest.mark.django_db]

BROKEN = Reply({"error": {"message": "too long for this model"}}, status=400)


@pytest.fixture
def contest() -> Contest:
    """Return a contest of two contestants and three prompts that nobody has answered."""
    contest = make_contest()
    for name in ("Assam", "Ceylon"):
        make_contestant(contest, name, provider="lab", model=f"model-of-{name.lower()}", sampling={"max_tokens": 5})
    for slug in ("strong", "mild", "milky"):
        make_prompt(contest, f"Which tea is {slug}?", slug=slug)
    return contest


@pytest.fixture
def lab(settings):
    """Return a function that makes an endpoint the provider `lab`."""

    def point(endpoint):
        settings.VERSUS_PROVIDERS = {"lab": {"base_url": endpoint.base_url, "timeout": 10}}
        return endpoint

    return point


def generate(*options: str) -> None:
    call_command("generate_responses", "--contest", "tea", *options)


def answered() -> set[tuple[str, str]]:
    return set(Response.objects.values_list("contestant__slug", "prompt__slug"))


def test_every_contestant_is_asked_every_prompt(contest, lab, capsys):
    with scripted_endpoint(completion("Assam is. ")) as endpoint:
        lab(endpoint)
        generate()
    assert answered() == {(who, what) for who in ("assam", "ceylon") for what in ("strong", "mild", "milky")}
    assert set(Response.objects.values_list("text", "origin")) == {("Assam is.", ResponseOrigin.GENERATED)}
    assert capsys.readouterr().out.strip() == "6 of 6 missing responses written."
    asked = {(body["model"], body["messages"][-1]["content"]) for body in endpoint.asked}
    assert len(asked) == len(endpoint.asked) == 6
    assert ("model-of-ceylon", "Which tea is milky?") in asked


def test_what_is_answered_is_not_asked_again(contest, lab, capsys):
    with scripted_endpoint(completion()) as endpoint:
        lab(endpoint)
        generate()
        capsys.readouterr()
        generate()
    assert len(endpoint.asked) == 6
    assert capsys.readouterr().out.strip() == "0 of 0 missing responses written."


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--contestant", "assam"], {("assam", "strong"), ("assam", "mild"), ("assam", "milky")}),
        (["--prompt", "mild"], {("assam", "mild"), ("ceylon", "mild")}),
        (
            ["--prompt", "mild", "--prompt", "milky", "--contestant", "ceylon"],
            {("ceylon", "mild"), ("ceylon", "milky")},
        ),
        (["--limit", "1"], {("assam", "strong")}),
    ],
)
def test_the_work_can_be_narrowed(contest, lab, options, expected):
    with scripted_endpoint(completion()) as endpoint:
        lab(endpoint)
        generate(*options)
    assert answered() == expected
    assert len(endpoint.asked) == len(expected)


def test_limited_runs_add_up_to_the_whole(contest, lab):
    with scripted_endpoint(completion()) as endpoint:
        lab(endpoint)
        for _ in range(4):
            generate("--limit", "2")
    assert len(answered()) == Response.objects.count() == len(endpoint.asked) == 6


def test_who_is_paused_and_what_is_junk_is_not_asked(contest, lab):
    contest.contestants.filter(slug="ceylon").update(state=ContestantState.PAUSED)
    contest.prompts.filter(slug="mild").update(state=PromptState.JUNK)
    with scripted_endpoint(completion()) as endpoint:
        lab(endpoint)
        generate()
    assert answered() == {("assam", "strong"), ("assam", "milky")}


def test_failures_are_told_counted_and_asked_again_by_the_next_run(contest, lab, capsys):
    with scripted_endpoint(completion("One."), BROKEN, completion("Two.")) as endpoint:
        lab(endpoint)
        with pytest.raises(CommandError, match=r"^1 responses failed; run again to ask for them\.$"):
            generate()
        told = capsys.readouterr()
        assert "ceylon on strong: The endpoint answered 400" in told.err
        assert told.out.strip() == "5 of 6 missing responses written."
        assert ("ceylon", "strong") not in answered()
        generate()
    assert capsys.readouterr().out.strip() == "1 of 1 missing responses written."
    assert len(answered()) == 6


def test_the_key_of_the_endpoint_is_neither_stored_nor_shown(contest, lab, settings, monkeypatch, capsys):
    monkeypatch.setenv("LAB_KEY", "a-secret-key")
    with scripted_endpoint(completion(), BROKEN, completion()) as endpoint:
        lab(endpoint)
        settings.VERSUS_PROVIDERS["lab"]["api_key_env"] = "LAB_KEY"
        with pytest.raises(CommandError):
            generate()
    assert set(endpoint.keys) == {"Bearer a-secret-key"}
    told = capsys.readouterr()
    assert "a-secret-key" not in told.out + told.err + json.dumps(list(Response.objects.values_list("settings")))


def test_a_provider_that_nobody_knows_is_refused_by_name(contest, settings):
    settings.VERSUS_PROVIDERS = {}
    with pytest.raises(CommandError, match=r"Unknown provider 'lab'; known are small-model\. Add it to VERSUS_PROV"):
        generate()
    assert answered() == set()


def test_a_missing_key_is_refused_by_the_name_of_its_variable(contest, settings, monkeypatch):
    monkeypatch.delenv("LAB_KEY", raising=False)
    settings.VERSUS_PROVIDERS = {"lab": {"base_url": "http://127.0.0.1:9/v1", "api_key_env": "LAB_KEY"}}
    with pytest.raises(CommandError, match="environment variable LAB_KEY"):
        generate()


def test_an_interruption_keeps_what_was_written_and_the_next_run_goes_on(contest, lab, monkeypatch, capsys):
    steps = iter([None, None])

    def interrupt(self: BarProgress, n: int = 1) -> None:
        if next(steps, "over") == "over":
            raise KeyboardInterrupt

    with scripted_endpoint(completion()) as endpoint:
        lab(endpoint)
        with monkeypatch.context() as patch:
            patch.setattr(BarProgress, "advance", interrupt)
            with pytest.raises(CommandError, match=r"^Interrupted\. What was written stays; run again to go on\.$"):
                generate()
        assert Response.objects.count() == 3
        capsys.readouterr()
        generate()
    assert len(endpoint.asked) == 6
    assert capsys.readouterr().out.strip() == "3 of 3 missing responses written."


def test_progress_is_told_on_standard_error(contest, lab, capsys):
    with scripted_endpoint(completion()) as endpoint:
        lab(endpoint)
        generate()
    told = capsys.readouterr()
    assert "Responses for tea" in told.err
    assert "6/6" in told.err


def test_an_unknown_contest_is_refused():
    with pytest.raises(CommandError, match="There is no contest 'tea'"):
        generate()


@pytest.mark.parametrize(("option", "what"), [("--contestant", "contestant"), ("--prompt", "prompt")])
def test_an_unknown_slug_is_refused_and_nothing_is_asked(contest, lab, option, what):
    with scripted_endpoint(completion()) as endpoint:
        lab(endpoint)
        with pytest.raises(CommandError, match=f"There is no {what} 'nobody' in tea"):
            generate(option, "nobody")
    assert endpoint.asked == []


@pytest.mark.parametrize("limit", ["-1", "few"])
def test_a_limit_that_is_no_count_is_refused(contest, lab, limit):
    with scripted_endpoint(completion()) as endpoint:
        lab(endpoint)
        with pytest.raises(CommandError, match="--limit"):
            generate("--limit", limit)
    assert endpoint.asked == []


def test_the_contest_must_be_said():
    with pytest.raises(CommandError, match="--contest"):
        call_command("generate_responses")
