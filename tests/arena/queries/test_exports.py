"""A whole contest leaves without the names of its voters, and comes back as it left."""

from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from arena.exchange.bundle import CallRecord, ContestBundle
from arena.exchange.checks import check_bundle
from arena.models import (
    Battle,
    Category,
    Contest,
    Contestant,
    ContestantState,
    ContestState,
    Judge,
    JudgeCall,
    Prompt,
    PromptState,
    Rater,
    RaterKind,
    Response,
    ResponseOrigin,
    Vote,
)
from arena.queries.exports import export_bundle, rater_key
from arena.queries.tally import pair_counts
from arena.services.imports import import_bundle
from arena.services.leaderboards import ensure_boards
from tests.factories import (
    make_arena,
    make_battle,
    make_contest,
    make_contestant,
    make_judge,
    make_prompt,
    make_rater,
    make_response,
    make_user,
    make_vote,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database]

WHEN = datetime(2024, 2, 29, 12, 30, 15, 123456, tzinfo=UTC)
VOIDED = {"voided_at": WHEN, "void_reason": "a test"}


def rich_contest() -> Contest:
    """A contest in which every column has a value of its own."""
    contest = make_contest(
        "tea",
        question="Which cup?",
        description="About *tea*.",
        instructions="Sip.",
        language="pt-BR",
        kind="correctness",
        state=ContestState.CLOSED,
        simulated=True,
        attribution="CC0",
    )
    short, hard = (Category.objects.create(contest=contest, slug=slug, name=slug.title()) for slug in ("short", "hard"))
    one = make_contestant(
        contest,
        "One",
        description="First",
        system_prompt="Be brief.",
        sampling={"temperature": 0.5, "top_k": 3},
        organisation="House",
        licence="MIT",
        true_strength=0.25,
    )
    two = make_contestant(contest, "Two", state=ContestantState.RETIRED)
    make_contestant(contest, "Three", state=ContestantState.PAUSED)
    turns = [{"role": "user", "content": "Hello."}]
    first = make_prompt(contest, "First?", turns=turns, language="de", reference="Yes.", tests=[{"contains": "Yes"}])
    first.categories.add(short, hard)
    make_prompt(contest, "Junk", state=PromptState.JUNK, state_reason="spam")
    second = make_prompt(contest, "Second?", state=PromptState.SUSPECT, state_reason="odd")
    for prompt in (first, second):
        for who in (one, two):
            make_response(prompt, who)
    make_response(
        first,
        one,
        "Once more.",
        sample=1,
        finish_reason="stop",
        prompt_tokens=3,
        completion_tokens=4,
        latency_ms=1.5,
        mean_logprob=-0.25,
        settings={"seed": 1},
        origin=ResponseOrigin.GENERATED,
    )
    _rich_votes(contest, first, second)
    return contest


def _rich_votes(contest: Contest, first: Prompt, second: Prompt) -> None:
    a, again, b = first.responses.order_by("contestant__slug", "sample")
    account = Rater.objects.create(kind=RaterKind.HUMAN, user=make_user("alice", email="alice@example.org"))
    drawn = {"policy": "information/1", "branch": "floor", "propensity": 0.25, "reason": {"branch": "floor"}}
    battle = make_battle(contest, account, prompt=first, responses=(b, again), served_at=WHEN, **drawn)
    make_vote(battle, "TIE", tags=["clear"], comment="Both fine.", duration_ms=1_500)
    browser = Rater.objects.create(kind=RaterKind.HUMAN, browser_key="b" * 40)
    make_vote(make_battle(contest, browser, prompt=first, responses=(a, b)), "A", **VOIDED)
    external = make_rater(RaterKind.SIMULATED, external_key="sim:7")
    weak = {"integrity_weight": 0.25, "integrity_reason": "too_fast"}
    make_vote(make_battle(contest, external, prompt=second), "B", **weak)
    for version in (1, 2):
        judge = make_judge("strict", version=version, provider="p", model="m", prompt="{prompt}", settings={"x": [1]})
        battle = make_battle(contest, make_rater(RaterKind.JUDGE, judge=judge), prompt=first, responses=(a, b))
        make_vote(battle, "BOTH_BAD")
        asked = {"battle": battle, "judge": judge}
        JudgeCall.objects.create(**asked, order="AB", failure="timed out")
        told = {"raw_text": "Bad.", "prompt_tokens": 5, "completion_tokens": 2, "latency_ms": 9.5, "preference": 0.5}
        JudgeCall.objects.create(**asked, order="AB", attempt=2, verdict="BOTH_BAD", details={"seed": 3}, **told)
        JudgeCall.objects.create(**asked, order="BA", verdict="BOTH_BAD")
    make_battle(contest, external, prompt=first, responses=(a, b))


def wipe() -> None:
    """As on another server."""
    for model in (JudgeCall, Vote, Battle, Response, Prompt, Contestant, Category, Contest, Rater, Judge):
        model._default_manager.all().delete()


def without_keys(bundle: ContestBundle) -> dict[str, Any]:
    """A bundle in which a rater is what it is and not how it is called."""
    who = {rater.key: (rater.kind, rater.judge, rater.judge_version) for rater in bundle.raters}
    plain = asdict(replace(bundle, raters=(), votes=()))
    plain["raters"] = sorted(who.values())
    plain["votes"] = [{**asdict(vote), "rater": who[vote.rater]} for vote in bundle.votes]
    return plain


def test_a_contest_comes_back_as_it_left():
    left = export_bundle(rich_contest())
    wipe()
    report = import_bundle(left, slug="tea")
    back = export_bundle(report.contest)
    assert without_keys(back) == without_keys(left)
    assert report.created["votes"] == len(left.votes) == 5
    assert report.unchanged["votes"] == 0


def test_a_second_journey_keeps_the_keys_of_raters():
    left = export_bundle(rich_contest())
    wipe()
    once = export_bundle(import_bundle(left, slug="tea").contest)
    wipe()
    twice = export_bundle(import_bundle(once, slug="tea").contest)
    people = [[rater for rater in bundle.raters if not rater.judge] for bundle in (once, twice)]
    assert people[0] == people[1]
    assert [rater.key for rater in people[0]] == sorted(rater.key for rater in people[0])


def test_boards_count_the_same_after_the_journey():
    contest = rich_contest()
    before = [pair_counts(board) for board in ensure_boards(contest)]
    left = export_bundle(contest)
    contest.boards.all().delete()
    wipe()
    boards = ensure_boards(import_bundle(left, slug="tea").contest)
    after = [pair_counts(board) for board in boards]
    assert [board.slug for board in boards] == ["human", "simulated", "strict", "strict-v2"]
    for one, other in zip(before, after, strict=True):
        assert one.items == other.items
        assert one.wins.tolist() == other.wins.tolist()
        assert one.ties.tolist() == other.ties.tolist()
        assert one.both_bad.tolist() == other.both_bad.tolist()
        assert one.wins_squared.tolist() == other.wins_squared.tolist()


def test_an_export_imported_where_it_came_from_writes_no_fact_again():
    contest = rich_contest()
    report = import_bundle(export_bundle(contest), slug="tea")
    again = {name: n for name, n in report.created.items() if name != "raters"}
    assert set(again.values()) == {0}
    assert Vote.objects.count() == 5


def test_the_records_of_an_export_fit_together():
    assert check_bundle(export_bundle(rich_contest())) == []


def test_voided_votes_and_weights_leave_with_their_reasons():
    votes = {vote.outcome: vote for vote in export_bundle(rich_contest()).votes}
    assert (votes["A"].voided_at, votes["A"].void_reason) == (WHEN, "a test")
    assert (votes["B"].integrity_weight, votes["B"].integrity_reason) == (0.25, "too_fast")
    assert (votes["TIE"].voided_at, votes["TIE"].integrity_weight) == (None, 1.0)


def test_a_vote_leaves_with_the_battle_as_it_was_shown():
    contest = rich_contest()
    vote = next(vote for vote in export_bundle(contest).votes if vote.outcome == "TIE")
    battle = Battle.objects.get(vote__outcome="TIE")
    assert (vote.key, vote.prompt) == (battle.public_id, battle.prompt.slug)
    assert (vote.contestant_a, vote.sample_a, vote.contestant_b, vote.sample_b) == ("two", 0, "one", 1)
    assert (vote.policy, vote.branch, vote.propensity, vote.reason) == (
        "information/1",
        "floor",
        0.25,
        {"branch": "floor"},
    )
    assert (vote.served_at, vote.voted_at) == (WHEN, battle.closed_at)
    assert (vote.tags, vote.comment, vote.duration_ms) == (("clear",), "Both fine.", 1_500)


def test_judges_leave_with_every_call_failures_included():
    bundle = export_bundle(rich_contest())
    assert [(judge.slug, judge.version) for judge in bundle.judges] == [("strict", 1), ("strict", 2)]
    calls = [vote.calls for vote in bundle.votes if vote.outcome == "BOTH_BAD"]
    assert [len(told) for told in calls] == [3, 3]
    assert calls[0][0] == CallRecord("AB", failure="timed out")
    assert (calls[0][1].attempt, calls[0][1].preference, calls[0][1].details) == (2, 0.5, {"seed": 3})


def test_states_leave_with_what_they_are_states_of():
    bundle = export_bundle(rich_contest())
    assert bundle.contest.state == "closed"
    assert {row.slug: row.state for row in bundle.contestants} == {"one": "active", "three": "paused", "two": "retired"}
    assert {row.text: (row.state, row.state_reason) for row in bundle.prompts} == {
        "First?": ("good", ""),
        "Junk": ("junk", "spam"),
        "Second?": ("suspect", "odd"),
    }
    assert bundle.prompts[0].categories == ("hard", "short")


def test_nothing_in_an_export_names_a_voter():
    contest = rich_contest()
    account = Rater.objects.get(user__isnull=False)
    text = repr(export_bundle(contest))
    for secret in ("alice", "example.org", "b" * 40, *Battle.objects.values_list("token", flat=True)):
        assert secret not in text
    assert account.public_id in text


def test_raters_are_opaque_keys_or_where_they_came_from():
    contest = rich_contest()
    keys = {rater.key: rater for rater in export_bundle(contest).raters}
    assert keys["sim:7"].kind == "simulated"
    assert set(keys) - {"sim:7"} == set(Rater.objects.filter(external_key=None).values_list("public_id", flat=True))
    assert rater_key(Rater.objects.get(browser_key="b" * 40)) in keys


def test_only_raters_who_voted_here_leave():
    contest, other = make_arena(slug="tea"), make_arena(slug="coffee")
    make_vote(make_battle(contest, make_rater(external_key="voted")), "A")
    make_battle(contest, make_rater(external_key="looked"))
    make_vote(make_battle(other, make_rater(external_key="elsewhere")), "A")
    bundle = export_bundle(contest)
    assert [rater.key for rater in bundle.raters] == ["voted"]
    assert len(bundle.votes) == 1


def test_a_contest_without_anything_is_a_bundle_without_anything():
    bundle = export_bundle(make_contest())
    assert (bundle.contest.name, list(bundle.contestants), list(bundle.votes), list(bundle.raters)) == (
        "Tea",
        [],
        [],
        [],
    )


def test_an_export_takes_as_many_queries_for_many_rows_as_for_few(django_assert_num_queries):
    for slug, size in (("small", 2), ("large", 5)):
        contest = make_arena(contestants=size, prompts=size, slug=slug)
        for prompt in contest.prompts.all():
            for outcome in ("A", "B"):
                make_vote(make_battle(contest, prompt=prompt), outcome)
        # Categories, criteria, contestants, prompts with theirs, responses, judges, raters, votes, calls.
        with django_assert_num_queries(12):
            assert len(export_bundle(contest).votes) == 2 * size
