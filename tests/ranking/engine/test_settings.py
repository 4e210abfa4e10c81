"""Settings of a board are checked when they are made and survive as plain values."""

import json
from dataclasses import FrozenInstanceError

import pytest

from ranking import BoardSettings, RankingError


def test_settings_are_read_back_from_their_dictionary():
    for settings in (
        BoardSettings(prior_strength=0.5, anchor=1114.0, level=0.9, seed=3),
        BoardSettings(covariates=("tokens", "bold"), clusters="rater_and_prompt", anchor_items=("a",)),
    ):
        assert BoardSettings.from_dict(json.loads(json.dumps(settings.to_dict()))) == settings


def test_what_is_left_out_has_its_default():
    assert BoardSettings.from_dict({"level": 0.8}) == BoardSettings(level=0.8)
    assert BoardSettings() == BoardSettings(
        method="bradley_terry", tie_model="half_win", prior_strength=0.0, level=0.95
    )


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"method": "trueskill"}, "method is 'trueskill'; use one of bradley_terry, elo"),
        ({"tie_model": "coin"}, "tie_model is 'coin'; use one of half_win, davidson, rao_kupper"),
        ({"clusters": "weekday"}, "clusters is 'weekday'; use one of none, rater, prompt, rater_and_prompt"),
        ({"covariates": "tokens"}, "covariates is 'tokens'; it must be a list of names"),
        ({"covariates": ["tokens", "tokens"]}, "names something twice"),
        ({"covariates": ["tokens"], "tie_model": "davidson"}, "half_win only"),
        ({"covariates": ["tokens"], "prior_strength": 1}, "without covariates only"),
        ({"method": "elo", "prior_strength": 1}, "method bradley_terry"),
        ({"elo_k": 0}, "must be positive"),
        ({"replicates": 2}, "whole number from 10 on"),
        ({"seed": True}, "whole number from 0 on"),
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
