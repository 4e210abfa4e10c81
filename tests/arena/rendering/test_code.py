"""Code is highlighted by class names alone, and never changed."""

from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arena.rendering.code import MOST_CHARACTERS, highlight_code
from arena.rendering.sanitise import sanitise
from tests.arena.rendering.markup import HOSTILE, read, text_of, wrongs_of

LANGUAGES = ("python", "js", "html", "c++", "rust", "json", "bash", "sql", "diff", "java", "yaml", "css", "tex", "")


def classes(html: str) -> set[str]:
    return {attributes["class"] for tag, attributes in read(html).tags if tag == "span"}


def test_the_words_of_a_known_language_get_classes():
    html = highlight_code("def f(x):\n    return 1  # one", "python")
    assert {"hl-k", "hl-nf", "hl-mi", "hl-c1"} <= classes(html)
    assert html.startswith('<div class="highlight"><pre><code><span class="hl-k">def</span>')
    assert html.endswith("</code></pre></div>\n")


def test_every_class_begins_with_the_prefix_that_passes_the_gate():
    html = highlight_code("<p class='a'>{{ b }}</p>\n<script>let c = `d`;</script>", "html+jinja")
    assert sanitise(html) == html


@pytest.mark.parametrize("language", ["", "no-such-language", "../../etc/passwd", "<script>", "python;rm", "x" * 5000])
def test_an_unknown_language_is_shown_plain(language):
    expected = '<div class="highlight"><pre><code>a &lt; b &amp;&amp; &quot;c&quot;</code></pre></div>\n'
    assert highlight_code('a < b && "c"', language) == expected


@pytest.mark.parametrize("language", ["Python", "PYTHON", "py", "python3"])
def test_languages_are_found_by_any_of_their_names(language):
    assert "hl-k" in classes(highlight_code("return", language))


def test_the_longest_code_is_highlighted_and_longer_code_is_plain():
    longest = "#" * MOST_CHARACTERS
    assert classes(highlight_code(longest, "python")) == {"hl-c1"}
    assert classes(highlight_code(longest + "#", "python")) == set()
    assert text_of(highlight_code(longest + "#", "python")) == longest + "#\n"


def test_empty_code_is_an_empty_block():
    assert highlight_code("", "") == '<div class="highlight"><pre><code></code></pre></div>\n'


@pytest.mark.parametrize("language", ["html", "python", "js", "no-such-language"])
@pytest.mark.parametrize("code", HOSTILE)
def test_hostile_code_is_text(code, language):
    html = highlight_code(code, language)
    assert {tag for tag, _ in read(html).tags} <= {"div", "pre", "code", "span"}
    assert list(wrongs_of(html)) == []
    assert text_of(html).strip() == code


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1), st.sampled_from(LANGUAGES))
def test_highlighting_changes_no_character(code, language):
    """But for white space at the ends, which lexers trim as code fences do."""
    assert text_of(highlight_code(code, language)).strip() == code.strip()


@given(st.text())
def test_plain_code_is_escaped_and_nothing_else(code):
    assert highlight_code(code, "") == f'<div class="highlight"><pre><code>{escape(code)}</code></pre></div>\n'
