"""Terms, consent, own data and leaving by program, as on the pages."""

import pytest
from django.contrib.auth.models import User

from arena.models import Battle, Consent, Rater, Vote
from arena.services.terms import publish_terms
from tests.factories import make_arena, make_program, make_staff, make_user

pytestmark = [pytest.mark.django_db]

ME = "/api/v1/me/"
BATTLES = "/api/v1/contests/tea/battles/"


@pytest.fixture
def program():
    make_arena(live=True)
    return make_program(make_user(email="alice@example.org"))


def test_where_nobody_wrote_terms_there_are_none(client, program):
    answer = client.get("/api/v1/terms/")
    assert (answer.status_code, answer.json()["detail"][:18]) == (404, "There are no terms")
    assert program.post(f"{ME}consent/", {"version": 1}, format="json").status_code == 404
    assert program.post(BATTLES).status_code == 201


@pytest.mark.parametrize("door", [BATTLES, "/api/v1/contests/tea/live/"])
def test_a_program_is_told_how_to_accept_does_so_and_goes_on(program, door):
    publish_terms("Be honest.")
    refused = program.post(door, {"prompt": "How long?"}, format="json")
    assert refused.status_code == 403
    assert 'POST /api/v1/me/consent/ with {"version": 1}' in refused.json()["detail"]
    terms = program.get("/api/v1/terms/").json()
    assert (terms["version"], terms["text"], terms["accepted"]) == (1, "Be honest.", False)
    given = program.post(f"{ME}consent/", {"version": terms["version"]}, format="json")
    assert (given.status_code, given.json()["version"]) == (201, 1)
    assert program.get("/api/v1/terms/").json()["accepted"] is True
    assert program.post(BATTLES).status_code == 201


@pytest.mark.parametrize("said", [{}, {"version": 0}, {"version": "one"}, {"version": 2}, {"version": 2**40}])
def test_another_version_is_not_accepted(program, said):
    publish_terms("Be honest.")
    assert program.post(f"{ME}consent/", said, format="json").status_code == 400
    assert not Consent.objects.exists()


def test_own_data_is_that_of_the_page(client, program):
    token = program.post(BATTLES).json()["token"]
    program.post(f"/api/v1/battles/{token}/vote/", {"outcome": "A", "comment": "Mine."}, format="json")
    client.force_login(User.objects.get())
    by_program, by_page = program.get(f"{ME}data/").json(), client.get("/me/data.json").json()
    for found in (by_program, by_page):
        found.pop("made_at")
        found["account"].pop("last_login_at")
    assert by_program == by_page
    assert by_program["battles"][0]["vote"]["comment"] == "Mine."


@pytest.mark.parametrize(("withdraw", "voided"), [(True, 1), (False, 0)])
def test_leaving(program, withdraw, voided):
    token = program.post(BATTLES).json()["token"]
    program.post(f"/api/v1/battles/{token}/vote/", {"outcome": "A"}, format="json")
    answer = program.post(f"{ME}leave/", {"withdraw": withdraw, "sure": True}, format="json")
    assert (answer.status_code, answer.json()) == (200, {"voided": voided})
    assert not User.objects.exists()
    assert Vote.objects.filter(voided_at__isnull=False).count() == voided
    assert program.get(ME).status_code == 401


@pytest.mark.parametrize("said", [{}, {"withdraw": True}, {"sure": True}, {"withdraw": True, "sure": False}])
def test_what_is_not_sure_does_not_leave(program, said):
    program.post(BATTLES)
    assert program.post(f"{ME}leave/", said, format="json").status_code == 400
    assert Rater.objects.get().left_at is None
    assert Battle.objects.get().state == "served"


def test_staff_are_refused_with_the_reason():
    answer = make_program(make_staff()).post(f"{ME}leave/", {"withdraw": True, "sure": True}, format="json")
    assert answer.status_code == 400
    assert "runs the installation" in answer.json()["detail"]
