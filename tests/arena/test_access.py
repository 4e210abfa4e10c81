"""Who may see what."""

import pytest
from django.http import Http404

from arena.access import battle_or_404, contest_or_404, rater_of, visible_contests
from arena.models import ContestState
from arena.services.raters import identify_account, identify_browser
from tests.factories import (
    make_arena,
    make_battle,
    make_contest,
    make_rater,
    make_request,
    make_staff,
    make_user,
    sign_browser,
)

pytestmark = [pytest.mark.django_db]


def test_drafts_are_for_staff():
    make_contest("draft", state=ContestState.DRAFT)
    make_contest("open")
    make_contest("closed", state=ContestState.CLOSED)
    assert set(visible_contests(make_request()).values_list("slug", flat=True)) == {"open", "closed"}
    assert set(visible_contests(make_request(make_user())).values_list("slug", flat=True)) == {"open", "closed"}
    assert visible_contests(make_request(make_staff())).count() == 3


def test_a_hidden_contest_and_a_missing_one_look_the_same():
    make_contest("draft", state=ContestState.DRAFT)
    with pytest.raises(Http404) as hidden:
        contest_or_404(make_request(), "draft")
    with pytest.raises(Http404) as missing:
        contest_or_404(make_request(), "no-such")
    assert str(hidden.value) == str(missing.value)


def test_a_battle_is_seen_by_its_rater_alone():
    battle = make_battle(make_arena())
    assert battle_or_404(battle.rater, battle.token) == battle
    messages = set()
    for rater, token in ((make_rater(), battle.token), (None, battle.token), (battle.rater, "nonsense")):
        with pytest.raises(Http404) as refused:
            battle_or_404(rater, token)
        messages.add(str(refused.value))
    assert len(messages) == 1


def test_a_browser_is_known_by_its_signed_cookie():
    rater = identify_browser("some-key")
    assert rater_of(make_request(browser_key="some-key")) == rater


@pytest.mark.parametrize(
    "cookie",
    ["some-key", "some-key:forged", sign_browser("some-key", salt="other"), ""],
    ids=["bare", "forged", "salt", "empty"],
)
def test_a_cookie_that_we_did_not_sign_is_nobody(cookie):
    identify_browser("some-key")
    request = make_request()
    request.COOKIES["versus_browser"] = cookie
    assert rater_of(request) is None


def test_an_account_is_itself_whatever_its_browser_says():
    alice = make_user()
    identify_browser("some-key")
    rater = identify_account(alice)
    assert rater_of(make_request(alice, browser_key="some-key")) == rater


def test_an_account_without_a_battle_is_nobody_yet():
    assert rater_of(make_request(make_user())) is None


def test_the_same_browser_or_account_is_the_same_rater():
    alice = make_user()
    assert identify_browser("k") == identify_browser("k")
    assert identify_browser("k") != identify_browser("l")
    assert identify_account(alice) == identify_account(alice)
