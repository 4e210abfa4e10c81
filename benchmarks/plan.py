"""Who is measured on what: contenders, tasks, sizes, and what is left out for a stated reason."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
OUR_PYTHON: Final = Path(sys.executable)
PEERS_PYTHON: Final = ROOT / ".venv-bench" / "bin" / "python"

TASKS: Final = {
    "fit": "point fit, from coded votes",
    "intervals": "point fit and sandwich intervals, from coded votes",
    "names": "the same from columns of names; of those without intervals, a point fit",
    "recount": "one vote more, on counts that were kept: fit and intervals; of those without, a point fit",
    "style": "fit with 4 covariates; intervals where there are any",
    "bootstrap": "100 bootstrap replicates, from coded votes",
}
SMALL: Final = ("20x20000", "100x200000", "llmfao")
FULL: Final = (*SMALL, "200x2000000", "300x10000000")
SIZES: Final = {"small": SMALL, "full": FULL}


@dataclass(frozen=True)
class Contender:
    """A module in `contenders`, the tasks it can do, and by which Python."""

    module: str
    title: str
    tasks: tuple[str, ...]
    ours: bool = False

    @property
    def python(self) -> Path:
        """The interpreter that has what the contender needs."""
        return OUR_PYTHON if self.ours else PEERS_PYTHON


CONTENDERS: Final = (
    Contender("ours", "Versus", tuple(TASKS), ours=True),
    Contender("arena_rank", "arena-rank", ("fit", "intervals", "names", "style", "bootstrap")),
    Contender("evalica", "evalica", ("fit", "names", "bootstrap")),
    Contender("choix_dense", "choix, matrix", ("fit", "recount")),
    Contender("choix_list", "choix, list", ("fit",)),
    Contender("fastchat_way", "FastChat's way (SciPy)", ("fit", "names", "recount", "style", "bootstrap")),
    Contender("logistic", "scikit-learn", ("fit", "style")),
    Contender("crowd_kit", "crowd-kit", ("names",)),
)


@dataclass(frozen=True)
class Limit:
    """Above so many votes, or but at one size, a contender is not asked for a task."""

    contender: str
    task: str
    votes: int
    reason: str
    only: str = ""


LIMITS: Final = (
    Limit("arena_rank", "bootstrap", 20_000, "compiles anew for each replicate; see 20 items", only="20x20000"),
    Limit("arena_rank", "style", 2_000_000, "keeps all rows; 2.4 GB at 2 million votes already"),
    Limit("evalica", "bootstrap", 200_000, "redraws rows in Python; 2.1 GB and 17 s at 200,000 votes already"),
    Limit("choix_list", "fit", 2_000_000, "loops over votes in Python; 5 s at 2 million already"),
    Limit("crowd_kit", "names", 2_000_000, "sorts names; 17 s and 0.9 GB at 2 million votes already"),
    Limit("fastchat_way", "style", 2_000_000, "some 100 passes over all rows; 11 s at 2 million votes already"),
    Limit("logistic", "style", 2_000_000, "some 100 passes over all rows, ties twice"),
)


def votes_of(size: str) -> int:
    """Return the number of votes of a size; LLMFAO's is small enough for everybody."""
    return 0 if size == "llmfao" else int(size.split("x")[1])


def left_out(contender: str, task: str, size: str) -> str | None:
    """Return why a contender is not asked for a task at a size, or None if it is."""
    for limit in LIMITS:
        too_much = votes_of(size) > limit.votes or size != (limit.only or size)
        if (limit.contender, limit.task) == (contender, task) and too_much:
            return limit.reason
    return None


def tasks_at(size: str, tasks: tuple[str, ...]) -> tuple[str, ...]:
    """Return the tasks that a size allows: LLMFAO has no covariates."""
    return tuple(task for task in tasks if not (size == "llmfao" and task == "style"))


def sizes_named(text: str) -> tuple[str, ...]:
    """Return the sizes of a command line: small, full, llmfao or ITEMSxVOTES, separated by commas.

    Raises
    ------
    ValueError
        If a word is none of these.
    """
    found: list[str] = []
    for word in text.split(","):
        items, _, votes = word.partition("x")
        if word not in SIZES and word != "llmfao" and not (items.isdecimal() and votes.isdecimal()):
            raise ValueError(f"unknown size {word!r}; use small, full, llmfao or ITEMSxVOTES")
        found += SIZES.get(word, (word,))
    return tuple(dict.fromkeys(found))
