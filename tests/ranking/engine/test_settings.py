"""Settings of a board are checked when they are made and survive as plain values."""

from dataclasses import FrozenInstanceError

import pytest

from ranking import BoardSettings, RankingError


def test_settings_are_read_back_from_their_dictionary():
    settings = BoardSettings(prior_strength=0.5, anchor=1114.0, level=0.9, seed=3)
    assert BoardSettings.from_dict(settings.to_dict()) == settings


def test_what_is_left_out_has_its_default():
    assert BoardSettings.from_dict({"level": 0.8}) == BoardSettings(level=0.8)
    assert BoardSettings() == BoardSettings("bradley_terry", "half_win", 0.0, 1000.0, 0.95, 0)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"method": "elo"}, "Unknown method 'elo'; use bradley_terry"),
        ({"tie_model": "davidson"}, "Unknown tie model 'davidson'; use half_win"),
        ({"prior_strength": -0.1}, "zero or positive"),
        ({"prior_strength": float("nan")}, "zero or positive"),
        ({"prior_strength": float("inf")}, "zero or positive"),
        ({"level": 0}, "between 0 and 1"),
        ({"level": 1}, "between 0 and 1"),
        ({"level": 95}, "between 0 and 1"),
        ({"level": float("nan")}, "between 0 and 1"),
        ({"levle": 0.9}, "Unknown board setting: levle"),
    ],
)
def test_nonsense_is_refused_by_name(values, reason):
    with pytest.raises(RankingError, match=reason):
        BoardSettings.from_dict(values)


def test_settings_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        BoardSettings().level = 0.5
