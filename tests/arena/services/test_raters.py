"""Whoever votes is found again as the same rater, and never taken for another."""

import pytest

from arena.models import JudgeKind, Rater, RaterKind
from arena.services.raters import enrol_external, enrol_judge, identify_account, identify_browser
from tests.factories import make_judge, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_an_account_is_one_human_rater():
    alice = make_user()
    rater = identify_account(alice)
    assert (rater.kind, rater.user, rater.browser_key, rater.external_key) == (RaterKind.HUMAN, alice, None, None)
    assert identify_account(alice) == rater
    assert Rater.objects.count() == 1


def test_a_browser_is_one_human_rater():
    rater = identify_browser("a-random-key")
    assert (rater.kind, rater.user, rater.browser_key) == (RaterKind.HUMAN, None, "a-random-key")
    assert identify_browser("a-random-key") == rater
    assert Rater.objects.count() == 1


def test_different_accounts_and_browsers_are_different_raters():
    raters = {
        identify_account(make_user("alice")),
        identify_account(make_user("bob")),
        identify_browser("one"),
        identify_browser("two"),
    }
    assert len(raters) == 4


def test_a_judge_votes_as_one_rater_and_each_version_as_its_own():
    first, second = make_judge("critic", kind=JudgeKind.REFERENCE), make_judge("critic", version=2)
    rater = enrol_judge(first)
    assert (rater.kind, rater.judge) == (RaterKind.JUDGE, first)
    assert enrol_judge(first) == rater
    assert enrol_judge(second) != rater
    assert Rater.objects.count() == 2


@pytest.mark.parametrize("kind", [RaterKind.HUMAN, RaterKind.SIMULATED])
def test_a_rater_from_elsewhere_is_known_by_its_key(kind):
    rater = enrol_external("forum:17", kind)
    assert (rater.kind, rater.external_key, rater.user) == (kind, "forum:17", None)
    assert enrol_external("forum:17", kind) == rater
    assert enrol_external("forum:18", kind) != rater


def test_a_key_from_elsewhere_is_no_browser():
    assert enrol_external("same-key", RaterKind.HUMAN) != identify_browser("same-key")


@pytest.mark.parametrize("find", [lambda: identify_browser("b"), lambda: enrol_external("e:1", RaterKind.SIMULATED)])
def test_finding_a_rater_again_is_one_query(find, django_assert_num_queries):
    find()
    with django_assert_num_queries(1):
        find()
