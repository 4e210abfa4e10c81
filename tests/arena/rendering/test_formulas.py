"""Formulas become MathML where they can be read, and are shown as written where not."""

from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arena.rendering.formulas import MOST_CHARACTERS, formula
from arena.rendering.sanitise import sanitise
from tests.arena.rendering.markup import HOSTILE, tags_of, text_of, wrongs_of

PIECES = (
    *("x", "12", "{", "}", "^", "_", "&", "#1", "'", '"', "<", ">", "$", " ", "[", "]", "|", "%", "~", "\\\\"),
    *(r"\frac", r"\sqrt", r"\text{", r"\left(", r"\right)", r"\begin{matrix}", r"\end{matrix}", r"\sum", r"\hat"),
    *(r"\color{red}", r"\href{javascript:alert(1)}", r"\unknown", "\\", r"\substack{", r"\begin{cases}", r"\over"),
    *(r"\hspace{1em}", r"\mathbb{R}", r"\limits", r"\prime", r"\not", r"\binom", r"\overset", "é", "\U0001d400"),
    *("</mtext></math>", "<script>", "<img src=x onerror=alert(1)>", "&lt;", "&#x3c;script&#x3e;"),
)

RUNAWAY = (
    r"\newcommand{\q}[1]{\q{#1#1}}\q{x}",
    r"\def\q#1{\q{#1#1}}\q{x}",
    r"\newcommand*{\q}{\q\q}\q",
    r"\newenvironment{e}{\begin{e}\begin{e}}{}\begin{e}\end{e}",
    r"\DeclareMathOperator{\q}{\q\q}\q",
)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x", "<mi>x</mi>"),
        ("x^2", "<msup><mi>x</mi><mn>2</mn></msup>"),
        ("a_i", "<msub><mi>a</mi><mi>i</mi></msub>"),
        (r"\frac{1}{2}", "<mfrac><mrow><mn>1</mn></mrow><mrow><mn>2</mn></mrow></mfrac>"),
        (r"\sqrt{2}", "<msqrt><mrow><mn>2</mn></mrow></msqrt>"),
        (r"\sqrt[3]{x}", "<mroot><mrow><mi>x</mi></mrow><mn>3</mn></mroot>"),
        ("a<b", "<mi>a</mi><mo>&lt;</mo><mi>b</mi>"),
        (r"a \le b", "<mi>a</mi><mo>≤</mo><mi>b</mi>"),
        (r"\mathbb{R}", "<mi>ℝ</mi>"),
        (r"\mathbf{x}", "<mi>𝐱</mi>"),
        (r"\hat{x}", '<mover accent="true"><mrow><mi>x</mi></mrow><mo>^</mo></mover>'),
        (r"\text{if}", "<mtext>if</mtext>"),
        (
            r"\begin{matrix}a\\ b\end{matrix}",
            "<mtable><mtr><mtd><mi>a</mi></mtd></mtr><mtr><mtd><mi>b</mi></mtd></mtr></mtable>",
        ),
    ],
)
def test_latex_becomes_mathml_that_passes_the_gate_whole(source, expected):
    assert sanitise(formula(source, block=False)) == f'<math display="inline"><mrow>{expected}</mrow></math>'


@pytest.mark.parametrize(("block", "display"), [(True, "block"), (False, "inline")])
def test_a_formula_says_whether_it_stands_in_a_line(block, display):
    assert sanitise(formula("x", block=block)).startswith(f'<math display="{display}">')


def test_a_broken_formula_is_shown_as_written_and_escaped():
    assert formula(r"\left(<b>", block=False) == r"<code>\left(&lt;b&gt;</code>"


def test_a_formula_of_the_greatest_length_is_read_and_a_longer_one_is_not():
    assert tags_of(formula("x" * MOST_CHARACTERS, block=False))[0] == "math"
    assert formula("x" * (MOST_CHARACTERS + 1), block=False) == f"<code>{'x' * (MOST_CHARACTERS + 1)}</code>"


@pytest.mark.timeout(20)
@pytest.mark.parametrize("source", RUNAWAY)
def test_macros_that_would_never_end_are_shown_as_written(source):
    assert formula(source, block=False) == f"<code>{escape(source)}</code>"


@pytest.mark.timeout(20)
@pytest.mark.parametrize("piece", ["{", "^", "x^{", r"\frac", r"\sqrt{", r"\left(", r"\begin{matrix}", r"\text{", "'"])
def test_depth_is_no_danger(piece):
    source = piece * (MOST_CHARACTERS // len(piece))
    assert tags_of(formula(source, block=False))[0] in {"code", "math"}


def test_comparison_signs_within_words_are_kept():
    html = sanitise(formula(r"\text{a<b and c>d & e}", block=False))
    assert text_of(html).replace("\xa0", " ") == "a<b and c>d & e"
    assert tags_of(html) == ["math", "mrow", "mtext"]


@pytest.mark.parametrize("html", [piece for piece in HOSTILE if not set(piece) & set("{}$\\%")])
def test_html_within_a_formula_is_text(html):
    made = formula(rf"\text{{{html}}}", block=False)
    assert set(tags_of(made)) <= {"math", "mrow", "mtext"}
    assert list(wrongs_of(sanitise(made))) == []


def test_a_formula_cannot_close_itself_and_go_on_as_html():
    html = sanitise(formula(r"\text{</mtext></math><div class='remote-image'>x</div>}", block=False))
    assert tags_of(html) == ["math", "mrow", "mtext"]


def test_a_link_in_a_formula_leads_nowhere():
    html = sanitise(formula(r"\href{javascript:alert(1)}{x}", block=False))
    assert text_of(html) == "x"
    assert list(wrongs_of(html)) == []


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_no_mixture_of_fragments_raises_or_harms(source):
    assert list(wrongs_of(sanitise(formula(source, block=True)))) == []


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_gives_a_formula_or_itself(source):
    html = formula(source, block=False)
    assert html == f"<code>{escape(source)}</code>" or tags_of(html)[0] == "math"
