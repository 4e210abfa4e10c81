"""What a judge reads is the template with the question in place; answers are data and are never filled in again."""

from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arena.judges.base import JudgeError, Question
from arena.judges.registry import build_judge
from arena.judges.templates import CHAT_TEMPLATE, LOGPROB_TEMPLATE, fill

QUESTION = Question("the task", "one", "two", question="Which?", reference="right")
BRACES = st.text(alphabet="{}ab_ ", max_size=12)


def test_every_place_is_filled():
    template = "{question}/{prompt}/{response_a}/{response_b}/{mark}"
    assert fill(template, QUESTION, mark="m").text == "Which?/the task/one/two/m"


def test_a_place_may_stand_twice_and_need_not_stand_at_all():
    assert fill("{mark} {mark}", QUESTION, mark="m").text == "m m"
    assert fill("nothing", QUESTION, mark="m").text == "nothing"


def test_a_reference_is_introduced_and_a_missing_one_is_not_spoken_of():
    assert fill("{reference}", QUESTION, mark="").text == "\nA correct answer, for reference: right\n"
    assert fill("{reference}", Question("P", "a", "b"), mark="").text == ""


@settings(deadline=None)
@given(BRACES, BRACES, BRACES)
def test_braces_in_a_question_stay_as_they_are(prompt, first, second):
    filled = fill("<{prompt}|{response_a}|{response_b}>", Question(prompt, first, second), mark="m")
    assert filled.text == f"<{prompt}|{first}|{second}>"


@pytest.mark.parametrize("text", ["{response_b}", "{mark}", "{{prompt}}", "{", "}", "{0}", "{question"])
def test_an_answer_cannot_reach_for_what_stands_elsewhere(text):
    assert fill("{response_a}", Question("P", text, "secret"), mark="m").text == text


@pytest.mark.parametrize("template", ["{", "}", "{}", "{unknown}", "{ prompt}", "{{", 'a {"json": 1} b', "{prompt"])
def test_what_is_no_place_stays_in_the_template(template):
    assert fill(template, QUESTION, mark="m").text == template


def test_doubled_braces_are_braces_around_a_place():
    assert fill("{{prompt}}", QUESTION, mark="m").text == "{the task}"


@pytest.mark.parametrize("field", ["prompt", "response_a", "response_b"])
def test_each_part_is_cut_at_the_most_and_the_cut_is_told(field):
    parts = {"prompt": "p", "response_a": "a", "response_b": "b", field: "xyz"}
    template = f"{{{field}}}"
    assert fill(template, Question(**parts), mark="", most=3) == fill(template, Question(**parts), mark="")
    filled = fill(template, Question(**parts), mark="", most=2)
    assert (filled.text, filled.cut) == ("xy", True)


def test_nothing_is_cut_at_exactly_the_most():
    assert not fill("", Question("ppp", "aaa", "bbb"), mark="", most=3).cut


@pytest.mark.parametrize("template", [CHAT_TEMPLATE, LOGPROB_TEMPLATE])
def test_our_own_templates_have_every_place_and_no_stray_brace(template):
    text = fill(template, QUESTION, mark="0f0f").text
    assert "{" not in text
    assert "}" not in text
    for part in ("Which?", "the task", "one", "two", "right"):
        assert text.count(part) >= 1


def test_the_chat_template_fences_task_and_answers_by_the_mark():
    text = fill(CHAT_TEMPLATE, QUESTION, mark="0f0f").text
    assert text.count("[0f0f ") == 6
    assert "[0f0f RESPONSE A]\none\n[0f0f END RESPONSE A]" in text
    assert "[0f0f RESPONSE B]\ntwo\n[0f0f END RESPONSE B]" in text
    assert text.index("END RESPONSE B") < text.index("VERDICT: A")


@pytest.mark.parametrize("missing", ["prompt", "response_a", "response_b"])
@pytest.mark.parametrize("kind", ["chat", "logprob"])
def test_a_template_that_hides_what_is_to_be_judged_is_refused(kind, missing):
    template = " ".join("{" + name + "}" for name in ("prompt", "response_a", "response_b") if name != missing)
    with pytest.raises(JudgeError, match=missing):
        build_judge(kind, provider=SimpleNamespace(), model="m", template=template, settings={})
