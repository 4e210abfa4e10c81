"""Responses are measured from the command line, as far as they were not."""

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from arena.services.features import unmeasured
from arena.style import features
from arena.style.features import Feature
from tests.factories import make_arena

pytestmark = [pytest.mark.django_db]


def test_every_response_is_measured_and_the_next_time_none(capsys):
    make_arena()
    call_command("compute_features")
    call_command("compute_features")
    out = capsys.readouterr().out
    assert out == "6 responses measured.\nEvery response was measured already.\n"


def test_one_contest_can_be_chosen(capsys):
    make_arena(slug="tea")
    coffee = make_arena(slug="coffee")
    call_command("compute_features", "--contest", "tea")
    assert unmeasured(coffee).count() == unmeasured().count() == 6
    with pytest.raises(CommandError, match="There is no contest 'cocoa'"):
        call_command("compute_features", "--contest", "cocoa")


def test_a_feature_that_fails_is_told(monkeypatch):
    make_arena()
    monkeypatch.setattr(features, "_registered", {"odd": Feature("odd", 1, "", lambda text: -1)})
    with pytest.raises(CommandError, match="Feature 'odd' gave -1"):
        call_command("compute_features")
