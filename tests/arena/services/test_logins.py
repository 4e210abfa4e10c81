"""A login link logs its user in once, within an hour, and nobody else."""

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.test import Client
from django.utils.http import urlsafe_base64_encode

from arena.services.logins import find_login, links, make_login_link
from tests.factories import make_staff, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.database]

NOON = datetime(2025, 3, 1, 12)  # noqa: DTZ001 - the generator's clock has no zone


@pytest.fixture
def clock(monkeypatch):
    """Set the clock of the links; a link is made at noon."""

    def set_to(moment: datetime) -> None:
        monkeypatch.setattr(links, "_now", lambda: moment)

    set_to(NOON)
    return set_to


@pytest.fixture
def ada() -> User:
    return make_staff("ada")


def log_in(user: User) -> None:
    """Log in as a browser does: the time of it is written down."""
    Client().force_login(user)
    user.refresh_from_db()


def test_a_link_finds_its_user(ada):
    assert find_login(*make_login_link(ada)) == ada


def test_looking_at_a_link_does_not_spend_it(ada):
    link = make_login_link(ada)
    assert [find_login(*link) for _ in range(3)] == [ada] * 3


def test_a_link_is_spent_by_the_login(ada):
    link = make_login_link(ada)
    log_in(find_login(*link))
    assert find_login(*link) is None


def test_one_login_spends_every_link_made_before(ada, clock):
    first = make_login_link(ada)
    clock(NOON + timedelta(minutes=1))
    second = make_login_link(ada)
    assert first != second
    log_in(ada)
    assert find_login(*first) is None
    assert find_login(*second) is None


def test_after_a_login_a_new_link_can_be_made(ada):
    log_in(ada)
    assert find_login(*make_login_link(ada)) == ada


@pytest.mark.parametrize(
    ("age", "valid"),
    [
        (timedelta(0), True),
        (timedelta(minutes=59, seconds=59), True),
        (timedelta(hours=1), True),
        (timedelta(hours=1, seconds=1), False),
        (timedelta(days=1), False),
        (timedelta(days=400), False),
    ],
)
def test_a_link_lasts_an_hour(ada, clock, age, valid):
    link = make_login_link(ada)
    clock(NOON + age)
    assert find_login(*link) == (ada if valid else None)


def test_a_link_of_another_user_does_not_open_this_account(ada):
    bob = make_staff("bob")
    (ada_uid, _), (_, bobs_token) = make_login_link(ada), make_login_link(bob)
    assert find_login(ada_uid, bobs_token) is None


def test_a_token_is_refused_whichever_character_was_changed(ada, clock):
    uid, token = make_login_link(ada)
    for place, character in enumerate(token):
        forged = f"{token[:place]}{'1' if character != '1' else '2'}{token[place + 1 :]}"
        assert find_login(uid, forged) is None, place


def test_a_token_cannot_be_made_younger(ada, clock):
    uid, token = make_login_link(ada)
    clock(NOON + timedelta(hours=2))
    _, younger = make_login_link(ada)
    assert find_login(uid, f"{younger.partition('-')[0]}-{token.partition('-')[2]}") is None


def test_a_link_to_reset_a_password_is_no_login(ada):
    uid, _ = make_login_link(ada)
    assert find_login(uid, default_token_generator.make_token(ada)) is None


def test_a_login_link_does_not_reset_a_password(ada):
    _, token = make_login_link(ada)
    assert not default_token_generator.check_token(ada, token)


@pytest.mark.parametrize("token", ["", "-", "a-", "-a", "no-such-token", "zzzzzzzzzzzzzzzz-0", "!-!", "0"])
def test_a_token_that_is_none_finds_nobody(ada, token):
    uid, _ = make_login_link(ada)
    assert find_login(uid, token) is None


@pytest.mark.parametrize(
    "uid",
    ["", "a", "!!!", "é", urlsafe_base64_encode(b"nobody"), urlsafe_base64_encode(b"\xff\xfe"), "ADA"],
    ids=["empty", "short", "marks", "not ascii", "unknown", "no text", "bytes"],
)
def test_a_name_that_is_none_finds_nobody(ada, uid):
    _, token = make_login_link(ada)
    assert find_login(uid, token) is None


def test_a_name_that_no_database_can_hold_finds_nobody(ada):
    _, token = make_login_link(ada)
    assert find_login(urlsafe_base64_encode(b"ada\x00"), token) is None


@pytest.mark.parametrize(
    "change",
    [{"is_active": False}, {"password": "another hash"}, {"email": "ada@example.org"}, {"username": "adele"}],
    ids=["left", "new password", "new address", "new name"],
)
def test_a_link_ends_with_a_change_of_the_account(ada, change):
    link = make_login_link(ada)
    User.objects.filter(pk=ada.pk).update(**change)
    assert find_login(*link) is None


def test_a_link_works_without_a_password(clock):
    user = make_user("alice")
    user.set_unusable_password()
    user.save()
    assert find_login(*make_login_link(user)) == user


def test_a_name_outside_ascii_survives_the_link():
    user = make_user("Zoë Ångström")
    uid, token = make_login_link(user)
    assert uid.isascii()
    assert find_login(uid, token) == user
