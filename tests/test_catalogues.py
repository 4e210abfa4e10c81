"""Catalogues of messages are whole: everything is translated, nothing is lost, and what is compiled is what is written."""

import re
import shutil
from pathlib import Path

import allauth
import polib
import pytest
from django.conf import settings
from django.utils import translation

from tests.support import messages
from tests.support.messages import ALLAUTH, LOCALE, catalogues, compiled, holes, overrides
from tests.support.modules import ROOT

WRITTEN = catalogues()
NAMES = [path.parts[-3] for path in WRITTEN]
ALL = [*WRITTEN, *overrides()]
THEIRS = Path(allauth.__file__).parent / "locale"
TO_A_FRIEND = re.compile(
    r"\b(?:[Dd](?:u|ir|ich|ein\w*)|[Bb]itte (?:gib|wähle|versuche|bestätige|habe)|[Gg]ib|Bestätige)\b"
)


def place(path: Path) -> str:
    """Return where a catalogue lies, in short."""
    return str(path.relative_to(ROOT).parents[1])


@pytest.fixture(params=ALL, ids=[place(path) for path in ALL])
def any_catalogue(request: pytest.FixtureRequest) -> polib.POFile:
    return polib.pofile(str(request.param))


@pytest.fixture(params=WRITTEN, ids=NAMES)
def catalogue(request: pytest.FixtureRequest) -> polib.POFile:
    return polib.pofile(str(request.param))


def told(entry: polib.POEntry) -> list[str]:
    """Return every form of a translation."""
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def test_every_language_that_is_offered_has_a_catalogue_and_only_those():
    assert {"en", *NAMES} == {code for code, _ in settings.LANGUAGES}
    assert all(len(polib.pofile(str(path))) > 400 for path in WRITTEN)
    assert settings.LOCALE_PATHS == [LOCALE, ALLAUTH]


def test_everything_is_translated(any_catalogue):
    assert [entry.msgid for entry in any_catalogue if entry.fuzzy or entry.obsolete or not all(told(entry))] == []


def test_what_is_filled_in_stands_in_every_translation(any_catalogue):
    wrong = [
        (entry.msgid, text)
        for entry in any_catalogue
        for text in told(entry)
        if holes(text) != holes(entry.msgid) or text.count("%%") != entry.msgid.count("%%")
    ]
    assert wrong == []


def test_both_forms_of_a_message_have_the_same_holes(catalogue):
    assert [one.msgid for one in catalogue if one.msgid_plural and holes(one.msgid) != holes(one.msgid_plural)] == []


def test_markup_and_space_at_the_ends_are_kept(any_catalogue):
    def shape(text: str) -> tuple[list[str], bool, bool]:
        tags = sorted(re.findall(r"</?\w+[^>]*>", text))
        return tags, text[:1].isspace(), text[-1:].isspace()

    assert [
        entry.msgid for entry in any_catalogue if any(shape(text) != shape(entry.msgid) for text in told(entry))
    ] == []


def test_there_are_as_many_forms_as_the_language_has(catalogue):
    number = int(re.search(r"nplurals=(\d)", catalogue.metadata["Plural-Forms"])[1])
    assert {len(entry.msgstr_plural) for entry in catalogue if entry.msgid_plural} == {number}


@pytest.mark.parametrize("path", ALL, ids=[place(path) for path in ALL])
def test_what_is_compiled_is_what_is_written(path):
    assert path.with_suffix(".mo").read_bytes() == compiled(path)


@pytest.mark.parametrize("path", WRITTEN, ids=NAMES)
def test_the_catalogue_holds_what_the_source_says_now(path, tmp_path, monkeypatch):
    if shutil.which("xgettext") is None:
        pytest.skip("gathering messages needs gettext; on Debian: apt-get install gettext")
    kept = path.read_bytes()
    try:
        messages.gather()
        gathered = {(one.msgid, one.msgid_plural) for one in polib.pofile(str(path))}
    finally:
        path.write_bytes(kept)
    assert gathered == {(one.msgid, one.msgid_plural) for one in polib.pofile(str(path))}


@pytest.mark.parametrize("path", overrides(), ids=[place(path) for path in overrides()])
def test_what_is_said_in_place_of_allauth_is_what_allauth_says(path):
    theirs = {entry.msgid for entry in polib.pofile(str(THEIRS / path.relative_to(ALLAUTH)))}
    assert [entry.msgid for entry in polib.pofile(str(path)) if entry.msgid not in theirs] == []


def test_german_pages_of_accounts_speak_to_readers_as_the_others_do():
    """Second factors, phones, and codes in place of passwords are not installed."""
    elsewhere = re.compile("mfa|idp|usersessions|headless|phone|code")
    said = {}
    for entry in polib.pofile(str(THEIRS / "de/LC_MESSAGES/django.po")):
        places = [name for name, _ in entry.occurrences if "account/" in name and not elsewhere.search(name)]
        if places and not entry.msgid_plural:
            with translation.override("de"):
                said[entry.msgid] = translation.gettext(entry.msgid)
    assert len(said) > 100
    assert {theirs: ours for theirs, ours in said.items() if TO_A_FRIEND.search(ours)} == {}
    ours = [text for path in ALL if path.parts[-3] == "de" for entry in polib.pofile(str(path)) for text in told(entry)]
    assert [text for text in ours if TO_A_FRIEND.search(text)] == []


def test_scripts_say_nothing_of_their_own():
    said = re.compile(r"(?:textContent|\.data|innerText|tell\()\s*=?\s*[\"'`][A-Z]")
    for script in sorted((ROOT / "static" / "js").glob("*.js")):
        assert said.findall(script.read_text()) == [], script.name


def test_a_compiled_catalogue_is_part_of_the_repository():
    assert [path for path in ALL if not Path(path.with_suffix(".mo")).is_file()] == []
    assert "*.mo" not in (ROOT / ".gitignore").read_text()
