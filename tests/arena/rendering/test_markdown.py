"""Markdown of strangers is shown with its features, and cannot harm who reads it."""

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arena.rendering.markdown import MOST_CHARACTERS, MOST_HTML, render_markdown
from tests.arena.rendering.markup import HOSTILE, NOTES, links_of, read, tags_of, text_of, wrongs_of

PIECES = (
    *HOSTILE,
    *(
        "\n",
        "\n\n",
        " ",
        "    ",
        "\t",
        "# ",
        "###### ",
        "> ",
        "- ",
        "1. ",
        "***",
        "**",
        "_",
        "~~",
        "`",
        "```\n",
        "```html\n",
    ),
    *(
        "[",
        "](",
        ")",
        "![",
        "[a]: ",
        "<https://a.example>",
        "<javascript:alert(1)>",
        "javascript:alert(1)",
        "//a.example",
    ),
    *(
        "$",
        "$$",
        "\\",
        r"\text{",
        "}",
        "|a|b|\n|-|-|\n|",
        "|",
        "&lt;script&gt;",
        "&#106;avascript:",
        "data:text/html,x",
    ),
    *("x", "word", "https://spy.example/a.png", '"', "'", " onclick=alert(1)", "\x00", "\u202e", "\ufeff", "{.class}"),
)

WILD = {
    "brackets": "[" * MOST_CHARACTERS,
    "links": "[a](" * (MOST_CHARACTERS // 4),
    "quotes": ">" * MOST_CHARACTERS,
    "lists": "\n".join(" " * depth + "- a" for depth in range(270)),
    "stars": "*a " * (MOST_CHARACTERS // 3),
    "backticks": "".join("`" * n + " " for n in range(1, 280)),
    "dollars": "$a" * (MOST_CHARACTERS // 2),
    "angles": "<" * MOST_CHARACTERS,
    "entities": "&" * MOST_CHARACTERS,
    "rows": "|" + "a|" * 500 + "\n|" + "-|" * 500 + "\n" + "a\n" * 5_000,
    "references": "[a]: https://a.example/" + "x" * 20_000 + "\n\n" + "[a]" * 6_000,
    "code": "```html\n" + "<a " * (MOST_CHARACTERS // 3),
}


@pytest.mark.parametrize("text", HOSTILE)
def test_html_is_shown_as_written(text):
    """But for entities, which are characters in Markdown: an ampersand of its own is not one."""
    html = render_markdown(text.replace("&", "& "))
    assert text_of(html).strip() == text.replace("&", "& ")
    assert tags_of(html) == ["p"]


@pytest.mark.parametrize(
    "around", ["{}", "# {}", "> {}", "- {}", "| a |\n|---|\n| {} |", "*{}*", "[{}](https://a.example)"]
)
@pytest.mark.parametrize("text", HOSTILE)
def test_html_harms_nobody_wherever_it_stands(text, around):
    assert list(wrongs_of(render_markdown(around.format(text)))) == []


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=20).map("".join))
def test_no_mixture_of_fragments_gets_through(text):
    assert list(wrongs_of(render_markdown(text))) == []


@settings(deadline=None)
@given(st.text())
def test_any_text_comes_out_harmless(text):
    assert list(wrongs_of(render_markdown(text))) == []


@pytest.mark.parametrize(
    "address",
    [
        *("javascript:alert(1)", "JaVaScRiPt:alert(1)", "&#106;avascript:alert(1)", "java&Tab;script:alert(1)"),
        *("data:text/html,x", "data:image/png;base64,AA", "vbscript:x", "file:///etc/passwd", "mailto:a@example.org"),
        *("//a.example", "/log-out", "log-out", "../a", "#stage", "?a=b", "\\\\\\\\a.example", "http:a"),
    ],
)
@pytest.mark.parametrize("form", ["[a]({})", "<{}>", "[a][b]\n\n[b]: {}", "![a]({})"])
def test_only_links_into_the_web_lead_anywhere(form, address):
    html = render_markdown(form.format(address))
    assert links_of(html) == []
    assert list(wrongs_of(html)) == []


def test_a_link_into_the_web_is_a_link_without_a_title():
    html = render_markdown('[a](https://a.example/b?c=d&e "title")')
    expected = '<a href="https://a.example/b?c=d&amp;e" rel="nofollow noopener noreferrer">a</a>'
    assert html == f"<p>{expected}</p>\n"


@pytest.mark.parametrize(
    "text",
    [
        "![a *b*](https://spy.example/c.png)",
        "![a *b*](https://spy.example/c.png 'title')",
        "![a *b*][c]\n\n[c]: https://spy.example/c.png",
    ],
)
def test_a_picture_is_told_and_not_loaded(text):
    shown = '<span class="remote-image">[image: a b, https://spy.example/c.png]</span>'
    assert render_markdown(text) == f"<p>{shown}</p>\n"


def test_a_picture_without_a_description_says_so():
    assert "[image: no description, https://a.example/]" in text_of(render_markdown("![](https://a.example/)"))


def test_a_picture_within_a_link_is_told_too():
    html = render_markdown("[![a](https://spy.example/c.png)](https://a.example)")
    assert tags_of(html) == ["p", "a", "span"]
    assert links_of(html) == ["https://a.example"]


@pytest.mark.parametrize("mark", ["#", "##", "###", "######"])
def test_the_first_heading_stands_just_below_those_of_the_page(mark):
    assert render_markdown(f"{mark} a") == "<h3>a</h3>\n"


@pytest.mark.parametrize(
    ("marks", "levels"),
    [
        (["#", "##", "###", "####", "#####"], [3, 4, 5, 6, 6]),
        (["#", "###", "###", "##", "#"], [3, 4, 4, 4, 3]),
        (["###", "#", "####"], [3, 3, 4]),
        (["##", "####", "###", "##"], [3, 4, 4, 3]),
    ],
)
def test_headings_follow_each_other_without_skipping_a_level(marks, levels):
    text = "\n\n".join(f"{mark} a" for mark in marks)
    assert render_markdown(text) == "".join(f"<h{level}>a</h{level}>\n" for level in levels)


@given(st.lists(st.integers(1, 6), max_size=12))
def test_no_order_of_headings_skips_a_level(written):
    html = render_markdown("\n\n".join(f"{'#' * level} a" for level in written))
    levels = [2, *map(int, re.findall(r"<h(\d)>", html))]
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))
    assert all(level >= 3 for level in levels[1:])


def test_underlined_headings_are_shifted_as_well():
    assert render_markdown("a\n=\n\nb\n-") == "<h3>a</h3>\n<h4>b</h4>\n"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a **b** *c* ~~d~~ `e`", "<p>a <strong>b</strong> <em>c</em> <s>d</s> <code>e</code></p>\n"),
        ("a  \nb", "<p>a<br>\nb</p>\n"),
        ("a\nb", "<p>a\nb</p>\n"),
        ("---", "<hr>\n"),
        ("> a", "<blockquote>\n<p>a</p>\n</blockquote>\n"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"),
        ("3. a\n4. b", '<ol start="3">\n<li>a</li>\n<li>b</li>\n</ol>\n'),
        ("\\*a\\*", "<p>*a*</p>\n"),
        ("&copy; &lt;b&gt;", "<p>© &lt;b&gt;</p>\n"),
        ("`<b>`", "<p><code>&lt;b&gt;</code></p>\n"),
    ],
)
def test_common_marks_are_understood(text, html):
    assert render_markdown(text) == html


def test_tables_have_a_head_and_a_body_and_no_styles():
    html = render_markdown("| a | b |\n|:--|--:|\n| 1 | **2** |")
    assert tags_of(html) == ["table", "thead", "tr", "th", "th", "tbody", "tr", "td", "td", "strong"]
    assert [attributes for _, attributes in read(html).tags if attributes] == []
    assert text_of(html).split() == ["a", "b", "1", "2"]


def test_fenced_code_is_highlighted_in_the_language_that_it_names():
    html = render_markdown("```python title=a\ndef f(): pass\n```")
    assert '<div class="highlight"><pre><code><span class="hl-k">def</span>' in html
    assert text_of(html).strip() == "def f(): pass"


@pytest.mark.parametrize("text", ["```\n<b>\n```", "```no-such-language\n<b>\n```", "~~~\n<b>\n~~~", "    <b>\n"])
def test_code_without_a_known_language_is_plain(text):
    assert render_markdown(text) == '<div class="highlight"><pre><code>&lt;b&gt;\n</code></pre></div>\n'


def test_code_that_is_never_closed_stays_code():
    assert tags_of(render_markdown("```\n# a\n\n<b>")) == ["div", "pre", "code"]


def test_a_formula_in_a_line_is_mathml():
    html = render_markdown("so $x^2$ it is")
    formula = '<math display="inline"><mrow><msup><mi>x</mi><mn>2</mn></msup></mrow></math>'
    assert html == f"<p>so <span>{formula}</span> it is</p>\n"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("$$x$$", "<div>\n{}\n</div>\n"),
        ("$$\nx\n$$", "<div>\n{}\n</div>\n"),
        ("so $$x$$ it is", "<p>so <span>{}</span> it is</p>\n"),
        ("$$x$$ (1)", "<p><span>{}</span> (1)</p>\n"),
    ],
)
def test_a_displayed_formula_keeps_what_stands_around_it(text, html):
    assert render_markdown(text) == html.format('<math display="block"><mrow><mi>x</mi></mrow></math>')


@pytest.mark.parametrize("text", ["it costs $5 or $6", "$ a $", "US$1 and US$2", "\\$x\\$", "`$x$`", "$x"])
def test_dollars_are_money_where_no_formula_is_meant(text):
    html = render_markdown(text)
    assert "math" not in tags_of(html)
    assert text_of(html).strip() == text.replace("\\", "").replace("`", "")


def test_a_formula_that_cannot_be_read_costs_only_itself():
    html = render_markdown(r"before $\left($ after")
    assert html == "<p>before <span><code>\\left(</code></span> after</p>\n"


@pytest.mark.parametrize("text", ["", " ", "\n\n\t\n", "[a]: https://a.example"])
def test_a_text_without_anything_to_show_says_so(text):
    assert render_markdown(text) == NOTES[0]


def test_the_longest_text_is_shown_whole_and_a_longer_one_says_that_it_was_cut():
    assert render_markdown("a" * MOST_CHARACTERS) == f"<p>{'a' * MOST_CHARACTERS}</p>\n"
    assert render_markdown("a" * MOST_CHARACTERS + "b") == f"<p>{'a' * MOST_CHARACTERS}</p>\n{NOTES[1]}"


def test_a_cut_within_code_or_a_table_still_closes_it():
    html = render_markdown("```python\n" + "x = 1\n" * MOST_CHARACTERS)
    assert html.endswith(f"</code></pre></div>\n{NOTES[1]}")


@pytest.mark.timeout(60)
@pytest.mark.parametrize("text", WILD.values(), ids=WILD.keys())
def test_no_text_of_the_greatest_length_makes_a_page_that_cannot_be_shown(text):
    html = render_markdown(text)
    # What is shown as written can at most be escaped, five characters for one.
    assert len(html) <= 1.5 * MOST_HTML
    assert list(wrongs_of(html)) == []


def test_a_text_that_unfolds_a_thousandfold_is_shown_as_written():
    text = "[a]: https://a.example/" + "x" * 20_000 + "\n\n" + "[a]" * 6_000
    html = render_markdown(text)
    assert text_of(html).strip() == text
    assert tags_of(html) == ["div", "pre", "code"]


def test_deep_nesting_ends_somewhere():
    html = render_markdown("> " * 1_000 + "a")
    assert tags_of(html).count("blockquote") <= 50


@pytest.mark.parametrize("text", ["שלום", "日本語", "👩🏽‍💻 é", "a\u200bb"])
def test_every_script_comes_through(text):
    assert render_markdown(text) == f"<p>{text}</p>\n"


def test_a_null_byte_becomes_a_character_that_every_browser_can_show():
    assert render_markdown("a\x00b") == "<p>a\ufffdb</p>\n"


def test_the_same_text_gives_the_same_page():
    text = "# a\n\n$x$\n\n```python\nx = 1\n```\n"
    first = render_markdown(text)
    render_markdown.cache_clear()
    assert render_markdown(text) == first
