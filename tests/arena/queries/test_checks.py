"""Sentences beside the numbers: with names for slugs, sorted by what they are for."""

from types import SimpleNamespace

import pytest

from arena.queries.checks import Check, name_items, organisation_shares, sort_checks

NAMES = {"a": "Assam", "a-b": "Amber", "tea": "Tea One", "votes": "Votes AI", "b": "a"}


def notice(message: str, *items: str, code: str = "drift") -> dict[str, object]:
    return {"code": code, "message": message, "items": list(items)}


@pytest.mark.parametrize(
    ("message", "items", "expected"),
    [
        ("tea moved by +3 points", ("tea",), "Tea One moved by +3 points"),
        ("teapot and tea-time stay, tea goes", ("tea",), "teapot and tea-time stay, Tea One goes"),
        ("a beats a-b (60%), a-b beats a", ("a", "a-b"), "Assam beats Amber (60%), Amber beats Assam"),
        ("b beats a", ("a", "b"), "a beats Assam"),
        ("unknown beats tea.", ("unknown", "tea"), "unknown beats Tea One."),
        ("nobody is named: tea", (), "nobody is named: tea"),
    ],
)
def test_whole_slugs_of_those_concerned_become_names(message, items, expected):
    assert name_items(notice(message, *items), NAMES) == expected


def test_in_a_list_only_what_stands_behind_the_colon_is_a_name():
    told = notice("1 contestant is without votes and left unrated: votes.", "votes", code="no_votes")
    assert name_items(told, NAMES) == "1 contestant is without votes and left unrated: Votes AI."
    few = notice("2 contestants with fewer than 20 votes: a, votes. Early.", "a", "votes", code="few_votes")
    assert name_items(few, NAMES) == "2 contestants with fewer than 20 votes: Assam, Votes AI. Early."


def test_a_name_that_looks_like_a_pattern_stays_as_it_is():
    assert name_items(notice("x leads", "x"), {"x": r"\g<0> (v1.0)+"}) == r"\g<0> (v1.0)+ leads"


def test_what_is_wrong_comes_before_what_is_well():
    stored = [notice(code, code=code) for code in ("few_votes", "fit", "cycles", "open", "new_code", "exposure")]
    found = sort_checks(stored, {}, [])
    assert [check.code for check in found.notices] == ["few_votes", "new_code"]
    assert [check.code for check in found.settled] == ["open"]
    assert [check.code for check in found.warnings] == ["cycles"]
    assert [check.code for check in found.assurances] == ["fit", "exposure"]
    assert sorted(check.code for check in found.all) == sorted(one["code"] for one in stored)


def test_every_notice_of_the_diagnosis_has_its_place():
    """A code that the engine adds is still shown, among what is to be known first."""
    assert sort_checks([notice("x", code="unheard_of")], {}, []).notices == [Check("unheard_of", "x", ())]


def row(organisation: str, votes: float) -> SimpleNamespace:
    return SimpleNamespace(organisation=organisation, votes=votes)


def test_organisations_are_told_with_their_share_of_the_battles():
    [check] = organisation_shares([row("Tea House", 30), row("Mill", 10), row("Tea House", 40), row("", 20)])
    assert check.message == "Share of all sides of counted votes by organisation: Tea House 70%, Mill 10%, others 20%."


def test_many_organisations_are_summed_up():
    [check] = organisation_shares([row(f"O{k}", 10) for k in range(10)])
    assert check.message.endswith("O0 10%, O1 10%, O2 10%, O3 10%, O4 10%, others 50%.")


@pytest.mark.parametrize("rows", [[], [row("", 5)], [row("Tea House", 0)]])
def test_where_nothing_is_known_nothing_is_said(rows):
    assert organisation_shares(rows) == []
