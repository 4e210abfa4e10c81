"""A language model that says its verdict in words."""

import re
import secrets
from collections.abc import Mapping
from typing import Any, Final

from arena.judges.base import Choice, Question, Verdict, number
from arena.judges.templates import CHAT_TEMPLATE, MOST_CHARACTERS, check_template, fill
from arena.providers.base import Generation, GenerationRequest, Message, Provider, ProviderError

# The words themselves in ASCII only: among all letters, I in any case would also be the Turkish ones.
_VERDICT: Final = re.compile(
    r"[\s*_#>`]*VERDICT[\s*_`]*[:=][\s*_`\[(]*((?a:BOTH_BAD|BOTH BAD|TIE|A|B))[\s\])*_`.]*", re.I
)
OWN_SETTINGS: Final = frozenset({"max_characters", "seed", "tie_margin"})
_REPAIR: Final = (
    "Your answer did not end with the verdict. Answer again with nothing but one line: "
    "VERDICT: A or VERDICT: B or VERDICT: TIE or VERDICT: BOTH_BAD"
)


class ChatJudge:
    """Asks for a reasoned verdict and reads the last line of the required form.

    Parameters
    ----------
    settings : temperature, max_tokens and so on for the model; max_characters of each answer that it sees.
    """

    def __init__(
        self, provider: Provider, model: str, template: str = "", settings: Mapping[str, Any] | None = None
    ) -> None:
        settings = settings or {}
        self._provider = provider
        self._model = model
        self._template = check_template(template or CHAT_TEMPLATE)
        self._most = int(number(settings, "max_characters", MOST_CHARACTERS))
        self._seed = int(number(settings, "seed", 0))
        self._sampling = {"temperature": 0.0, "max_tokens": 400}
        self._sampling |= {key: value for key, value in settings.items() if key not in OWN_SETTINGS}

    def judge(self, question: Question) -> Verdict:
        """Return the verdict; what cannot be read after one repair is a failure."""
        filled = fill(self._template, question, mark=secrets.token_hex(4), most=self._most)
        messages: list[Message] = [{"role": "user", "content": filled.text}]
        said = ""
        try:
            answer = self._ask(messages)
            said = answer.text
            if _read(answer) is None:
                messages += [{"role": "assistant", "content": answer.text}, {"role": "user", "content": _REPAIR}]
                answer = _joined(answer, self._ask(messages))
        except ProviderError as error:
            return Verdict(None, failure=f"provider: {error}"[:200], raw_text=said, unanswered=not error.refused)
        choice = _read(answer)
        return Verdict(
            choice,
            failure="" if choice else "no verdict in the required form",
            raw_text=answer.text,
            prompt_tokens=answer.prompt_tokens,
            completion_tokens=answer.completion_tokens,
            latency_ms=answer.latency_ms,
            details={"finish_reason": answer.finish_reason, "cut": filled.cut, "seed": self._seed},
        )

    def _ask(self, messages: list[Message]) -> Generation:
        return self._provider.generate(GenerationRequest(self._model, messages, self._sampling, seed=self._seed))


def _read(answer: Generation) -> Choice | None:
    """Return the verdict of a whole answer; one that was cut may have been about to say BOTH_BAD after its B."""
    return None if answer.finish_reason == "length" else parse_verdict(answer.text)


def parse_verdict(text: str) -> Choice | None:
    """Return the verdict that the last line consists of; None where the text ends otherwise.

    Only the end counts: reasoning may quote a verdict, or take one back, before it decides. Marks of Markdown
    around the verdict are not minded.
    """
    lines = [line for line in text.splitlines() if line.strip(" \t*_`")]
    found = _VERDICT.fullmatch(lines[-1]) if lines else None
    return Choice(found[1].upper().replace(" ", "_")) if found else None


def _joined(first: Generation, second: Generation) -> Generation:
    """Return one answer from two turns, with the cost of both."""
    return Generation(
        text=f"{first.text}\n\n[asked again]\n{second.text}",
        finish_reason=second.finish_reason,
        prompt_tokens=_sum(first.prompt_tokens, second.prompt_tokens),
        completion_tokens=_sum(first.completion_tokens, second.completion_tokens),
        latency_ms=first.latency_ms + second.latency_ms,
    )


def _sum(first: int | None, second: int | None) -> int | None:
    """Return a sum of counts; unknown where one of them is."""
    return None if first is None or second is None else first + second
