"""The measurements: see `benchmarks.openings`."""

import argparse
import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np
from django.contrib.auth.models import User
from django.core.management import call_command
from django.utils import timezone
from rest_framework.authtoken.models import Token
from scipy.stats import binomtest, chi2
from tqdm import tqdm

from arena.exchange.bundle import (
    CategoryRecord,
    ContestantRecord,
    ContestBundle,
    ContestRecord,
    PromptRecord,
    ResponseRecord,
)
from arena.models import Battle, Contest, Rater, RaterKind, Response, VoteOutcome
from arena.services.battles import open_battle, skip_battle
from arena.services.beliefs import rebuild_beliefs
from arena.services.imports import import_bundle
from arena.services.raters import enrol_external, identify_account
from arena.services.votes import cast_vote
from tests.support.server import Server, Visitor, run_server

SLUG: Final = "openings"
BINS: Final = 20
HANDS: Final = 8
SKIPPED: Final = 0.1
OUTCOMES: Final = (VoteOutcome.A, VoteOutcome.B, VoteOutcome.TIE, VoteOutcome.BOTH_BAD)


@dataclass(frozen=True)
class Draws:
    """Whether battles opened through the service are what they say.

    Attributes
    ----------
    place_p : chi-square of where the drawn pairs stood among all, which is uniform if the logged propensities are true.
    weight : mean of 1 / (propensity x pairs), one if they are; with its standard error.
    side_p : of a fair coin for the side of the contestant with the smaller key.
    seen_twice : battles in which a rater met a pair on a prompt again. identical : battles of two equal texts.
    """

    battles: int
    place_p: float
    weight: float
    weight_error: float
    side_p: float
    seen_twice: int
    identical: int


@dataclass(frozen=True)
class Times:
    """Milliseconds of opening one battle."""

    door: str
    battles: int
    middle: float
    p95: float
    p99: float
    worst: float


def prepare(contestants: int, prompts: int, seed: int) -> Contest:
    """Write a contest of simulated texts; some contestants answer alike on some prompts."""
    call_command("migrate", verbosity=0)
    rng = np.random.default_rng(seed)
    names = [f"contestant-{number:04}" for number in range(contestants)]
    tasks = [f"prompt-{number:04}" for number in range(prompts)]
    bundle = ContestBundle(
        contest=ContestRecord(name="Openings"),
        categories=[CategoryRecord("even", "Even"), CategoryRecord("odd", "Odd")],
        contestants=[ContestantRecord(name, name.title(), organisation=f"House {name[-1]}") for name in names],
        prompts=[
            PromptRecord(task, f"Task {task}", categories=(("even", "odd")[number % 2],))
            for number, task in enumerate(tasks)
        ],
        responses=[
            ResponseRecord(task, name, "The same." if rng.random() < 0.05 else f"{name} on {task}. " * 40)
            for task in tasks
            for name in names
        ],
    )
    import_bundle(bundle, slug=SLUG)
    return Contest.objects.get(slug=SLUG)


def through_the_service(contest: Contest, battles: int, seed: int) -> tuple[Draws, Times]:
    """Open battles for 50 raters, vote on most and skip the rest; rebuild what is believed now and then."""
    rng = np.random.default_rng(seed)
    raters = [enrol_external(f"openings:{number}", RaterKind.HUMAN) for number in range(50)]
    strength = dict(zip(contest.contestants.values_list("id", flat=True), rng.normal(size=2000), strict=False))
    taken = []
    for number in tqdm(range(battles), desc="battles through the service", file=sys.stderr, disable=None):
        rater = raters[int(rng.integers(len(raters)))]
        began = time.perf_counter()
        battle = open_battle(contest, rater, rng=rng)
        taken.append(time.perf_counter() - began)
        _answer(battle, rater, strength, rng)
        if number % 1000 == 999:
            rebuild_beliefs(contest, RaterKind.HUMAN)
    return check_draws(contest, seed), _times("service", taken)


def _answer(battle: Battle, rater: Rater, strength: dict[int, float], rng: np.random.Generator) -> None:
    if rng.random() < SKIPPED:
        skip_battle(battle.token, rater)
        return
    gap = strength[battle.contestant_a_id] - strength[battle.contestant_b_id]
    won = rng.random() < 1 / (1 + np.exp(-gap))
    cast_vote(battle.token, rater, VoteOutcome.A if won else VoteOutcome.B)


def check_draws(contest: Contest, seed: int) -> Draws:
    """Test the logged propensities against what was drawn."""
    rng = np.random.default_rng(seed)
    columns = ("propensity", "reason", "contestant_a", "contestant_b", "rater", "prompt", "response_a", "response_b")
    rows = list(Battle.objects.filter(contest=contest).values_list(*columns))
    places = [row[1]["rarer"] + rng.random() * row[1]["as_rare"] for row in rows]
    expected = len(rows) / BINS
    counts = np.histogram(places, bins=BINS, range=(0, 1))[0]
    weights = np.array([1 / (row[0] * row[1]["pairs"]) for row in rows])
    seen = {(row[4], row[5], frozenset(row[2:4])) for row in rows}
    texts = dict(Response.objects.filter(contest=contest).values_list("id", "text"))
    return Draws(
        battles=len(rows),
        place_p=float(chi2.sf(((counts - expected) ** 2 / expected).sum(), df=BINS - 1)),
        weight=float(weights.mean()),
        weight_error=float(weights.std(ddof=1) / np.sqrt(len(rows))),
        side_p=float(binomtest(sum(row[2] < row[3] for row in rows), len(rows)).pvalue),
        seen_twice=len(rows) - len(seen),
        identical=sum(texts[row[6]] == texts[row[7]] for row in rows),
    )


def through_the_door(contest: Contest, seconds: float, rate: float) -> Times:
    """Open and answer battles over HTTP at an even rate, each in its time whatever became of the one before."""
    tokens = []
    for number in range(HANDS):
        user = User.objects.create_user(f"hand-{number}")
        identify_account(user)
        tokens.append(Token.objects.create(user=user).key)
    with run_server(os.environ["DATABASE_URL"]) as server:
        _hand(server, tokens[0], [0.0] * 3)
        began = time.perf_counter() + 0.5
        each = int(seconds * rate / HANDS)
        with ThreadPoolExecutor(HANDS) as pool:
            running = [
                pool.submit(_hand, server, token, [began + (number * HANDS + k) / rate for number in range(each)])
                for k, token in enumerate(tokens)
            ]
            taken = [one for hand in running for one in hand.result()]
    return _times(f"HTTP, {rate:g} a second", taken)


def _hand(server: Server, token: str, due: list[float]) -> list[float]:
    visitor, taken = Visitor(server.port, token=token), []
    for number, when in enumerate(due):
        wait = when - time.perf_counter()
        if wait > 0:
            time.sleep(wait)
        began = time.perf_counter()
        answer = visitor.post_json(f"/api/v1/contests/{SLUG}/battles/")
        taken.append(time.perf_counter() - began)
        if answer.status != 201:
            raise RuntimeError(f"Opening a battle was answered by {answer.status}: {answer.body}")
        outcome = OUTCOMES[number % len(OUTCOMES)].value
        visitor.post_json(f"/api/v1/battles/{answer.json()['token']}/vote/", outcome=outcome)
    return taken


def _times(door: str, taken: list[float]) -> Times:
    middle, p95, p99, worst = (float(x) * 1000 for x in np.quantile(taken, [0.5, 0.95, 0.99, 1.0]))
    return Times(door, len(taken), middle, p95, p99, worst)


def table(draws: Draws, times: list[Times]) -> str:
    """Return the measurements as Markdown."""
    lines = ["| opening a battle | battles | p50 ms | p95 ms | p99 ms | worst ms |", "|---|---:|---:|---:|---:|---:|"]
    lines += [
        f"| {one.door} | {one.battles:,} | {one.middle:.1f} | {one.p95:.1f} | {one.p99:.1f} | {one.worst:.1f} |"
        for one in times
    ]
    lines += [
        "",
        (
            f"{draws.battles:,} battles through the service: propensities p = {draws.place_p:.3f}, mean weight "
            f"{draws.weight:.3f} ± {draws.weight_error:.3f}, sides p = {draws.side_p:.3f}, "
            f"seen twice {draws.seen_twice}, identical texts {draws.identical}."
        ),
    ]
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; exit code 1 where a draw is not what it says."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.openings", description=__doc__)
    parser.add_argument("--battles", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rate", type=float, default=20)
    parser.add_argument("--contestants", type=int, default=60)
    parser.add_argument("--prompts", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    contest = prepare(options.contestants, options.prompts, options.seed)
    draws, service = through_the_service(contest, options.battles, options.seed)
    rebuild_beliefs(contest, RaterKind.HUMAN, timezone.now())
    times = [service, through_the_door(contest, options.seconds, options.rate)]
    print(table(draws, times))
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps({"draws": asdict(draws), "times": [asdict(t) for t in times]}, indent=1))
    honest = min(draws.place_p, draws.side_p) > 0.001 and not draws.seen_twice and not draws.identical
    return 0 if honest else 1


if __name__ == "__main__":
    sys.exit(main())
