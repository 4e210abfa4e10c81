"""Preference data as trainers take it: prompt, chosen and rejected in either style, and how sure they are."""

import json

import pytest

from arena.exchange.preferences import STYLES, preference_lines
from arena.queries.exports import PreferencePair

PROMPT = {"role": "user", "content": "How long should tea steep?"}
BEFORE = (
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Hi"},
    {"role": "assistant", "content": "Hello."},
)


def pair(*before, **changes):
    fields = {
        "prompt_id": "0f",
        "turns": (*before, PROMPT),
        "chosen": "Three minutes.",
        "rejected": 'An hour.\nOr "two".',
        "chosen_contestant": "green",
        "rejected_contestant": "black",
        "votes_chosen": 2,
        "votes_rejected": 1,
        "ties": 4,
        "both_bad": 3,
    }
    return PreferencePair(**{**fields, **changes})


def lines(*pairs, style="plain", raters="human"):
    return [json.loads(line) for line in preference_lines(pairs, style, raters)]


def test_the_plain_style_is_three_texts():
    [line] = lines(pair())
    assert (line["prompt"], line["chosen"], line["rejected"]) == (
        "How long should tea steep?",
        "Three minutes.",
        'An hour.\nOr "two".',
    )


def test_a_plain_conversation_is_joined_with_the_roles_of_its_turns():
    [line] = lines(pair(*BEFORE))
    assert line["prompt"] == ("system: Be brief.\n\nuser: Hi\n\nassistant: Hello.\n\nuser: How long should tea steep?")


@pytest.mark.parametrize("before", [(), BEFORE])
def test_the_conversational_style_is_three_lists_of_messages(before):
    [line] = lines(pair(*before), style="conversational")
    assert line["prompt"] == [*before, PROMPT]
    assert line["chosen"] == [{"role": "assistant", "content": "Three minutes."}]
    assert line["rejected"] == [{"role": "assistant", "content": 'An hour.\nOr "two".'}]


@pytest.mark.parametrize("style", STYLES)
def test_both_styles_tell_the_same_facts(style):
    [line] = lines(pair(), style=style, raters="careful-judge")
    facts = {key: value for key, value in line.items() if key not in {"prompt", "chosen", "rejected"}}
    assert facts == {
        "prompt_id": "0f",
        "chosen_contestant": "green",
        "rejected_contestant": "black",
        "raters": "careful-judge",
        "votes_chosen": 2,
        "votes_rejected": 1,
        "ties": 4,
        "both_bad": 3,
        "agreement": 0.666667,
    }


@pytest.mark.parametrize("style", STYLES)
def test_every_pair_is_one_line_whatever_its_texts_contain(style):
    texts = ["one\ntwo\r\n", "\u0085\x0b\x0c", '"}\\n{"']
    written = list(preference_lines([pair(chosen=text) for text in texts], style, "human"))
    assert [(line.count("\n"), line[-1]) for line in written] == [(1, "\n")] * 3
    chosen = [json.loads(line)["chosen"] for line in written]
    assert chosen == (texts if style == "plain" else [[{"role": "assistant", "content": text}] for text in texts])


def test_texts_are_readable_in_every_script():
    assert "三分钟" in next(preference_lines([pair(chosen="三分钟")], "plain", "human"))


def test_no_pairs_are_no_lines():
    assert lines() == []


def test_lines_are_written_as_they_are_asked_for():
    def endless():
        while True:
            yield pair()

    written = preference_lines(endless(), "plain", "human")
    assert next(written) == next(written)


@pytest.mark.parametrize("style", ["", "Plain", "chatml"])
def test_an_unknown_style_is_refused_with_those_that_are_known(style):
    with pytest.raises(ValueError, match=f"unknown style '{style}'; use one of plain, conversational"):
        list(preference_lines([], style, "human"))
