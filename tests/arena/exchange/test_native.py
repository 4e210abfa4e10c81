"""Our own format loses nothing: what is read is what was written, byte for byte the same each time."""

import gzip
import json
import math
import string
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arena.exchange.bundle import (
    CallRecord,
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
from arena.exchange.errors import BadFile
from arena.exchange.native import HEADER, TABLES, native_lines, read_native, write_native

WHEN = datetime(2025, 3, 1, 12, 30, 0, 250_000, tzinfo=UTC)
TURNS = ({"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"})
# Every field of every record, each with another value than its default.
FULL = ContestBundle(
    contest=ContestRecord(
        *("Tea", "Which?", "About tea.", "Taste.", "de", "correctness", True, "CC0", "closed"),
        *(True, True, 5, 0.8, "accounts", "members"),
    ),
    criteria=(CriterionRecord("tone", "Tone", "neutral", 3, False),),
    categories=(CategoryRecord("code", "Code"),),
    contestants=(
        ContestantRecord(
            "a", "A", "first", "p", "m", "Be brief.", {"top_k": 3, "stop": ["x"]}, "o", "MIT", -0.5, "paused"
        ),
        ContestantRecord("b", "B"),
    ),
    prompts=(
        PromptRecord(
            "p1",
            "Täglich\u2028?",
            ({"role": "user", "content": "Hi"},),
            ("code",),
            "de",
            "4",
            ([1, [2]],),
            "junk",
            "dull",
            "correctness",
        ),
    ),
    responses=(
        ResponseRecord(
            *("p1", "a", "line\r\nline", 1, "stop", 11, 7, 12.5, -0.25, {"seed": 1}, "generated", TURNS, -1.5, 6, 10)
        ),
        ResponseRecord("p1", "b", ""),
    ),
    judges=(JudgeRecord("j", "Judge", "chat", 2, "p", "m", "{prompt}", {"seed": 0}, False),),
    raters=(RaterRecord("r:1", "judge", "j", 2),),
    votes=(
        VoteRecord(
            key="k",
            rater="r:1",
            prompt="p1",
            contestant_a="a",
            contestant_b="b",
            outcome="BOTH_BAD",
            sample_a=1,
            sample_b=2,
            served_at=WHEN,
            voted_at=WHEN.astimezone(timezone(timedelta(hours=5, minutes=45))),
            policy="information/1",
            branch="floor",
            propensity=0.125,
            reason={"branch": "floor", "gain": [0.5]},
            purpose="check",
            tags=("clear", "short"),
            comment="Neither.",
            duration_ms=12_500,
            voided_at=WHEN,
            void_reason="bot",
            integrity_weight=0.5,
            integrity_reason="too_fast",
            calls=(
                CallRecord("AB", 2, "A", 0.75, "VERDICT: A", "", 11, 7, 3.5, {"cut": False}),
                CallRecord("BA", failure="provider: busy"),
            ),
        ),
    ),
)

TEXTS = st.text(max_size=12)
TIMES = st.none() | st.datetimes(timezones=st.just(UTC))
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
DICTS = st.dictionaries(TEXTS, JSON, max_size=3)
CALLS = st.builds(CallRecord, order=TEXTS, preference=st.none() | NUMBERS, details=DICTS, raw_text=TEXTS)
VOTES = st.builds(
    VoteRecord,
    **dict.fromkeys(("key", "rater", "prompt", "contestant_a", "contestant_b", "outcome", "comment"), TEXTS),
    **dict.fromkeys(("served_at", "voted_at", "voided_at"), TIMES),
    void_reason=TEXTS,
    integrity_weight=NUMBERS,
    integrity_reason=TEXTS,
    propensity=st.none() | NUMBERS,
    reason=DICTS,
    tags=st.lists(TEXTS, max_size=3).map(tuple),
    duration_ms=st.none() | st.integers(),
    calls=st.lists(CALLS, max_size=2).map(tuple),
)
BUNDLES = st.builds(
    ContestBundle,
    contest=st.builds(ContestRecord, name=TEXTS, description=TEXTS, simulated=st.booleans(), state=TEXTS),
    prompts=st.lists(
        st.builds(
            PromptRecord,
            slug=TEXTS,
            text=TEXTS,
            turns=st.lists(st.dictionaries(TEXTS, TEXTS, max_size=2), max_size=2).map(tuple),
            tests=st.lists(JSON, max_size=2).map(tuple),
        ),
        max_size=2,
    ).map(tuple),
    votes=st.lists(VOTES, max_size=2).map(tuple),
)


@pytest.fixture
def refuse(tmp_path):
    """Return the (line, reason) pairs for which lines, put under the header, are refused."""

    def refuse(*lines, header=HEADER, name="x.jsonl"):
        path = tmp_path / name
        path.write_text(
            "".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in (header, *lines))
        )
        with pytest.raises(BadFile) as refusal:
            read_native(path)
        return [(problem.line, problem.reason) for problem in refusal.value.problems]

    return refuse


def records(bundle):
    yield bundle.contest
    for attribute, _ in list(TABLES.values())[1:]:
        yield from getattr(bundle, attribute)
    for vote in bundle.votes:
        yield from vote.calls


def test_the_sample_sets_every_field_of_every_record_once():
    """What the round trip below says of all fields, it says of fields that are to come as well."""
    kinds = {type(record) for record in records(FULL)}
    assert kinds == {kind for _, kind in TABLES.values()} | {CallRecord}
    for kind in kinds:
        for entry in fields(kind):
            values = [getattr(record, entry.name) for record in records(FULL) if type(record) is kind]
            default = entry.default_factory() if callable(entry.default_factory) else entry.default
            assert any(value != default for value in values), (kind.__name__, entry.name)


@pytest.mark.parametrize("name", ["x.jsonl", "x.jsonl.gz", "x"])
def test_every_field_comes_back(tmp_path, name):
    write_native(FULL, tmp_path / name)
    assert read_native(tmp_path / name) == FULL


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(bundle=BUNDLES)
def test_any_bundle_comes_back(tmp_path_factory, bundle):
    path = tmp_path_factory.getbasetemp() / "bundle.jsonl"
    write_native(bundle, path)
    assert read_native(path) == bundle


def test_a_time_comes_back_as_the_same_moment_whatever_its_zone(tmp_path):
    write_native(FULL, tmp_path / "x.jsonl")
    vote = read_native(tmp_path / "x.jsonl").votes[0]
    assert (vote.voted_at, vote.voted_at.utcoffset()) == (WHEN, timedelta(hours=5, minutes=45))


@pytest.mark.parametrize("name", ["x.jsonl", "x.jsonl.gz"])
def test_the_same_bundle_gives_the_same_bytes(tmp_path, name):
    first, again = tmp_path / name, tmp_path / f"again-{name}"
    write_native(FULL, first)
    write_native(read_native(first), again)
    assert first.read_bytes() == again.read_bytes()


def test_the_order_of_keys_inside_a_field_does_not_change_the_bytes():
    one, other = ({"a": 1, "b": 2}, {"b": 2, "a": 1})
    lines = [
        list(native_lines(replace(FULL, judges=(JudgeRecord("j", "J", "chat", settings=s),)))) for s in (one, other)
    ]
    assert lines[0] == lines[1]


def test_the_file_can_be_read_by_eye():
    """The header, then one line a record, without what is as usual."""
    small = ContestBundle(ContestRecord("Té"), contestants=(ContestantRecord("a", "A"),))
    assert list(native_lines(small)) == [
        '{"format":"versus-contest","version":1}',
        '["contest",{"name":"Té"}]',
        '["contestant",{"name":"A","slug":"a"}]',
    ]


def test_a_packed_file_is_plain_gzip_without_name_and_time(tmp_path):
    write_native(FULL, tmp_path / "secret-name.gz")
    packed = (tmp_path / "secret-name.gz").read_bytes()
    assert gzip.decompress(packed).decode().splitlines()[0] == json.dumps(HEADER, separators=(",", ":"))
    assert packed[3:8] == bytes(5)
    assert b"secret-name" not in packed


def test_writing_replaces_what_was_there_and_leaves_nothing_else(tmp_path):
    (tmp_path / "x.jsonl").write_text("old")
    write_native(FULL, tmp_path / "x.jsonl")
    assert [path.name for path in tmp_path.iterdir()] == ["x.jsonl"]
    assert read_native(tmp_path / "x.jsonl") == FULL


def test_what_json_cannot_say_is_not_written_at_all(tmp_path):
    (tmp_path / "x.jsonl").write_text("old")
    with pytest.raises(ValueError, match="Out of range float values"):
        write_native(
            replace(FULL, responses=(ResponseRecord("p", "a", "t", latency_ms=math.nan),)), tmp_path / "x.jsonl"
        )
    assert [path.read_text() for path in tmp_path.iterdir()] == ["old"]


def test_empty_lines_are_skipped(tmp_path):
    (tmp_path / "x.jsonl").write_text("\n\n".join([*native_lines(FULL), ""]))
    assert read_native(tmp_path / "x.jsonl") == FULL


CONTEST = ["contest", {"name": "Tea"}]


def test_fields_that_are_left_out_have_their_usual_value(tmp_path):
    (tmp_path / "x.jsonl").write_text(f"{json.dumps(HEADER)}\n{json.dumps(CONTEST)}\n")
    assert read_native(tmp_path / "x.jsonl") == ContestBundle(ContestRecord("Tea"))


@pytest.mark.parametrize(
    "header", ["", "{}", "not json", '{"format":"versus-contest","version":2}', json.dumps(CONTEST)]
)
def test_a_file_of_another_format_or_version_is_refused(refuse, header):
    reason = 'does not begin with {"format":"versus-contest","version":1}'
    assert refuse(CONTEST, header=header) == [(1, reason)]


@pytest.mark.parametrize("contests", [0, 2])
def test_a_file_has_exactly_one_contest(refuse, contests):
    assert refuse(*[CONTEST] * contests) == [(0, f"has {contests} contests; one is expected")]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{broken", "Expecting property name"),
        ({"name": "Tea"}, 'a line must be ["table", {fields}]'),
        (["rater"], 'a line must be ["table", {fields}]'),
        (["rater", {}, 1], 'a line must be ["table", {fields}]'),
        (["rater", []], 'a line must be ["table", {fields}]'),
        ([["rater"], {}], 'a line must be ["table", {fields}]'),
        (
            ["ratr", {}],
            "unknown table 'ratr'; use one of contest, category, criterion, contestant, prompt,",
        ),
        (["category", {"slug": "x"}], "missing field name"),
        (["vote", {"key": "k"}], "missing field rater, prompt, contestant_a, contestant_b, outcome"),
        (["category", {"slug": "x", "name": "X", "color": 1, "icon": 2}], "unknown field color, icon"),
    ],
)
def test_a_broken_line_is_refused_with_its_number(refuse, line, reason):
    [(number, told)] = refuse(CONTEST, line)
    assert number == 3
    assert told.startswith(f"cannot be read: {reason}")


VOTE = dict(zip(("key", "rater", "prompt", "contestant_a", "contestant_b", "outcome"), "krpabA", strict=False))


@pytest.mark.parametrize(
    ("table", "values", "reason"),
    [
        ("contest", {"name": 5}, "field name must be a text"),
        ("contest", {"name": "x", "simulated": 1}, "field simulated must be true or false"),
        ("prompt", {"slug": "p", "text": None}, "field text must be a text"),
        ("prompt", {"slug": "p", "text": "t", "categories": "code"}, "field categories must be a list of texts"),
        ("prompt", {"slug": "p", "text": "t", "categories": [1]}, "field categories must be a list of texts"),
        ("prompt", {"slug": "p", "text": "t", "turns": [{"role": 1}]}, "field turns must be a list of tables"),
        ("prompt", {"slug": "p", "text": "t", "tests": {}}, "field tests must be a list"),
        ("judge", {"slug": "j", "name": "J", "kind": "chat", "settings": []}, "field settings must be a table"),
        ("judge", {"slug": "j", "name": "J", "kind": "chat", "version": "2"}, "field version must be a whole number"),
        ("judge", {"slug": "j", "name": "J", "kind": "chat", "version": True}, "field version must be a whole number"),
        ("vote", {**VOTE, "integrity_weight": "full"}, "field integrity_weight must be a finite number"),
        ("vote", {**VOTE, "propensity": math.inf}, "field propensity must be a finite number"),
        ("vote", {**VOTE, "voted_at": "noon"}, "Invalid isoformat string: 'noon'"),
        ("vote", {**VOTE, "voted_at": 1712010112}, "field voted_at must be a time"),
        ("vote", {**VOTE, "voted_at": "2025-03-01T12:00:00"}, "field voted_at must be a time with its zone"),
        ("vote", {**VOTE, "calls": [5]}, "field calls must be a list"),
        ("vote", {**VOTE, "calls": {}}, "field calls must be a list"),
        ("vote", {**VOTE, "calls": [{"order": 1}]}, "field order must be a text"),
        ("vote", {**VOTE, "calls": [{}]}, "missing field order"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_by_the_name_of_its_field(refuse, table, values, reason):
    assert refuse(CONTEST, [table, values]) == [(3, f"cannot be read: {reason}")]


def test_every_broken_line_is_told(refuse):
    assert [line for line, _ in refuse("x", CONTEST, ["category", {}], ["rater", {"key": "k"}], "[]")] == [2, 4, 6]


def test_a_file_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "x.jsonl").write_bytes(b"\xff\xfe")
    with pytest.raises(BadFile, match=r"^x\.jsonl: cannot be read: "):
        read_native(tmp_path / "x.jsonl")


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(BadFile, match=r"^none\.jsonl: cannot be read: .*No such file"):
        read_native(tmp_path / "none.jsonl")


def packed(tmp_path):
    letters = string.ascii_letters * 3
    path = tmp_path / "x.gz"
    write_native(replace(FULL, raters=tuple(RaterRecord(letters[n:] + str(n)) for n in range(90))), path)
    return path


@pytest.mark.parametrize("spoil", ["cut", "not_packed", "bit_flipped", "wrong_checksum"])
def test_a_packed_file_that_is_damaged_is_refused(tmp_path, spoil):
    path = packed(tmp_path)
    content = bytearray(path.read_bytes())
    if spoil == "cut":
        content = content[: len(content) // 2]
    elif spoil == "not_packed":
        content = bytearray(gzip.decompress(content))
    else:
        content[10 if spoil == "bit_flipped" else -6] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(BadFile, match=r"x\.gz(, line \d+)?: cannot be read: "):
        read_native(path)


def test_a_file_that_unpacks_to_far_too_much_is_refused(tmp_path, monkeypatch):
    path = packed(tmp_path)
    monkeypatch.setattr("arena.exchange.native.MOST_BYTES", 1000)
    with pytest.raises(BadFile, match="unpacks to more than 1,000 bytes"):
        read_native(path)
