"""On published votes the board is the one that an independent fit of the same votes gives."""

import pytest

from ranking import compute_standings
from ranking.files import read_votes
from tests.support.published import maximum_likelihood, rows_of

COLUMNS = {"contestant_a": "left", "contestant_b": "right", "outcome": "winner"}


@pytest.mark.parametrize(
    ("name", "best", "contestants"),
    [
        ("crowd-comparisons.csv", "GPT 4", 59),
        ("gpt4-comparisons.csv", "GPT 3.5 Turbo", 70),
        ("gpt3-comparisons.csv", "GPT 3.5 Turbo", 70),
    ],
)
def test_ratings_are_those_of_an_independent_fit(data_dir, name, best, contestants):
    expected = maximum_likelihood(data_dir / "llmfao" / name)
    standings = compute_standings(read_votes(data_dir / "llmfao" / name, COLUMNS))
    assert standings.votes == len(rows_of(data_dir / "llmfao" / name))
    assert {row.item for row in standings.rows} == set(expected)
    assert len(standings.rated) == contestants
    for row in standings.rows:
        assert row.rating == pytest.approx(expected[row.item], abs=0.1), row.item
    assert standings.rows[0].item == best
    assert standings.rows[0].rank_high > 1, "a few thousand votes on dozens of contestants crown nobody"
