"""Terms are written in the admin, and stay as they were accepted."""

import pytest
from django.urls import reverse

from arena.models import Terms
from arena.services.consents import accept_terms
from arena.services.terms import publish_terms
from tests.factories import make_rater, make_staff

pytestmark = [pytest.mark.django_db]


@pytest.fixture
def staff(client):
    client.force_login(make_staff())
    return client


def change(terms: Terms) -> str:
    return reverse("admin:arena_terms_change", args=[terms.pk])


def test_the_next_version_is_suggested_with_the_text_to_go_on_from(staff):
    publish_terms("Be honest.")
    page = staff.get(reverse("admin:arena_terms_add")).content.decode()
    assert 'name="version" value="2"' in page
    assert "Be honest." in page


def test_a_version_that_nobody_accepted_may_change(staff):
    terms = publish_terms("Be honest.")
    staff.post(change(terms), {"version": 1, "text": "Be honest, and kind.", "asks_consent": "on"})
    terms.refresh_from_db()
    assert terms.text == "Be honest, and kind."


def test_an_accepted_version_stays_as_it_is(staff):
    terms = publish_terms("Be honest.")
    accept_terms(make_rater(), 1)
    staff.post(change(terms), {"version": 1, "text": "Be kind."})
    terms.refresh_from_db()
    assert (terms.text, terms.asks_consent) == ("Be honest.", True)
    assert terms.published_at is not None
