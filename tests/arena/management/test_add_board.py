"""A board is defined from the command line."""

from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from arena.management.arguments import moment
from arena.models import Board
from tests.factories import make_contest, make_styled_arena

pytestmark = [pytest.mark.django_db]


def test_what_is_said_is_stored_and_the_rest_keeps_its_default(capsys):
    make_contest()
    options = ["--name", "Style", "--covariates", "tokens, headers", "--clusters", "rater", "--tie-model", "half_win"]
    call_command("add_board", "tea", "style", *options)
    board = Board.objects.get()
    assert board.settings == {"covariates": ["tokens", "headers"], "clusters": "rater", "tie_model": "half_win"}
    assert (board.name, board.rater_kind, board.language, board.use_integrity_weights) == ("Style", "human", "", True)
    assert capsys.readouterr().out == "tea/style is defined; manage.py refresh_leaderboards publishes it.\n"


def test_filters_are_options():
    make_contest()
    options = ["--name", "N", "--raters", "simulated", "--language", "de", "--since", "2025-03-01", "--until"]
    options += ["2025-03-02T12:00+02:00", "--minimum-seconds", "3", "--ignore-integrity-weights"]
    call_command("add_board", "tea", "n", *options)
    board = Board.objects.get()
    assert (board.rater_kind, board.language, board.minimum_seconds) == ("simulated", "de", 3)
    assert board.since == datetime(2025, 3, 1, tzinfo=UTC)
    assert board.until == datetime(2025, 3, 2, 10, tzinfo=UTC)
    assert not board.use_integrity_weights
    assert board.settings == {}


def test_the_next_refresh_publishes_it(capsys):
    make_styled_arena()
    call_command("add_board", "tea", "style", "--name", "Style", "--covariates", "tokens")
    call_command("refresh_leaderboards", "--board", "style")
    assert "tea/style: published, 60 votes, 3 rated" in capsys.readouterr().out


def test_a_refusal_is_told():
    make_contest()
    with pytest.raises(CommandError, match="no style feature 'colour'"):
        call_command("add_board", "tea", "x", "--name", "X", "--covariates", "colour")
    with pytest.raises(CommandError, match="There is no contest 'coffee'"):
        call_command("add_board", "coffee", "x", "--name", "X")
    with pytest.raises(CommandError, match="write a time like"):
        call_command("add_board", "tea", "x", "--name", "X", "--since", "yesterday")
    assert not Board.objects.exists()


def test_a_moment_without_a_zone_is_utc():
    assert moment("2025-03-01T12:00") == datetime(2025, 3, 1, 12, tzinfo=UTC)
