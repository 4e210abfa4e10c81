"""Columns of any library become the same comparisons."""

import numpy as np
import pyarrow as pa
import pytest

from ranking import BadComparisons, BadOutcome, Comparisons, Outcome, TooFewItems, comparisons_from_names
from ranking.columns.encode import _by_identity, _by_value, encode

A, B = ["tea", " milk", "tea", "water"], ["milk", "tea", "water", "tea "]
WORDS = ["model_a", "LEFT", "tie", "both_bad"]


class Series:
    """As much of a pandas Series as is asked for."""

    def __init__(self, values):
        self.values = values

    def factorize(self):
        values = list(dict.fromkeys(value for value in self.values if value is not None))
        return np.array([-1 if value is None else values.index(value) for value in self.values]), values


@pytest.mark.parametrize(
    "column",
    [
        list,
        tuple,
        np.array,
        lambda values: np.array(values, dtype=object),
        pa.array,
        lambda values: pa.array(values).dictionary_encode(),
        lambda values: pa.chunked_array([values[:2], values[2:]]),
        Series,
    ],
)
def test_each_kind_of_column_gives_the_same(column):
    found = comparisons_from_names(column(A), column(B), column(WORDS), rater=column(["x", "y", "x", "x"]))
    assert found.items == ("milk", "tea", "water")
    assert found.a.tolist() == [1, 0, 1, 2]
    assert found.b.tolist() == [0, 1, 2, 1]
    assert found.outcome.tolist() == [0, 0, 2, 3]
    assert found.rater.tolist() == [0, 1, 0, 0]
    assert found.unweighted


@pytest.mark.parametrize(
    "outcome", [[0, 0, 2, 3], np.array([0, 0, 2, 3]), [Outcome.A, Outcome.A, Outcome.TIE, Outcome.BOTH_BAD]]
)
def test_outcomes_may_be_values(outcome):
    assert comparisons_from_names(A, B, outcome).outcome.tolist() == [0, 0, 2, 3]


def test_everything_else_is_handed_through():
    found = comparisons_from_names(
        A, B, WORDS, weight=[1, 2, 3, 4], prompt=[5, 5, 6, 6], covariates=[[1], [2], [3], [4]], covariate_names=["x"]
    )
    assert isinstance(found, Comparisons)
    assert found.weight.tolist() == [1, 2, 3, 4]
    assert found.prompt.tolist() == [0, 0, 1, 1]
    assert found.covariate_names == ("x",)


@pytest.mark.parametrize(
    ("a", "outcome", "error", "reason"),
    [
        (["tea", None], ["A", "A"], BadComparisons, "Comparison 1: no a"),
        (["tea", float("nan")], ["A", "A"], BadComparisons, "Comparison 1: no a"),
        (["tea", "Tea"], ["A", "A"], BadComparisons, "'tea' and 'Tea' differ only in case"),
        (["tea", "milk"], ["A", "A"], BadComparisons, "Comparison 1: an item is compared with itself"),
        (["tea", "tea"], ["A", "draw"], BadOutcome, "Comparison 1: unknown outcome 'draw'; use one of"),
        (["tea", "tea"], ["A", None], BadOutcome, "Comparison 1: unknown outcome None"),
        (["tea", "tea"], [0, 7], BadOutcome, "Comparison 1: the outcome is none of"),
        (["tea", "tea", "tea"], ["A", "A"], BadComparisons, "shape"),
        (["tea", "tea"], [True, False], BadOutcome, "Comparison 0: unknown outcome True"),
    ],
)
def test_columns_at_fault_are_refused(a, outcome, error, reason):
    with pytest.raises(error, match=reason):
        comparisons_from_names(a, ["milk", "milk"], outcome)


def test_no_rows_are_too_few():
    with pytest.raises(TooFewItems):
        comparisons_from_names([], [], [])


def test_long_columns_are_encoded_by_address_and_mean_the_same():
    rng = np.random.default_rng(5)
    twice = ["".join(["mo", "del"]), "".join(["mod", "el"])]
    names = np.array([*(f"m{k}" for k in range(500)), *twice], dtype=object)
    column = names[rng.integers(0, len(names), 70_000)]
    fast, plain = _by_identity(column), _by_value(column)
    assert fast is not None
    assert [fast.values[k] for k in fast.codes] == column.tolist() == [plain.values[k] for k in plain.codes]


def test_a_column_of_all_different_objects_is_encoded_by_value():
    column = np.array([f"m{k % 7}" for k in range(70_000)], dtype=object)
    assert _by_identity(column) is None or len(_by_identity(column).values) > 7
    assert len(encode([f"m{k % 7}" for k in range(1000)]).values) == 7


def test_columns_with_a_step_are_encoded_by_address_too():
    names = np.array(["tea", "milk"], dtype=object)
    column = np.repeat(names[None, :], 70_000, axis=0)[:, 1]
    found = _by_identity(column)
    assert found is not None
    assert found.values == ["milk"]
