"""Which pair next: policies, peers and oracles replayed in worlds of known truth. See README.md in this folder.

`.venv/bin/python -m benchmarks.matchmaking --json build/matchmaking.json`
"""

import argparse
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from arena.matchmaking.replay import Track
from benchmarks.engine import ONE_THREAD, machine, tell
from benchmarks.matchmaking_cost import Cost, costs
from benchmarks.matchmaking_goals import Goal, Played, judge
from benchmarks.matchmaking_plan import PLANS, Plan, play
from benchmarks.matchmaking_table import costs_section, goals_section, plain, track_values, world_section

QUICK = 3
"""The part of the votes that --quick plays."""


def parsed(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.matchmaking", description=__doc__.splitlines()[0])
    parser.add_argument("--worlds", nargs="+", choices=PLANS, default=list(PLANS), help="(default: all)")
    parser.add_argument("--reps", type=int, help="replays of each chooser (default: as the plan has it)")
    parser.add_argument("--seed", type=int, default=1, help="of worlds, votes and draws (default: 1)")
    parser.add_argument("--json", type=Path, help="where everything measured is written")
    parser.add_argument("--processes", type=int, default=os.cpu_count(), help="(default: one for each processor)")
    parser.add_argument("--quick", action="store_true", help="two short replays of each: only to see that it runs")
    parser.add_argument("--no-cost", action="store_true", help="leave out the time that a decision takes")
    return parser.parse_args(arguments)


def plans_for(options: argparse.Namespace) -> dict[str, Plan]:
    """Return the plans that a command line asks for."""
    chosen = [PLANS[name] for name in options.worlds]
    if options.quick:
        chosen = [plan.shortened(QUICK) for plan in chosen]
    if options.reps:
        chosen = [replace(plan, repetitions=options.reps) for plan in chosen]
    return {plan.world: plan for plan in chosen}


def played(pool: ProcessPoolExecutor, plan: Plan, seed: int) -> dict[str, list[Track]]:
    """Return the replays of one world by chooser."""
    jobs = [(name, repetition) for name in plan.choosers for repetition in range(plan.repetitions)]
    results = pool.map(play, *zip(*((plan, name, repetition, seed) for name, repetition in jobs), strict=True))
    found: dict[str, list[Track]] = {name: [] for name in plan.choosers}
    begin = time.perf_counter()
    for (name, repetition), track in zip(jobs, results, strict=True):
        found[name].append(track)
        if repetition == plan.repetitions - 1:
            tell(f"{plan.world}: {name} done after {time.perf_counter() - begin:.0f} s")
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Play, then print the tables; return 0 whether goals are met or not, as the table tells."""
    options = parsed(sys.argv[1:] if arguments is None else arguments)
    about, plans = machine(), plans_for(options)
    # Inherited by the processes that are started now; their linear algebra would fight over the processors.
    os.environ.update(ONE_THREAD)
    tracks: dict[str, dict[str, list[Track]]] = {}
    with ProcessPoolExecutor(options.processes, multiprocessing.get_context("spawn")) as pool:
        # Alone on the machine, before anything else runs.
        decisions = [] if options.no_cost else pool.submit(costs).result()
        for plan in plans.values():
            tracks[plan.world] = played(pool, plan, options.seed)
            print(world_section(plan, tracks[plan.world]), end="\n\n", flush=True)
    goals = judge(tracks, decisions, plans)
    print("\n\n".join(_summary(decisions, goals)))
    if options.json:
        write(options.json, {"machine": about, "seed": options.seed}, plans, tracks, decisions, goals)
    return 0


def write(
    path: Path,
    about: Mapping[str, Any],
    plans: Mapping[str, Plan],
    tracks: Played,
    decisions: Sequence[Cost],
    goals: Sequence[Goal],
) -> None:
    """Write everything measured as JSON."""
    values = {
        **about,
        "plans": [asdict(plan) for plan in plans.values()],
        "goals": [{**asdict(goal), "met": goal.met} for goal in goals],
        "costs": [asdict(cost) for cost in decisions],
        "replays": [track_values(track) for world in tracks.values() for own in world.values() for track in own],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{json.dumps(plain(values))}\n", encoding="utf-8")


def _summary(decisions: Sequence[Cost], goals: Sequence[Goal]) -> Iterator[str]:
    if decisions:
        yield costs_section(decisions)
    if goals:
        yield goals_section(goals)


if __name__ == "__main__":
    sys.exit(main())
