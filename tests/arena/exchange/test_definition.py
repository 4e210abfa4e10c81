"""A contest written by hand: what is right becomes records, what is wrong is named by table and field."""

import pytest

from arena.exchange.bundle import (
    CategoryRecord,
    ContestantRecord,
    ContestBundle,
    CriterionRecord,
    JudgeRecord,
    PromptRecord,
)
from arena.exchange.checks import check_bundle
from arena.exchange.definition import read_definition
from arena.exchange.errors import BadFile
from tests.support.modules import ROOT

CONTEST = '[contest]\nname = "Tea"\n'


@pytest.fixture
def read(tmp_path):
    def read(text):
        path = tmp_path / "tea.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_definition(path)

    return read


@pytest.fixture
def refuse(read):
    """Return the problems for which a definition is refused, as they are told."""

    def refuse(text):
        with pytest.raises(BadFile) as refusal:
            read(text)
        return str(refusal.value).splitlines()

    return refuse


def test_a_name_is_enough(read):
    bundle = read(CONTEST)
    assert bundle == ContestBundle(bundle.contest)
    assert (bundle.contest.name, bundle.contest.question) == ("Tea", "Which response is better?")


def test_each_table_becomes_its_records(read):
    bundle = read(
        """
        [contest]
        name = "Tea"
        kind = "correctness"
        [[category]]
        slug = "taste"
        name = "Taste"
        [[contestant]]
        slug = "green"
        name = "Green"
        true_strength = 1
        [[contestant]]
        slug = "black"
        name = "Black"
        [[prompt]]
        slug = "how"
        text = "How long?"
        categories = ["taste"]
        turns = [{ role = "user", content = "Hi" }]
        [[judge]]
        slug = "j"
        name = "Judge"
        kind = "chat"
        settings = { temperature = 0.5 }
        """
    )
    assert bundle.contest.kind == "correctness"
    assert bundle.categories == (CategoryRecord("taste", "Taste"),)
    assert bundle.contestants == (
        ContestantRecord("green", "Green", true_strength=1),
        ContestantRecord("black", "Black"),
    )
    assert bundle.prompts == (
        PromptRecord("how", "How long?", turns=[{"role": "user", "content": "Hi"}], categories=["taste"]),
    )
    assert bundle.judges == (JudgeRecord("j", "Judge", "chat", settings={"temperature": 0.5}),)
    assert check_bundle(bundle) == []


def test_defaults_hold_for_each_contestant_that_says_nothing_else(read):
    bundle = read(
        f"""{CONTEST}
        [contestant_defaults]
        provider = "p"
        model = "m"
        sampling = {{ temperature = 1.0, max_tokens = 50 }}
        [[contestant]]
        slug = "a"
        name = "A"
        [[contestant]]
        slug = "b"
        name = "B"
        model = "other"
        sampling = {{ temperature = 0.0, top_k = 5 }}
        """
    )
    first, second = bundle.contestants
    assert (first.provider, first.model, first.sampling) == ("p", "m", {"temperature": 1.0, "max_tokens": 50})
    assert (second.provider, second.model) == ("p", "other")
    assert second.sampling == {"temperature": 0.0, "max_tokens": 50, "top_k": 5}


def test_defaults_without_sampling_leave_it_empty(read):
    bundle = read(f'{CONTEST}[contestant_defaults]\nmodel = "m"\n[[contestant]]\nslug = "a"\nname = "A"\n')
    assert bundle.contestants[0].sampling == {}


def test_the_demos_definition_fits_together():
    bundle = read_definition(ROOT / "arena" / "fixtures" / "small-model.toml")
    assert check_bundle(bundle) == []
    assert len(bundle.contestants) == 11
    assert {contestant.model for contestant in bundle.contestants} == {"SmolLM2-135M-Instruct"}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "contest: missing field name"),
        ("[contest]\ntitle = 'Tea'", "contest: unknown field title"),
        ("[contest]\nname = 5", "contest: field name must be a text"),
        ("[contest]\nname = 'x'\nsimulated = 'yes'", "contest: field simulated must be true or false"),
        (f"{CONTEST}[[contestant]]\nname = 'A'", "contestant A: missing field slug"),
        (f"{CONTEST}[[contestant]]", "contestant 1: missing field slug, name"),
        (
            f"{CONTEST}[[contestant]]\nslug = 'a'\nname = 'A'\ntemp = 1\nseed = 2",
            "contestant a: unknown field seed, temp",
        ),
        (
            f"{CONTEST}[[contestant]]\nslug = 'a'\nname = 'A'\nsampling = 1",
            "contestant a: field sampling must be a table",
        ),
        (f"{CONTEST}[[prompt]]\nslug = 'p'\ntext = 5", "prompt p: field text must be a text"),
        (
            f"{CONTEST}[[prompt]]\nslug = 'p'\ntext = 't'\ncategories = 'code'",
            "prompt p: field categories must be a list of texts",
        ),
        (f"{CONTEST}[[judge]]\nslug = 'j'\nname = 'J'", "judge j: missing field kind"),
        (f"{CONTEST}[[category]]\nslug = 'c'", "category c: missing field name"),
        (f"{CONTEST}[[contestants]]\nslug = 'a'", "unknown table 'contestants'"),
        (f"{CONTEST}[[response]]\ntext = 'a'", "unknown table 'response'"),
        (
            f"{CONTEST}[contestant]\nslug = 'a'\nname = 'A'",
            "write [[contestant]], in double brackets, before each contestant",
        ),
        (f"prompt = ['How long?']\n{CONTEST}", "write [[prompt]], in double brackets, before each prompt"),
        (f"contestant_defaults = 3\n{CONTEST}", "write [contestant_defaults], once"),
    ],
)
def test_what_is_wrong_is_named_by_table_and_field(refuse, text, problem):
    assert refuse(text) == [f"tea.toml: {problem}"]


def test_two_contests_in_one_file_are_refused(refuse):
    assert refuse('[[contest]]\nname = "Tea"\n[[contest]]\nname = "Milk"')[0] == "tea.toml: write [contest], once"


def test_defaults_for_sampling_must_be_a_table(refuse):
    text = f"{CONTEST}[contestant_defaults]\nsampling = 4\n[[contestant]]\nslug = 'a'\nname = 'A'"
    assert refuse(text) == ["tea.toml: contestant a: field sampling must be a table"]


def test_a_default_that_no_contestant_has_is_told_for_each(refuse):
    text = f"{CONTEST}[contestant_defaults]\ncolour = 'green'\n" + "".join(
        f"[[contestant]]\nslug = '{slug}'\nname = '{slug}'\n" for slug in "ab"
    )
    assert refuse(text) == [f"tea.toml: contestant {slug}: unknown field colour" for slug in "ab"]


def test_every_problem_is_told_at_once(refuse):
    problems = refuse(f"{CONTEST}colour = 'green'\n[[prompt]]\nslug = 'p'\n[[judges]]\nslug = 'j'")
    assert problems == [
        "tea.toml: contest: unknown field colour",
        "tea.toml: prompt p: missing field text",
        "tea.toml: unknown table 'judges'",
    ]


def test_broken_toml_is_refused_with_its_line(refuse):
    [problem] = refuse('[contest]\nname = "Tea"\nlanguage = en\n')
    assert problem.startswith("tea.toml: cannot be read: ")
    assert "line 3" in problem


def test_a_file_that_is_no_text_is_refused(refuse):
    assert refuse(b"\xff\xfe\x00")[0].startswith("tea.toml: cannot be read: ")


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(BadFile, match=r"^none\.toml: cannot be read: "):
        read_definition(tmp_path / "none.toml")


def test_rules_of_voting_and_criteria_are_read(tmp_path):
    path = tmp_path / "tea.toml"
    path.write_text(
        "[contest]\nname = 'Tea'\nblind_only = true\ncorrectness_apart = true\n"
        "calibration_pairs = 5\ncalibration_share = 0.8\n"
        "[[criterion]]\nslug = 'witty'\nname = 'Wittier'\n"
        "[[criterion]]\nslug = 'rude'\nname = 'Rude'\ntone = 'negative'\nposition = 2\nactive = false\n"
        "[[prompt]]\nslug = 'sum'\ntext = '2 + 2?'\nreference = '4'\nkind = 'correctness'\n"
    )
    found = read_definition(path)
    contest = found.contest
    assert (contest.blind_only, contest.correctness_apart) == (True, True)
    assert (contest.calibration_pairs, contest.calibration_share) == (5, 0.8)
    assert found.criteria == (
        CriterionRecord("witty", "Wittier"),
        CriterionRecord("rude", "Rude", "negative", 2, False),
    )
    assert found.prompts[0].kind == "correctness"
