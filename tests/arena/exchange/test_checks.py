"""A bundle whose records do not fit together is refused before anything is written, with every reason."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from arena.exchange.bundle import (
    OUTCOMES,
    CategoryRecord,
    ContestantRecord,
    ContestBundle,
    ContestRecord,
    CriterionRecord,
    JudgeRecord,
    PromptRecord,
    RaterRecord,
    ResponseRecord,
    VoteRecord,
)
from arena.exchange.checks import _WORDS, check_bundle
from arena.models import (
    BattlePurpose,
    ContestantState,
    ContestKind,
    ContestState,
    JudgeKind,
    PromptState,
    RaterKind,
    VoteOutcome,
)

WHEN = datetime(2025, 3, 1, tzinfo=UTC)
VOTE = VoteRecord("v", "r", "p", "a", "b", "A")
GOOD = ContestBundle(
    contest=ContestRecord("Tea"),
    categories=(CategoryRecord("code", "Code"),),
    contestants=(ContestantRecord("a", "A"), ContestantRecord("b", "B")),
    prompts=(PromptRecord("p", "How long?", categories=("code",)),),
    responses=(
        ResponseRecord("p", "a", "one"),
        ResponseRecord("p", "b", ""),
        ResponseRecord("p", "b", "two", sample=1),
    ),
    judges=(JudgeRecord("j", "J", "chat"), JudgeRecord("j", "J", "chat", version=2)),
    raters=(RaterRecord("r"), RaterRecord("j:2", "judge", "j", 2)),
    votes=(VOTE, replace(VOTE, key="w", rater="j:2", sample_b=1)),
)


def reasons_with(**changes):
    """Return the reasons against the good bundle with these records added, or with another contest."""
    if "contest" in changes:
        return check_bundle(replace(GOOD, **changes))
    return check_bundle(replace(GOOD, **{name: (*getattr(GOOD, name), record) for name, record in changes.items()}))


def reasons_of(**changes):
    """Return the reasons against a vote with these fields, without the words that name it."""
    return [reason.removeprefix("vote 'x': ") for reason in reasons_with(votes=replace(VOTE, key="x", **changes))]


def test_a_good_bundle_is_taken():
    assert check_bundle(GOOD) == []


def test_an_empty_contest_is_taken():
    assert check_bundle(ContestBundle(ContestRecord("Tea"))) == []


@pytest.mark.parametrize(
    ("table", "record", "reason"),
    [
        ("categories", CategoryRecord("code", "Other"), "category 'code' appears 2 times"),
        ("contestants", ContestantRecord("a", "Other"), "contestant 'a' appears 2 times"),
        ("contestants", ContestantRecord("c", " b "), "contestant's name 'b' appears 2 times"),
        ("prompts", PromptRecord("p", "Other?"), "prompt 'p' appears 2 times"),
        ("responses", ResponseRecord("p", "b", "x", sample=1), "response ('p', 'b', 1) appears 2 times"),
        ("judges", JudgeRecord("j", "Other", "chat", version=2), "judge ('j', 2) appears 2 times"),
        ("raters", RaterRecord("r", "simulated"), "rater 'r' appears 2 times"),
        ("votes", replace(VOTE, outcome="B"), "vote 'v' appears 2 times"),
    ],
)
def test_a_key_that_appears_twice_is_refused(table, record, reason):
    assert reasons_with(**{table: record}) == [reason]


def test_names_are_twins_whatever_their_case_and_spaces():
    twins = (ContestantRecord("x", "Straße 1"), ContestantRecord("y", "STRASSE  1"))
    assert check_bundle(replace(GOOD, contestants=(*GOOD.contestants, *twins))) == [
        "contestant's name 'strasse 1' appears 2 times"
    ]


@pytest.mark.parametrize(
    ("table", "record", "reason"),
    [
        (
            "contest",
            ContestRecord("T", state="shut"),
            "contest 'T': unknown state 'shut'; use one of draft, open, closed",
        ),
        (
            "contest",
            ContestRecord("T", voters="friends"),
            "contest 'T': unknown voters 'friends'; use one of anyone, accounts, members",
        ),
        (
            "contest",
            ContestRecord("T", audience="friends"),
            "contest 'T': unknown audience 'friends'; use one of public, unlisted, members",
        ),
        ("contest", ContestRecord("T", kind="x"), "contest 'T': unknown kind 'x'; use one of preference, correctness"),
        (
            "contestants",
            ContestantRecord("c", "C", state="gone"),
            "contestant 'c': unknown state 'gone'; use one of active, paused, retired",
        ),
        ("prompts", PromptRecord("q", "Q", state=""), "prompt 'q': unknown state ''; use one of good, suspect, junk"),
        ("raters", RaterRecord("s", "robot"), "rater 's': unknown kind 'robot'; use one of human, judge, simulated"),
        (
            "judges",
            JudgeRecord("k", "K", "oracle"),
            "judge 'k': unknown kind 'oracle'; use one of chat, logprob, reference, reward, preference, imported",
        ),
        (
            "votes",
            replace(VOTE, key="x", purpose="fun"),
            "vote 'x': unknown purpose 'fun'; use one of check, repeat, again, live, calibration",
        ),
    ],
)
def test_a_word_that_nobody_knows_is_refused_with_those_that_are_known(table, record, reason):
    assert reasons_with(**{table: record}) == [reason]


@pytest.mark.parametrize(
    ("words", "known"),
    [
        (_WORDS["contest", "state"], ContestState),
        (_WORDS["contest", "kind"], ContestKind),
        (_WORDS["contestant", "state"], ContestantState),
        (_WORDS["prompt", "state"], PromptState),
        (_WORDS["rater", "kind"], RaterKind),
        (_WORDS["judge", "kind"], JudgeKind),
        (filter(None, _WORDS["vote", "purpose"]), BattlePurpose),
        (OUTCOMES, VoteOutcome),
    ],
)
def test_the_words_are_those_of_the_database(words, known):
    assert set(words) == set(known.values)


@pytest.mark.parametrize(
    ("table", "record", "reason"),
    [
        ("prompts", PromptRecord("q", "Q", categories=("code", "art")), "prompt 'q': unknown category 'art'"),
        ("prompts", PromptRecord("q", " \n"), "prompt 'q' is empty"),
        ("responses", ResponseRecord("q", "a", "x"), "response of 'a': unknown prompt 'q'"),
        ("responses", ResponseRecord("p", "c", "x"), "response to 'p': unknown contestant 'c'"),
        ("raters", RaterRecord("s", "judge", "k"), "rater 's': unknown judge 'k' version 1"),
        ("raters", RaterRecord("s", "judge", "j", 3), "rater 's': unknown judge 'j' version 3"),
        ("raters", RaterRecord("s", "judge"), "rater 's': unknown judge '' version 1"),
    ],
)
def test_a_record_that_points_nowhere_is_refused(table, record, reason):
    assert reasons_with(**{table: record}) == [reason]


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({"outcome": "draw"}, ["unknown outcome 'draw'; use one of A, B, TIE, BOTH_BAD"]),
        ({"outcome": "a"}, ["unknown outcome 'a'; use one of A, B, TIE, BOTH_BAD"]),
        ({"contestant_b": "a"}, ["'a' cannot be compared with itself"]),
        ({"rater": "nobody"}, ["unknown rater 'nobody'"]),
        ({"sample_a": 1}, ["no response of 'a' to prompt 'p'"]),
        ({"contestant_b": "c"}, ["no response of 'c' to prompt 'p'"]),
        ({"prompt": "q"}, ["no response of 'a' to prompt 'q'", "no response of 'b' to prompt 'q'"]),
        ({"outcome": "?", "rater": "?"}, ["unknown outcome '?'; use one of A, B, TIE, BOTH_BAD", "unknown rater '?'"]),
    ],
)
def test_a_vote_that_cannot_have_been_cast_is_refused(changes, reasons):
    assert reasons_of(**changes) == reasons


def test_a_voided_vote_says_when_and_why():
    assert reasons_of(voided_at=WHEN, void_reason="bot") == []
    for half in ({"voided_at": WHEN}, {"void_reason": "bot"}):
        assert reasons_of(**half) == ["a voided vote needs both the time and the reason of it"]


@pytest.mark.parametrize(
    ("weight", "reason", "taken"),
    [
        (1.0, "", True),
        (0.5, "too_fast", True),
        (0.0, "too_fast", True),
        (0.5, "", False),
        (1.0, "too_fast", False),
        (-0.1, "too_fast", False),
        (1.5, "", False),
        (1.5, "too_fast", False),
        (float("nan"), "too_fast", False),
    ],
)
def test_a_weight_lies_between_0_and_1_and_has_a_reason_below_1(weight, reason, taken):
    refused = [f"weight {weight!r} must lie from 0 to 1, and below 1 it needs a reason"]
    assert reasons_of(integrity_weight=weight, integrity_reason=reason) == ([] if taken else refused)


def test_all_reasons_are_told_at_once():
    reasons = check_bundle(
        replace(
            GOOD,
            contest=ContestRecord("Tea", state="shut"),
            categories=(),
            raters=(*GOOD.raters, RaterRecord("r")),
            votes=(replace(VOTE, outcome="?"),),
        )
    )
    assert [reason.split(" ")[0] for reason in reasons] == ["rater", "contest", "prompt", "vote"]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"calibration_pairs": 51}, "calibration_pairs must be a whole number from 0 to 50"),
        ({"calibration_pairs": -1}, "calibration_pairs must be a whole number from 0 to 50"),
        ({"calibration_share": 1.5}, "calibration_share must lie from 0 to 1"),
    ],
)
def test_rules_of_a_calibration_keep_within_their_bounds(fields, reason):
    [told] = reasons_with(contest=ContestRecord("Tea", **fields))
    assert told == f"contest 'Tea': {reason}"


@pytest.mark.parametrize(
    ("criteria", "reason"),
    [
        ([CriterionRecord("c", "C"), CriterionRecord("c", "D")], "criterion 'c' appears 2 times"),
        (
            [CriterionRecord("c", "C", "loud")],
            "criterion 'c': unknown tone 'loud'; use one of positive, negative, neutral",
        ),
        ([CriterionRecord("c", "C", position=-1)], "criterion 'c': position must be a whole number from 0 to 32767"),
    ],
)
def test_criteria_that_cannot_be_taken_are_told(criteria, reason):
    bundle = replace(GOOD, criteria=criteria)
    assert check_bundle(bundle) == [reason]
