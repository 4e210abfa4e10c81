"""Accounts: signing up and in by e-mail and password, as this installation allows; votes of the browser come along."""

import re

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client

from arena.models import Battle, Rater
from arena.services.logins import make_login_link
from tests.factories import make_arena, make_staff, make_user

pytestmark = [pytest.mark.django_db]

SECRET = "quite a long passphrase"
ALICE = {"email": "alice@example.org", "password1": SECRET, "password2": SECRET}


@pytest.fixture
def sends_mail(settings):
    settings.EMAIL_URL = "smtp://mail.example.org"
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"


def log_in(client, name, password=SECRET):
    return client.post("/accounts/login/", {"login": name, "password": password}, follow=True)


def logged_in(client) -> bool:
    return "_auth_user_id" in client.session


def address_in(message, path: str) -> str:
    (found,) = re.findall(rf"https?://[^/]+({path}\S+)", message.body)
    return str(found)


def test_without_a_server_for_mail_signing_up_is_enough(client):
    answer = client.post("/accounts/signup/", ALICE, follow=True)
    assert answer.redirect_chain[-1][0] == "/me/account/"
    assert "You are logged in as alice@example.org." in answer.content.decode()
    assert User.objects.get().email == "alice@example.org"


def test_with_one_the_address_is_confirmed_first(client, sends_mail):
    client.post("/accounts/signup/", ALICE)
    assert not logged_in(client)
    log_in(client, "alice@example.org")
    assert not logged_in(client)
    where = address_in(mail.outbox[0], "/accounts/confirm-email/")
    assert client.get(where).status_code == 200
    client.post(where)
    log_in(client, "alice@example.org")
    assert logged_in(client)


def test_closed_to_newcomers_nobody_signs_up(client, settings):
    settings.SIGN_UP = "closed"
    for answer in (client.get("/accounts/signup/"), client.post("/accounts/signup/", ALICE)):
        assert "Sign Up Closed" in answer.content.decode()
    assert not User.objects.exists()
    assert "/accounts/signup/" not in client.get("/accounts/login/").content.decode()


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"email": "nonsense"}, "valid email address"),
        ({"password1": "short", "password2": "short"}, "at least"),
        ({"password2": "another long passphrase"}, "same password"),
    ],
)
def test_what_is_wrong_is_said_and_nobody_is_made(client, fields, told):
    assert told in client.post("/accounts/signup/", {**ALICE, **fields}).content.decode()
    assert not User.objects.exists()


@pytest.mark.parametrize("name", ["alice", "alice@example.org"])
def test_accounts_of_the_admin_log_in_by_name_or_address(client, name):
    make_user(password=SECRET, email="alice@example.org")
    log_in(client, name)
    assert logged_in(client)


def test_a_wrong_password_tells_no_more_than_that(client):
    make_user(password=SECRET)
    known, unknown = (log_in(client, name, "wrong").content.decode() for name in ("alice", "bob"))
    told = "The username and/or password you specified are not correct."
    assert [text.count(told) for text in (known, unknown)] == [1, 1]
    assert not logged_in(client)


def test_attempts_are_limited_by_the_address_they_come_from(client):
    make_user(password=SECRET)
    for _ in range(12):
        log_in(client, "alice", "wrong")
    assert "Too many" in log_in(client, "alice").content.decode()
    assert not logged_in(client)


def test_too_many_requests_get_a_page_of_the_house(client, settings):
    settings.ACCOUNT_RATE_LIMITS = {"signup": "1/m/ip"}
    answers = [client.post("/accounts/signup/", {**ALICE, "email": "nonsense"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert "Too many attempts" in answers[1].content.decode()
    elsewhere = client.post("/accounts/signup/", {**ALICE, "email": "nonsense"}, REMOTE_ADDR="192.0.2.7")
    assert elsewhere.status_code == 200


def test_a_forged_header_does_not_lift_a_limit(client, settings):
    settings.ACCOUNT_RATE_LIMITS = {"signup": "1/m/ip"}
    for number in range(2):
        headers = {"X-Forwarded-For": f"192.0.2.{number}"}
        answer = client.post("/accounts/signup/", {**ALICE, "email": "nonsense"}, headers=headers)
    assert answer.status_code == 429


def test_a_forgotten_password_is_set_anew_by_mail(client, sends_mail):
    make_user(email="alice@example.org")
    client.post("/accounts/password/reset/", {"email": "alice@example.org"})
    form = client.get(address_in(mail.outbox[0], "/accounts/password/reset/key/"), follow=True)
    client.post(form.redirect_chain[-1][0], {"password1": SECRET, "password2": SECRET})
    user = User.objects.get()
    assert user.check_password(SECRET)


def test_without_mail_nobody_waits_for_one(client):
    page = client.get("/accounts/password/reset/").content.decode()
    assert "sends no e-mail" in page
    assert "<form" not in page.split("<main")[1].split("</main>")[0]


def test_a_password_is_changed(client):
    make_user(password=SECRET)
    log_in(client, "alice")
    fields = {"oldpassword": SECRET, "password1": "a new passphrase", "password2": "a new passphrase"}
    client.post("/accounts/password/change/", fields)
    assert User.objects.get().check_password("a new passphrase")


def test_logging_out_asks_first(client):
    client.force_login(make_user())
    client.get("/accounts/logout/")
    assert logged_in(client)
    client.post("/accounts/logout/")
    assert not logged_in(client)


@pytest.mark.parametrize("signs_up", [True, False])
def test_votes_of_the_browser_come_along(client, signs_up):
    make_arena()
    where = client.post("/contests/tea/battles/")["Location"]
    client.post(f"{where}vote/", {"outcome": "A"})
    if signs_up:
        client.post("/accounts/signup/", ALICE)
    else:
        make_user(password=SECRET)
        log_in(client, "alice")
    assert Rater.objects.get().user == User.objects.get()
    assert "1 vote so far" in client.get("/me/").content.decode()
    assert client.get(where).status_code == 200


def test_a_battle_that_was_begun_is_finished_after_logging_in_to_an_account_with_votes(client):
    make_arena()
    alice = make_user(password=SECRET)
    elsewhere = Client()
    elsewhere.force_login(alice)
    elsewhere.post("/contests/tea/battles/")
    where = client.post("/contests/tea/battles/")["Location"]
    log_in(client, "alice")
    assert client.get(where).status_code == 200
    client.post(f"{where}vote/", {"outcome": "A"})
    assert "Your vote: A is better" in client.get(where).content.decode()
    assert Battle.objects.filter(state="voted").count() == 1
    assert "1 vote so far" in client.get("/me/").content.decode()


def test_a_one_time_link_brings_votes_along_too(client):
    from_link = make_staff()
    make_arena()
    client.post("/contests/tea/battles/")
    uid, token = make_login_link(from_link)
    client.post(f"/login/{uid}/{token}/")
    assert Rater.objects.get().user == from_link


@pytest.mark.parametrize(
    "path", ["login/", "signup/", "password/reset/", "password/reset/done/", "confirm-email/", "inactive/"]
)
def test_pages_for_everybody_are_of_the_house(client, path):
    page = client.get(f"/accounts/{path}").content.decode()
    assert 'class="site-header"' in page
    assert "<style" not in page
    assert re.findall(r"<script(?![^>]*\bsrc=)", page) == []
    assert re.search(r"<title>\s*\S.* · Versus</title>", page, re.DOTALL)


@pytest.mark.parametrize("path", ["email/", "password/change/", "logout/", "reauthenticate/"])
def test_pages_of_an_account_are_of_the_house(client, path):
    make_user(password=SECRET, email="alice@example.org")
    log_in(client, "alice")
    page = client.get(f"/accounts/{path}").content.decode()
    assert 'class="site-header"' in page
    assert re.findall(r"<script(?![^>]*\bsrc=)|account/js", page) == []


def test_the_header_leads_to_the_account_or_to_logging_in(client):
    assert 'href="/accounts/login/"' in client.get("/").content.decode()
    client.force_login(make_user())
    page = client.get("/").content.decode()
    assert 'href="/me/account/"' in page
    assert 'href="/accounts/login/"' not in page
