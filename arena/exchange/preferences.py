"""Preference data for training, as JSON lines: prompt, chosen, rejected, and how sure."""

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

STYLES: Final = ("plain", "conversational")


def preference_lines(pairs: Iterable[Any], style: str, raters: str) -> Iterator[str]:
    """Yield one line a pair.

    plain: prompt, chosen and rejected are texts; the turns of a conversation are joined. conversational: they are
    lists of {"role", "content"}, as preference trainers take them.

    Raises
    ------
    ValueError
        For a style that is none of STYLES.
    """
    if style not in STYLES:
        raise ValueError(f"unknown style {style!r}; use one of {', '.join(STYLES)}")
    for pair in pairs:
        yield json.dumps({**_texts(pair, style), **_facts(pair, raters)}, ensure_ascii=False) + "\n"


def _texts(pair: Any, style: str) -> dict[str, Any]:
    if style == "conversational":
        return {
            "prompt": list(pair.turns),
            "chosen": [{"role": "assistant", "content": pair.chosen}],
            "rejected": [{"role": "assistant", "content": pair.rejected}],
        }
    prompt = pair.turns[-1]["content"]
    if len(pair.turns) > 1:
        prompt = "\n\n".join(f"{turn['role']}: {turn['content']}" for turn in pair.turns)
    return {"prompt": prompt, "chosen": pair.chosen, "rejected": pair.rejected}


def _facts(pair: Any, raters: str) -> dict[str, Any]:
    return {
        "prompt_id": pair.prompt_id,
        "chosen_contestant": pair.chosen_contestant,
        "rejected_contestant": pair.rejected_contestant,
        "raters": raters,
        "votes_chosen": pair.votes_chosen,
        "votes_rejected": pair.votes_rejected,
        "ties": pair.ties,
        "both_bad": pair.both_bad,
        "agreement": round(pair.agreement, 6),
    }
