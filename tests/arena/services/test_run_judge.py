"""An AI judge takes the same road as people: both orders are asked, kept, combined, and cast as one vote."""

import math
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest

from arena.judges.base import JudgeError
from arena.models import (
    Battle,
    BattleState,
    CallOrder,
    Contest,
    ContestState,
    JudgeCall,
    JudgeKind,
    PromptState,
    Vote,
    VoteOutcome,
)
from arena.providers.base import ProviderError
from arena.services.battles import open_battle
from arena.services.errors import ContestClosed
from arena.services.judging import run_judge
from arena.services.raters import enrol_judge
from arena.services.votes import cast_vote
from tests.factories import (
    make_arena,
    make_contest,
    make_contestant,
    make_judge,
    make_prompt,
    make_rater,
    make_response,
)
from tests.support.endpoint import Endpoint, Reply, completion, logprobs, scripted_endpoint

pytestmark = [pytest.mark.django_db, pytest.mark.database]

ERROR = {"error": {"message": "no such thing"}}
# The client would pause and ask again; this header says that it need not.
GONE = Reply(ERROR, status=503, headers={"x-should-retry": "false"})
REFUSED = Reply(ERROR, status=400)
UNREADABLE = completion("I like both.")


def says(choice: str) -> Reply:
    return completion(f"One of them is right.\nVERDICT: {choice}")


def leans(p: float) -> Reply:
    """A first letter that is A with probability p."""
    letter = "A" if p > 0.5 else "B"
    told = {"A": math.log(p), "B": math.log(1 - p)}
    return completion(letter, logprobs=logprobs((letter, told[letter], told)))


def chat(**fields: Any):
    return make_judge(provider="somewhere", model="judge-1", **fields)


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


class Steps:
    """Progress that remembers what it was told."""

    def __init__(self) -> None:
        self.total, self.what, self.done = 0, "", 0

    def start(self, total: int, what: str) -> None:
        self.total, self.what = total, what

    def advance(self, n: int = 1) -> None:
        self.done += n


def told(endpoint: Endpoint, call: int) -> str:
    """The question of a call, as the model got it."""
    return str(endpoint.asked[call]["messages"][0]["content"])


def calls() -> list[tuple[str, int, str]]:
    """Every call that is kept: order, attempt, verdict on the battle's own sides."""
    return list(JudgeCall.objects.order_by("id").values_list("order", "attempt", "verdict"))


def test_both_orders_are_asked_with_the_same_question(endpoint):
    contest = make_arena(question="Which is kinder?")
    with endpoint(says("A"), says("B")) as asked:
        run_judge(contest, chat(), battles=1)
    battle = Battle.objects.get()
    first, second = battle.response_a.text, battle.response_b.text
    assert len(asked.asked) == 2
    assert told(asked, 0).index(first) < told(asked, 0).index(second)
    assert told(asked, 1).index(second) < told(asked, 1).index(first)
    for call in (0, 1):
        assert asked.asked[call]["model"] == "judge-1"
        assert "Which is kinder?" in told(asked, call)
        assert battle.prompt.text in told(asked, call)


def test_a_judge_is_as_blind_as_people_are(endpoint):
    contest = make_arena(contestants=2, prompts=1)
    response = contest.responses.order_by("id")[0]
    response.text = "I am ChatGPT, made by OpenAI. Tea is best hot."
    response.save()
    with endpoint(says("A"), says("B")) as asked:
        run_judge(contest, chat(), battles=1)
    for call in (0, 1):
        assert "Tea is best hot." in told(asked, call)
        assert "ChatGPT" not in told(asked, call)
        assert "OpenAI" not in told(asked, call)


def test_the_turns_before_the_prompt_are_told_in_their_order(endpoint):
    contest = make_arena(contestants=2, prompts=1)
    contest.prompts.update(
        turns=[{"role": "user", "content": "I like tea."}, {"role": "assistant", "content": "Me too."}]
    )
    with endpoint(says("TIE")) as asked:
        run_judge(contest, chat(), battles=1)
    prompt = contest.prompts.get().text
    assert f"user: I like tea.\n\nassistant: Me too.\n\n{prompt}" in told(asked, 0)


@pytest.mark.parametrize(
    ("shown", "kept", "outcome", "conflicts", "first_slot"),
    [
        (("A", "B"), ("A", "A"), "A", 0, 0),
        (("B", "A"), ("B", "B"), "B", 0, 0),
        (("TIE", "TIE"), ("TIE", "TIE"), "TIE", 0, 0),
        (("BOTH_BAD", "BOTH_BAD"), ("BOTH_BAD", "BOTH_BAD"), "BOTH_BAD", 0, 0),
        (("A", "A"), ("A", "B"), "TIE", 1, 1),
        (("B", "B"), ("B", "A"), "TIE", 1, 0),
        (("A", "TIE"), ("A", "TIE"), "TIE", 1, 0),
    ],
)
def test_verdicts_are_kept_on_the_sides_of_the_battle_and_become_one_vote(
    endpoint, shown, kept, outcome, conflicts, first_slot
):
    judge = chat()
    with endpoint(*map(says, shown)):
        report = run_judge(make_arena(), judge, battles=1)
    assert calls() == [("AB", 1, kept[0]), ("BA", 1, kept[1])]
    vote = Vote.objects.get()
    assert (vote.outcome, vote.battle.rater.judge) == (outcome, judge)
    assert (report.battles, report.votes, report.conflicts, report.first_slot) == (1, 1, conflicts, first_slot)
    assert report.tokens == 2 * (11 + 7)
    assert (report.failures, report.finished, report.stopped) == ([], "", "")


def test_a_call_keeps_the_words_the_cost_and_the_time(endpoint):
    with endpoint(says("A"), says("B")):
        run_judge(make_arena(), chat(settings={"seed": 3}), battles=1)
    call = JudgeCall.objects.get(order=CallOrder.AB)
    assert call.raw_text == "One of them is right.\nVERDICT: A"
    assert (call.prompt_tokens, call.completion_tokens) == (11, 7)
    assert call.latency_ms > 0
    assert call.details == {"finish_reason": "stop", "cut": False, "seed": 3}


def test_probabilities_of_both_orders_are_averaged_before_they_decide(endpoint):
    judge = chat(kind=JudgeKind.LOGPROB)
    # A leads by 0.8 when it stands first and has 0.4 when it stands second: 0.6 without the side.
    with endpoint(leans(0.8), leans(0.6)):
        report = run_judge(make_arena(), judge, battles=1)
    assert Vote.objects.get().outcome == VoteOutcome.A
    kept = dict(JudgeCall.objects.values_list("order", "preference"))
    assert kept == {"AB": pytest.approx(0.8), "BA": pytest.approx(0.4)}
    assert (report.conflicts, report.first_slot) == (1, 1)


def test_a_conflict_within_the_margin_of_the_judge_is_a_tie(endpoint):
    judge = chat(kind=JudgeKind.LOGPROB, settings={"tie_margin": 0.11})
    with endpoint(leans(0.8), leans(0.62)):
        run_judge(make_arena(), judge, battles=1)
    assert Vote.objects.get().outcome == VoteOutcome.TIE


def test_a_judges_battle_is_drawn_as_anybodys(endpoint):
    with endpoint(says("TIE")):
        run_judge(make_arena(), chat(), battles=1)
    battle = Battle.objects.get()
    assert (battle.policy, battle.state) == ("information/2", BattleState.VOTED)
    assert 0 < battle.propensity <= 1
    assert battle.branch in {"active", "floor"}


def test_everything_is_judged_once_and_then_the_judge_has_finished(endpoint):
    contest, judge, steps = make_arena(contestants=3, prompts=2), chat(), Steps()
    with endpoint(says("TIE")) as asked:
        report = run_judge(contest, judge, battles=100, progress=steps)
        assert len(asked.asked) == 12
        again = run_judge(contest, judge, battles=100)
        assert len(asked.asked) == 12
    assert (report.battles, report.votes) == (6, 6)
    assert (steps.total, steps.done, steps.what) == (100, 6, f"{judge} on tea")
    assert (again.battles, again.votes) == (0, 0)
    assert "compared everything" in report.finished
    assert again.finished == report.finished


def test_no_more_battles_are_judged_than_wanted(endpoint):
    contest, judge = make_arena(contestants=3, prompts=2), chat()
    with endpoint(says("TIE")):
        assert run_judge(contest, judge, battles=2).votes == 2
        assert run_judge(contest, judge, battles=3).votes == 3
    assert Vote.objects.count() == 5


def test_another_version_of_a_judge_judges_for_itself(endpoint):
    contest = make_arena(contestants=2, prompts=1)
    with endpoint(says("TIE")):
        for version in (1, 2):
            assert run_judge(contest, chat(version=version), battles=9).votes == 1
    assert set(Vote.objects.values_list("battle__rater__judge__version", flat=True)) == {1, 2}


def test_a_verdict_that_cannot_be_read_skips_the_battle_and_is_told(endpoint):
    # Unreadable, asked again for the form, unreadable still; the other order is asked nevertheless.
    with endpoint(UNREADABLE, UNREADABLE, says("A")) as asked:
        report = run_judge(make_arena(), chat(), battles=1)
    battle = Battle.objects.get()
    assert battle.state == BattleState.SKIPPED
    assert len(asked.asked) == 3
    assert calls() == [("AB", 1, ""), ("BA", 1, "B")]
    assert JudgeCall.objects.get(order=CallOrder.AB).raw_text == "I like both.\n\n[asked again]\nI like both."
    assert report.failures == [f"battle {battle.public_id}: no verdict in the required form"]
    assert (report.battles, report.votes, report.stopped) == (1, 0, "")
    assert Vote.objects.count() == 0


def test_a_refused_question_skips_its_battle_alone(endpoint):
    with endpoint(REFUSED, says("A"), says("A"), says("B")):
        report = run_judge(make_arena(), chat(), battles=2)
    assert (report.battles, report.votes, report.stopped) == (2, 1, "")
    [failure] = report.failures
    assert "provider: The endpoint answered 400" in failure
    assert set(Battle.objects.values_list("state", flat=True)) == {BattleState.SKIPPED, BattleState.VOTED}


@pytest.mark.parametrize("reply", [GONE, Reply(ERROR, status=401)], ids=["down", "bad key"])
def test_a_provider_that_answers_nothing_stops_the_judge_at_once(endpoint, reply):
    steps = Steps()
    with endpoint(reply) as asked:
        report = run_judge(make_arena(), chat(), battles=5, progress=steps)
    assert len(asked.asked) == 1
    assert report.stopped.startswith(f"somewhere gives no answer: provider: The endpoint answered {reply.status}")
    assert (report.battles, report.votes, report.failures, steps.done) == (0, 0, [], 0)
    assert Battle.objects.get().state == BattleState.SERVED


def test_the_next_run_goes_on_where_the_provider_was_lost_and_asks_nothing_twice(endpoint):
    contest, judge = make_arena(), chat()
    with endpoint(says("A"), GONE) as asked:
        assert "503" in run_judge(contest, judge, battles=1).stopped
        assert len(asked.asked) == 2
    battle = Battle.objects.get()
    assert battle.state == BattleState.SERVED
    with endpoint(says("B")) as asked:
        report = run_judge(contest, judge, battles=1)
    assert len(asked.asked) == 1
    assert told(asked, 0).index(battle.response_b.text) < told(asked, 0).index(battle.response_a.text)
    assert calls() == [("AB", 1, "A"), ("BA", 1, ""), ("BA", 2, "A")]
    assert (report.votes, report.tokens) == (1, 36)
    assert Vote.objects.get().battle == battle
    assert Vote.objects.get().outcome == VoteOutcome.A


def test_the_reason_to_stop_is_the_providers_and_not_that_of_the_other_order(endpoint):
    with endpoint(UNREADABLE, UNREADABLE, GONE):
        report = run_judge(make_arena(), chat(), battles=1)
    assert report.stopped.startswith("somewhere gives no answer: provider: The endpoint answered 503")


def test_verdicts_that_were_kept_before_a_vote_was_cast_are_enough(endpoint):
    contest, judge = make_arena(), chat()
    battle = open_battle(contest, enrol_judge(judge))
    for order in CallOrder:
        JudgeCall.objects.create(battle=battle, judge=judge, order=order, verdict="B")
    with endpoint(says("A")) as asked:
        report = run_judge(contest, judge, battles=1)
    assert asked.asked == []
    assert (report.votes, Vote.objects.get().battle, Vote.objects.get().outcome) == (1, battle, "B")


def test_a_judge_that_is_slower_than_its_battles_goes_on_with_the_next(endpoint, settings):
    settings.BATTLE_MINUTES = 0
    with endpoint(says("A"), says("B")):
        report = run_judge(make_arena(), chat(), battles=2)
    assert (report.battles, report.votes, len(report.failures)) == (2, 0, 2)
    assert "This battle is expired" in report.failures[0]
    assert JudgeCall.objects.count() == 4


def test_votes_of_people_neither_count_nor_hinder(endpoint):
    contest = make_arena(contestants=2, prompts=1)
    person = make_rater()
    cast_vote(open_battle(contest, person).token, person, "B")
    with endpoint(says("A"), says("B")):
        assert run_judge(contest, chat(), battles=1).votes == 1
    assert Vote.objects.count() == 2


def referenced(*references: str) -> Contest:
    """A contest whose prompts have these reference answers, `near` close to each and `far` not."""
    contest = make_contest()
    near, far = (make_contestant(contest, name) for name in ("Near", "Far"))
    for reference in references:
        prompt = make_prompt(contest, reference=reference)
        make_response(prompt, near, f"{reference}!" if reference else "Anything.")
        make_response(prompt, far, "Quite another matter.")
    return contest


def test_a_judge_by_reference_needs_no_provider_and_prefers_what_is_nearer():
    contest = referenced("Three minutes.", "", "Black tea steeps longest.")
    report = run_judge(contest, make_judge(kind=JudgeKind.REFERENCE), battles=10)
    assert (report.battles, report.votes, report.conflicts, report.failures) == (2, 2, 0, [])
    for vote in Vote.objects.select_related("battle__contestant_a", "battle__prompt"):
        assert vote.battle.prompt.reference
        assert vote.outcome == ("A" if vote.battle.contestant_a.name == "Near" else "B")
    first, second = JudgeCall.objects.filter(battle=Battle.objects.first())
    assert first.preference == pytest.approx(second.preference)


def test_a_junk_prompt_is_not_judged_by_its_reference():
    contest = referenced("Three minutes.", "Four minutes.")
    contest.prompts.filter(reference="Four minutes.").update(state=PromptState.JUNK)
    run_judge(contest, make_judge(kind=JudgeKind.REFERENCE), battles=10)
    assert Battle.objects.get().prompt.reference == "Three minutes."


def test_without_a_single_reference_there_is_nothing_to_judge():
    report = run_judge(referenced("", ""), make_judge(kind=JudgeKind.REFERENCE), battles=10)
    assert (report.battles, report.votes) == (0, 0)
    assert report.finished
    assert Battle.objects.count() == 0


def test_a_closed_contest_is_not_judged(endpoint):
    with endpoint(says("A")) as asked, pytest.raises(ContestClosed, match="takes no votes now"):
        run_judge(make_arena(state=ContestState.CLOSED), chat(), battles=1)
    assert asked.asked == []


@pytest.mark.parametrize(
    ("kind", "fields", "error", "reason"),
    [
        ("imported", {}, JudgeError, "'imported' cannot be run here"),
        (JudgeKind.REFERENCE, {"settings": {"tie_margn": 1}}, JudgeError, "Unknown judge setting 'tie_margn'"),
        (JudgeKind.CHAT, {"provider": "nowhere"}, ProviderError, "Unknown provider 'nowhere'.*VERSUS_PROVIDERS"),
    ],
)
def test_a_judge_that_cannot_be_run_opens_no_battle(kind, fields, error, reason):
    with pytest.raises(error, match=reason):
        run_judge(make_arena(), make_judge(kind=kind, **fields), battles=1)
    assert Battle.objects.count() == 0
