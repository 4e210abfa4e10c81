"""The engine is usable on its own."""

import os
import subprocess
import sys

import pytest

import ranking
from tests.support.modules import ROOT


def run(code: str) -> subprocess.CompletedProcess[str]:
    bare = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=bare, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("module", ["ranking", "ranking.files", "ranking.__main__"])
def test_importing_it_loads_no_django(module):
    done = run(f"import sys, {module}; sys.exit('django' in sys.modules)")
    assert done.returncode == 0, done.stderr


def test_the_face_needs_no_library_for_files():
    done = run("import sys, ranking; sys.exit('pyarrow' in sys.modules)")
    assert done.returncode == 0, done.stderr


def test_a_board_is_computed_without_settings():
    done = run(
        "from ranking import *\n"
        "votes = [('tea', 'coffee', Outcome.A)] * 3 + [('coffee', 'tea', Outcome.A)]\n"
        "print([row.item for row in compute_standings(Comparisons.from_rows(votes)).rows])"
    )
    assert done.stdout.strip() == "['tea', 'coffee']", done.stderr


def test_every_public_name_is_there_and_described():
    for name in ranking.__all__:
        assert hasattr(ranking, name), name
        assert name == "POINTS_PER_LOGIT" or getattr(ranking, name).__doc__, name
    assert list(ranking.__all__) == sorted(
        ranking.__all__, key=lambda name: (not name.isupper(), name[0].islower(), name)
    )


def test_every_refusal_is_a_ranking_error():
    errors = [
        ranking.BadComparisons,
        ranking.BadOutcome,
        ranking.Disconnected,
        ranking.NotConverged,
        ranking.TooFewItems,
    ]
    assert all(issubclass(error, ranking.RankingError) for error in errors)
