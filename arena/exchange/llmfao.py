"""The LLMFAO data set (Dmitry Ustalov, CC BY 4.0): responses of 70 models, votes of a crowd and of two judges."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from arena.exchange.bundle import (
    CategoryRecord,
    ContestantRecord,
    ContestBundle,
    ContestRecord,
    JudgeRecord,
    PromptRecord,
    RaterRecord,
    ResponseRecord,
    VoteRecord,
)
from arena.exchange.errors import BadFile, Problem, bad_file
from arena.exchange.rows import SPELLINGS, Collector, csv_rows, distinct_slugs, json_rows, slug_of

VOTE_COLUMNS: Final = ("id", "prompt", "model_x", "model_y", "winner")
JUDGES: Final = (
    ("gpt4-comparisons.csv", "gpt-4", "GPT-4"),
    ("gpt3-comparisons.csv", "gpt-3-5", "GPT-3.5"),
)
CONTEST: Final = ContestRecord(
    name="LLMFAO",
    question="Which output is better?",
    description=(
        "Responses of 70 language models of 2023 to 19 prompts, compared by 124 crowd workers (13 of the prompts, 59 of "
        "the models) and by two AI judges (all of them). In the crowd's votes a tie also means that both were bad. The "
        "judges saw each pair in one order only. The source records no times: votes bear the time of the import."
    ),
    attribution=(
        "Votes and data set by Dmitry Ustalov (LLMFAO, github.com/dustalov/llmfao), prompts and responses by the team of "
        "llmonitor.com, licensed CC BY 4.0. Changes: loaded into the tables of Versus, worker numbers made opaque."
    ),
)


def read_llmfao(folder: Path) -> ContestBundle:
    """Read the folder of the data set; raises BadFile with every row that cannot be taken."""
    if not folder.is_dir():
        raise bad_file(str(folder), "is not the folder of the data set")
    models = _numbered(folder / "models.jsonl", ("api_id", "name"))
    slugs = distinct_slugs([model["name"] for model in models.values()])
    contestants = {number: slugs[model["name"]] for number, model in models.items()}
    prompts = _numbered(folder / "prompts.jsonl", ("text", "type", "slug"))
    prompt_slugs = {number: slug_of(prompt["slug"]) for number, prompt in prompts.items()}
    votes, raters = _all_votes(folder, contestants, prompt_slugs)
    return ContestBundle(
        contest=_contest(folder),
        categories=[
            CategoryRecord(slug_of(kind), kind) for kind in sorted({prompt["type"] for prompt in prompts.values()})
        ],
        contestants=[_contestant(model, slugs) for model in models.values()],
        prompts=[
            PromptRecord(prompt_slugs[number], prompt["text"], categories=(slug_of(prompt["type"]),))
            for number, prompt in prompts.items()
        ],
        responses=list(_responses(folder / "results.jsonl", contestants, prompt_slugs)),
        judges=[_judge(folder, slug, name) for _, slug, name in JUDGES],
        raters=raters,
        votes=votes,
    )


def _numbered(path: Path, texts: tuple[str, ...]) -> dict[int, dict[str, Any]]:
    """Return the rows of a file by their id; raises BadFile with every row without one, or without its texts."""
    collector = Collector(path.name)
    found: dict[int, dict[str, Any]] = {}
    for line, row in json_rows(path, ("id", *texts)):
        wrong = [name for name in texts if not isinstance(row[name], str)]
        if not isinstance(row["id"], int):
            collector.refuse(line, f"id {row['id']!r} is not a whole number")
        elif row["id"] in found:
            collector.refuse(line, f"id {row['id']} appears twice")
        elif wrong:
            collector.refuse(line, f"{wrong[0]} must be a text")
        else:
            found[row["id"]] = row
    collector.finish()
    return found


def _contest(folder: Path) -> ContestRecord:
    fields = {name: getattr(CONTEST, name) for name in ContestRecord.__slots__}
    return ContestRecord(**{**fields, "instructions": _text(folder / "crowd-instruction.md")})


def _contestant(model: dict[str, Any], slugs: dict[str, str]) -> ContestantRecord:
    return ContestantRecord(
        slug=slugs[model["name"]], name=model["name"], model=model["api_id"], organisation=model.get("org") or ""
    )


def _judge(folder: Path, slug: str, name: str) -> JudgeRecord:
    template = _text(folder / "gpt-instruction.txt")
    return JudgeRecord(slug=slug, name=name, kind="imported", model=slug, prompt=template, settings={"orders": 1})


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise bad_file(path.name, f"cannot be read: {error}") from error


def _responses(path: Path, contestants: dict[int, str], prompts: dict[int, str]) -> Iterator[ResponseRecord]:
    collector = Collector(path.name)
    for line, row in json_rows(path, ("model", "prompt", "result")):
        model, task, text = row["model"], row["prompt"], row["result"]
        if not isinstance(model, int) or model not in contestants:
            collector.refuse(line, f"unknown model {model!r}")
        elif not isinstance(task, int) or task not in prompts:
            collector.refuse(line, f"unknown prompt {task!r}")
        elif not isinstance(text, str | None):
            collector.refuse(line, "result must be a text")
        else:
            yield ResponseRecord(prompts[task], contestants[model], text or "", latency_ms=row.get("duration"))
    collector.finish()


def _all_votes(
    folder: Path, contestants: dict[int, str], prompts: dict[int, str]
) -> tuple[list[VoteRecord], list[RaterRecord]]:
    problems: list[Problem] = []
    votes: list[VoteRecord] = []
    for file, judge in (("crowd-comparisons.csv", ""), *((file, slug) for file, slug, _ in JUDGES)):
        try:
            votes += list(_votes(folder / file, judge, contestants, prompts))
        except BadFile as error:
            problems += error.problems
    if problems:
        raise BadFile(problems)
    workers = sorted({vote.rater for vote in votes if vote.rater.startswith("llmfao:worker:")})
    judges = [RaterRecord(f"llmfao:{slug}", "judge", slug) for _, slug, _ in JUDGES]
    return votes, [*(RaterRecord(key) for key in workers), *judges]


def _votes(path: Path, judge: str, contestants: dict[int, str], prompts: dict[int, str]) -> Iterator[VoteRecord]:
    collector = Collector(path.name)
    for line, row in csv_rows(path, VOTE_COLUMNS if judge else (*VOTE_COLUMNS, "worker")):
        try:
            rater = f"llmfao:{judge}" if judge else f"llmfao:worker:{int(row['worker'])}"
            yield VoteRecord(
                key=f"{judge or 'crowd'}/{line}",
                rater=rater,
                prompt=prompts[int(row["prompt"])],
                contestant_a=contestants[int(row["model_x"])],
                contestant_b=contestants[int(row["model_y"])],
                outcome=SPELLINGS[row["winner"]],
                reason={"source": "llmfao", "pair": int(row["id"])},
            )
        except (KeyError, ValueError) as error:
            collector.refuse(line, f"unknown or unreadable value: {error}")
    collector.finish()
