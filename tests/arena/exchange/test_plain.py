"""A plain file of votes becomes a contest: all of it, or a list of the lines at fault."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arena.exchange.bundle import CategoryRecord, ContestantRecord, PromptRecord, RaterRecord, VoteRecord
from arena.exchange.checks import check_bundle
from arena.exchange.errors import BadFile
from arena.exchange.plain import UNKNOWN_PROMPT, UNKNOWN_RATER, read_plain

HEADER = "contestant_a,contestant_b,outcome"


@pytest.fixture
def read(tmp_path):
    """Read a CSV text (or lines of JSON, given as dicts) as a plain file."""

    def read(text, name=None, columns=None):
        if not isinstance(text, str | bytes):
            text, name = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in text), name or "votes.jsonl"
        path = tmp_path / (name or "votes.csv")
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        bundle = read_plain(path, columns)
        assert check_bundle(bundle) == []
        return bundle

    return read


@pytest.fixture
def refuse(read):
    """Return the (line, reason) pairs for which a file is refused."""

    def refuse(*args, **options):
        with pytest.raises(BadFile) as refusal:
            read(*args, **options)
        return [(problem.line, problem.reason) for problem in refusal.value.problems]

    return refuse


def slugs(bundle):
    return {record.name: record.slug for record in bundle.contestants}


def test_three_columns_are_enough(read):
    bundle = read(f"{HEADER}\nTea,Coffee,A\nCoffee,Milk,tie\n")
    assert bundle.contest.name == "votes"
    assert not bundle.contest.simulated
    assert bundle.contestants == [
        ContestantRecord("tea", "Tea"),
        ContestantRecord("coffee", "Coffee"),
        ContestantRecord("milk", "Milk"),
    ]
    assert bundle.prompts == [PromptRecord("prompt-1", UNKNOWN_PROMPT)]
    assert bundle.raters == [RaterRecord(UNKNOWN_RATER)]
    assert [(vote.contestant_a, vote.contestant_b, vote.outcome) for vote in bundle.votes] == [
        ("tea", "coffee", "A"),
        ("coffee", "milk", "TIE"),
    ]
    assert [(r.contestant, r.text, r.sample) for r in bundle.responses] == [
        ("tea", "", 0),
        ("coffee", "", 0),
        ("milk", "", 0),
    ]


FULL = {
    "contestant_a": "Tea",
    "contestant_b": "Coffee",
    "outcome": "both_bad",
    "rater": "r1",
    "rater_kind": "simulated",
    "prompt": "What to drink?",
    "category": "Taste",
    "language": "de",
    "response_a": "tea, please",
    "response_b": "no\ncoffee",
    "time": "2025-03-01T12:30:00Z",
    "comment": "Neither.",
}


def csv_of(row):
    quoted = ['"' + value.replace('"', '""') + '"' for value in row.values()]
    return ",".join(row) + "\n" + ",".join(quoted) + "\n"


@pytest.mark.parametrize(("content", "line"), [([FULL], 1), (csv_of(FULL), 3)], ids=["jsonl", "csv"])
def test_every_column_arrives_from_both_kinds_of_file(read, content, line):
    bundle = read(content)
    assert bundle.contest.simulated
    assert bundle.categories == [CategoryRecord("taste", "Taste")]
    assert bundle.prompts == [PromptRecord("prompt-1", "What to drink?", categories=("taste",), language="de")]
    assert bundle.raters == [RaterRecord("r1", "simulated")]
    assert [(r.prompt, r.contestant, r.text) for r in bundle.responses] == [
        ("prompt-1", "tea", "tea, please"),
        ("prompt-1", "coffee", "no\ncoffee"),
    ]
    assert bundle.votes == [
        VoteRecord(
            key=f"line/{line}",
            rater="r1",
            prompt="prompt-1",
            contestant_a="tea",
            contestant_b="coffee",
            outcome="BOTH_BAD",
            voted_at=datetime(2025, 3, 1, 12, 30, tzinfo=UTC),
            reason={"source": "plain", "line": line},
            comment="Neither.",
        )
    ]


def test_columns_may_have_other_names_and_others_may_stand_beside_them(read):
    columns = {"contestant_a": "model_x", "contestant_b": "model_y", "outcome": "label", "rater": "who"}
    bundle = read("id,label,model_x,model_y,who,mood\n7,left,Tea,Coffee,ann,fine\n", columns=columns)
    assert bundle.votes[0].outcome == "A"
    assert bundle.raters == [RaterRecord("ann")]


@pytest.mark.parametrize(
    "content", [f"{HEADER},rater\nTea,Milk,A,ann\n", [{**dict(zip(HEADER.split(","), "TMA", strict=True)), "rater": 1}]]
)
def test_a_column_that_was_named_and_is_not_there_is_refused(refuse, content):
    assert refuse(content, columns={"rater": "annotator"}) == [(0, "has no column annotator")]


def test_a_named_column_may_be_missing_from_some_lines_of_json(read):
    rows = [{"contestant_a": "T", "contestant_b": "M", "outcome": "A"} for _ in range(2)]
    rows[1]["who"] = "ann"
    assert [vote.rater for vote in read(rows, columns={"rater": "who"}).votes] == [UNKNOWN_RATER, "ann"]


def test_a_missing_column_is_named_by_its_name_in_the_file(refuse):
    assert refuse("contestant_a,outcome\nTea,A\n", columns={"contestant_b": "model_y"}) == [
        (1, "has no column model_y")
    ]


@pytest.mark.parametrize("rater", [0, 17, "17 "])
def test_a_rater_may_be_a_number_and_zero_is_one(read, rater):
    rows = [{"contestant_a": "Tea", "contestant_b": "Milk", "outcome": "A", "rater": rater}]
    assert read(rows).raters == [RaterRecord(str(rater).strip())]


def test_null_is_the_same_as_left_out(read):
    row = {"contestant_a": "Tea", "contestant_b": "Milk", "outcome": "A"}
    unsaid = dict.fromkeys(("rater", "rater_kind", "prompt", "category", "time", "response_a", "comment"))
    assert read([{**row, **unsaid}]) == read([row])


@pytest.mark.parametrize("value", [["a", "b"], {"role": "user", "content": "Hi"}])
def test_a_column_that_holds_no_text_is_refused(refuse, value):
    row = {"contestant_a": "Tea", "contestant_b": "Milk", "outcome": "A"}
    assert refuse([row, {**row, "prompt": value}]) == [(2, "prompt must be a text")]


# Outcomes.


@pytest.mark.parametrize(
    ("word", "outcome"),
    [("left", "A"), ("MODEL_B", "B"), (" Tie ", "TIE"), ("tie (bothbad)", "BOTH_BAD"), ("Both_Bad", "BOTH_BAD")],
)
def test_outcomes_may_be_spelt_as_elsewhere(read, word, outcome):
    assert read(f"{HEADER}\nTea,Coffee,{word}\n").votes[0].outcome == outcome


@pytest.mark.parametrize("word", ["", "draw", "0", "C", "tea"])
def test_an_unknown_outcome_is_refused_and_never_a_tie(refuse, word):
    [(line, reason)] = refuse(f"{HEADER}\nTea,Coffee,A\nTea,Coffee,{word}\n")
    assert line == 3
    assert reason.startswith(f"unknown outcome {word!r}; use one of a, left, model_a, b, right, model_b, tie,")


# Names.


def test_names_are_trimmed(read):
    bundle = read(f"{HEADER}\n  Black   Tea ,Coffee,A\nBlack Tea,Coffee,B\n")
    assert slugs(bundle) == {"Black Tea": "black-tea", "Coffee": "coffee"}


def test_names_that_make_the_same_key_are_told_apart_by_number(read):
    assert slugs(read(f"{HEADER}\nGPT-4,GPT 4,A\n")) == {"GPT-4": "gpt-4", "GPT 4": "gpt-4-2"}


def test_a_longer_file_keeps_the_keys_of_a_shorter_one(read):
    """Names in other scripts make no letters of their own; another name must not take over their key."""
    rows = ["甲,丙,A", "乙,丁,B", "丁,甲,tie"]
    short, long = (slugs(read(f"{HEADER}\n" + "\n".join(rows[:n]) + "\n")) for n in (1, 3))
    assert short == {"甲": "unnamed", "丙": "unnamed-2"}
    assert long == {"甲": "unnamed", "丙": "unnamed-2", "乙": "unnamed-3", "丁": "unnamed-4"}


def test_names_that_differ_only_in_case_are_refused_at_the_later_one(refuse):
    reasons = refuse(f"{HEADER}\nTea,Coffee,A\nTea,Milk,A\nMilk,tea,B\n")
    assert reasons == [(4, "'tea' and 'Tea' differ only in case; write one name one way")]


def test_categories_that_differ_only_in_case_are_refused_too(refuse):
    reasons = refuse(f"{HEADER},category\nTea,Milk,A,Code\nTea,Milk,A,code\n")
    assert reasons == [(3, "'code' and 'Code' differ only in case; write one name one way")]


@pytest.mark.parametrize(("row", "line"), [(",Tea,A", 2), ("Tea,  ,A", 2), (",,A", 2)])
def test_a_contestant_without_a_name_is_refused(refuse, row, line):
    assert refuse(f"{HEADER}\n{row}\n") == [(line, "a contestant has no name")]


def test_nobody_is_compared_with_itself(refuse):
    assert refuse(f"{HEADER}\nTea,Tea ,A\n") == [(2, "'Tea' is compared with itself")]


# Raters.


def test_a_rater_without_a_kind_is_human(read):
    assert read(f"{HEADER},rater\nTea,Milk,A,ann\n").raters == [RaterRecord("ann", "human")]


def test_a_kind_that_any_row_tells_holds_for_all_rows_of_the_rater(read):
    rows = [("sim", ""), ("sim", "simulated"), ("sim", ""), ("ann", "")]
    lines = "".join(f"Tea,Milk,A,{rater},{kind}\n" for rater, kind in rows)
    bundle = read(f"{HEADER},rater,rater_kind\n{lines}")
    assert bundle.raters == [RaterRecord("sim", "simulated"), RaterRecord("ann", "human")]
    assert not bundle.contest.simulated


def test_a_rater_of_two_kinds_is_refused_at_the_row_that_contradicts(refuse):
    rows = ["Tea,Milk,A,r1,human", "Tea,Milk,A,r2,simulated", "Tea,Milk,B,r1,simulated"]
    reasons = refuse(f"{HEADER},rater,rater_kind\n" + "\n".join(rows) + "\n")
    assert reasons == [(4, "rater 'r1' is human in an earlier row and simulated here")]


@pytest.mark.parametrize("kind", ["judge", "robot", "Human"])
def test_an_unknown_kind_of_rater_is_refused(refuse, kind):
    reasons = refuse(f"{HEADER},rater_kind\nTea,Milk,A,{kind}\n")
    assert reasons == [(2, f"unknown rater kind {kind!r}; use human or simulated")]


# Prompts and responses.


def test_prompts_are_numbered_as_they_come_and_told_apart_by_their_text(read):
    bundle = read(f"{HEADER},prompt\nT,M,A,first\nT,M,B,second\nT,M,A, first\nT,M,A,\n")
    assert [(p.slug, p.text) for p in bundle.prompts] == [
        ("prompt-1", "first"),
        ("prompt-2", "second"),
        ("prompt-3", UNKNOWN_PROMPT),
    ]
    assert [vote.prompt for vote in bundle.votes] == ["prompt-1", "prompt-2", "prompt-1", "prompt-3"]


def test_a_prompt_has_every_category_that_a_row_gives_it(read):
    bundle = read(f"{HEADER},prompt,category\nT,M,A,p,Code\nT,M,A,p,Mathé\nT,M,A,p,Code\nT,M,A,q,\n")
    assert bundle.categories == [CategoryRecord("code", "Code"), CategoryRecord("mathe", "Mathé")]
    assert [prompt.categories for prompt in bundle.prompts] == [("code", "mathe"), ()]


def test_categories_in_other_scripts_are_told_apart(read):
    bundle = read(f"{HEADER},prompt,category\nT,M,A,p,代码\nT,M,A,q,数学\n")
    assert bundle.categories == [CategoryRecord("unnamed", "代码"), CategoryRecord("unnamed-2", "数学")]
    assert [prompt.categories for prompt in bundle.prompts] == [("unnamed",), ("unnamed-2",)]


def test_several_responses_of_one_contestant_are_samples(read):
    bundle = read(
        f"{HEADER},response_a,response_b\nT,M,A,one,milk\nT,M,A,two,milk\nM,T,B,milk,one\n",
    )
    assert [(r.contestant, r.sample, r.text) for r in bundle.responses] == [
        ("t", 0, "one"),
        ("t", 1, "two"),
        ("m", 0, "milk"),
    ]
    assert [(vote.sample_a, vote.sample_b) for vote in bundle.votes] == [(0, 0), (1, 0), (0, 0)]


def test_samples_are_counted_afresh_for_each_prompt(read):
    bundle = read(f"{HEADER},prompt,response_a\nT,M,A,p,one\nT,M,A,q,two\n")
    assert [(r.prompt, r.sample) for r in bundle.responses if r.contestant == "t"] == [("prompt-1", 0), ("prompt-2", 0)]


def test_a_response_keeps_its_white_space(read):
    row = {"contestant_a": "T", "contestant_b": "M", "outcome": "A", "response_a": "  indented\n"}
    assert read([row]).responses[0].text == "  indented\n"


# Times.


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("2025-03-01T12:30:00Z", datetime(2025, 3, 1, 12, 30, tzinfo=UTC)),
        ("2025-03-01T14:30:00+02:00", datetime(2025, 3, 1, 12, 30, tzinfo=UTC)),
        (" 2025-03-01 12:30 ", datetime(2025, 3, 1, 12, 30, tzinfo=UTC)),
        ("2025-03-01T12:30:00.250", datetime(2025, 3, 1, 12, 30, 0, 250_000, tzinfo=UTC)),
        ("2025-03-01", datetime(2025, 3, 1, tzinfo=UTC)),
        ("20250301", datetime(2025, 3, 1, tzinfo=UTC)),
    ],
)
def test_times_are_iso_8601_and_in_utc_unless_they_say_otherwise(read, text, when):
    assert read(f"{HEADER},time\nT,M,A,{text}\n").votes[0].voted_at == when


@pytest.mark.parametrize(
    "text", ["yesterday", "01.03.2025", "2025-13-01", "1712010112", "1712010112345", "1712010112.5", "2025"]
)
def test_any_other_time_is_refused_counts_of_seconds_included(refuse, text):
    reasons = refuse(f"{HEADER},time\nT,M,A,{text}\n")
    assert reasons == [(2, f"time {text!r} is not ISO 8601, for example 2025-03-01T12:30:00Z")]


@settings(deadline=None)
@given(when=st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1)), hours=st.integers(-12, 14))  # noqa: DTZ001
def test_every_iso_time_arrives_as_the_same_moment(tmp_path_factory, when, hours):
    when = when.replace(tzinfo=timezone(timedelta(hours=hours)))
    path = tmp_path_factory.mktemp("times") / "votes.csv"
    path.write_text(f"{HEADER},time\nT,M,A,{when.isoformat()}\n")
    assert read_plain(path).votes[0].voted_at == when


# Files.


def test_all_problems_are_told_at_once(refuse):
    header = f"{HEADER},time,rater_kind"
    reasons = refuse(f"{header}\nT,M,A,,\nT,T,maybe,noon,robot\nT,M,B,,\n,M,A,,\n")
    assert [line for line, _ in reasons] == [3, 3, 3, 3, 5]


def test_a_line_number_is_that_of_the_last_line_of_the_row(refuse):
    reasons = refuse(f'{HEADER},comment\nT,M,A,"one\ntwo"\nT,M,draw,"three\nfour"\n')
    assert [line for line, _ in reasons] == [5]


@pytest.mark.parametrize("name", ["votes.txt", "votes.csv.gz", "votes"])
def test_other_endings_are_refused(refuse, name):
    assert refuse(f"{HEADER}\nT,M,A\n", name=name) == [(0, "use a file that ends in .csv or .jsonl")]


@pytest.mark.parametrize(("text", "name"), [(f"{HEADER}\n", "votes.csv"), ("", "votes.jsonl"), ("\n\n", "votes.jsonl")])
def test_a_file_without_votes_is_refused(refuse, text, name):
    assert refuse(text, name=name) == [(0, "holds no votes")]


def test_a_byte_order_mark_is_no_part_of_the_first_column(read):
    assert len(read(f"\ufeff{HEADER}\nT,M,A\n".encode()).votes) == 1


def test_a_long_file_name_is_shortened_to_a_contests_name(read):
    assert read(f"{HEADER}\nT,M,A\n", name="x" * 150 + ".csv").contest.name == "x" * 120
