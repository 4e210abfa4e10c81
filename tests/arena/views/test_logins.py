"""The one-time login link: looking spends nothing, the button does, and a link ends by use, time or change."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from arena.services.logins import MINUTES, links, make_login_link
from tests.factories import make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.database]

NOT_VALID = "This link is not valid"


@pytest.fixture
def admin() -> User:
    return make_staff()


@pytest.fixture
def address(admin) -> str:
    uid, token = make_login_link(admin)
    return f"/login/{uid}/{token}/"


def aged(user: User, age: timedelta) -> str:
    """Return the address of a link that was made some time ago."""
    uid, _ = make_login_link(user)
    seconds = links._num_seconds(links._now() - age)
    return f"/login/{uid}/{links._make_token_with_timestamp(user, seconds, links.secret)}/"


def logged_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_opening_the_link_asks_for_a_press_and_spends_nothing(client, address):
    for _ in range(3):
        page = client.get(address)
        assert page.status_code == 200
        assert "Log in as ada" in page.content.decode()
    assert not logged_in(client)
    client.post(address)
    assert logged_in(client)


def test_previews_that_ask_for_the_head_spend_nothing(client, address):
    assert client.head(address).status_code == 200
    assert not logged_in(client)


def test_pressing_the_button_logs_in_and_leads_to_the_admin(client, admin, address):
    answer = client.post(address)
    assert (answer.status_code, answer["Location"]) == (302, "/admin/")
    assert client.session["_auth_user_id"] == str(admin.pk)
    assert client.get("/admin/").status_code == 200


def test_a_link_works_once(client, address):
    client.post(address)
    for method in ("get", "post"):
        other = Client()
        answer = getattr(other, method)(address)
        assert answer.status_code == 404
        assert NOT_VALID in answer.content.decode()
        assert not logged_in(other)


def test_an_older_link_ends_with_the_login_by_a_newer_one(client, admin, address):
    uid, token = make_login_link(admin)
    client.post(f"/login/{uid}/{token}/")
    assert Client().post(address).status_code == 404


def test_a_link_ends_after_an_hour(client, admin):
    assert MINUTES == 60
    assert client.get(aged(admin, timedelta(minutes=59))).status_code == 200
    late = aged(admin, timedelta(minutes=61))
    assert client.get(late).status_code == 404
    assert client.post(late).status_code == 404
    assert not logged_in(client)


def test_a_link_does_not_log_in_an_account_that_was_closed(client, admin, address):
    User.objects.update(is_active=False)
    assert client.post(address).status_code == 404
    assert not logged_in(client)


def test_a_link_ends_with_a_new_password(client, admin, address):
    admin.set_password("another long password")
    admin.save()
    assert client.post(address).status_code == 404


def test_a_link_logs_in_nobody_else(client, admin):
    other = make_staff("bob")
    uid, _ = make_login_link(other)
    _, token = make_login_link(admin)
    assert client.post(f"/login/{uid}/{token}/").status_code == 404
    assert not logged_in(client)


@pytest.mark.parametrize(
    "uid",
    ["!", "AA", "A", "_w", "x" * 400, urlsafe_base64_encode(force_bytes("nobody")), "%00"],
    ids=["no base64", "zero", "short", "no text", "long", "nobody", "zero in the address"],
)
def test_a_link_that_was_not_copied_whole_is_not_valid(client, admin, uid):
    _, token = make_login_link(admin)
    answer = client.get(f"/login/{uid}/{token}/")
    assert answer.status_code == 404
    assert NOT_VALID in answer.content.decode()


@pytest.mark.parametrize("token", ["x", "0-0", "-", "zzzzzzzzzzzzzz-1", "%00-x", "c1-" + "0" * 32])
def test_a_token_that_we_did_not_make_is_not_valid(client, admin, token):
    uid, _ = make_login_link(admin)
    assert client.get(f"/login/{uid}/{token}/").status_code == 404


def test_the_page_of_a_spent_link_says_how_to_get_another(client):
    assert "python manage.py demo --no-serve" in client.get("/login/x/y/").content.decode()


def test_the_button_needs_the_form_of_this_site(address):
    visitor = Client(enforce_csrf_checks=True)
    assert visitor.post(address).status_code == 403
    assert not logged_in(visitor)
    visitor.get(address)
    visitor.post(address, {"csrfmiddlewaretoken": visitor.cookies["csrftoken"].value})
    assert logged_in(visitor)


def test_the_link_is_kept_by_no_cache_and_told_to_no_other_site(client, address):
    for method in ("get", "post"):
        answer = getattr(client, method)(address)
        assert "no-store" in answer["Cache-Control"]
        assert answer["Referrer-Policy"] == "same-origin"


def test_the_link_names_the_account_and_not_its_number(admin, address):
    assert f"/{urlsafe_base64_encode(b'ada')}/" in address
    assert f"/{urlsafe_base64_encode(force_bytes(admin.pk))}/" not in address


def test_logging_in_changes_the_session(client, address):
    client.get("/")
    session = client.session
    session["kept"] = "yes"
    session.save()
    client.cookies["sessionid"] = session.session_key
    before = session.session_key
    client.post(address)
    assert client.session.session_key != before


def test_other_methods_are_refused(client, address):
    answer = client.put(address)
    assert answer.status_code == 405
    assert answer["Allow"] == "GET, HEAD, POST"
