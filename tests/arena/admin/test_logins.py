"""Staff log in to the admin by name and password; who guesses is stopped as on the page of accounts."""

import pytest
from django.test import Client

from tests.factories import make_staff, make_user

pytestmark = [pytest.mark.django_db]

SECRET = "a long password"


def log_in(client: Client, password: str = SECRET, name: str = "ada") -> str:
    reply = client.post("/admin/login/?next=/admin/", {"username": name, "password": password}, follow=True)
    return reply.content.decode()


def inside(client: Client) -> bool:
    return client.get("/admin/").status_code == 200


def test_staff_get_in_by_name_and_password(client) -> None:
    make_staff()
    assert "Contests and their votes" in log_in(client)
    assert inside(client)


@pytest.mark.parametrize(("name", "password"), [("ada", "wrong"), ("bob", SECRET), ("ada", ""), ("", SECRET)])
def test_nobody_else_does(client, name, password) -> None:
    make_staff()
    make_user("bob", password=SECRET)
    log_in(client, password, name)
    assert not inside(client)


def test_staff_who_were_shut_out_stay_out(client) -> None:
    ada = make_staff()
    ada.is_active = False
    ada.save()
    log_in(client)
    assert not inside(client)


def test_attempts_at_one_name_are_limited_and_those_of_others_are_not(client) -> None:
    make_staff()
    make_staff("eve")
    for _ in range(6):
        log_in(client, "wrong")
    assert "Too many" in log_in(client)
    assert not inside(client)
    log_in(client, name="eve")
    assert inside(client)


def test_guesses_on_both_pages_are_counted_together(client) -> None:
    make_staff()
    for _ in range(6):
        client.post("/accounts/login/", {"login": "ada", "password": "wrong"})
    assert "Too many" in log_in(client)
