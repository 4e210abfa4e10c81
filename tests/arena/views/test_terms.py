"""Terms are read by everybody, and consent is asked for once, on the way to the first battle."""

import pytest

from arena.models import Battle, Consent, Contest, ContestState, Rater
from arena.services.terms import publish_terms
from tests.factories import make_arena, make_live

pytestmark = [pytest.mark.django_db]


def test_where_there_are_none_the_page_says_so(client):
    assert "have not written any terms" in client.get("/terms/").content.decode()


def test_they_are_shown_as_markdown_with_version_and_day_and_made_safe(client):
    publish_terms("## Be *honest*.\n\n<script>alert(1)</script>")
    page = client.get("/terms/").content.decode()
    assert "<em>honest</em>" in page
    assert "<script>alert" not in page
    assert "Version 1, in force since" in page


@pytest.mark.parametrize(
    "path", ["/", "/contests/tea/", "/contests/tea/leaderboard/", "/me/", "/nothing/", "/accounts/login/"]
)
def test_every_page_leads_to_them(client, path):
    make_arena()
    assert 'href="/terms/"' in client.get(path).content.decode()


def test_pages_of_battles_lead_to_them_too(client):
    contest = make_arena(live=True)
    battle = client.post("/contests/tea/battles/", follow=True)
    live = make_live(contest, rater=Rater.objects.get())
    for page in (battle, client.get(f"/live/{live.token}/"), client.get("/contests/tea/live/")):
        assert 'href="/terms/"' in page.content.decode()


def test_the_first_battle_asks_and_leads_on(client):
    make_arena()
    publish_terms("Be honest.")
    asked = client.post("/contests/tea/battles/", follow=True)
    assert asked.redirect_chain == [("/contests/tea/consent/", 302)]
    page = asked.content.decode()
    assert "Before you begin" in page
    assert "Be honest." in page
    assert not Battle.objects.exists()
    answer = client.post("/contests/tea/consent/", {"version": "1"})
    assert answer["Location"] == f"/battles/{Battle.objects.get().token}/"
    assert Consent.objects.get().rater == Battle.objects.get().rater
    assert client.get(answer["Location"]).status_code == 200


def test_it_is_asked_once(client):
    make_arena()
    publish_terms("Be honest.")
    client.post("/contests/tea/consent/", {"version": "1"})
    assert client.post("/contests/tea/battles/")["Location"].startswith("/battles/")
    assert client.get("/contests/tea/consent/")["Location"] == "/contests/tea/"
    assert "You accepted this version." in client.get("/terms/").content.decode()


def test_a_live_battle_asks_before_anything_is_typed_and_leads_back(client):
    make_arena(live=True)
    publish_terms("Be honest.")
    asked = client.get("/contests/tea/live/")
    assert asked["Location"] == "/contests/tea/consent/?to=live"
    assert 'action="/contests/tea/consent/?to=live"' in client.get(asked["Location"]).content.decode()
    assert client.post(asked["Location"], {"version": "1"})["Location"] == "/contests/tea/live/"
    assert client.get("/contests/tea/live/").status_code == 200


def test_what_was_typed_without_consent_is_kept(client):
    make_arena(live=True)
    publish_terms("Be honest.")
    page = client.post("/contests/tea/live/", {"prompt": "How long should oolong steep?"}).content.decode()
    assert "How long should oolong steep?" in page
    assert "read the terms at /terms/ and accept them" in page


@pytest.mark.parametrize("version", ["1", "", "x", "-2", "9" * 20, "²"])
def test_only_the_version_in_force_is_accepted(client, version):
    make_arena()
    for text in ("Be honest.", "Be honest, and kind."):
        publish_terms(text)
    page = client.post("/contests/tea/consent/", {"version": version}, follow=True).content.decode()
    assert "version 2 is in force now" in page
    assert "Be honest, and kind." in page
    assert not Consent.objects.exists()


def test_a_page_that_swaps_battles_leaves_for_the_question(client):
    make_arena()
    publish_terms("Be honest.")
    answer = client.post("/contests/tea/battles/", headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == "/contests/tea/consent/"


def test_a_contest_that_one_may_not_see_asks_nothing(client):
    make_arena()
    Contest.objects.update(state=ContestState.DRAFT)
    publish_terms("Be honest.")
    assert client.get("/contests/tea/consent/").status_code == 404
    assert client.post("/contests/tea/consent/", {"version": "1"}).status_code == 404


def test_a_browser_without_a_cookie_that_consents_is_one_voter_and_goes_on(client):
    make_arena()
    publish_terms("Be honest.")
    answer = client.post("/contests/tea/consent/", {"version": "1"})
    assert answer["Location"] == f"/battles/{Battle.objects.get().token}/"
    assert Rater.objects.count() == 1
    assert client.get(answer["Location"]).status_code == 200


def test_who_has_no_vote_is_asked_for_no_consent(client):
    make_arena(voters="members")
    publish_terms("Be honest.")
    for answer in (client.get("/contests/tea/consent/"), client.post("/contests/tea/consent/", {"version": "1"})):
        assert answer["Location"] == "/contests/tea/"
    assert not Rater.objects.exists()
