"""Sentences of the pure rooms are known by their words, whatever stands in their holes."""

import re
import string
from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.utils import translation

from arena.matchmaking import audit
from arena.matchmaking.audit import Finding, PropensityCheck
from arena.matchmaking.reasons import tell_gain, tell_reason
from arena.matchmaking.stretch import BalancedSlope, FloorSlope, Slope
from arena.queries.phrases import PARTS, SENTENCES
from arena.queries.sentences import NUMBERS, tell
from arena.style.features import known_features
from ranking import BoardSettings
from ranking.engine import diagnosis, explain, notices
from ranking.engine.cycles import Cycle, Cyclicity
from ranking.engine.goodness import Goodness, SideBias
from tests.support.pseudo import BEGIN, END, mark_messages, words_outside

STORED = {
    "branch": "active",
    "win_probability": 0.7,
    "gap": 0.8,
    "gap_error": 0.4,
    "places": (1, 3),
    "top_k": 5,
    "votes": 1,
}


@pytest.fixture
def marks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """German, with every message between marks."""
    mark_messages(monkeypatch)
    with translation.override("de"):
        yield


def outside(text: str, *names: str) -> list[str]:
    return words_outside(tell(text), names)


def test_in_english_nothing_is_touched():
    for text in ("", "No votes yet.", "Anything, 1,234.5."):
        assert tell(text) == text


def test_what_nobody_knows_stays_as_it_is():
    with translation.override("de"):
        assert tell("Ratings fell from the sky. No votes yet.") == "Ratings fell from the sky. No votes yet."
        assert tell("No votes yet. Ratings fell from the sky.") == "Noch keine Stimmen. Ratings fell from the sky."


def test_numbers_names_and_plurals_in_german():
    with translation.override("de"):
        assert tell("1,234 of 12,345 pairs were compared; a contestant has 0.5 to 1,000 votes, in the middle 7.") == (
            "1.234 von 12.345 Paaren wurden verglichen; ein Teilnehmer hat 0,5 bis 1.000 Stimmen, in der Mitte 7."
        )
        assert tell("1 contestant with fewer than 20 votes: x. Intervals this early are approximate.") == (
            "1 Teilnehmer mit weniger als 20 Stimmen: x. So früh sind Intervalle nur ungefähr."
        )
        assert tell("7 contestants are without votes and left unrated: a, b and 5 more.") == (
            "7 Teilnehmer haben keine Stimmen und bleiben ohne Wertung: a, b und 5 weitere."
        )
        # A contestant may be called like a part of a sentence.
        assert tell("Without 1 vote (0.50% of all) votes would lead instead of that mean.") == (
            "Ohne 1 Stimme (0,50 % von allen) läge votes vorn statt that mean."
        )


@pytest.mark.parametrize("method", [*explain.METHODS])
@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"interval": "bootstrap", "both_bad": "tie"},
        {"centre": "votes"},
        {"anchor_items": ("a", "b")},
    ],
)
def test_explanations(marks, method, changed):
    settings = BoardSettings(method=method, **changed)
    told = explain.explain(settings, 1234.5, 7, 9, (5, 1e-9), 0.25)
    assert outside(told, "a", "b", "e") == []


@pytest.mark.parametrize("clusters", [*explain.DEPENDENCE])
@pytest.mark.parametrize("ties", [*explain.TIES])
def test_explanations_of_dependence_ties_and_style(marks, clusters, ties):
    settings = replace(BoardSettings(), clusters=clusters, tie_model=ties)
    assert outside(explain.explain(settings, 12, 0, 3, (5, 1e-9), 0.25), "e") == []
    styled = replace(BoardSettings(), covariates=("tokens", "lists"))
    assert outside(explain.explain(styled, 12, 0, 3, (5, 1e-9), None), "tokens", "lists", "e") == []


def test_reasons_of_having_no_rating(marks):
    for reason in (notices.NEVER_LOST, notices.NEVER_WON, notices.UNCONNECTED, notices.NO_VOTES):
        assert outside(reason) == []


@pytest.mark.parametrize("p", [0.0001, 0.25])
def test_checks(marks, p):
    ring = Cycle(("Tee", "Kaffee", "Saft"), (0.6, 0.7, 0.8), p)
    for notice in (
        diagnosis._goodness(Goodness(9.5, 12.5, 3.0, p, 3, 1.0)),
        diagnosis._cycles(Cyclicity(0.123, p, (ring, ring))),
        diagnosis._cycles(Cyclicity(0.123, p, ())),
        diagnosis._side(SideBias(0.55, 0.51 if p < 0.01 else 0.4, 0.6, 100.0), 0.95),
    ):
        assert notice is not None
        assert outside(notice.message, "Tee", "Kaffee", "Saft") == []


@pytest.mark.parametrize("p", [0.0001, 0.25])
def test_audits(marks, p):
    finding = Finding(1.5, 1.0, p, 1234)
    found = PropensityCheck(1234, 1000, finding, finding, finding, finding)
    for notice in (*found.notices(), *replace(found, uniform=None).notices(), *replace(found, battles=0).notices()):
        assert outside(notice.message) == []


@pytest.mark.parametrize(("lower", "upper"), [(1.2, 1.4), (0.5, 0.7), (0.99, 1.01), (0.5, 2.0), (0.5, float("inf"))])
def test_scales(marks, lower, upper):
    slope = Slope((lower + upper) / 2, lower, upper)
    told = (
        *audit._tell_stretch(FloorSlope(slope, "", 100.0, 200.0)),
        *audit._tell_balance(BalancedSlope(slope, "")),
        *audit._tell_stretch(FloorSlope(None, "no vote was given on a pair that was drawn evenly", 0.0, 0.0)),
    )
    for notice in told:
        assert outside(notice.message) == []


@pytest.mark.parametrize("policy", ["information/2", "order/2", "top_k/2", "balanced/2", "uniform/2"])
@pytest.mark.parametrize("votes", [0, 1, 12])
@pytest.mark.parametrize("win", [0.5, 0.8])
def test_reasons(marks, policy, votes, win):
    stored = {**STORED, "policy": policy, "votes": votes, "win_probability": win}
    assert outside(tell_reason(stored)) == []
    for error in (0.4, 1e-9):
        assert outside(tell_gain({**stored, "gap_error": error})) == []


def test_features(marks):
    assert [feature.told for feature in known_features() if outside(feature.told)] == []


def test_every_phrase_is_found_by_itself():
    """Each is told, with something in its holes, as itself and as nothing that comes before it."""
    with pytest.MonkeyPatch.context() as patch, translation.override("de"):
        mark_messages(patch)
        for phrase in (*SENTENCES, *PARTS):
            for form in filter(None, (phrase.one, phrase.plural)):
                names = [name for _, name, _, _ in string.Formatter().parse(form) if name]
                told = tell(form.format(**{name: "7" if name in NUMBERS else "Tee" for name in names}))
                assert told.startswith(BEGIN), form
                assert told.endswith(END), form
                assert re.findall(r"[a-z]{3,}", words_outside(told, ["Tee"]).__repr__()) == [], form
