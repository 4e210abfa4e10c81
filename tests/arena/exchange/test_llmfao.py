"""The LLMFAO folder is read whole, as its authors counted it, or refused with file and line."""

import json
from collections import Counter

import pytest

from arena.exchange.bundle import CategoryRecord, ContestantRecord, JudgeRecord, PromptRecord, RaterRecord, VoteRecord
from arena.exchange.checks import check_bundle
from arena.exchange.errors import BadFile
from arena.exchange.llmfao import read_llmfao


@pytest.fixture(scope="module")
def published(data_dir):
    return read_llmfao(data_dir / "llmfao")


def votes_of(bundle, rater):
    return [vote for vote in bundle.votes if vote.rater.startswith(rater)]


# The published folder.


def test_everything_published_is_there(published):
    assert len(published.prompts) == 19
    assert len(published.contestants) == 70
    assert len(published.responses) == 1133
    assert len(votes_of(published, "llmfao:worker:")) == 8931
    assert len(votes_of(published, "llmfao:gpt-4")) == 3236
    assert len(votes_of(published, "llmfao:gpt-3-5")) == 3236
    assert len(published.votes) == 8931 + 2 * 3236


def test_the_crowds_outcomes_are_those_published(published):
    outcomes = Counter(vote.outcome for vote in votes_of(published, "llmfao:worker:"))
    assert outcomes == {"A": 2911, "B": 2549, "TIE": 3471}


def test_the_records_fit_together(published):
    assert check_bundle(published) == []


def test_what_the_contests_page_says_of_the_data_is_so(published):
    crowd = votes_of(published, "llmfao:worker:")
    assert len({vote.rater for vote in crowd}) == 124
    assert len({vote.prompt for vote in crowd}) == 13
    assert len({name for vote in crowd for name in (vote.contestant_a, vote.contestant_b)}) == 59
    judged = votes_of(published, "llmfao:gpt-4")
    assert len({vote.prompt for vote in judged}) == 19
    assert len({name for vote in judged for name in (vote.contestant_a, vote.contestant_b)}) == 70
    shown = Counter((v.prompt, frozenset((v.contestant_a, v.contestant_b))) for v in judged)
    assert max(shown.values()) == 1


def test_the_two_judges_are_raters_of_their_own_that_cannot_be_run(published):
    assert [(judge.slug, judge.kind, judge.settings) for judge in published.judges] == [
        ("gpt-4", "imported", {"orders": 1}),
        ("gpt-3-5", "imported", {"orders": 1}),
    ]
    assert all("triple ampersands" in judge.prompt for judge in published.judges)
    assert [r for r in published.raters if r.kind != "human"] == [
        RaterRecord("llmfao:gpt-4", "judge", "gpt-4"),
        RaterRecord("llmfao:gpt-3-5", "judge", "gpt-3-5"),
    ]


def test_the_source_is_credited(published):
    assert published.contest.name == "LLMFAO"
    assert "Dmitry Ustalov" in published.contest.attribution
    assert "CC BY 4.0" in published.contest.attribution
    assert published.contest.instructions.startswith("# Which AI is Better?")


def test_the_first_vote_is_the_first_row(published):
    assert published.votes[0] == VoteRecord(
        key="crowd/2",
        rater="llmfao:worker:58",
        prompt="k8s",
        contestant_a="airoboros-l2-70b",
        contestant_b="weaver-12k",
        outcome="TIE",
        reason={"source": "llmfao", "pair": 0},
    )


def test_responses_keep_their_words_and_their_time(published):
    [response] = [r for r in published.responses if (r.prompt, r.contestant) == ("k8s", "airoboros-l2-70b")]
    assert response.text.startswith("For Kubernetes, a plea,\nIn containers")
    assert response.latency_ms == 6837.0


def test_reading_twice_gives_the_same(published, data_dir):
    assert read_llmfao(data_dir / "llmfao") == published


# A small folder of the same make.

MODELS = [
    {"id": 7, "api_id": "acme/one", "name": "One (7B)", "org": "Acme"},
    {"id": 3, "api_id": "two", "name": "Two", "org": None},
]
PROMPTS = [{"id": 1, "text": "What is 2 + 2?", "type": "maths", "slug": "sum"}]
RESULTS = [
    {"model": 7, "prompt": 1, "result": "4", "duration": 12.0},
    {"model": 3, "prompt": 1, "result": None},
]
CROWD = "id,prompt,model_x,model_y,worker,winner\n5,1,7,3,12,left\n5,1,7,3,4,tie\n"
JUDGED = "id,prompt,model_x,model_y,winner\n5,1,3,7,right\n"


@pytest.fixture
def folder(tmp_path):
    for name, rows in (("models", MODELS), ("prompts", PROMPTS), ("results", RESULTS)):
        (tmp_path / f"{name}.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    (tmp_path / "crowd-comparisons.csv").write_text(CROWD)
    (tmp_path / "gpt4-comparisons.csv").write_text(JUDGED)
    (tmp_path / "gpt3-comparisons.csv").write_text(JUDGED)
    (tmp_path / "crowd-instruction.md").write_text("Choose.")
    (tmp_path / "gpt-instruction.txt").write_text("Judge.")
    return tmp_path


@pytest.fixture
def refuse(folder):
    """Return the problems for which the folder is refused once `content` has been added to a file of it."""

    def refuse(file, content):
        with (folder / file).open("a") as stream:
            stream.write(content if isinstance(content, str) else f"{json.dumps(content)}\n")
        with pytest.raises(BadFile) as refusal:
            read_llmfao(folder)
        return [str(problem) for problem in refusal.value.problems]

    return refuse


def test_each_part_of_the_folder_becomes_records(folder):
    bundle = read_llmfao(folder)
    assert bundle.categories == [CategoryRecord("maths", "maths")]
    assert bundle.contestants == [
        ContestantRecord("one-7b", "One (7B)", model="acme/one", organisation="Acme"),
        ContestantRecord("two", "Two", model="two"),
    ]
    assert bundle.prompts == [PromptRecord("sum", "What is 2 + 2?", categories=("maths",))]
    assert [(r.contestant, r.text, r.latency_ms) for r in bundle.responses] == [
        ("one-7b", "4", 12.0),
        ("two", "", None),
    ]
    assert bundle.judges[0] == JudgeRecord(
        "gpt-4", "GPT-4", "imported", model="gpt-4", prompt="Judge.", settings={"orders": 1}
    )
    assert [record.key for record in bundle.raters[:2]] == ["llmfao:worker:12", "llmfao:worker:4"]
    assert [(vote.key, vote.contestant_a, vote.outcome) for vote in bundle.votes] == [
        ("crowd/2", "one-7b", "A"),
        ("crowd/3", "one-7b", "TIE"),
        ("gpt-4/2", "two", "B"),
        ("gpt-3-5/2", "two", "B"),
    ]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("5,1,7,3,12,draw", "'draw'"),
        ("5,1,7,99,12,left", "99"),
        ("5,2,7,3,12,left", "2"),
        ("5,1,7,3,bob,left", "invalid literal for int() with base 10: 'bob'"),
        ("x,1,7,3,12,left", "invalid literal for int() with base 10: 'x'"),
        ("5,1,7,3,12,", "''"),
    ],
)
def test_a_vote_that_cannot_be_taken_is_refused_with_its_line(refuse, row, reason):
    assert refuse("crowd-comparisons.csv", f"{row}\n") == [
        f"crowd-comparisons.csv, line 4: unknown or unreadable value: {reason}"
    ]


def test_votes_of_all_files_are_checked_before_the_folder_is_refused(folder, refuse):
    (folder / "gpt4-comparisons.csv").write_text(JUDGED + "5,1,3,7,both\n5,1,3,7,left\n5,9,3,7,left\n")
    assert refuse("crowd-comparisons.csv", "5,1,7,3,12,draw\n") == [
        "crowd-comparisons.csv, line 4: unknown or unreadable value: 'draw'",
        "gpt4-comparisons.csv, line 3: unknown or unreadable value: 'both'",
        "gpt4-comparisons.csv, line 5: unknown or unreadable value: 9",
    ]


@pytest.mark.parametrize("row", ["5,1,7\n", "5,1,7,3,12,left,more\n"])
def test_a_row_of_another_width_is_refused(refuse, row):
    assert refuse("crowd-comparisons.csv", row) == [
        "crowd-comparisons.csv, line 4: has not as many fields as the header"
    ]


def test_a_crowd_without_workers_is_refused(folder, refuse):
    (folder / "crowd-comparisons.csv").write_text(JUDGED)
    assert refuse("crowd-comparisons.csv", "") == ["crowd-comparisons.csv, line 1: has no column worker"]


@pytest.mark.parametrize(
    ("file", "row", "reason"),
    [
        ("models.jsonl", {**MODELS[0], "id": "x"}, "id 'x' is not a whole number"),
        ("models.jsonl", {**MODELS[0], "id": None}, "id None is not a whole number"),
        ("models.jsonl", MODELS[1], "id 3 appears twice"),
        ("models.jsonl", {**MODELS[0], "id": 8, "name": None}, "name must be a text"),
        ("models.jsonl", {"id": 8}, "has no api_id, name"),
        ("models.jsonl", "[]\n", "is not a JSON object"),
        ("results.jsonl", {"model": 99, "prompt": 1, "result": ""}, "unknown model 99"),
        ("results.jsonl", {"model": [7], "prompt": 1, "result": ""}, "unknown model [7]"),
        ("results.jsonl", {"model": 7, "prompt": "1", "result": ""}, "unknown prompt '1'"),
        ("results.jsonl", {"model": 7, "prompt": 1, "result": ["4"]}, "result must be a text"),
        ("results.jsonl", "{broken\n", "is not a JSON object"),
    ],
)
def test_a_row_that_cannot_be_taken_is_refused_with_its_line(refuse, file, row, reason):
    assert refuse(file, row) == [f"{file}, line 3: {reason}"]


def test_a_prompt_that_is_no_text_is_refused(refuse):
    assert refuse("prompts.jsonl", {"id": 2, "text": "t", "type": "x", "slug": 5}) == [
        "prompts.jsonl, line 2: slug must be a text"
    ]


@pytest.mark.parametrize(
    "name", ["models.jsonl", "prompts.jsonl", "results.jsonl", "gpt3-comparisons.csv", "crowd-instruction.md"]
)
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(BadFile, match=f"^{name}: cannot be read: .*No such file"):
        read_llmfao(folder)


def test_a_file_in_place_of_the_folder_is_refused(folder):
    with pytest.raises(BadFile, match=r"models\.jsonl: is not the folder of the data set$"):
        read_llmfao(folder / "models.jsonl")


def test_a_vote_on_an_answer_that_is_missing_is_found_by_the_checks(folder):
    (folder / "results.jsonl").write_text(f"{json.dumps(RESULTS[0])}\n")
    assert "vote 'crowd/2': no response of 'two' to prompt 'sum'" in check_bundle(read_llmfao(folder))
