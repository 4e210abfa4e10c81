"""The last gate lets through what is on its list and nothing else, whatever comes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.rendering.sanitise import ATTRIBUTES, MATHML, TAGS, sanitise
from tests.arena.rendering.markup import HOSTILE, links_of, read, tags_of, text_of, wrongs_of

PIECES = (
    *HOSTILE,
    *("<", ">", "</", "/>", '"', "'", "=", "&", "&lt;", "&#x3c;", "<!--", "-->", "<![CDATA[", "]]>", "\x00", "\u2028"),
    *("<math>", "</math>", "<mtext>", "</mtext>", "<svg>", "</svg>", "<style>", "</style>", "<table>", "</table>"),
    *("<p ", "<a href=", "javascript:", "https://a.example", " onclick=", " src=", " style=", " class=hl-k", " id=x"),
    *("<mglyph>", "<malignmark>", "<desc>", "<foreignObject>", "<title>", "<noscript>", "<select>", "<template>"),
)


@pytest.mark.parametrize("html", HOSTILE)
def test_nothing_harmful_gets_through(html):
    assert list(wrongs_of(sanitise(html))) == []


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_no_mixture_of_fragments_gets_through(html):
    assert list(wrongs_of(sanitise(html))) == []


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_what_came_through_comes_through_unchanged(html):
    """A second parse must not find what the first one did not: that is how mutation attacks work."""
    once = sanitise(html)
    assert sanitise(once) == once


@given(st.text())
def test_any_text_comes_out_harmless(text):
    assert list(wrongs_of(sanitise(text))) == []


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<script>alert(1)</script>", ""),
        ("<style>p { color: red }</style>", ""),
        ("a<!-- b -->c", "ac"),
        ("<h1>a</h1>", "a"),
        ("<h3 id=x>a</h3>", "<h3>a</h3>"),
        ("<p onclick=f() style='color:red'>a</p>", "<p>a</p>"),
        ("<p class=hl-k lang=de title=t>a</p>", "<p>a</p>"),
        ("<span class='hl-k admin cut'>a</span>", '<span class="hl-k cut">a</span>'),
        ("<div class='button'>a</div>", "<div>a</div>"),
        ("<ol start=3 type=a><li value=9>a</li></ol>", '<ol start="3"><li>a</li></ol>'),
        ("<form action=/x><button>go</button></form>", "go"),
        ("<math onclick=f()><mo stretchy=false id=x>(</mo></math>", '<math><mo stretchy="false">(</mo></math>'),
        ("<mfrac linethickness=0></mfrac>", ""),
    ],
)
def test_what_is_not_listed_is_taken_out_and_the_rest_stays(html, expected):
    assert sanitise(html) == expected


@pytest.mark.parametrize("address", ["http://a.example", "https://a.example/b?c=d#e", "HTTPS://A.EXAMPLE/"])
def test_links_into_the_web_stay_and_tell_nothing(address):
    (link,) = read(sanitise(f'<a href="{address}" target="_blank" rel="opener">a</a>')).tags
    assert link == ("a", {"href": address, "rel": "nofollow noopener noreferrer"})


@pytest.mark.parametrize(
    "address",
    [
        *("javascript:alert(1)", "JAVASCRIPT:alert(1)", "java\tscript:alert(1)", "java\nscript:alert(1)"),
        *("\x01javascript:alert(1)", " javascript:alert(1)", "data:text/html,a", "vbscript:a", "file:///etc/passwd"),
        *("blob:https://a.example/1", "mailto:a@example.org", "tel:1", "ftp://a.example", "about:blank"),
        *("//a.example", "\\\\a.example", "/\\a.example", "/log-out", "log-out", "./a", "../a", "?a=b", "#stage", ""),
        *("http:a", "https:", "http:/a.example", "https:\\\\a.example", "\thttps//a.example"),
    ],
)
def test_every_other_link_leads_nowhere(address):
    html = sanitise(f'<a href="{address}">a</a>')
    assert links_of(html) == []
    assert text_of(html) == "a"


def test_the_list_names_no_tag_that_loads_frames_or_runs_anything():
    loading = {"img", "image", "iframe", "frame", "object", "embed", "video", "audio", "source", "track", "picture"}
    running = {"script", "style", "link", "meta", "base", "form", "input", "button", "svg", "template", "noscript"}
    foreign = {"annotation-xml", "semantics", "maction", "mglyph", "malignmark", "mstyle"}
    assert TAGS & (loading | running | foreign) == set()


def test_the_list_names_no_attribute_that_loads_or_runs_anything():
    names = {(tag, name) for tag, listed in ATTRIBUTES.items() for name in listed}
    assert {name for _, name in names} & {"src", "srcset", "style", "id", "action", "background", "poster"} == set()
    assert [name for _, name in names if name.startswith(("on", "hx-", "data-"))] == []
    assert [tag for tag, name in names if name == "href"] == ["a"]
    assert ATTRIBUTES["*"] == set()


@pytest.mark.parametrize("tag", sorted(set(MATHML) - {"math"}))
def test_every_listed_tag_of_mathml_comes_through_within_a_formula(tag):
    assert tags_of(sanitise(f"<math><{tag}></{tag}></math>")) == ["math", tag]


def test_unclosed_tags_are_closed_so_that_the_page_goes_on_as_before():
    assert sanitise("<div><blockquote><p>a") == "<div><blockquote><p>a</p></blockquote></div>"


def test_closing_tags_of_the_page_are_swallowed():
    assert sanitise("</div></section></form>a") == "a"


def test_deep_nesting_does_not_cost_the_process():
    depth = 5_000
    assert tags_of(sanitise("<div>" * depth + "a" + "</div>" * depth)) == ["div"] * depth
