"""Prompts that ask who answers are told from those that ask anything else."""

import pytest

from arena.integrity.questions import asks_identity
from tests.arena.integrity.prompts import QUESTIONS, TASKS


@pytest.mark.parametrize("prompt", QUESTIONS)
def test_who_answers_is_asked(prompt):
    assert asks_identity(prompt)


@pytest.mark.parametrize("prompt", TASKS)
def test_something_else_is_asked(prompt):
    assert not asks_identity(prompt)


def test_the_question_may_stand_anywhere_but_in_quotation_marks():
    assert asks_identity("I have a task for you. First: steep the tea.\n\nAnd now tell me, who are you?")
    assert not asks_identity('The novel "Who are you?" is long. Shorten it.')
