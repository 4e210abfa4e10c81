"""The picture of ratings is well formed, told in words and true to scale."""

import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from ranking import Comparisons, compute_standings, simulate_comparisons
from ranking.plots import _Axis, ratings_svg, round_step
from tests.ranking.samples import even_pair

SVG = "{http://www.w3.org/2000/svg}"


def board(size, names=None):
    keys = names or [f"contestant {k}" for k in range(size)]
    return compute_standings(simulate_comparisons(keys, np.linspace(1, -1, size), 60 * size, np.random.default_rng(1)))


def drawn(standings):
    return ET.fromstring(ratings_svg(standings))


@pytest.mark.parametrize("size", [2, 20, 300])
def test_each_rated_item_has_a_line_a_dot_and_a_text_inside_the_picture(size):
    standings = board(size)
    picture = drawn(standings)
    width, height = (float(picture.get(name)) for name in ("width", "height"))
    rated = [row for row in standings.rows if row.rating is not None]
    dots = list(picture.iter(f"{SVG}circle"))
    lines = [line for line in picture.iter(f"{SVG}line") if line.get("class") == "interval"]
    assert len(dots) == len(lines) == len(rated)
    assert [group.find(f"{SVG}title").text.split(":")[0] for group in picture.iter(f"{SVG}g")] == [
        r.item for r in rated
    ]
    assert all(0 < float(line.get(end)) < width for line in lines for end in ("x1", "x2"))
    assert all(0 < float(dot.get("cy")) < height for dot in dots)


def test_places_are_true_to_scale():
    standings = board(8)
    picture = drawn(standings)
    rows = standings.rows
    x = [float(dot.get("cx")) for dot in picture.iter(f"{SVG}circle")]
    ratings = [row.rating for row in rows]
    slope, offset = np.polyfit(ratings, x, 1)
    assert x == pytest.approx(slope * np.array(ratings) + offset, abs=0.1)
    lines = [line for line in picture.iter(f"{SVG}line") if line.get("class") == "interval"]
    assert [float(line.get("x1")) for line in lines] == pytest.approx(
        [slope * row.lower + offset for row in rows], abs=0.2
    )


def test_it_says_what_it_shows_and_follows_the_readers_colours():
    text = ratings_svg(board(3))
    picture = ET.fromstring(text)
    assert picture.get("role") == "img"
    named = {element.get("id") for element in picture.iter() if element.get("id")}
    assert set(picture.get("aria-labelledby").split()) == named
    assert "3 contestants, best first" in picture.find(f"{SVG}desc").text
    assert "prefers-color-scheme: dark" in text
    assert not re.search(r"<script|href|url\(", text)


def test_names_of_any_kind_are_harmless():
    names = ["<script>alert(1)</script>", 'a & "b"', "\x00\x1b[31m red", "x" * 200]
    texts = [element.text or "" for element in drawn(board(4, names)).iter(f"{SVG}text")]
    assert any(text.startswith("<script>") for text in texts)
    assert any(text.endswith("…") and len(text) == 34 for text in texts)


def test_equal_ratings_can_be_drawn():
    assert drawn(compute_standings(Comparisons.from_rows(even_pair("a", "b", 500)))) is not None


@pytest.mark.parametrize(("least", "step"), [(0.3, 0.5), (1, 1), (1.2, 2), (30, 50), (51, 100), (700, 1000)])
def test_ticks_stand_at_round_numbers(least, step):
    assert round_step(least) == pytest.approx(step)


def test_there_are_a_few_ticks_inside_the_axis():
    for span in (3.0, 47.0, 212.0, 9000.0):
        axis = _Axis(-span / 3, span)
        ticks = axis.ticks()
        assert 2 <= len(ticks) <= 9
        assert all(axis.low <= tick <= axis.high for tick in ticks)
