"""Files of votes are read whole or refused with the line at fault."""

import json

import pytest

from ranking import BadOutcome, Outcome, RankingError, TooFewItems
from ranking.files import SPELLINGS, BadVotesFile, parse_outcome, read_votes

HEADER = "contestant_a,contestant_b,outcome\n"


@pytest.fixture
def write(tmp_path):
    def write(text, name="votes.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


@pytest.mark.parametrize(
    ("word", "outcome"),
    [
        *((word, Outcome.A) for word in ("A", "a", "left", "model_a", "Model_A", " LEFT ")),
        *((word, Outcome.B) for word in ("B", "b", "right", "model_b")),
        *((word, Outcome.TIE) for word in ("TIE", "tie", "Tie")),
        *((word, Outcome.BOTH_BAD) for word in ("BOTH_BAD", "both_bad", "tie (bothbad)")),
    ],
)
def test_each_spelling_means_one_outcome(word, outcome):
    assert parse_outcome(word) is outcome


@pytest.mark.parametrize("word", ["", "draw?", "modela", "both", "0", 0, 2, None, "nan", "winner"])
def test_an_unknown_word_is_an_error_and_no_tie(word):
    with pytest.raises(BadVotesFile, match="unknown outcome") as refusal:
        parse_outcome(word)
    assert all(spelling in str(refusal.value) for spelling in SPELLINGS)


def test_csv_and_json_lines_give_the_same_votes(write):
    votes = [("tea", "coffee", "A"), ("coffee", "milk", "tie"), ("milk", "tea", "both_bad"), ("tea", "milk", "right")]
    as_csv = write(HEADER + "".join(",".join(vote) + "\n" for vote in votes))
    keys = ("contestant_a", "contestant_b", "outcome")
    as_lines = write("".join(json.dumps(dict(zip(keys, vote, strict=True))) + "\n" for vote in votes), "votes.jsonl")
    first, second = read_votes(as_csv), read_votes(as_lines)
    assert first.items == second.items == ("coffee", "milk", "tea")
    for name in ("a", "b", "outcome"):
        assert getattr(first, name).tolist() == getattr(second, name).tolist()
    assert first.outcome.tolist() == [0, 2, 3, 1]
    assert first.a.tolist() == [2, 0, 1, 2]


def test_columns_may_have_other_names_and_company(write):
    path = write("id,left,right,winner,note\n1,tea,coffee,left,x\n2,coffee,tea,tie,y\n")
    votes = read_votes(path, {"contestant_a": "left", "contestant_b": "right", "outcome": "winner"})
    assert votes.outcome.tolist() == [0, 2]


def test_names_are_trimmed_and_inner_spaces_are_one(write):
    assert read_votes(write(HEADER + "  green   tea ,coffee,A\ngreen tea,coffee,B\n")).items == ("coffee", "green tea")


def test_quotes_commas_and_other_scripts_survive(write):
    path = write(HEADER + '"tea, green",Kräutertee ☕,A\n')
    assert read_votes(path).items == ("Kräutertee ☕", "tea, green")


def test_a_byte_order_mark_and_windows_line_ends_are_no_matter(write):
    path = write(b"\xef\xbb\xbf" + (HEADER + "tea,coffee,A\n").replace("\n", "\r\n").encode())
    assert read_votes(path).items == ("coffee", "tea")


def test_empty_lines_between_json_lines_are_skipped(write):
    line = '{"contestant_a": "tea", "contestant_b": "coffee", "outcome": "A"}'
    assert len(read_votes(write(f"{line}\n\n  \n{line}\n", "votes.jsonl")).a) == 2


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (HEADER + "tea,coffee,A\ntea,coffee,draw\n", r"line 3: unknown outcome 'draw'"),
        (HEADER + "tea,coffee,\n", r"line 2: no outcome"),
        (HEADER + ",coffee,A\n", r"line 2: no contestant_a"),
        (HEADER + "tea,coffee\n", r"line 2: has not as many fields"),
        (HEADER + "tea,coffee,A,extra\n", r"line 2: has not as many fields"),
        (HEADER + "tea,coffee,A\ntea, tea ,A\n", r"line 3: 'tea' is compared with itself"),
        ("x,y,z\ntea,coffee,A\n", r"line 2: no contestant_a, contestant_b, outcome\. Name other columns by --columns"),
        (HEADER + "tea,coffee,A\nTea,coffee,B\n", r"'tea' and 'Tea' differ only in case"),
        (HEADER + '"tea,coffee,A\n', r"cannot be read"),
        (b"\xff\xfet\x00e\x00a\x00", r"cannot be read"),
    ],
)
def test_a_csv_file_at_fault_is_refused_with_the_line(write, text, reason):
    with pytest.raises(BadVotesFile, match=rf"votes\.csv.*{reason}"):
        read_votes(write(text))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{}\n", "line 1: no contestant_a, contestant_b, outcome"),
        ('\n{"contestant_a": "tea"\n', "line 2: is not JSON"),
        ('["tea", "coffee", "A"]\n', "line 1: is not an object"),
        ('{"contestant_a": "tea", "contestant_b": "coffee", "outcome": null}\n', "line 1: no outcome"),
        ('{"contestant_a": "tea", "contestant_b": "coffee", "outcome": 2}\n', "line 1: unknown outcome 2"),
    ],
)
def test_a_file_of_json_lines_at_fault_is_refused_with_the_line(write, text, reason):
    with pytest.raises(BadVotesFile, match=reason):
        read_votes(write(text, "votes.jsonl"))


def test_other_kinds_of_files_are_refused_by_their_ending(write):
    with pytest.raises(BadVotesFile, match=r"\.csv or \.jsonl"):
        read_votes(write("anything", "votes.xlsx"))


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    (tmp_path / "folder.csv").mkdir()
    for name in ("nowhere.csv", "folder.csv"):
        with pytest.raises(BadVotesFile, match="cannot be read"):
            read_votes(tmp_path / name)


@pytest.mark.parametrize("text", ["", HEADER])
def test_a_file_without_votes_has_too_few_items(write, text):
    with pytest.raises(TooFewItems):
        read_votes(write(text))


def test_a_bad_file_is_a_ranking_error():
    assert issubclass(BadVotesFile, RankingError)
    assert not issubclass(BadVotesFile, BadOutcome)
