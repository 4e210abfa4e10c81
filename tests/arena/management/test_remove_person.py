"""A person who asks by mail is removed by a command, after a question."""

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from arena.models import Rater, Vote
from arena.services.raters import identify_account
from tests.factories import make_arena, make_battle, make_staff, make_user, make_vote

pytestmark = [pytest.mark.django_db]


@pytest.fixture
def alice():
    user = make_user(email="alice@example.org")
    make_vote(make_battle(make_arena(), identify_account(user)))
    return user


@pytest.mark.parametrize(("options", "voided"), [([], 0), (["--withdraw"], 1)])
def test_a_person_is_removed(alice, capsys, options, voided):
    call_command("remove_person", "alice@example.org", "--yes", *options)
    assert f"alice@example.org is removed; {voided} votes were withdrawn." in capsys.readouterr().out
    assert not User.objects.exists()
    assert Vote.objects.filter(voided_at__isnull=False).count() == voided


@pytest.mark.parametrize(("answer", "stays"), [("y", False), ("n", True), ("", True)])
def test_it_asks_first(alice, monkeypatch, answer, stays):
    monkeypatch.setattr("builtins.input", lambda _: answer)
    if stays:
        with pytest.raises(CommandError, match="Nothing was removed"):
            call_command("remove_person", "alice")
    else:
        call_command("remove_person", "alice")
    assert User.objects.exists() is stays


def test_nobody_and_staff_are_refused():
    make_staff()
    with pytest.raises(CommandError, match="no account and no rater"):
        call_command("remove_person", "bob", "--yes")
    with pytest.raises(CommandError, match="runs the installation"):
        call_command("remove_person", "ada", "--yes")
    assert not Rater.objects.exists()
