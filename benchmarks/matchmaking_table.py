"""The tables of matchmaking, in Markdown, and the same numbers as plain values."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from math import isfinite, isnan
from typing import Any

from arena.matchmaking.comparison import HALF_WIDTH, NEWCOMER, ORDER, TOP, Figure, Saving, compare, mean_figure, reach
from arena.matchmaking.replay import Track
from arena.matchmaking.worlds import STANDARD
from benchmarks.matchmaking_cost import Cost
from benchmarks.matchmaking_goals import NEWCOMER_TARGET, Goal
from benchmarks.matchmaking_plan import Plan

Table = tuple[Sequence[str], Sequence[Sequence[str]]]

SAVINGS = (HALF_WIDTH, ORDER, TOP)
HEAD = ("chooser", "mean interval", "order", "first five", "coverage", "slope", "RMSE", "false separations", "repeated")


def world_section(plan: Plan, tracks: Mapping[str, Sequence[Track]]) -> str:
    """Return what was measured in one world."""
    title = f"### {plan.world}: {STANDARD[plan.world][0]}; {plan.votes:,} votes, {plan.repetitions} repetitions"
    if plan.world == "b50":
        return f"{title}\n\n{_markdown(_newcomer_table(tracks))}"
    told = (
        f"Votes needed to be as good as uniform pairs are after {plan.target:,}, divided by these; then at {plan.half:,} "
        f"and {plan.votes:,} votes."
    )
    return f"{title}\n\n{told}\n\n{_markdown((HEAD, list(_rows(plan, tracks))))}"


def goals_section(goals: Sequence[Goal]) -> str:
    """Return the table of goals."""
    rows = [
        (goal.what, goal.world, goal.wanted, f"{_interval(goal.figure)}{goal.unit}", "met" if goal.met else "missed")
        for goal in goals
    ]
    return f"### Goals\n\n{_markdown((('goal', 'world', 'wanted', 'measured (90 % interval)', ''), rows))}"


def costs_section(costs: Sequence[Cost]) -> str:
    """Return the table of processor times."""
    head = ("policy", "contestants", "draw, middle", "draw, 99 %", "one vote learnt")
    rows = [
        (one.policy, f"{one.contestants:,}", *(f"{value:.2f} ms" for value in (one.middle, one.p99, one.learning)))
        for one in costs
    ]
    return f"### Cost of a decision (processor time)\n\n{_markdown((head, rows))}"


def plain(value: Any) -> Any:
    """Return a value as JSON knows it: what is infinite or not a number becomes None."""
    match value:
        case float():
            return value if isfinite(value) else None
        case dict():
            return {key: plain(inner) for key, inner in value.items()}
        case list() | tuple():
            return [plain(inner) for inner in value]
    return value


def track_values(track: Track) -> dict[str, Any]:
    """Return a replay as plain values: a list for each figure."""
    readings = [asdict(reading) for reading in track.readings]
    flat = [{**one.pop("fit"), **one.pop("design"), **one} for one in readings]
    names = flat[0] if flat else ()
    return {"world": track.world, "chooser": track.chooser} | {
        name: [plain(round(float(one[name]), 6)) for one in flat] for name in names
    }


def _rows(plan: Plan, tracks: Mapping[str, Sequence[Track]]) -> Iterator[tuple[str, ...]]:
    for name, own in tracks.items():
        yield (
            name,
            *(_saving(compare(own, tracks["uniform"], measure, plan.target), plan) for measure in SAVINGS),
            *(_both(own, figure, plan, 3) for figure in ("coverage", "slope", "rmse")),
            f"{100 * mean_figure(own, 'false_separations', plan.votes).value:.2f} %",
            f"{100 * mean_figure(own, 'repeated', plan.votes).value:.0f} %",
        )


def _saving(saving: Saving, plan: Plan) -> str:
    """Return the ratio; only its upper bound is known where the first board that there is reaches the target."""
    early = saving.votes <= plan.checkpoints[0]
    return f"at most {saving.ratio.value:.3f}" if early else _interval(saving.ratio)


def _newcomer_table(tracks: Mapping[str, Sequence[Track]]) -> Table:
    head = ("chooser", f"battles until ±{NEWCOMER_TARGET} logits", "largest share of battles", "±logits at the end")
    rows = [
        (
            name,
            _interval(reach(own, NEWCOMER, NEWCOMER_TARGET), digits=0),
            f"{100 * mean_figure(own, 'largest_share', own[0].votes[-1]).value:.0f} %",
            f"{mean_figure(own, NEWCOMER.figure, own[0].votes[-1]).value:.3f}",
        )
        for name, own in tracks.items()
    ]
    return head, rows


def _both(tracks: Sequence[Track], figure: str, plan: Plan, digits: int) -> str:
    values = (mean_figure(tracks, figure, votes).value for votes in (plan.half, plan.votes))
    return " / ".join("-" if isnan(value) else f"{value:.{digits}f}" for value in values)


def _interval(figure: Figure, digits: int = 3) -> str:
    if not isfinite(figure.value):
        return "not reached"
    if digits and figure.value >= 10:
        digits = 0
    low, high = (f"{end:,.{digits}f}" if isfinite(end) else "?" for end in (figure.low, figure.high))
    return f"{figure.value:,.{digits}f} [{low}, {high}]"


def _markdown(table: Table) -> str:
    head, rows = table
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
