"""Voters say what they can judge, and their battles follow it."""

import pytest
from django.utils.html import escape

from arena.models import Contest, Rater
from arena.queries.profiles import rater_profile
from arena.services.battles import open_battle
from arena.services.errors import NoBattleLeft, ServiceError
from arena.services.raters import declare_profile
from tests.factories import make_arena, make_category, make_prompt, make_rater, make_response

pytestmark = [pytest.mark.django_db, pytest.mark.database]

ADDRESS = "/contests/tea/profile/"


def bilingual() -> Contest:
    """Two prompts in English, one in French; the first is of maths, the others of law."""
    contest = make_arena(contestants=2, prompts=2)
    french = make_prompt(contest, language="fr")
    for number, contestant in enumerate(contest.contestants.all()):
        make_response(french, contestant, f"Réponse {number}")
    maths, law = make_category(contest, "maths"), make_category(contest, "law")
    for number, prompt in enumerate(contest.prompts.order_by("id")):
        prompt.categories.add(law if number else maths)
    return contest


def test_the_page_of_a_contest_asks_what_its_prompts_ask_for(client):
    bilingual()
    page = client.get("/contests/tea/").content.decode()
    for value in ("en", "fr", "maths", "law"):
        assert f'value="{value}"' in page


def test_a_contest_of_one_language_and_no_categories_asks_nothing(client):
    make_arena()
    assert "What you can judge" not in client.get("/contests/tea/").content.decode()


def test_what_a_new_browser_says_is_remembered(client):
    bilingual()
    answer = client.post(ADDRESS, {"languages": ["fr"], "categories": ["law"]}, follow=True)
    assert "Saved." in answer.content.decode()
    rater = Rater.objects.get()
    assert rater.languages == ["fr"]
    assert [one.slug for one in rater.expertise.all()] == ["law"]
    page = client.get("/contests/tea/").content.decode()
    assert 'value="fr" checked' in page
    assert 'value="en" checked' not in page
    assert 'value="law" checked' in page


def test_no_language_at_all_is_refused_with_what_to_do(client):
    bilingual()
    page = client.post(ADDRESS, {"categories": ["law"]}, follow=True).content.decode()
    assert escape("Choose at least one language that you read") in page
    assert not Rater.objects.get().expertise.exists()


def test_battles_are_in_the_languages_that_a_rater_reads():
    contest, rater = bilingual(), make_rater()
    declare_profile(rater, contest, ["fr"], [])
    assert open_battle(contest, rater).prompt.language == "fr"
    with pytest.raises(NoBattleLeft, match=r"in the languages that you read \(fr\)"):
        open_battle(contest, rater, reuse=False)


def test_a_variant_of_a_language_is_read_by_who_reads_the_language():
    contest, rater = bilingual(), make_rater()
    contest.prompts.filter(language="fr").update(language="fr-CA")
    rater.languages = ["fr"]
    rater.save()
    assert open_battle(contest, rater).prompt.language == "fr-CA"


def test_what_was_said_of_other_contests_stays():
    contest, rater = bilingual(), make_rater()
    other = make_arena(slug="coffee")
    rater.languages = ["de"]
    rater.expertise.add(make_category(other, "beans"))
    declare_profile(rater, contest, ["fr"], ["maths"])
    declare_profile(rater, contest, ["en"], ["law"])
    rater.refresh_from_db()
    assert rater.languages == ["de", "en"]
    assert {one.slug for one in rater.expertise.all()} == {"beans", "law"}


def test_unknown_languages_and_categories_are_passed_over():
    contest, rater = bilingual(), make_rater()
    with pytest.raises(ServiceError, match="at least one"):
        declare_profile(rater, contest, ["xx"], [])
    declare_profile(rater, contest, ["xx", "en"], ["magic"])
    assert rater.languages == ["en"]
    assert not rater.expertise.exists()


def test_who_said_nothing_reads_everything_and_is_at_home_nowhere():
    profile = rater_profile(bilingual(), None)
    assert all(one.chosen for one in profile.languages)
    assert not any(one.chosen for one in profile.categories)
