"""Files of votes are read whole or refused with the line at fault."""

import gzip
import json

import numpy as np
import pytest

from ranking import BadOutcome, Comparisons, Outcome, PairCounts, RankingError, TooFewItems
from ranking.files import SPELLINGS, BadVotesFile, Layout, parse_outcome, read_counts, read_file, read_votes

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
    with pytest.raises(BadVotesFile, match=r"\.csv, \.jsonl, .* or \.parquet"):
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


# --- Columns that a file may have ------------------------------------------------------------------
FULL = "contestant_a,contestant_b,outcome,rater,prompt,weight,time\n"
ROWS = (
    "tea,milk,A,ann,p2,1.5,2026-01-02\n"
    "milk,tea,B,bob,p1,2,2026-01-01T12:00\n"
    "tea,milk,tie,ann,p1,0,2026-01-01T13:00+02:00\n"
)


def test_raters_prompts_and_weights_are_read_and_times_sort_the_rows(write):
    votes = read_file(write(FULL + ROWS), Layout())
    assert isinstance(votes.data, Comparisons)
    assert (votes.rows, votes.timed, votes.raters, votes.prompts) == (3, True, ("ann", "bob"), ("p2", "p1"))
    # 13:00 two hours east of Greenwich is 11:00, before noon.
    assert votes.data.outcome.tolist() == [Outcome.TIE, Outcome.B, Outcome.A]
    assert votes.data.weight.tolist() == [0, 2, 1.5]
    assert votes.data.rater.tolist() == [0, 1, 0]
    assert votes.data.prompt.tolist() == [1, 1, 0]


def test_equal_times_leave_the_order_of_the_file(write):
    text = "contestant_a,contestant_b,outcome,time\n" + "tea,milk,A,5\ntea,milk,B,5\ntea,milk,tie,4\ntea,milk,A,5\n"
    assert read_votes(write(text)).outcome.tolist() == [2, 0, 1, 0]


def test_a_column_can_be_left_out_or_named_otherwise(write):
    votes = read_votes(write(FULL + ROWS), {"time": "", "weight": "", "rater": "prompt"})
    assert votes.outcome.tolist() == [0, 1, 2]
    assert votes.unweighted
    assert votes.rater.tolist() == [0, 1, 1]


def test_a_score_stands_for_an_outcome(write):
    path = write("contestant_a,contestant_b,points\ntea,milk,1\ntea,milk,0.5\nmilk,tea,0.0\n")
    assert read_votes(path, {"score": "points"}).outcome.tolist() == [Outcome.A, Outcome.TIE, Outcome.B]
    with pytest.raises(BadVotesFile, match=r"line 2: score 'A' is none of 1"):
        read_votes(write(HEADER + "tea,milk,A\n"), {"score": "outcome"})


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("tea,milk,A,ann,p1,-1,2026-01-01", r"line 3: weight '-1' is not a number from 0 on"),
        ("tea,milk,A,ann,p1,nan,2026-01-01", r"line 3: weight 'nan' is not a number"),
        ("tea,milk,A,ann,p1,,2026-01-01", r"line 3: weight '' is not a number"),
        ("tea,milk,A,ann,p1,1,noon", r"line 3: time 'noon' is neither a number nor a date"),
        ("tea,milk,A, ,p1,1,2026-01-01", r"line 3: no rater\."),
        (" ,milk,A,ann,,1,2026-01-01", r"line 3: no contestant_a, prompt\."),
        ("Tea,milk,A,ann,p1,1,2026-01-01", r"line 3: 'tea' and 'Tea' differ only in case"),
    ],
)
def test_what_is_wrong_with_these_columns_is_told_with_the_line(write, row, reason):
    good = "tea,milk,A,ann,p1,1,2026-01-01\n"
    with pytest.raises(BadVotesFile, match=reason):
        read_votes(write(f"{FULL}{good}{row}\n{good}"))


def test_the_first_row_at_fault_is_the_one_told(write):
    text = HEADER + "tea,milk,A\ntea,milk,draw\ntea,tea,A\nmilk\n"
    with pytest.raises(BadVotesFile, match="line 3: unknown outcome 'draw'"):
        read_votes(write(text))


def test_an_unknown_name_of_a_column_is_refused():
    with pytest.raises(BadVotesFile, match="winner: no column of votes is called so"):
        Layout({"winner": "outcome"})


# --- Covariates ------------------------------------------------------------------------------------
def test_a_difference_is_taken_as_it_is(write):
    path = write("contestant_a,contestant_b,outcome,longer\ntea,milk,A,3\nmilk,tea,B,-1.5\n")
    votes = read_votes(path, covariates={"length": "longer"})
    assert votes.covariate_names == ("length",)
    assert votes.covariates.tolist() == [[3.0], [-1.5]]


def test_two_sides_become_a_relative_difference_in_standard_deviations(write):
    header = "contestant_a,contestant_b,outcome,weight,words_a,words_b\n"
    rows = "tea,milk,A,1,30,10\nmilk,tea,B,3,0,0\ntea,milk,B,2,5,20\n"
    votes = read_votes(write(header + rows), covariates={"words": "words"})
    d = np.array([0.5, 0.0, -0.6])
    assert votes.covariates[:, 0] == pytest.approx(d / np.sqrt((d**2 * [1, 3, 2]).sum() / 6))


def test_swapping_the_sides_changes_the_sign_of_a_covariate(write):
    lines = ["tea,milk,A,30,10", "milk,tea,B,7,9"]
    swapped = ["milk,tea,B,10,30", "tea,milk,A,9,7"]
    first, second = (
        read_votes(write("contestant_a,contestant_b,outcome,x_a,x_b\n" + "\n".join(rows)), covariates={"x": "x"})
        for rows in (lines, swapped)
    )
    assert (first.covariates == -second.covariates).all()


@pytest.mark.parametrize(
    ("header", "values", "reason"),
    [
        ("y", "1", "no column x. Covariate NAME needs a column NAME, or NAME_a and NAME_b"),
        ("x", "long", "line 2: x 'long' is not a number"),
        ("x_a,x_b", "1,-2", "line 2: x_b '-2' is negative"),
        ("x_a", "1", "no column x"),
    ],
)
def test_covariates_at_fault_are_refused(write, header, values, reason):
    path = write(f"contestant_a,contestant_b,outcome,{header}\ntea,milk,A,{values}\n")
    with pytest.raises(BadVotesFile, match=reason):
        read_votes(path, covariates={"x": "x"})


# --- Compressed files, counted files ---------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("votes.csv.gz", HEADER + "tea,milk,A\n"),
        ("votes.jsonl.gz", '{"contestant_a": "tea", "contestant_b": "milk", "outcome": "A"}\n'),
    ],
)
def test_gzipped_files_are_read(write, name, text):
    assert read_votes(write(gzip.compress(text.encode()), name)).items == ("milk", "tea")


@pytest.mark.parametrize("content", [b"no gzip", gzip.compress((HEADER + "tea,milk,A\n").encode(), mtime=0)[:-9]])
def test_a_broken_gzip_file_is_refused(write, content):
    with pytest.raises(BadVotesFile, match="cannot be read"):
        read_votes(write(content, "votes.csv.gz"))


def test_counting_gives_the_counts_of_the_rows(write):
    rng = np.random.default_rng(3)
    names = [f"c{k}" for k in range(9)]
    lines = []
    for _ in range(500):
        first, second = rng.choice(9, 2, replace=False)
        word = rng.choice(["A", "B", "tie", "both_bad"])
        lines.append(f"{names[first]},{names[second]},{word},{rng.integers(1, 5) / 2}")
    path = write("contestant_a,contestant_b,outcome,weight\n" + "\n".join(lines))
    for columns in ({}, {"weight": ""}):
        counted, kept = read_counts(path, columns), read_votes(path, columns).pair_counts()
        assert counted.items == kept.items
        for table in ("wins", "ties", "both_bad", "wins_squared", "ties_squared"):
            assert (getattr(counted, table) == getattr(kept, table)).all()


def test_rows_are_kept_up_to_a_number_and_counted_beyond(write):
    path = write(HEADER + "tea,milk,A\n" * 5)
    assert isinstance(read_file(path, Layout(), most_rows=5).data, Comparisons)
    beyond = read_file(path, Layout(), most_rows=4)
    assert isinstance(beyond.data, PairCounts)
    assert (beyond.rows, beyond.data.wins.sum()) == (5, 5)


def test_names_of_any_kind_in_json_lines_are_written_out(write):
    lines = [
        {"contestant_a": 1, "contestant_b": ["x"], "outcome": "A"},
        {"contestant_a": "1", "contestant_b": 2, "outcome": "B"},
    ]
    assert read_votes(write("".join(json.dumps(line) + "\n" for line in lines), "votes.jsonl")).items == (
        "1",
        "2",
        "['x']",
    )
