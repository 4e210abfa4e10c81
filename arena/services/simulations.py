"""A contest of known strengths, voted on by simulated raters: to see a mature board beside its truth."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np

from arena.exchange.bundle import (
    CategoryRecord,
    ContestantRecord,
    ContestBundle,
    ContestRecord,
    PromptRecord,
    RaterRecord,
    ResponseRecord,
    VoteRecord,
)
from arena.services.imports import ImportReport, import_bundle
from arena.services.progress import Progress
from ranking import Comparisons, Outcome, simulate_comparisons

NAMES: Final = (
    *("Alder", "Aspen", "Beech", "Birch", "Cedar", "Cherry", "Cypress", "Elm", "Fir", "Hazel"),
    *("Juniper", "Larch", "Linden", "Maple", "Oak", "Pine", "Rowan", "Spruce", "Walnut", "Willow"),
)
VOTES: Final = 4000
RATERS: Final = 40
PROMPTS: Final = 10
SEED: Final = 20
EVEN_TIE_RATE: Final = 0.2
BOTH_BAD_RATE: Final = 0.05
CONTEST: Final = ContestRecord(
    name="Simulation: twenty known strengths",
    question="Which response is better? (simulated)",
    description=(
        "Nobody voted here. Twenty contestants have strengths that we chose, and simulated raters vote by the model "
        "P(i beats j) = sigma(strength i - strength j). Of even pairs 20 % end in a tie, of uneven ones fewer; 5 % of all "
        "votes find both bad. So the board can be compared with the truth, which a real one never can: about 19 of 20 "
        "intervals should hold their diamond."
    ),
    simulated=True,
)


def load_simulation(slug: str, progress: Progress | None = None) -> ImportReport:
    """Write the simulated contest; the same every time, so that repeating it changes nothing."""
    return import_bundle(simulated_bundle(), slug=slug, progress=progress)


def simulated_bundle() -> ContestBundle:
    """Return the simulated contest as records, drawn from a fixed seed."""
    rng = np.random.default_rng(SEED)
    strengths = rng.normal(0.0, 0.8, len(NAMES))
    strengths -= strengths.mean()
    slugs = [name.lower() for name in NAMES]
    drawn = simulate_comparisons(slugs, strengths, VOTES, rng, even_tie_rate=EVEN_TIE_RATE, both_bad_rate=BOTH_BAD_RATE)
    return ContestBundle(
        contest=CONTEST,
        categories=[CategoryRecord("simulated", "Simulated")],
        contestants=[
            ContestantRecord(slug, name, description="Simulated", true_strength=round(float(strength), 6))
            for slug, name, strength in zip(slugs, NAMES, strengths, strict=True)
        ],
        prompts=[
            PromptRecord(f"prompt-{k}", f"Simulated prompt {k}: it stands for any task.", categories=("simulated",))
            for k in range(PROMPTS)
        ],
        responses=[
            ResponseRecord(f"prompt-{k}", slug, f"Simulated response of {name} to prompt {k}.")
            for k in range(PROMPTS)
            for slug, name in zip(slugs, NAMES, strict=True)
        ],
        raters=[RaterRecord(f"simulation:{k}", "simulated") for k in range(RATERS)],
        votes=list(_votes(drawn, rng)),
    )


def _votes(drawn: Comparisons, rng: np.random.Generator) -> Iterator[VoteRecord]:
    pairs = len(drawn.items) * (len(drawn.items) - 1) / 2
    raters, prompts = rng.integers(0, RATERS, drawn.a.size), rng.integers(0, PROMPTS, drawn.a.size)
    began = datetime(2025, 1, 1, tzinfo=UTC)
    for k, (a, b, outcome) in enumerate(zip(drawn.a, drawn.b, drawn.outcome, strict=True)):
        when = began + timedelta(minutes=10 * k)
        yield VoteRecord(
            key=f"simulated/{k}",
            rater=f"simulation:{raters[k]}",
            prompt=f"prompt-{prompts[k]}",
            contestant_a=drawn.items[a],
            contestant_b=drawn.items[b],
            outcome=Outcome(int(outcome)).name,
            served_at=when,
            voted_at=when,
            policy="uniform/1",
            propensity=1 / pairs,
            reason={"source": "simulation"},
        )
