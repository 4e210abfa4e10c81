"""A contest comes in whole or not at all, once, and may grow; facts that are there are not overwritten."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from arena.exchange.bundle import (
    CallRecord,
    CategoryRecord,
    ContestantRecord,
    ContestBundle,
    ContestRecord,
    JudgeRecord,
    PromptRecord,
    RaterRecord,
    ResponseRecord,
    VoteRecord,
)
from arena.exchange.errors import BadFile
from arena.models import Battle, BattleState, Contest, Judge, JudgeCall, Prompt, Rater, Response, Vote
from arena.queries.exports import export_bundle
from arena.queries.tally import pair_counts
from arena.services.battles import open_battle
from arena.services.errors import ServiceError
from arena.services.imports import BATCH, battle_id, import_bundle
from arena.services.leaderboards import ensure_boards
from arena.services.votes import cast_vote, void_vote
from tests.factories import make_arena, make_rater, make_user, vote_between

pytestmark = [pytest.mark.django_db, pytest.mark.database]

NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)
CONTESTANTS = ("assam", "ceylon", "darjeeling")
PROMPTS = ("cold", "warm")
VOTE = VoteRecord("v1", "1", "cold", "assam", "ceylon", "A")


def tea(**changes: Any) -> ContestBundle:
    """Three contestants on two prompts, with three voters (two people and a judge) and two votes."""
    bundle = ContestBundle(
        contest=ContestRecord("Tea"),
        categories=[CategoryRecord("weather", "Weather")],
        contestants=[ContestantRecord(slug, slug.title()) for slug in CONTESTANTS],
        prompts=[PromptRecord(slug, f"What is good when it is {slug}?", categories=("weather",)) for slug in PROMPTS],
        responses=[ResponseRecord(p, c, f"{c.title()}, when it is {p}.") for p in PROMPTS for c in CONTESTANTS],
        judges=[JudgeRecord("taster", "Taster", "imported")],
        raters=[RaterRecord("1"), RaterRecord("2"), RaterRecord("taster", "judge", judge="taster")],
        votes=[VOTE, VoteRecord("v2", "taster", "warm", "ceylon", "darjeeling", "TIE")],
    )
    return replace(bundle, **changes)


def voted(*votes: VoteRecord) -> ContestBundle:
    return tea(votes=votes)


def many_votes(number: int) -> ContestBundle:
    return voted(*(replace(VOTE, key=str(k), voted_at=NOON + timedelta(seconds=k)) for k in range(number)))


def rows() -> dict[str, int]:
    """How many rows every table of the arena has."""
    return {model.__name__: model._default_manager.count() for model in apps.get_app_config("arena").get_models()}


class Watch:
    """Progress that remembers what it was told, and is interrupted after so many steps if wanted."""

    def __init__(self, stop_after: float = float("inf")) -> None:
        self.total, self.stop_after = 0, stop_after
        self.steps: list[int] = []

    def start(self, total: int, what: str) -> None:
        self.total, self.what = total, what

    def advance(self, n: int = 1) -> None:
        self.steps.append(n)
        if sum(self.steps) > self.stop_after:
            raise KeyboardInterrupt


def full_bundle() -> ContestBundle:
    """Every field of every record is other than its default."""
    call = CallRecord("AB", 1, "A", 0.75, "A, clearly.\nVERDICT: A", "", 90, 5, 120.5, {"mass": 0.5})
    failed = CallRecord("BA", 1, failure="no verdict in the required form", raw_text="Hm.")
    contest = ("Tea", "Which is right?", "About.", "Do.", "de", "correctness", True, "By us.", "closed")
    return ContestBundle(
        contest=ContestRecord(*contest, voters="members", audience="unlisted"),
        categories=[CategoryRecord("hard", "Hard"), CategoryRecord("soft", "Soft")],
        contestants=[
            ContestantRecord("a", "A", "Says a.", "p", "m", "Be a.", {"top_k": 1}, "Org", "MIT", 0.5, "retired"),
            ContestantRecord("b", "B"),
        ],
        prompts=[
            PromptRecord(
                slug="p",
                text="And now?",
                turns=({"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hi"}),
                categories=("hard", "soft"),
                language="de",
                reference="Now.",
                tests=({"contains": "now"},),
                state="suspect",
                state_reason="Asked twice.",
            )
        ],
        responses=[
            ResponseRecord("p", "a", "Yes.", 2, "stop", 11, 7, 20.25, -0.5, {"seed": 3}, "generated"),
            ResponseRecord("p", "b", "No."),
        ],
        judges=[JudgeRecord("j", "J", "chat", 3, "p", "m", "Judge {question}.", {"tie_margin": 0.1}, False)],
        raters=[RaterRecord("elsewhere:1", "simulated"), RaterRecord("j3", "judge", "j", 3)],
        votes=[
            VoteRecord(
                *("0" * 32, "elsewhere:1", "p", "a", "b", "BOTH_BAD", 2, 0, NOON, NOON + timedelta(minutes=1)),
                *("information/1", "floor", 0.25, {"branch": "floor"}, "repeat", ("clear",), "Neither.", 60_000),
                *(NOON + timedelta(hours=1), "A trial.", 0.5, "too_fast"),
            ),
            VoteRecord("1" * 32, "j3", "p", "b", "a", "B", 0, 2, NOON, NOON, calls=(call, failed)),
        ],
    )


def test_what_was_imported_is_exported_field_by_field():
    bundle = full_bundle()
    exported = export_bundle(import_bundle(bundle, slug="tea").contest)
    judge_rater = Rater.objects.get(judge__slug="j").public_id
    assert {record.key for record in exported.raters} == {"elsewhere:1", judge_rater}
    assert exported.contest == bundle.contest
    for table in ("categories", "contestants", "prompts", "responses", "judges"):
        assert getattr(exported, table) == getattr(bundle, table), table
    # A judge's rater is known by its judge; its own key is an id of this installation.
    assert exported.votes == [bundle.votes[0], replace(bundle.votes[1], rater=judge_rater)]


def test_the_report_counts_every_table():
    report = import_bundle(tea(), slug="tea")
    assert report.contest == Contest.objects.get(slug="tea")
    assert report.changed
    first = {"contests": 1, "categories": 1, "criteria": 0, "contestants": 3, "prompts": 2}
    assert report.created == first | {"judges": 1, "raters": 3, "responses": 6, "votes": 2}
    assert set(report.unchanged.values()) == {0}


def test_a_repetition_changes_nothing():
    first = import_bundle(tea(), slug="tea")
    before = rows()
    again = import_bundle(tea(), slug="tea")
    assert rows() == before
    assert not again.changed
    assert again.unchanged == first.created
    assert again.contest == first.contest


def test_only_what_is_new_is_written():
    import_bundle(tea(), slug="tea")
    first = tea()
    grown = tea(
        contestants=[*first.contestants, ContestantRecord("earl-grey", "Earl Grey")],
        responses=[*first.responses, ResponseRecord("warm", "earl-grey", "Bergamot.")],
        raters=[*first.raters, RaterRecord("3")],
        votes=[*first.votes, VoteRecord("v3", "3", "warm", "assam", "earl-grey", "B")],
    )
    report = import_bundle(grown, slug="tea")
    written = {table: n for table, n in report.created.items() if n}
    assert written == {"contestants": 1, "responses": 1, "raters": 1, "votes": 1}
    assert report.unchanged["votes"] == 2
    assert Vote.objects.get(battle__rater__external_key="tea:3").battle.contestant_b.name == "Earl Grey"


def test_an_import_adds_to_a_contest_that_people_vote_on():
    contest, rater = import_bundle(voted(), slug="tea").contest, make_rater()
    said = cast_vote(open_battle(contest, rater).token, rater, "B")
    report = import_bundle(tea(), slug="tea")
    assert report.created["votes"] == 2
    assert Vote.objects.count() == 3
    said.vote.refresh_from_db()
    assert said.vote.outcome == "B"


def test_what_was_edited_here_stays():
    contest = import_bundle(tea(), slug="tea").contest
    contest.name = "All about tea"
    contest.save()
    contest.contestants.filter(slug="assam").update(name="Assam Gold", state="paused")
    contest.prompts.filter(slug="cold").update(state="junk")
    assert not import_bundle(tea(), slug="tea").changed
    contest.refresh_from_db()
    assert contest.name == "All about tea"
    assert contest.contestants.filter(name="Assam Gold", state="paused").exists()
    assert contest.prompts.get(slug="cold").state == "junk"


@pytest.mark.parametrize(
    ("table", "changed", "told"),
    [
        ("prompts", {"text": "What is bad?"}, "1 prompt(s) are there with another content, the first is 'cold'"),
        ("prompts", {"turns": ({"role": "user", "content": "Hello"},)}, "1 prompt(s)"),
        ("responses", {"text": "Coffee."}, "1 response(s)"),
        ("votes", {"outcome": "B"}, "1 vote(s)"),
        ("votes", {"contestant_a": "ceylon", "contestant_b": "assam"}, "1 vote(s)"),
        ("votes", {"prompt": "warm"}, "1 vote(s)"),
        ("raters", {"kind": "simulated"}, "1 rater(s)"),
    ],
)
def test_a_fact_that_is_there_otherwise_is_refused_and_nothing_is_written(table, changed, told):
    import_bundle(tea(), slug="tea")
    before = rows()
    first, *others = getattr(tea(), table)
    news = [*tea().categories, CategoryRecord("new", "New")]
    with pytest.raises(ServiceError, match=re.escape(told)) as refused:
        import_bundle(tea(categories=news, **{table: [replace(first, **changed), *others]}), slug="tea")
    assert "import under another slug, or correct the file" in str(refused.value)
    assert rows() == before


def test_a_vote_voided_here_is_not_restored_by_a_repetition():
    contest = import_bundle(tea(), slug="tea").contest
    void_vote(Vote.objects.get(battle__contest=contest, outcome="A"), make_user(), "A trial.")
    assert not import_bundle(tea(), slug="tea").changed
    assert Vote.objects.get(outcome="A").void_reason == "A trial."


def test_a_voided_vote_and_a_lighter_one_count_as_they_did_elsewhere():
    light = replace(VOTE, key="light", integrity_weight=0.25, integrity_reason="too_fast")
    void = replace(VOTE, key="void", voided_at=NOON, void_reason="A trial.")
    contest = import_bundle(voted(VOTE, light, void), slug="tea").contest
    [board] = ensure_boards(contest)
    counts = pair_counts(board)
    assert counts.items == CONTESTANTS
    assert counts.wins[0, 1] == 1.25
    assert counts.wins.sum() == 1.25
    assert Vote.objects.get(voided_at=NOON).voided_by is None


def test_records_that_do_not_fit_together_are_refused_with_every_reason():
    wrong = voted(VOTE, VOTE, replace(VOTE, key="v3", rater="nobody"), replace(VOTE, key="v4", outcome="DRAW"))
    with pytest.raises(BadFile) as refused:
        import_bundle(wrong, slug="tea")
    assert {problem.file for problem in refused.value.problems} == {"tea"}
    assert str(refused.value).splitlines() == [
        "tea: vote 'v1' appears 2 times",
        "tea: vote 'v3': unknown rater 'nobody'",
        "tea: vote 'v4': unknown outcome 'DRAW'; use one of A, B, TIE, BOTH_BAD",
    ]
    assert set(rows().values()) == {0}


def test_an_interruption_in_the_middle_leaves_no_row():
    with pytest.raises(KeyboardInterrupt):
        import_bundle(many_votes(2 * BATCH), slug="tea", progress=Watch(stop_after=BATCH + 100))
    assert set(rows().values()) == {0}


def test_a_value_that_the_database_refuses_in_the_last_row_leaves_no_row():
    bundle = many_votes(BATCH)
    wrong = replace(VOTE, key="last", propensity=2.0)
    with pytest.raises(ServiceError, match=r"correct the file: .*battle_propensity_is_a_probability"):
        import_bundle(tea(votes=[*bundle.votes, wrong]), slug="tea")
    assert set(rows().values()) == {0}


def test_a_name_that_another_contestant_has_is_refused_and_nothing_is_written():
    import_bundle(tea(), slug="tea")
    before = rows()
    namesake = ContestantRecord("assam-2", "Assam")
    others = [record for record in tea().contestants if record.slug != "assam"]
    with pytest.raises(ServiceError, match="The database refused a record"):
        import_bundle(voted_among([*others, namesake]), slug="tea")
    assert rows() == before


def voted_among(contestants: list[ContestantRecord]) -> ContestBundle:
    return tea(contestants=contestants, responses=(), votes=())


def test_a_bare_number_is_another_rater_in_every_contest():
    for slug in ("tea", "coffee"):
        import_bundle(tea(), slug=slug)
    keys = set(Rater.objects.filter(kind="human").values_list("external_key", flat=True))
    assert keys == {"tea:1", "tea:2", "coffee:1", "coffee:2"}


def test_a_key_that_names_its_source_is_the_same_rater_everywhere():
    named = tea(raters=[RaterRecord("forum:1")], votes=[replace(VOTE, rater="forum:1")])
    for slug in ("tea", "coffee"):
        import_bundle(named, slug=slug)
    rater = Rater.objects.get()
    assert rater.external_key == "forum:1"
    assert set(rater.battles.values_list("contest__slug", flat=True)) == {"tea", "coffee"}


def test_contests_share_a_judge_and_its_rater():
    for slug in ("tea", "coffee"):
        import_bundle(tea(), slug=slug)
    judge = Judge.objects.get()
    assert Rater.objects.filter(judge=judge).count() == 1
    assert judge.rater.battles.count() == 2


def test_another_version_of_a_judge_is_another_judge():
    import_bundle(tea(), slug="tea")
    second = replace(tea().judges[0], version=2)
    rater = RaterRecord("taster", "judge", judge="taster", judge_version=2)
    report = import_bundle(tea(judges=[second], raters=[*tea().raters[:2], rater]), slug="coffee")
    assert (report.created["judges"], report.created["raters"]) == (1, 3)
    assert list(Judge.objects.order_by("version").values_list("version", flat=True)) == [1, 2]


def test_calls_go_to_the_judge_of_their_vote():
    import_bundle(full_bundle(), slug="tea")
    said, failed = JudgeCall.objects.order_by("id")
    assert said.judge == failed.judge == Judge.objects.get()
    assert said.battle == failed.battle == Battle.objects.get(public_id="1" * 32)
    assert (said.verdict, said.preference, said.details) == ("A", 0.75, {"mass": 0.5})
    assert (failed.verdict, failed.failure) == ("", "no verdict in the required form")


def test_an_imported_battle_is_closed_and_takes_no_further_vote():
    contest = import_bundle(tea(), slug="tea").contest
    assert set(contest.battles.values_list("state", "policy")) == {(BattleState.VOTED, "imported")}
    battle = contest.battles.get(rater__external_key="tea:1")
    assert cast_vote(battle.token, battle.rater, "B").vote.outcome == "A"


def test_times_are_those_of_the_file():
    served = NOON - timedelta(minutes=5)
    import_bundle(voted(replace(VOTE, served_at=served, voted_at=NOON)), slug="tea")
    vote = Vote.objects.get()
    assert (vote.battle.served_at, vote.battle.closed_at, vote.created_at) == (served, NOON, NOON)
    assert vote.battle.reason == {}


def test_an_unknown_time_is_that_of_the_import_and_says_so():
    before = timezone.now()
    import_bundle(voted(replace(VOTE, reason={"source": "a survey"})), slug="tea")
    vote = Vote.objects.get()
    assert vote.battle.reason == {"source": "a survey", "time": "unknown"}
    assert before <= vote.battle.served_at == vote.battle.closed_at == vote.created_at <= timezone.now()


def test_more_votes_than_a_batch_holds_arrive_in_their_order():
    watch = Watch()
    import_bundle(many_votes(2 * BATCH + 1), slug="tea", progress=watch)
    stored = Vote.objects.order_by("id").values_list("battle__public_id", "battle__closed_at", "created_at")
    expected = [(battle_id("tea", str(k)), *[NOON + timedelta(seconds=k)] * 2) for k in range(2 * BATCH + 1)]
    assert list(stored) == expected
    assert watch.total == sum(watch.steps) == 6 + 2 * BATCH + 1
    assert watch.steps[-3:] == [BATCH, BATCH, 1]
    assert watch.what == "Importing tea"


def test_a_repetition_reads_as_often_however_many_votes_there_are():
    def queries(number: int) -> int:
        import_bundle(many_votes(number), slug="tea")
        with CaptureQueriesContext(
            connection,
        ) as captured:
            import_bundle(many_votes(number), slug="tea")
        return len(captured)

    assert queries(2) == queries(BATCH + 1)


def test_a_copy_of_a_contest_stands_beside_the_original():
    contest = make_arena()
    one, two, _ = contest.contestants.order_by("id")
    vote_between(contest, one, two, "A", rater=make_rater(browser_key="b"))
    original = export_bundle(contest)
    copy = import_bundle(original, slug="copy").contest
    assert copy.battles.get().public_id == battle_id("copy", original.votes[0].key, {original.votes[0].key})
    assert copy.battles.get().rater != contest.battles.get().rater
    assert (Prompt.objects.count(), Response.objects.count(), Vote.objects.count()) == (4, 12, 2)
    assert not import_bundle(original, slug="copy").changed
    assert not import_bundle(original, slug=contest.slug).created["votes"]


@given(st.text(min_size=1), st.text(min_size=1))
def test_every_key_gives_an_id_of_its_own(first, second):
    ids = [battle_id("tea", first), battle_id("tea", second)]
    assert all(re.fullmatch(r"[0-9a-f]{32}", found) for found in ids)
    assert (ids[0] == ids[1]) == (first == second)


def test_an_id_is_kept_and_another_key_is_scoped_by_the_contest():
    own = "0123456789abcdef" * 2
    assert battle_id("tea", own) == battle_id("coffee", own) == own
    assert battle_id("tea", own, {own}) not in {own, battle_id("coffee", own, {own})}
    # Stable across releases: an import is repeated with the next one.
    assert battle_id("tea", "v1") == "dcacc8d242475fdba4e8fd1d5682ee85"
