"""Which language a page speaks, how it is chosen, and that nothing mixes two of them."""

import csv
import io
import json
import re
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from arena.models import Battle
from arena.services.leaderboards import refresh_contest
from arena.services.matchmaking import change_matchmaking
from tests.arena.queries.drawn import draw_battles
from tests.factories import make_arena, make_staff, make_voted_arena

pytestmark = [pytest.mark.django_db]

PAGES = ("/", "/contests/tea/", "/contests/tea/leaderboard/", "/contests/tea/matchmaking/", "/me/", "/nowhere/")


@pytest.fixture
def german() -> Client:
    return Client(HTTP_ACCEPT_LANGUAGE="de-AT,de;q=0.9,en;q=0.5")


@pytest.fixture
def board():
    contest = make_voted_arena()
    refresh_contest(contest)
    return contest


def spoken(answer: Any) -> tuple[str, str]:
    """Return the language that a page says to be in, and the one of its headers."""
    found = re.search(r'<html lang="([\w-]+)" dir="ltr">', answer.content.decode())
    assert found is not None
    return found[1], answer.headers["Content-Language"]


@pytest.mark.parametrize("asked", ["", "en", "fr", "xx;q=*", "zh-Hant,ja;q=0.5", "\x00", "a" * 600])
def test_who_asks_for_nothing_that_is_there_gets_english(board, asked):
    answer = Client(HTTP_ACCEPT_LANGUAGE=asked).get("/contests/tea/")
    assert spoken(answer) == ("en", "en")
    assert "Start voting" in answer.content.decode()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_speaks_the_language_of_the_browser(board, german, path):
    answer = german.get(path)
    assert spoken(answer) == ("de", "de")
    assert "Zum Inhalt springen" in answer.content.decode()


@pytest.mark.parametrize("path", PAGES)
def test_caches_on_the_way_keep_languages_apart(board, client, path):
    varies = {name.strip().lower() for name in client.get(path)["Vary"].split(",")}
    assert {"accept-language", "cookie"} <= varies


def test_a_choice_leads_back_to_the_page_and_lasts(board, german):
    where = "/contests/tea/leaderboard/?raters=human"
    answer = german.post("/language/", {"language": "en"}, HTTP_REFERER=f"http://testserver{where}")
    assert (answer.status_code, answer["Location"]) == (302, f"http://testserver{where}")
    cookie = answer.cookies["versus_language"]
    assert (cookie.value, cookie["samesite"], bool(cookie["httponly"])) == ("en", "Lax", True)
    assert int(cookie["max-age"]) > 300 * 24 * 3600
    assert spoken(german.get(where)) == ("en", "en")


@pytest.mark.parametrize(
    "referer", ["", "https://elsewhere.example/page", "javascript:alert(1)", "http://testserver.evil/"]
)
def test_a_choice_never_leads_to_another_site(client, referer):
    answer = client.post("/language/", {"language": "de", "next": referer}, HTTP_REFERER=referer)
    assert answer["Location"] == "/"


@pytest.mark.parametrize("language", ["", "xx", "../../etc", "de\x00", "DE" * 300])
def test_a_language_that_is_not_there_changes_nothing(client, language):
    answer = client.post("/language/", {"language": language})
    assert answer.status_code == 302
    assert "versus_language" not in answer.cookies


@pytest.mark.parametrize("language", ["xx", "de" * 300, "de,en"])
def test_a_cookie_that_names_no_language_is_none(client, language):
    client.cookies["versus_language"] = language
    assert spoken(client.get("/")) == ("en", "en")


def test_looking_chooses_nothing(client):
    assert client.get("/language/?language=de").status_code == 405


def test_readers_get_no_cookie_for_the_switch_and_need_no_token(board):
    strict = Client(enforce_csrf_checks=True)
    assert not strict.get("/contests/tea/leaderboard/").cookies
    assert strict.post("/language/", {"language": "de"}).status_code == 302


def test_each_page_offers_every_language_by_its_own_name(board, german):
    token = german.post("/contests/tea/battles/", follow=True).redirect_chain[-1][0]
    for path in (*PAGES, token):
        page = german.get(path).content.decode()
        assert '<button name="language" value="de" lang="de" aria-pressed="true">Deutsch</button>' in page
        assert '<button name="language" value="en" lang="en" aria-pressed="false">English</button>' in page


def test_what_is_kept_in_the_cache_is_kept_without_a_language(german, client):
    contest = make_arena(contestants=4, prompts=1)
    first = contest.contestants.order_by("id")[0]
    contest.contestants.filter(pk=first.pk).update(organisation="Tea House")
    contest.contestants.exclude(pk=first.pk).update(organisation="")
    draw_battles(contest, 100)
    refresh_contest(contest)
    cache.clear()
    one, other = german.get("/contests/tea/matchmaking/"), client.get("/contests/tea/matchmaking/")
    assert "Paare wurden mit den aufgeschriebenen Wahrscheinlichkeiten gezogen" in one.content.decode()
    assert "Pairs were drawn with the probabilities written down" in other.content.decode()
    assert "keine Organisation" in one.content.decode()
    assert "keine Organisation" not in other.content.decode()


def test_numbers_on_pages_are_german_and_those_for_programs_are_not(board, german, client):
    change_matchmaking(board, None, vote_budget=12345, floor=0.125)
    page = german.get("/contests/tea/matchmaking/").content.decode()
    assert "12.345" in page
    assert "12,5 %" in page
    lines = german.get("/contests/tea/leaderboard.csv").content
    assert lines == client.get("/contests/tea/leaderboard.csv").content
    rows = list(csv.DictReader(io.StringIO(lines.decode())))
    assert float(rows[0]["rating"]) > 0
    page = german.get("/contests/tea/leaderboard/").content.decode()
    for name in ("x1", "x2", "cx", "x"):
        for value in re.findall(rf' {name}="([^"]*)%"', page):
            assert re.fullmatch(r"-?\d+\.\d{3}", value)
    assert re.search(r"\d,\d %", page)


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/contests/tea/leaderboard/",
        "/api/v1/contests/tea/matchmaking/",
        "/api/v1/contests/tea/",
        "/api/v1/contests/none/",
        "/api/v1/schema/",
        "/healthz",
    ],
)
def test_programs_get_the_same_whatever_they_ask_for(board, german, client, path):
    cache.clear()
    one, other = german.get(path), client.get(path)
    strip = re.compile(rb'"(at|built_at)":\s*"[^"]*"')
    assert strip.sub(b"", one.content) == strip.sub(b"", other.content)
    assert one.headers["Content-Language"] == "en"


def test_errors_of_the_api_are_english(german):
    make_arena(contestants=1)
    answer = german.post("/api/v1/contests/tea/battles/", content_type="application/json")
    assert "detail" in json.loads(answer.content)
    assert "Anmeldedaten" not in answer.content.decode()


def test_the_admin_speaks_english(german):
    german.force_login(make_staff())
    page = german.get("/admin/").content.decode()
    assert "Contests and their votes" in page
    assert "Hinzufügen" not in page
    assert '<html lang="en"' in page


def test_refusals_are_told_in_the_language_of_the_reader(german):
    make_arena(contestants=2, prompts=1)
    token = german.post("/contests/tea/battles/", follow=True).redirect_chain[-1][0]
    german.post(f"{token}skip/")
    page = german.post(f"{token}vote/", {"outcome": "A"}, follow=True).content.decode()
    assert "Dieses Duell ist ausgelassen und nimmt keine Stimme mehr an." in page
    page = german.post("/contests/tea/battles/", follow=True).content.decode()
    assert "Sie haben vorerst alles verglichen" in page


def test_the_battle_page_is_blind_in_german_too(german):
    contest = make_arena(contestants=2, prompts=1)
    contest.contestants.update(organisation="Teahouse Inc", model="leaf-1", description="Sorgsam", licence="frei")
    answer = german.post("/contests/tea/battles/", follow=True)
    page = answer.content.decode()
    assert "Antwort A" in page
    battle = Battle.objects.get()
    for who in contest.contestants.all():
        for secret in (who.name, who.slug, who.organisation, who.model, who.description, who.public_id):
            assert secret not in page
            assert secret not in str(dict(answer.headers))
    assert battle.policy not in page
