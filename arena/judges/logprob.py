"""A language model whose verdict is read from the probabilities of its first token."""

import math
from collections.abc import Mapping
from typing import Any, Final

from arena.judges.base import Question, Verdict, check_settings, number
from arena.judges.orders import choose
from arena.judges.templates import LOGPROB_TEMPLATE, check_template, fill
from arena.providers.base import Generation, GenerationRequest, Provider, ProviderError

TOP: Final = 20
MIN_MASS: Final = 0.05
MOST_CHARACTERS: Final = 2500


class LogprobJudge:
    """Asks for one letter and compares the probabilities of A and B: p = e^lA / (e^lA + e^lB).

    Parameters
    ----------
    settings : tie_margin; min_mass, the least probability that A and B must hold together for the
        answer to count; max_characters of each answer.
    """

    def __init__(
        self, provider: Provider, model: str, template: str = "", settings: Mapping[str, Any] | None = None
    ) -> None:
        settings = settings or {}
        check_settings(settings, ("tie_margin", "min_mass", "max_characters"))
        self._provider = provider
        self._model = model
        self._template = check_template(template or LOGPROB_TEMPLATE)
        self._tie_margin = number(settings, "tie_margin", 0.0)
        self._min_mass = number(settings, "min_mass", MIN_MASS)
        self._most = int(number(settings, "max_characters", MOST_CHARACTERS))

    def judge(self, question: Question) -> Verdict:
        """Return the verdict with its probability; a failure where A and B are not what the model would say."""
        filled = fill(self._template, question, mark="", most=self._most)
        request = GenerationRequest(
            self._model,
            [{"role": "user", "content": filled.text}],
            {"temperature": 0.0, "max_tokens": 1},
            seed=0,
            top_logprobs=TOP,
        )
        try:
            answer = self._provider.generate(request)
        except ProviderError as error:
            return Verdict(None, failure=f"provider: {error}"[:200], unanswered=not error.refused)
        return self._verdict(answer, filled.cut)

    def _verdict(self, answer: Generation, cut: bool) -> Verdict:
        letters = letter_probabilities(answer)
        mass = sum(letters.values())
        details = {"letters": letters, "mass": mass, "cut": cut}
        told: dict[str, Any] = {
            "raw_text": answer.text,
            "prompt_tokens": answer.prompt_tokens,
            "completion_tokens": answer.completion_tokens,
            "latency_ms": answer.latency_ms,
            "details": details,
        }
        if not answer.tokens:
            return Verdict(None, failure="the endpoint gives no log-probabilities", **told)
        if mass == 0 or mass < self._min_mass:
            return Verdict(None, failure=f"A and B hold only {mass:.3f} of the probability", **told)
        preference = letters["A"] / mass
        return Verdict(choose(preference, self._tie_margin), preference=preference, **told)


def letter_probabilities(answer: Generation) -> dict[str, float]:
    """Return the probabilities of A and B as the first token, spellings with spaces and in lower case included."""
    letters = {"A": 0.0, "B": 0.0}
    if answer.tokens:
        first = answer.tokens[0]
        for token, logprob in {**first.alternatives, first.token: first.logprob}.items():
            letter = token.strip().upper()
            if letter in letters:
                letters[letter] += math.exp(logprob)
    return letters
