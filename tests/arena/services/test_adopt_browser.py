"""A browser's votes go with the person who logs in there, and nothing that was said is changed."""

import pytest

from arena.models import Battle, Rater, Vote, VoteOutcome
from arena.queries.catalogue import seen_by
from arena.queries.exports import rater_key
from arena.queries.progress import rater_progress
from arena.services.accounts import adopt_browser
from arena.services.battles import open_battle
from arena.services.errors import NoBattleLeft
from arena.services.raters import identify_account, identify_browser
from tests.factories import make_arena, make_battle, make_category, make_user, make_vote

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def contest():
    return make_arena()


def voted(contest, rater, **fields) -> Vote:
    return make_vote(make_battle(contest, rater, **fields), VoteOutcome.A)


def test_an_account_without_votes_takes_over_the_browsers_rater(contest):
    browser, alice = identify_browser("a-key"), make_user()
    vote = voted(contest, browser)
    adopt_browser(alice, "a-key")
    assert identify_account(alice) == browser
    browser.refresh_from_db()
    assert (browser.user, browser.browser_key) == (alice, None)
    assert rater_progress(identify_account(alice)).votes == 1
    assert Vote.objects.get() == vote


def test_an_account_with_votes_keeps_its_rater_and_the_browsers_joins_it(contest):
    alice, browser = make_user(), identify_browser("a-key")
    mine = identify_account(alice)
    voted(contest, mine)
    voted(contest, browser, prompt=contest.prompts.order_by("id")[1])
    adopt_browser(alice, "a-key")
    browser.refresh_from_db()
    assert (browser.joined, browser.user, browser.browser_key) == (mine, None, None)
    assert identify_account(alice) == mine
    assert set(Battle.objects.values_list("rater", flat=True)) == {mine.pk, browser.pk}
    assert rater_progress(mine).votes == 2


def test_what_was_seen_in_either_is_not_shown_again(contest):
    alice, browser = make_user(), identify_browser("a-key")
    mine = identify_account(alice)
    for _ in range(3):
        voted_on = open_battle(contest, browser)
        make_vote(voted_on)
    adopt_browser(alice, "a-key")
    for _ in range(3):
        make_vote(open_battle(contest, mine))
    assert len(seen_by(mine, contest)) == 6
    with pytest.raises(NoBattleLeft):
        open_battle(contest, mine)


def test_the_same_pair_voted_on_in_both_stays_two_votes(contest):
    alice, browser = make_user(), identify_browser("a-key")
    for rater in (identify_account(alice), browser):
        voted(contest, rater)
    adopt_browser(alice, "a-key")
    assert Vote.objects.filter(voided_at__isnull=True).count() == 2


def test_whoever_uses_the_browser_later_begins_anew(contest):
    alice = make_user()
    voted(contest, identify_browser("a-key"))
    adopt_browser(alice, "a-key")
    later = identify_browser("a-key")
    assert later.user is None
    assert rater_progress(later).votes == 0
    adopt_browser(make_user("bob"), "a-key")
    assert rater_progress(identify_account(alice)).votes == 1


def test_what_was_said_to_be_able_to_judge_comes_along_unless_the_account_said_it(contest):
    alice, bob = make_user(), make_user("bob")
    hot = make_category(contest, "hot")
    for user, said in ((alice, None), (bob, ["de"])):
        mine, browser = identify_account(user), identify_browser(f"key-of-{user}")
        Rater.objects.filter(pk=mine.pk).update(languages=said)
        Rater.objects.filter(pk=browser.pk).update(languages=["en"])
        browser.expertise.add(hot)
        adopt_browser(user, f"key-of-{user}")
        mine.refresh_from_db()
        assert mine.languages == (said or ["en"])
        assert list(mine.expertise.all()) == [hot]


@pytest.mark.parametrize("key", [None, "never-seen"])
def test_a_browser_that_never_voted_brings_nothing(key):
    assert adopt_browser(make_user(), key) is None
    assert not Rater.objects.exists()


def test_a_rater_is_exported_under_the_same_key_before_and_after():
    alice, browser = make_user(), identify_browser("a-key")
    identify_account(alice)
    before = rater_key(browser)
    adopt_browser(alice, "a-key")
    assert rater_key(Rater.objects.get(pk=browser.pk)) == before
