"""Talks through the doors: for staff a page and its twin in the API, for everybody else nothing at all."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from rest_framework.test import APIClient

from arena.models import Talk
from arena.services.talk_writing import write_talk
from arena.views import talks as doors_of_talks
from tests.arena.services.live_cast import hurry, make_live_contest, served
from tests.arena.views.test_live import events
from tests.factories import make_program, make_staff, make_talk, make_user
from tests.support.endpoint import Reply, streamed

pytestmark = [pytest.mark.django_db, pytest.mark.database]

GREEN, BLACK = streamed("Two **minutes**."), streamed("Four minutes.")
PAGE = "/contests/tea/talks/"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no thread write: a turn is written when a test says so."""
    hurry(monkeypatch)
    monkeypatch.setattr("arena.services.talk_writing.TICK", 0.01)
    monkeypatch.setattr("arena.queries.live_watch.LOOK_SECONDS", 0.01)


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(make_staff())
    return client


def write(talk: Talk | None = None) -> Talk:
    found = talk or Talk.objects.get()
    write_talk(found.pk)
    found.refresh_from_db()
    return found


def test_staff_find_the_page_from_the_contest_and_from_the_admin(staff):
    make_live_contest()
    for page in ("/contests/tea/", "/admin/arena/contest/"):
        assert PAGE in staff.get(page).content.decode()
    assert "No contestant of this contest has an endpoint" in staff.get(PAGE).content.decode()


def test_two_are_asked_side_by_side_without_scripts(staff, settings):
    make_live_contest()
    with served(settings, green=[GREEN, streamed("No.")], black=[BLACK, streamed("Yes.")]):
        assert '<option value="green"' in staff.get(PAGE).content.decode()
        here = staff.post(PAGE, {"first": "green", "second": "black", "prompt": "How *long*?"})["Location"]
        waiting = staff.get(here).content.decode()
        assert '<meta http-equiv="refresh"' in waiting
        assert "How <em>long</em>?" in waiting
        write()
        page = staff.get(here).content.decode()
        assert "Green beside Black" in page
        assert "Two <strong>minutes</strong>." in page
        assert staff.post(f"{here}say/", {"prompt": "And then?"})["Location"] == here
        write()
    staff.post(f"{here}note/", {"preference": "B", "note": "Shorter."})
    page = staff.get(here).content.decode()
    for words in ("And then?", "No.", "Yes.", 'value="B" checked', "Shorter."):
        assert words in page


def test_one_is_asked_alone(staff, settings):
    make_live_contest()
    with served(settings, green=[GREEN], black=[BLACK]):
        here = staff.post(PAGE, {"first": "green", "second": "", "prompt": "How long?"})["Location"]
        write()
    page = staff.get(here).content.decode()
    assert "Two <strong>minutes</strong>." in page
    assert "Black" not in page
    assert "Which was better" not in page


def test_what_failed_is_told_and_asked_again(staff, settings):
    make_live_contest()
    failing = Reply({"error": {"message": "overloaded"}}, 503)
    with served(settings, green=[failing, GREEN], black=[BLACK]):
        here = staff.post(PAGE, {"first": "green", "second": "black", "prompt": "How long?"})["Location"]
        write()
        page = staff.get(here).content.decode()
        assert "Green: The endpoint answered 503" in page
        assert "Ask again" in page
        staff.post(f"{here}say/")
        write()
    assert "Two <strong>minutes</strong>." in staff.get(here).content.decode()


def test_a_refused_talk_may_be_corrected(staff, settings):
    make_live_contest()
    with served(settings, green=[GREEN], black=[BLACK]):
        answer = staff.post(PAGE, {"first": "green", "second": "green", "prompt": "How long?"})
    page = answer.content.decode()
    assert "Choose one contestant, or two different ones." in page
    assert "How long?</textarea>" in page


def test_a_stop_is_asked_for(staff, settings):
    make_live_contest()
    with served(settings, green=[GREEN], black=[BLACK]):
        here = staff.post(PAGE, {"first": "green", "second": "black", "prompt": "How long?"})["Location"]
    staff.post(f"{here}stop/")
    assert Talk.objects.get().stop_asked_at is not None


def doors(talk: Talk) -> list[tuple[str, str]]:
    pages = [("get", ""), ("get", "events/"), ("post", "say/"), ("post", "stop/"), ("post", "note/")]
    twins = [("get", ""), ("post", ""), ("get", "events/"), ("post", "stop/"), ("put", "note/")]
    return [
        ("get", PAGE),
        ("post", PAGE),
        *((method, f"/talks/{talk.token}/{door}") for method, door in pages),
        ("post", "/api/v1/contests/tea/talks/"),
        *((method, f"/api/v1/talks/{talk.token}/{door}") for method, door in twins),
    ]


def test_for_everybody_else_there_is_nothing(client):
    talk = make_talk(make_live_contest(), make_staff())
    visitor, program = Client(), make_program(make_user("bob"))
    member = Client()
    member.force_login(make_user("carol"))
    for method, door in doors(talk):
        for who in [program] if door.startswith("/api/") else [visitor, member]:
            assert getattr(who, method)(door, {"prompt": "Hello?"}).status_code == 404, door
    assert "talks" not in visitor.get("/contests/tea/").content.decode()


def test_a_talk_of_another_member_of_staff_looks_like_none():
    talk = make_talk(make_live_contest(), make_staff())
    other = make_staff("eve")
    client, program = Client(), make_program(other)
    client.force_login(other)
    for method, door in doors(talk):
        if talk.token in door:
            who = program if door.startswith("/api/") else client
            assert getattr(who, method)(door, {"prompt": "Hello?"}).status_code == 404, door
    for token in ("unknown", "%00"):
        assert client.get(f"/talks/{token}/").status_code == 404


def test_doors_take_what_they_are_for_and_nothing_of_other_sites(staff):
    talk = make_talk(make_live_contest(), User.objects.get())
    for door in ("say/", "stop/", "note/"):
        assert staff.get(f"/talks/{talk.token}/{door}").status_code == 405
    for door in ("", "events/"):
        assert staff.post(f"/talks/{talk.token}/{door}").status_code == 405
    assert staff.put(PAGE).status_code == 405
    stranger = Client(enforce_csrf_checks=True)
    stranger.cookies = staff.cookies
    assert stranger.post(PAGE, {"first": "green", "prompt": "Hello?"}).status_code == 403
    assert stranger.post(f"/talks/{talk.token}/note/", {"preference": "A"}).status_code == 403


def test_events_tell_what_is_written_and_then_the_end(staff, settings, monkeypatch):
    talk = make_talk(make_live_contest(), User.objects.get())
    Talk.objects.filter(pk=talk.pk).update(state="writing", asked="And?", shown_a="Tw", shown_b="")

    def meanwhile(token: str, now: Any) -> Any:
        found = glance(token, now)
        Talk.objects.filter(pk=talk.pk).update(state="ready", asked="", shown_a="", shown_b="")
        return found

    glance = doors_of_talks.talk_glance
    monkeypatch.setattr(doors_of_talks, "talk_glance", meanwhile)
    told = events(staff.get(f"/talks/{talk.token}/events/"))
    assert told == [("begin", {}), ("more", {"a": "Tw", "b": ""}), ("end", {"state": "ready"})]


# --- By program --------------------------------------------------------------------------------------
@pytest.fixture
def program() -> APIClient:
    return make_program(make_staff())


def test_a_program_can_do_what_the_page_can(program, settings):
    make_live_contest()
    said = {"contestants": ["black", "green"], "prompt": "How long?"}
    with served(settings, green=[GREEN, streamed("No.")], black=[BLACK, streamed("Yes.")]):
        begun = program.post("/api/v1/contests/tea/talks/", said, format="json")
        assert (begun.status_code, begun.json()["state"], begun.json()["asked"]) == (201, "writing", "How long?")
        here = f"/api/v1/talks/{begun.json()['token']}/"
        assert program.post(here, {"prompt": "And?"}, format="json").status_code == 409
        write()
        assert program.post(here, {"prompt": "And?"}, format="json").json()["state"] == "writing"
        program.post(f"{here}stop/")
        Talk.objects.update(stop_asked_at=None)
        write()
    noted = program.put(f"{here}note/", {"preference": "A", "note": "Longer."}, format="json").json()
    assert noted == program.get(here).json()
    assert (noted["contestants"], noted["preference"], noted["note"]) == (["black", "green"], "A", "Longer.")
    assert [[one["contestant"] for one in turn["answers"]] for turn in noted["turns"]] == [["black", "green"]] * 2
    first = noted["turns"][0]["answers"][1]
    assert (first["text"], first["finish_reason"], first["perplexity"]) == ("Two **minutes**.", "stop", None)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"contestants": [], "prompt": "Hello?"}, "contestants"),
        ({"contestants": ["green"]}, "prompt"),
        ({"contestants": ["nobody"], "prompt": "Hello?"}, "cannot be asked"),
    ],
)
def test_a_program_is_told_what_it_did_wrong(program, settings, said, told):
    make_live_contest()
    with served(settings, green=[GREEN], black=[BLACK]):
        answer = program.post("/api/v1/contests/tea/talks/", said, format="json")
    assert answer.status_code == 400
    assert told in answer.content.decode()
    assert not Talk.objects.exists()


def test_what_is_noted_is_one_of_the_outcomes(program):
    talk = make_talk(make_live_contest(), User.objects.get())
    answer = program.put(f"/api/v1/talks/{talk.token}/note/", {"preference": "C"}, format="json")
    assert answer.status_code == 400
