"""Published standings: written whole, never twice for the same votes, never changed."""

import html
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from django.contrib.admin.sites import site
from django.db import IntegrityError, transaction

from ranking import BoardSettings, Comparisons, Outcome, PairCounts, compute_standings, store
from ranking.models import Rating, Snapshot
from ranking.store import content_hash, history, latest, publish
from tests.ranking.samples import even_pair, repeat

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
VOTES = [
    *even_pair("tea", "coffee"),
    *repeat("tea", "coffee", Outcome.A, 4),
    *even_pair("milk", "coffee", 3),
    *repeat("milk", "tea", Outcome.TIE, 2),
    *repeat("milk", "tea", Outcome.BOTH_BAD),
    *repeat("milk", "water", Outcome.A, 2),
]


def counts_from(votes=VOTES) -> PairCounts:
    return Comparisons.from_rows(votes).pair_counts()


def put(board="tea/human", votes=VOTES, settings=None, after=0):
    counts = counts_from(votes)
    return publish(board, compute_standings(counts, settings), counts, NOON + timedelta(minutes=after))


def test_a_snapshot_holds_what_was_computed():
    snapshot, created = put()
    standings = compute_standings(counts_from())
    assert created
    assert snapshot.board_key == "tea/human"
    assert snapshot.published_at == NOON
    assert BoardSettings.from_dict(snapshot.settings) == standings.settings
    assert (snapshot.votes, snapshot.both_bad) == (standings.votes, standings.both_bad)
    assert (snapshot.iterations, snapshot.gradient_norm) == (standings.iterations, standings.gradient_norm)
    assert [notice["message"] for notice in snapshot.notices] == [notice.message for notice in standings.notices]
    assert snapshot.explanation == standings.explain()


def test_each_row_is_kept_digit_by_digit_in_the_order_of_the_board():
    snapshot = Snapshot.objects.get(pk=put()[0].pk)
    standings = compute_standings(counts_from())
    names = [name for name in type(standings.rows[0]).__slots__ if name != "item"]
    for kept, row in zip(snapshot.ratings.all(), standings.rows, strict=True):
        assert kept.item_key == row.item
        assert kept.win_rate == row.win_rate
        assert [getattr(kept, name) for name in names] == [getattr(row, name) for name in names]


def test_an_unrated_contestant_is_kept_with_its_reason():
    row = put()[0].ratings.get(item_key="water")
    assert row.rating is None
    assert row.rank is None
    assert row.votes == 2
    assert row.note.startswith("Never won")


def test_the_same_votes_and_settings_are_published_once():
    first, _ = put()
    again, created = put(after=5)
    assert not created
    assert again.pk == first.pk
    assert Snapshot.objects.count() == 1
    assert Rating.objects.count() == 4


@pytest.mark.parametrize(
    "changed",
    [
        {"votes": [*VOTES, ("tea", "milk", Outcome.A)]},
        {"votes": [*VOTES, ("tea", "milk", Outcome.BOTH_BAD)]},
        {"settings": BoardSettings(level=0.9)},
        {"settings": BoardSettings(seed=1)},
    ],
    ids=["a vote", "a bad pair", "the level", "the seed"],
)
def test_any_change_is_a_new_snapshot_and_leaves_the_old_one(changed):
    first, _ = put()
    before = list(first.ratings.values())
    second, created = put(after=5, **changed)
    assert created
    assert second.content_hash != first.content_hash
    assert list(first.ratings.values()) == before
    assert latest("tea/human") == second


def test_going_back_to_earlier_votes_is_news_too():
    first, _ = put()
    put(after=1, votes=[*VOTES, ("tea", "milk", Outcome.A)])
    third, created = put(after=2)
    assert created
    assert third.content_hash == first.content_hash
    assert history("tea/human")[0] == third
    assert history("tea/human").count() == 3


def test_boards_do_not_mix():
    human, _ = put("tea/human")
    judge, created = put("tea/judge")
    assert created
    assert latest("tea/human") == human
    assert latest("tea/judge") == judge
    assert latest("tea/nobody") is None


def test_the_latest_comes_with_its_rows_in_two_queries(django_assert_num_queries):
    put()
    with django_assert_num_queries(2):
        snapshot = latest("tea/human")
        assert len(snapshot.ratings.all()) == 4


def test_a_failure_leaves_nothing_behind(monkeypatch):
    def fail(*_args, **_options):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(store.Rating.objects, "bulk_create", fail)
    with pytest.raises(RuntimeError), transaction.atomic():
        put()
    assert Snapshot.objects.count() == 0


def test_the_pair_table_is_enough_to_compute_the_board_again():
    snapshot = Snapshot.objects.get(pk=put()[0].pk)
    table = snapshot.pair_table
    size = len(table["items"])
    wins, ties, both_bad = np.zeros((3, size, size))
    for cells, into, both_ways in (
        (table["wins"], wins, False),
        (table["ties"], ties, True),
        (table["both_bad"], both_bad, True),
    ):
        for i, j, weight in cells:
            assert weight > 0
            assert not both_ways or i < j
            into[i, j] = weight
            if both_ways:
                into[j, i] = weight
    again = PairCounts.from_arrays(table["items"], wins, ties, both_bad)
    settings = BoardSettings.from_dict(snapshot.settings)
    assert compute_standings(again, settings).to_dict() == compute_standings(counts_from()).to_dict()
    assert content_hash(again, settings) == snapshot.content_hash


def test_the_hash_is_of_content_alone():
    assert content_hash(counts_from(), BoardSettings()) == content_hash(counts_from(VOTES[::-1]), BoardSettings())
    assert len(content_hash(counts_from(), BoardSettings())) == 64


def test_the_hash_tells_a_weight_from_as_many_votes():
    plain = counts_from()
    heavy = PairCounts.from_arrays(plain.items, plain.wins, plain.ties, plain.both_bad, wins_squared=plain.wins * 2)
    assert content_hash(plain, BoardSettings()) != content_hash(heavy, BoardSettings())


def test_the_hash_knows_the_version_of_the_engine(monkeypatch):
    before = content_hash(counts_from(), BoardSettings())
    monkeypatch.setattr(store, "ENGINE_VERSION", "another")
    assert content_hash(counts_from(), BoardSettings()) != before


def test_public_identifiers_are_unique_and_grow_with_time():
    ids = [put(f"board {k}")[0].public_id for k in range(5)]
    assert len(set(ids)) == 5
    assert all(len(public_id) == 32 for public_id in ids)
    assert [public_id[:12] for public_id in ids] == sorted(public_id[:12] for public_id in ids)


@pytest.mark.database
@pytest.mark.parametrize(
    "broken",
    [
        {"rating": 1000.0, "lower": 1001.0, "upper": 1002.0, "rank": 1, "rank_low": 1, "rank_high": 1},
        {"rating": 1000.0, "lower": 998.0, "upper": 999.0, "rank": 1, "rank_low": 1, "rank_high": 1},
        {"rating": None, "lower": 990.0, "upper": 1010.0, "note": "No votes yet."},
        {"rating": 1000.0, "lower": 990.0, "upper": 1010.0, "rank": 3, "rank_low": 1, "rank_high": 2},
        {"rating": None, "lower": None, "upper": None, "note": ""},
        {"item_key": "tea", "note": "No votes yet."},
    ],
    ids=[
        "below its interval",
        "above its interval",
        "an interval without a rating",
        "a rank outside of its range",
        "unrated without a reason",
        "twice",
    ],
)
def test_the_database_itself_refuses_a_row_that_misleads(broken):
    snapshot, _ = put()
    counted = dict.fromkeys(("votes", "wins", "losses", "ties", "both_bad"), 0.0)
    with pytest.raises(IntegrityError), transaction.atomic():
        Rating.objects.create(snapshot=snapshot, **{"item_key": "cocoa", **counted, **broken})


def test_the_admin_shows_and_changes_nothing(rf, admin_user):
    request = rf.get("/")
    request.user = admin_user
    door = site.get_model_admin(Snapshot)
    assert door.has_view_permission(request)
    for what in ("add", "change", "delete"):
        arguments = (request,) if what == "add" else (request, None)
        assert not getattr(door, f"has_{what}_permission")(*arguments)


def test_the_admin_page_of_a_snapshot_opens(admin_client):
    snapshot, _ = put()
    page = admin_client.get(f"/admin/ranking/snapshot/{snapshot.pk}/change/")
    assert page.status_code == 200
    assert b"coffee" in page.content
    best = snapshot.ratings.get(rank=1)
    assert f"{best.lower:,.1f} to {best.upper:,.1f}" in page.content.decode()
    assert snapshot.notices[0]["message"] in html.unescape(page.content.decode())
