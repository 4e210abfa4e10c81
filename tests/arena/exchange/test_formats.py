"""One door for all formats: the name of a format finds its reader."""

import pytest

from arena.exchange.bundle import ContestantRecord, ContestBundle, ContestRecord, PromptRecord
from arena.exchange.errors import BadFile
from arena.exchange.formats import READERS, read_bundle
from arena.exchange.native import write_native

BUNDLE = ContestBundle(
    ContestRecord("Tea"), contestants=(ContestantRecord("a", "A"),), prompts=(PromptRecord("p", "How long?"),)
)


def test_four_formats_can_be_read():
    assert set(READERS) == {"native", "definition", "llmfao", "plain"}


def test_a_native_file_is_read_back(tmp_path):
    write_native(BUNDLE, tmp_path / "x.jsonl.gz")
    assert read_bundle(tmp_path / "x.jsonl.gz", "native") == BUNDLE


def test_a_definition_is_read(tmp_path):
    path = tmp_path / "x.toml"
    path.write_text(
        '[contest]\nname = "Tea"\n[[contestant]]\nslug = "a"\nname = "A"\n[[prompt]]\nslug = "p"\ntext = "How long?"'
    )
    assert read_bundle(path, "definition") == BUNDLE


def test_the_published_folder_is_read(data_dir):
    assert read_bundle(data_dir / "llmfao", "llmfao").contest.name == "LLMFAO"


def test_columns_reach_the_plain_format(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("x,y,label\nTea,Milk,left\n")
    bundle = read_bundle(path, "plain", {"contestant_a": "x", "contestant_b": "y", "outcome": "label"})
    assert (bundle.votes[0].contestant_a, bundle.votes[0].outcome) == ("tea", "A")


@pytest.mark.parametrize("columns", [None, {}])
def test_the_plain_format_needs_no_columns(tmp_path, columns):
    path = tmp_path / "x.csv"
    path.write_text("contestant_a,contestant_b,outcome\nTea,Milk,tie\n")
    assert read_bundle(path, "plain", columns).votes[0].outcome == "TIE"


@pytest.mark.parametrize("format", sorted(set(READERS) - {"plain"}))
def test_columns_belong_to_the_plain_format_alone(tmp_path, format):
    with pytest.raises(BadFile, match="columns can be named for the plain format only"):
        read_bundle(tmp_path, format, {"rater": "who"})


@pytest.mark.parametrize("format", sorted(READERS))
def test_a_path_that_is_not_there_is_refused(tmp_path, format):
    with pytest.raises(BadFile, match=r"nowhere: does not exist$"):
        read_bundle(tmp_path / "nowhere", format)


@pytest.mark.parametrize("format", sorted(READERS))
def test_a_path_of_another_kind_is_refused_and_not_stumbled_over(tmp_path, format):
    """A folder for a file, and an empty file for a folder."""
    path = tmp_path / "x.csv"
    path.touch() if format == "llmfao" else path.mkdir()
    with pytest.raises(BadFile, match=r"x\.csv: (cannot be read|is not the folder)"):
        read_bundle(path, format)
