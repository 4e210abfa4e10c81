"""A provider that is gone is not asked for everything, and a run that wrote nothing says so."""

import pytest

from arena.models import Response, Run, RunKind, RunState
from arena.services.responses import MOST_FAILURES, generate_responses
from arena.services.runs import claim_run, perform_run, request_run
from tests.factories import make_contest, make_contestant, make_prompt
from tests.support.endpoint import Reply, completion, scripted_endpoint

pytestmark = [pytest.mark.django_db]

GONE = Reply({"error": {"message": "no such key"}}, status=401)
TOO_LONG = Reply({"error": {"message": "too long"}}, status=400)


@pytest.fixture
def contest():
    contest = make_contest()
    make_contestant(contest, "Green", provider="lab")
    for _ in range(6):
        make_prompt(contest)
    return contest


def perform_next() -> Run:
    run = claim_run()
    assert run is not None
    return perform_run(run)


def serve(settings, endpoint) -> None:
    settings.VERSUS_PROVIDERS = {"lab": {"base_url": endpoint.base_url}}


def test_a_provider_that_answers_nothing_is_asked_a_few_times_only(contest, settings) -> None:
    with scripted_endpoint(GONE) as endpoint:
        serve(settings, endpoint)
        report = generate_responses(contest)
    assert len(endpoint.asked) == MOST_FAILURES
    assert (report.written, len(report.failures)) == (0, 6)
    assert report.failures[-1].endswith("not asked, lab is gone")


def test_refusals_of_single_requests_do_not_count_as_being_gone(contest, settings) -> None:
    with scripted_endpoint(*[TOO_LONG] * 5, completion("Three minutes.")) as endpoint:
        serve(settings, endpoint)
        report = generate_responses(contest)
    assert len(endpoint.asked) == 6
    assert (report.written, len(report.failures)) == (1, 5)


def test_only_failures_in_a_row_count(contest, settings) -> None:
    good = completion("Three minutes.")
    with scripted_endpoint(GONE, GONE, good, GONE, GONE, good) as endpoint:
        serve(settings, endpoint)
        report = generate_responses(contest)
    assert (len(endpoint.asked), report.written) == (6, 2)


def test_a_run_that_wrote_nothing_has_failed_and_counts_its_failures(contest, settings) -> None:
    with scripted_endpoint(GONE) as endpoint:
        serve(settings, endpoint)
        request_run(RunKind.GENERATE, contest)
        run = perform_next()
    assert (run.state, run.failed) == (RunState.FAILED, 6)
    assert "Nothing was written. 6 failed, the first: green on" in run.message


def test_a_run_that_wrote_something_is_done_and_counts_its_failures(contest, settings) -> None:
    with scripted_endpoint(TOO_LONG, completion("Three minutes.")) as endpoint:
        serve(settings, endpoint)
        request_run(RunKind.GENERATE, contest)
        run = perform_next()
    assert (run.state, run.failed, Response.objects.count()) == (RunState.DONE, 1, 5)


@pytest.mark.parametrize("whose", ["contest", "provider"])
def test_no_more_is_spent_in_a_day_than_may_be(contest, settings, whose) -> None:
    """Each answer has 11 and 7 tokens: 25 millionths of a dollar at these prices."""
    contest.contestants.update(prompt_price=1.0, completion_price=2.0)
    with scripted_endpoint(completion("Three minutes.")) as endpoint:
        serve(settings, endpoint)
        if whose == "contest":
            contest.dollars_a_day = 0.00004
        else:
            settings.VERSUS_PROVIDERS["lab"]["dollars_a_day"] = 0.00004
        report = generate_responses(contest)
        assert len(endpoint.asked) == 2
    assert (report.written, len(report.failures)) == (2, 4)
    assert report.failures[-1].endswith("not asked, today's budget is spent")
