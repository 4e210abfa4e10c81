"""Long work is a row: claimed by one worker, kept by a lease, stopped when cancelled, and its end written down."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from arena.models import Battle, BattleState, Board, Contest, JudgeKind, Response, Run, RunKind, RunState, Vote
from arena.services.runs import LEASE, MOST_ATTEMPTS, cancel_run, claim_run, perform_run, request_run
from ranking.models import Snapshot
from tests.factories import make_arena, make_contest, make_contestant, make_judge, make_prompt, make_staff, vote_between
from tests.support.endpoint import Endpoint, Reply, completion, scripted_endpoint

pytestmark = [pytest.mark.django_db, pytest.mark.database]

NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)
GONE = Reply({"error": {"message": "overloaded"}}, status=503, headers={"x-should-retry": "false"})


@dataclass(frozen=True)
class Meanwhile(Reply):
    """A reply before which something happens elsewhere: in the endpoint's thread, on a connection of its own."""

    act: Callable[[], object] = int

    def payload(self) -> bytes:
        try:
            self.act()
        finally:
            connection.close()
        return super().payload()


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


def unanswered_contest(prompts: int = 3) -> Contest:
    contest = make_contest()
    make_contestant(contest, "one")
    for k in range(prompts):
        make_prompt(contest, slug=f"q{k}")
    return contest


def refresh(contest: Contest | None = None, **fields: Any) -> Run:
    return request_run(RunKind.REFRESH, contest or make_contest(), **fields)


def claimed(run: Run) -> Run:
    found = claim_run("worker-1")
    assert found == run
    return found


def at_once(number: int, function: Callable[[int], Any]) -> list[Any]:
    """Call a function from several threads at the same moment, each with a connection of its own."""
    together = Barrier(number)

    def call(k: int) -> Any:
        try:
            together.wait(30)
            return function(k)
        finally:
            connection.close()

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(call, range(number)))


# --- Requesting ------------------------------------------------------------------------------------
def test_a_request_waits_with_who_wants_what():
    contest, ada, judge = make_contest(), make_staff(), make_judge()
    run = request_run(RunKind.JUDGE, contest, judge=judge, parameters={"battles": 7}, by=ada)
    run.refresh_from_db()
    assert (run.state, run.kind, run.contest, run.judge) == (RunState.QUEUED, RunKind.JUDGE, contest, judge)
    assert (run.parameters, run.requested_by, run.attempts) == ({"battles": 7}, ada, 0)


def test_a_request_like_one_that_waits_is_that_one():
    contest, judge = make_contest(), make_judge()
    first = request_run(RunKind.JUDGE, contest, judge=judge, parameters={"battles": 7})
    assert request_run(RunKind.JUDGE, contest, judge=judge, parameters={"battles": 7}) == first
    others = {
        request_run(RunKind.JUDGE, contest, judge=judge, parameters={"battles": 8}),
        request_run(RunKind.JUDGE, contest, judge=make_judge("another"), parameters={"battles": 7}),
        request_run(RunKind.JUDGE, make_contest("coffee"), judge=judge, parameters={"battles": 7}),
        request_run(RunKind.GENERATE, contest),
    }
    assert len(others - {first}) == 4


def test_what_is_under_way_does_not_stand_for_what_is_wanted_now():
    contest = make_contest()
    run = claimed(refresh(contest))
    assert refresh(contest) != run
    assert Run.objects.count() == 2


# --- Claiming --------------------------------------------------------------------------------------
def test_a_claim_names_the_worker_and_holds_for_the_lease():
    run = refresh()
    found = claim_run("worker-1", now=NOON)
    assert found == run
    assert (found.state, found.claimed_by, found.attempts) == (RunState.RUNNING, "worker-1", 1)
    assert (found.started_at, found.lease_until) == (NOON, NOON + LEASE)
    assert claim_run("worker-2", now=NOON + LEASE) is None


def test_a_worker_without_a_name_has_that_of_its_process():
    refresh()
    host, _, process = claim_run().claimed_by.rpartition(":")
    assert host
    assert process.isdigit()


def test_runs_are_claimed_in_the_order_of_their_requests():
    runs = [refresh(make_contest(slug)) for slug in ("tea", "coffee", "water")]
    assert [claim_run() for _ in range(4)] == [*runs, None]


@pytest.mark.parametrize("state", [RunState.DONE, RunState.FAILED, RunState.CANCELLED])
def test_what_has_ended_is_not_claimed(state):
    run = refresh()
    Run.objects.filter(pk=run.pk).update(state=state, lease_until=NOON)
    assert claim_run() is None


def test_a_lease_that_ran_out_hands_the_run_to_another_worker():
    run = refresh()
    claim_run("worker-1", now=NOON)
    late = NOON + LEASE + timedelta(seconds=1)
    again = claim_run("worker-2", now=late)
    assert again == run
    assert (again.claimed_by, again.attempts, again.lease_until) == ("worker-2", 2, late + LEASE)
    assert again.started_at == NOON


def test_a_run_that_its_workers_never_finish_is_given_up_and_the_next_is_claimed():
    hopeless, next_one = refresh(make_contest("tea")), refresh(make_contest("coffee"))
    Run.objects.filter(pk=hopeless.pk).update(message="It was like this before.")
    now = NOON
    for attempt in range(1, MOST_ATTEMPTS + 1):
        found = claim_run(f"worker-{attempt}", now=now)
        assert (found, found.attempts) == (hopeless, attempt)
        now += LEASE + timedelta(seconds=1)
    assert claim_run("worker-6", now=now) == next_one
    hopeless.refresh_from_db()
    assert (hopeless.state, hopeless.attempts) == (RunState.FAILED, MOST_ATTEMPTS)
    assert hopeless.message == "Given up after 5 attempts. It was like this before."
    assert hopeless.finished_at is not None
    assert hopeless.lease_until is None


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_at_the_same_moment_exactly_one_gets_a_run():
    run = refresh()
    found = at_once(8, lambda k: claim_run(f"worker-{k}"))
    [winner] = [claim for claim in found if claim is not None]
    run.refresh_from_db()
    assert winner == run
    assert (run.claimed_by, run.attempts) == (winner.claimed_by, 1)


@pytest.mark.django_db(transaction=True)
def test_as_many_workers_as_runs_get_one_each():
    runs = {refresh(make_contest(f"contest-{k}")) for k in range(6)}
    found = at_once(6, lambda k: [claim for _ in range(6) if (claim := claim_run(f"worker-{k}")) is not None])
    claims = [run for hand in found for run in hand]
    assert len(claims) == 6
    assert set(claims) == runs
    assert set(Run.objects.values_list("attempts", flat=True)) == {1}


@pytest.mark.django_db(transaction=True)
def test_a_lease_that_ran_out_is_taken_over_by_exactly_one():
    run = refresh()
    claim_run("gone", now=NOON)
    found = at_once(6, lambda k: claim_run(f"worker-{k}", now=NOON + 2 * LEASE))
    assert sum(claim is not None for claim in found) == 1
    run.refresh_from_db()
    assert run.attempts == 2


# --- Performing ------------------------------------------------------------------------------------
def test_responses_are_generated_and_counted(endpoint):
    run = claimed(request_run(RunKind.GENERATE, unanswered_contest(3)))
    with endpoint(completion()):
        done = perform_run(run)
    assert (done.state, done.message) == (RunState.DONE, "3 of 3 missing responses written.")
    assert (done.total, done.done, Response.objects.count()) == (3, 3, 3)
    assert done.finished_at >= done.started_at
    assert done.lease_until is None


def test_failures_within_a_run_are_told_in_its_message(endpoint):
    run = claimed(request_run(RunKind.GENERATE, unanswered_contest(2)))
    with endpoint(GONE, completion()):
        done = perform_run(run)
    assert done.state == RunState.DONE
    assert done.message.startswith("1 of 2 missing responses written. 1 failed, the first: one on q0: The endpoint")
    assert (done.total, done.done) == (2, 2)


def test_a_judge_judges_as_many_battles_as_were_asked_for(endpoint):
    judge = make_judge(provider="somewhere")
    run = claimed(request_run(RunKind.JUDGE, make_arena(), judge=judge, parameters={"battles": 2}))
    with endpoint(completion("VERDICT: A")):
        done = perform_run(run)
    assert (done.state, done.total, done.done) == (RunState.DONE, 2, 2)
    assert done.message == "2 votes on 2 battles; orders disagreed on 2."
    assert Vote.objects.filter(battle__rater__judge=judge).count() == 2


def test_a_judge_whose_provider_is_gone_fails_the_run_and_keeps_what_was_judged(endpoint):
    judge = make_judge(provider="somewhere")
    run = claimed(request_run(RunKind.JUDGE, make_arena(), judge=judge, parameters={"battles": 4}))
    with endpoint(completion("VERDICT: A"), completion("VERDICT: B"), GONE):
        done = perform_run(run)
    assert (done.state, done.done, Vote.objects.count()) == (RunState.FAILED, 1, 1)
    assert done.message.startswith("ServiceError: Stopped after 1 votes: somewhere gives no answer: provider: ")
    assert set(Battle.objects.values_list("state", flat=True)) == {BattleState.VOTED, BattleState.SERVED}


def test_a_refresh_tells_of_every_board():
    contest = make_arena(contestants=2, prompts=1)
    one, two = contest.contestants.order_by("id")
    for outcome in ("A", "B"):
        vote_between(contest, one, two, outcome)
    Board.objects.create(contest=contest, slug="simulated", name="Simulated", rater_kind="simulated", position=5)
    done = perform_run(claimed(refresh(contest)))
    assert done.state == RunState.DONE
    published, problem = done.message.split(" ", 2)[1], Board.objects.get(slug="simulated").problem
    assert published == "published."
    assert done.message == f"human: published. simulated: {problem}."
    assert Snapshot.objects.count() == 1
    assert perform_run(claimed(refresh(contest))).message.startswith("human: unchanged. ")


def test_an_error_is_the_message_of_its_run(settings):
    settings.VERSUS_PROVIDERS = {}
    done = perform_run(claimed(request_run(RunKind.GENERATE, unanswered_contest())))
    assert done.state == RunState.FAILED
    assert done.message.startswith("ProviderError: Unknown provider 'somewhere'")
    assert done.lease_until is None
    assert claim_run() is None


def test_an_error_of_any_kind_ends_the_run_and_not_the_worker():
    judge = make_judge(kind=JudgeKind.REFERENCE)
    run = claimed(request_run(RunKind.JUDGE, make_arena(), judge=judge, parameters={"battles": "many"}))
    assert perform_run(run).message == "ValueError: invalid literal for int() with base 10: 'many'"


@pytest.mark.django_db(transaction=True)
def test_the_lease_is_renewed_step_by_step(endpoint):
    run = request_run(RunKind.GENERATE, unanswered_contest(2))
    run = claim_run("worker-1", now=timezone.now() - LEASE + timedelta(minutes=1))
    leases = [run.lease_until]
    look = Meanwhile(completion().body, act=lambda: leases.append(Run.objects.get(pk=run.pk).lease_until))
    with endpoint(look):
        perform_run(run)
    assert len(leases) == 3
    assert leases[0] < leases[1] < leases[2]
    assert leases[1] > timezone.now() + LEASE - timedelta(minutes=2)


# --- Cancelling and losing -------------------------------------------------------------------------
def test_a_run_that_waits_is_cancelled_once():
    run = refresh()
    assert cancel_run(run)
    assert not cancel_run(run)
    run.refresh_from_db()
    assert (run.state, run.message) == (RunState.CANCELLED, "Cancelled.")
    assert run.finished_at is not None
    assert claim_run() is None


@pytest.mark.parametrize("state", [RunState.DONE, RunState.FAILED])
def test_what_has_ended_cannot_be_cancelled(state):
    run = refresh()
    Run.objects.filter(pk=run.pk).update(state=state)
    assert not cancel_run(run)
    run.refresh_from_db()
    assert run.state == state


@pytest.mark.django_db(transaction=True)
def test_a_cancelled_run_stops_at_its_next_step_and_keeps_what_is_done(endpoint):
    run = claimed(request_run(RunKind.GENERATE, unanswered_contest(5)))
    cancelling = Meanwhile(completion("Two.").body, act=lambda: cancel_run(run))
    with endpoint(completion("One."), cancelling, completion("Three.")) as asked:
        done = perform_run(run)
    assert (done.state, done.message) == (RunState.CANCELLED, "Cancelled.")
    assert len(asked.asked) == 2
    assert list(Response.objects.order_by("id").values_list("text", flat=True)) == ["One.", "Two."]
    assert (done.total, done.done) == (5, 1)


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_lost_its_lease_stops_and_leaves_the_row_to_the_other(endpoint):
    run = claimed(request_run(RunKind.GENERATE, unanswered_contest(5)))
    taking = Meanwhile(completion().body, act=lambda: claim_run("worker-2", now=timezone.now() + 2 * LEASE))
    with endpoint(taking) as asked:
        left = perform_run(run)
    assert len(asked.asked) == 1
    assert (left.state, left.claimed_by, left.attempts) == (RunState.RUNNING, "worker-2", 2)
    assert left.finished_at is None
    with endpoint(completion()) as asked:
        done = perform_run(left)
    assert len(asked.asked) == 4
    assert (done.state, done.message) == (RunState.DONE, "4 of 4 missing responses written.")


def test_a_run_cut_off_in_the_middle_is_claimed_and_goes_on(endpoint):
    run = request_run(RunKind.GENERATE, unanswered_contest(3))
    claim_run("killed", now=NOON)
    with endpoint(completion()) as asked:
        make_answer(run.contest)
        done = perform_run(claim_run("worker-2"))
    assert len(asked.asked) == 2
    assert (done.state, done.attempts, done.total) == (RunState.DONE, 2, 2)


def make_answer(contest: Contest) -> Response:
    """What a worker wrote before it was killed."""
    prompt, who = contest.prompts.order_by("id")[0], contest.contestants.get()
    return Response.objects.create(contest=contest, prompt=prompt, contestant=who, text="One.", origin="generated")


def test_a_run_cancelled_between_claim_and_work_does_nothing(settings):
    settings.VERSUS_PROVIDERS = {}
    run = claimed(request_run(RunKind.GENERATE, unanswered_contest()))
    cancel_run(run)
    done = perform_run(run)
    assert (done.state, done.message) == (RunState.CANCELLED, "Cancelled.")
