"""Criteria of a contest: offered as tags in place of the defaults, kept with old votes, counted by whom they speak of."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arena.models import Board, Contest
from arena.queries.criteria import DEFAULTS, count_tags, known_tags, offered_tags, tag_names
from arena.queries.exports import export_bundle
from arena.services.imports import import_bundle
from arena.services.leaderboards import refresh_contest
from tests.factories import make_arena, make_battle, make_contestant, make_criterion, make_vote, make_voted_arena

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def slugs(tags) -> list[str]:
    return [tag.slug for tag in tags]


@pytest.fixture
def contest() -> Contest:
    """One criterion of each tone, and one that was retired."""
    contest = make_arena(contestants=2, prompts=1)
    make_criterion(contest, "witty", position=1)
    make_criterion(contest, "rude", tone="negative")
    make_criterion(contest, "formal", tone="neutral")
    make_criterion(contest, "old", active=False)
    return contest


def test_a_contest_that_defines_none_offers_the_defaults():
    contest = make_arena()
    offered = offered_tags(contest)
    assert (
        [*slugs(offered.positive), *slugs(offered.negative)] == [slug for slug, *_ in DEFAULTS] == known_tags(contest)
    )
    assert offered.neutral == []


def test_a_contest_offers_its_own_by_tone_and_no_retired_ones(contest):
    offered = offered_tags(contest)
    assert (slugs(offered.positive), slugs(offered.negative), slugs(offered.neutral)) == (
        ["witty"],
        ["rude"],
        ["formal"],
    )


def test_a_retired_one_stays_with_the_votes_that_have_it_and_is_taken_from_pages_that_were_open(contest):
    assert slugs(offered_tags(contest, ["old"]).positive) == ["old", "witty"]
    assert "old" in known_tags(contest)
    assert tag_names(contest, ["old", "gone"]) == ["Old", "gone"]


def test_a_contest_whose_own_are_all_retired_offers_none(contest):
    contest.criteria.update(active=False)
    offered = offered_tags(contest)
    assert [*offered.positive, *offered.negative, *offered.neutral] == []


@pytest.mark.parametrize(
    ("outcome", "counts"),
    [
        ("A", {"a": (0, 1, 1), "b": (1, 1, 0)}),
        ("B", {"a": (1, 1, 0), "b": (0, 1, 1)}),
        ("TIE", {"a": (0, 1, 1), "b": (0, 1, 1)}),
        ("BOTH_BAD", {"a": (1, 1, 0), "b": (1, 1, 0)}),
    ],
)
def test_they_are_counted_for_whom_they_speak_of(contest, outcome, counts):
    """A fault is said of the other one, a merit of the chosen one, the rest of both."""
    a, b = contest.contestants.order_by("id")
    make_vote(make_battle(contest), outcome, tags=["witty", "rude", "formal", "unknown"])
    make_vote(make_battle(contest), outcome)
    make_vote(make_battle(contest, purpose="check"), outcome, tags=["witty"])
    board = Board.objects.create(contest=contest, slug="p", name="P", rater_kind="human")
    found = count_tags(board)
    assert found is not None
    assert found.votes == 1
    order = ("rude", "formal", "witty")
    told = {slug: dict(zip(slugs(found.tags), row, strict=True)) for slug, _, row in found.rows}
    wanted = {who.slug: counts[name] for who, name in ((a, "a"), (b, "b"))}
    assert {who: tuple(row.get(tag, 0) for tag in order) for who, row in told.items()} == wanted


def test_where_nothing_was_ticked_nothing_is_told(client):
    refresh_contest(make_voted_arena())
    assert client.get("/api/v1/contests/tea/leaderboard/").json()["remarks"] is None
    assert "What voters said" not in client.get("/contests/tea/leaderboard/").content.decode()


def test_page_and_api_tell_the_same_counts(client):
    contest = make_voted_arena()
    make_criterion(contest, "witty")
    make_contestant(contest, "Silent")
    make_vote(make_battle(contest), "A", tags=["witty"])
    refresh_contest(contest)
    winner = contest.contestants.order_by("id")[0]
    told = client.get("/api/v1/contests/tea/leaderboard/").json()["remarks"]
    assert told == {"votes": 1, "rows": [{"slug": winner.slug, "counts": {"witty": 1}}]}
    page = client.get("/contests/tea/leaderboard/").content.decode()
    assert "What voters said" in page
    assert "Reasons given with 1 counted vote, as often as voters cared to give them." in page
    assert "Said of it as the better one" in page
    assert "Said of it as the other one" not in page


def test_they_leave_with_their_contest_and_arrive_with_it(contest):
    make_vote(make_battle(contest), "A", tags=["old"])
    contest.blind_only, contest.correctness_apart, contest.calibration_pairs, contest.calibration_share = (
        True,
        True,
        5,
        0.8,
    )
    contest.save()
    contest.prompts.update(kind="correctness")
    bundle = export_bundle(contest)
    copy = import_bundle(bundle, slug="copy").contest
    assert list(copy.criteria.values_list("slug", "tone", "position", "active")) == list(
        contest.criteria.values_list("slug", "tone", "position", "active")
    )
    fields = ("blind_only", "correctness_apart", "calibration_pairs", "calibration_share")
    assert [getattr(copy, name) for name in fields] == [True, True, 5, 0.8]
    assert copy.prompts.get().kind == "correctness"
    assert not import_bundle(bundle, slug="copy").changed


def test_alike_votes_are_counted_and_not_read_one_by_one(contest):
    for _ in range(5):
        make_vote(make_battle(contest), "A", tags=["witty", "formal"])
    refresh_contest(contest)
    board = Board.objects.get(contest=contest, rater_kind="human")
    with CaptureQueriesContext(connection) as asked:
        told = count_tags(board)
    assert told is not None
    assert (told.votes, [list(counts) for _, _, counts in told.rows]) == (5, [[5, 5], [0, 5]])
    with connection.cursor() as cursor:
        cursor.execute(asked[0]["sql"])
        assert len(cursor.fetchall()) == 1
