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
    models = [row for _, row in json_rows(folder / "models.jsonl", ("id", "api_id", "name", "org"))]
    slugs = distinct_slugs([model["name"] for model in models])
    contestants = {int(model["id"]): slugs[model["name"]] for model in models}
    prompts = [row for _, row in json_rows(folder / "prompts.jsonl", ("id", "text", "type", "slug"))]
    prompt_slugs = {int(prompt["id"]): slug_of(prompt["slug"]) for prompt in prompts}
    votes, raters = _all_votes(folder, contestants, prompt_slugs)
    return ContestBundle(
        contest=_contest(folder),
        categories=[CategoryRecord(slug_of(kind), kind) for kind in sorted({prompt["type"] for prompt in prompts})],
        contestants=[_contestant(model, slugs) for model in models],
        prompts=[
            PromptRecord(prompt_slugs[int(p["id"])], p["text"], categories=(slug_of(p["type"]),)) for p in prompts
        ],
        responses=list(_responses(folder / "results.jsonl", contestants, prompt_slugs)),
        judges=[_judge(folder, slug, name) for _, slug, name in JUDGES],
        raters=raters,
        votes=votes,
    )


def _contest(folder: Path) -> ContestRecord:
    fields = {name: getattr(CONTEST, name) for name in ContestRecord.__slots__}
    return ContestRecord(**{**fields, "instructions": _text(folder / "crowd-instruction.md")})


def _contestant(model: dict[str, Any], slugs: dict[str, str]) -> ContestantRecord:
    return ContestantRecord(
        slug=slugs[model["name"]], name=model["name"], model=model["api_id"], organisation=model["org"] or ""
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
        contestant, prompt = contestants.get(row["model"]), prompts.get(row["prompt"])
        if contestant is None or prompt is None:
            collector.refuse(line, f"unknown model {row['model']} or prompt {row['prompt']}")
            continue
        yield ResponseRecord(prompt, contestant, row["result"] or "", latency_ms=row.get("duration"))
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
