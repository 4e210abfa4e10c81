"""Judges are built by kind; what cannot be run here says why before anything is asked."""

import pytest

from arena.judges.base import JudgeError
from arena.judges.chat import ChatJudge
from arena.judges.logprob import LogprobJudge
from arena.judges.reference import ReferenceJudge
from arena.judges.registry import build_judge, needs_provider
from arena.models import JudgeKind
from arena.providers.openai_compatible import OpenAICompatible

PROVIDER = OpenAICompatible("http://127.0.0.1:9/v1")
RUN_HERE = {"chat": ChatJudge, "logprob": LogprobJudge, "reference": ReferenceJudge}


def build(kind, provider=PROVIDER, **settings):
    return build_judge(kind, provider=provider, model="m", template="", settings=settings)


@pytest.mark.parametrize(("kind", "built"), RUN_HERE.items())
def test_each_kind_has_its_judge(kind, built):
    assert type(build(kind)) is built


def test_only_judges_with_a_model_need_a_provider():
    assert {kind for kind in JudgeKind.values if needs_provider(kind)} == {"chat", "logprob"}
    assert type(build("reference", provider=None)) is ReferenceJudge


@pytest.mark.parametrize("kind", ["chat", "logprob"])
def test_a_model_without_a_provider_is_refused(kind):
    with pytest.raises(JudgeError, match=f"A judge of kind '{kind}' needs a provider"):
        build(kind, provider=None)


@pytest.mark.parametrize("kind", [*sorted(set(JudgeKind.values) - set(RUN_HERE)), "no-such-kind"])
def test_kinds_that_are_imported_cannot_be_run(kind):
    with pytest.raises(JudgeError, match=f"kind '{kind}' cannot be run here; their verdicts are imported"):
        build(kind)


@pytest.mark.parametrize("kind", RUN_HERE)
def test_settings_reach_the_judge_and_are_checked_at_once(kind):
    setting = "tie_margin" if kind == "reference" else "max_characters"
    with pytest.raises(JudgeError, match=f"The judge setting {setting} must be a number from 0 on, not -1"):
        build(kind, **{setting: -1})
