"""Terms are asked for once a version, of people alone, and only where somebody wrote some."""

from datetime import timedelta

import pytest
from django.db.models import ProtectedError
from django.utils import timezone

from arena.models import Consent, RaterKind, Terms
from arena.queries.terms import current_terms, terms_to_accept
from arena.services.accounts import adopt_browser
from arena.services.battles import open_battle
from arena.services.consents import accept_terms
from arena.services.errors import ConsentMissing, NoTerms, ServiceError
from arena.services.live import start_live
from arena.services.raters import identify_account, identify_browser
from arena.services.terms import publish_terms
from tests.factories import make_arena, make_rater, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_where_nobody_wrote_terms_nothing_is_asked():
    assert open_battle(make_arena(), make_rater())
    assert current_terms() is None


def test_a_draft_is_not_asked_for_and_neither_is_a_text_that_only_informs():
    Terms.objects.create(version=1, text="A draft.")
    assert open_battle(make_arena(), make_rater())
    publish_terms("For your information.", asks_consent=False)
    assert current_terms().version == 2
    assert terms_to_accept(make_rater()) is None


def test_a_text_is_in_force_from_its_time_on():
    publish_terms("Be honest.")
    publish_terms("Be honest, and kind.", now=timezone.now() + timedelta(days=1))
    assert current_terms().version == 1


def test_no_battle_is_opened_before_the_terms_in_force_are_accepted():
    contest, rater = make_arena(live=True), make_rater()
    publish_terms("Be honest.")
    for begin in (lambda: open_battle(contest, rater), lambda: start_live(contest, rater, "How long?")):
        with pytest.raises(ConsentMissing, match="/terms/"):
            begin()
    assert not contest.battles.exists()
    accept_terms(rater, 1)
    assert open_battle(contest, rater)


def test_a_new_version_is_asked_for_again():
    contest, rater = make_arena(), make_rater()
    publish_terms("Be honest.")
    accept_terms(rater, 1)
    publish_terms("Be honest, and kind.")
    with pytest.raises(ConsentMissing) as refused:
        open_battle(contest, rater)
    assert refused.value.version == 2


@pytest.mark.parametrize("kind", [RaterKind.JUDGE, RaterKind.SIMULATED])
def test_programs_that_rate_are_not_asked(kind):
    publish_terms("Be honest.")
    assert open_battle(make_arena(), make_rater(kind))


def test_accepting_twice_is_accepting_once():
    rater = make_rater()
    publish_terms("Be honest.")
    assert accept_terms(rater, 1) == accept_terms(rater, 1)
    assert Consent.objects.count() == 1


def test_a_text_that_is_not_in_force_cannot_be_accepted():
    rater = make_rater()
    with pytest.raises(NoTerms):
        accept_terms(rater, 1)
    publish_terms("Be honest.")
    publish_terms("Be honest, and kind.")
    with pytest.raises(ServiceError, match="version 2 is in force"):
        accept_terms(rater, 1)
    assert not Consent.objects.exists()


def test_what_was_accepted_cannot_be_deleted():
    terms = publish_terms("Be honest.")
    accept_terms(make_rater(), 1)
    with pytest.raises(ProtectedError):
        terms.delete()


def test_consent_given_in_a_browser_holds_for_the_account_that_it_joins():
    publish_terms("Be honest.")
    alice = make_user()
    mine = identify_account(alice)
    accept_terms(identify_browser("a-key"), 1)
    assert terms_to_accept(mine) is not None
    adopt_browser(alice, "a-key")
    assert terms_to_accept(mine) is None
