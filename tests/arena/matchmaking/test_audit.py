"""An honest matchmaker passes its audit as often as chance lets it, and a dishonest one is found out."""

import json
from dataclasses import fields, replace

import numpy as np
import pytest
from scipy.stats import binomtest, kstest

from arena.matchmaking.audit import Audit, DrawnBattles, check_propensities
from arena.matchmaking.draw import draw_pair, pair_probabilities
from arena.matchmaking.errors import MatchmakingError
from arena.matchmaking.settings import PolicySettings
from arena.matchmaking.state import MatchState
from arena.matchmaking.stretch import BalancedSlope, FloorRating, FloorSlope, Slope, Stretch

FLOOR = 0.1
UNKNOWN = Stretch(FloorSlope(None, "nobody voted", 0, 0), BalancedSlope(None, "nobody voted"), ())


def table_of(pairs: int, rng: np.random.Generator, floor: float = FLOOR) -> np.ndarray:
    """Probabilities of so many pairs: some much likelier than others, some alike, none below its floor."""
    weight = np.repeat(rng.gamma(2, size=pairs // 2) ** 4, 2)
    return np.asarray((1 - floor) * weight / weight.sum() + floor / pairs)


def log_of(table: np.ndarray, battles: int, rng: np.random.Generator, drawn_by: np.ndarray | None = None):
    """Battles that write down one table and were drawn by it, or by another one."""
    picked = rng.choice(table.size, size=battles, p=table if drawn_by is None else drawn_by)
    alike = np.isclose(table[:, None], table[None, :], rtol=1e-9)
    rarer = np.where(~alike & (table[None, :] < table[:, None]), table, 0).sum(axis=1)
    return DrawnBattles(
        propensity=table[picked],
        pairs=np.full(battles, float(table.size)),
        rarer=rarer[picked],
        as_rare=(alike * table).sum(axis=1)[picked],
        on_floor=rng.random(battles) < FLOOR,
        current=np.ones(battles, dtype=bool),
        first_on_a=rng.random(battles) < 0.5,
    )


def logs(number: int, battles: int, seed: int = 1):
    rng = np.random.default_rng(seed)
    return [log_of(table_of(66, rng), battles, rng) for _ in range(number)]


def test_p_values_of_an_honest_matchmaker_are_even():
    checks = [check_propensities(log, FLOOR, seed) for seed, log in enumerate(logs(400, 1000))]
    for name in ("uniform", "weight"):
        found = [getattr(check, name).p_value for check in checks]
        assert kstest(found, "uniform").pvalue > 0.001, name
    for name in ("floor", "sides"):
        # Exact tests of counts are a little on the safe side.
        found = [getattr(check, name).p_value for check in checks]
        assert np.mean(np.array(found) < 0.05) < 0.07, name


def test_an_honest_matchmaker_with_few_battles_is_seldom_accused():
    checks = [check_propensities(log, FLOOR, seed) for seed, log in enumerate(logs(2000, 200, seed=2))]
    accused = [notice.code for check in checks for notice in check.notices() if notice.code.endswith("_off")]
    # Four tests at one of a thousand would accuse 8; weights of 200 battles are not quite normal yet.
    assert len(accused) <= 24


def test_the_draws_of_this_house_pass():
    rng = np.random.default_rng(7)
    size = 6
    root = rng.normal(size=(size, size))
    state = MatchState(
        rng.normal(size=size),
        root @ root.T / size,
        np.zeros((size, size)),
        np.zeros((size, size)),
        ~np.eye(size, dtype=bool),
    )
    settings = PolicySettings("information", floor=FLOOR)
    draws = [draw_pair(state, settings, rng) for _ in range(3000)]
    told = {
        name: np.array([getattr(draw.reason, name) for draw in draws], float) for name in ("pairs", "rarer", "as_rare")
    }
    log = DrawnBattles(
        propensity=np.array([draw.propensity for draw in draws]),
        **told,
        on_floor=np.array([draw.branch == "floor" for draw in draws]),
        current=np.ones(3000, dtype=bool),
        first_on_a=rng.random(3000) < 0.5,
    )
    check = check_propensities(log, FLOOR)
    assert [notice.code for notice in check.notices()] == ["propensities", "importance", "floor_share", "sides"]
    exact = 1 / (pair_probabilities(state, settings)[np.triu_indices(size, 1)] * 15)
    assert check.weight.seen == pytest.approx(1, abs=4 * exact.std() / 3000**0.5)


def codes(log: DrawnBattles, floor: float = FLOOR) -> set[str]:
    return {notice.code for notice in check_propensities(log, floor).notices() if notice.code.endswith("_off")}


def test_pairs_drawn_by_another_table_are_noticed():
    rng = np.random.default_rng(3)
    table, other = table_of(66, rng), table_of(66, rng)
    assert codes(log_of(table, 1000, rng, drawn_by=other)) == {"propensities_off", "importance_off"}


def test_even_draws_that_say_they_were_active_are_noticed():
    rng = np.random.default_rng(4)
    assert codes(log_of(table_of(66, rng), 1000, rng, drawn_by=np.full(66, 1 / 66))) == {
        "propensities_off",
        "importance_off",
    }


def test_a_floor_below_what_is_set_is_noticed_among_the_battles_since_it_is_set():
    [log] = logs(1, 2000)
    assert codes(log, floor=0.2) == {"floor_share_off"}
    assert codes(replace(log, current=np.zeros(2000, dtype=bool)), floor=0.2) == set()


def test_a_lopsided_coin_is_noticed():
    [log] = logs(1, 1000)
    assert codes(replace(log, first_on_a=np.arange(1000) % 10 < 6)) == {"sides_off"}


@pytest.mark.parametrize(
    ("times", "battles", "share"), [(8, 10, 0.5), (0, 30, 0.1), (30, 30, 1.0), (29, 30, 1.0), (0, 5, 0.5)]
)
def test_shares_are_tested_exactly(times, battles, share):
    [log] = logs(1, battles)
    found = check_propensities(replace(log, on_floor=np.arange(battles) < times), share).floor
    sides = [binomtest(times, battles, share, which).pvalue for which in ("less", "greater")]
    assert found.p_value == pytest.approx(min(1.0, 2 * min(sides)))
    assert found.seen == times / battles


def test_even_probabilities_weigh_one_each():
    rng = np.random.default_rng(5)
    check = check_propensities(log_of(np.full(45, 1 / 45), 500, rng), FLOOR)
    assert check.weight.seen == pytest.approx(1)
    assert check.weight.p_value == 1
    assert not check.uniform.alarming
    doubled = replace(log_of(np.full(45, 1 / 45), 500, rng), propensity=np.full(500, 0.5 / 45))
    assert "importance_off" in codes(doubled)


def test_few_battles_have_fewer_bins_and_very_few_none():
    assert check_propensities(logs(1, 1000)[0], FLOOR).uniform.right == 19
    assert check_propensities(logs(1, 57)[0], FLOOR).uniform.right == 4
    few = check_propensities(logs(1, 19)[0], FLOOR)
    assert few.uniform is None
    assert few.weight is None
    assert "19 of 19 battles carry" in few.notices()[0].message


def test_older_battles_are_counted_where_they_can_be_and_left_out_where_not():
    [log] = logs(1, 1000)
    old = np.arange(1000) < 600
    fields_of_now = {name: np.where(old, np.nan, getattr(log, name)) for name in ("pairs", "rarer", "as_rare")}
    check = check_propensities(replace(log, **fields_of_now), FLOOR)
    assert (check.battles, check.told) == (1000, 400)
    assert check.uniform.battles == check.weight.battles == 400
    assert check.sides.battles == 1000
    without = check_propensities(replace(log, **dict.fromkeys(fields_of_now, np.full(1000, np.nan))), FLOOR)
    assert without.uniform is without.weight is None
    assert "0 of 1,000 battles carry" in without.notices()[0].message


def test_the_same_battles_give_the_same_answer():
    [log] = logs(1, 300)
    assert check_propensities(log, FLOOR) == check_propensities(log, FLOOR)


def test_columns_of_different_lengths_are_refused():
    [log] = logs(1, 30)
    with pytest.raises(MatchmakingError, match="pairs has shape"):
        replace(log, pairs=np.ones(29))


def nothing() -> DrawnBattles:
    return DrawnBattles(*(np.zeros(0, dtype=bool if k > 3 else float) for k in range(len(fields(DrawnBattles)))))


def test_where_nothing_was_drawn_there_is_nothing_to_audit():
    audit = Audit(check_propensities(nothing(), FLOOR), UNKNOWN)
    assert audit.nothing
    assert [notice.code for notice in audit.notices()] == ["nothing_drawn"]
    assert audit.alarms == ()


def test_alarms_come_first_and_everything_is_plain_for_json():
    [log] = logs(1, 1000)
    off = Slope(1.6, 1.2, float("inf"))
    rating = FloorRating("assam", 1000.0, 900.0, 1100.0, 1200.0)
    stretch = Stretch(FloorSlope(off, "", 300, 2700, 4, 0.9), BalancedSlope(Slope(1, 0.99, 1.01), ""), (rating,))
    audit = Audit(check_propensities(replace(log, first_on_a=log.current), FLOOR), stretch)
    assert [notice.code for notice in audit.alarms] == ["sides_off", "stretch_off"]
    assert audit.notices()[:2] == audit.alarms
    told = json.loads(json.dumps(audit.to_dict(), allow_nan=False))
    assert told["alarms"] == ["sides_off", "stretch_off"]
    assert told["stretch"]["floor"]["slope"] == {"value": 1.6, "lower": 1.2, "upper": None}
    assert told["stretch"]["outside"] == 1


def sentence(stretch: Stretch, code: str) -> str:
    [log] = logs(1, 30)
    notices = Audit(check_propensities(log, FLOOR), stretch).notices()
    return next(notice.message for notice in notices if notice.code == code)


@pytest.mark.parametrize(
    ("slope", "code", "words"),
    [
        (Slope(1.2, 1.1, 1.3), "stretch_off", "The scale is stretched: gaps between ratings are 1.20 times as wide"),
        (Slope(0.8, 0.7, 0.9), "stretch_off", "The scale is compressed"),
        (Slope(1.01, 0.98, 1.04), "stretch", "right to within 5 %"),
        (Slope(1.2, 0.9, 1.6), "stretch_open", "not enough votes on evenly drawn pairs to tell"),
        (Slope(1.2, 0.9, float("inf")), "stretch_open", "at least 0.90 with 95 % confidence"),
        (Slope(*[float("inf")] * 3), "stretch_off", "any number of times"),
        (None, "stretch_unknown", "cannot be told: nobody voted"),
    ],
)
def test_a_slope_is_told_with_its_interval_and_never_bluffed(slope, code, words):
    found = FloorSlope(slope, "" if slope else "nobody voted", 300, 2700, 4, 0.9)
    assert words in sentence(replace(UNKNOWN, floor=found), code)
