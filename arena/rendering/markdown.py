"""Markdown of strangers to HTML that is safe to show."""

from collections.abc import Sequence
from functools import lru_cache
from html import escape
from typing import Any, Final

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin

from arena.rendering.code import highlight_code
from arena.rendering.formulas import formula
from arena.rendering.sanitise import sanitise

MOST_CHARACTERS: Final = 40_000

MOST_HTML: Final = 500_000
"""A text that unfolds to more is shown as written: references can repeat a long address thousands of times."""

_EMPTY: Final = '<p class="cut">(empty)</p>'
_CUT: Final = '<p class="cut">The text is longer; the rest is not shown here.</p>'


@lru_cache(maxsize=512)
def render_markdown(text: str) -> str:
    """Return a text as sanitised HTML.

    CommonMark with tables and strikethrough, highlighted code, LaTeX between dollar signs as MathML. HTML in the text
    is shown as written. Images become a link with their description, so that nothing is loaded from elsewhere.
    Headings start below those of the page and skip no level. An empty text says that it is empty. Both sides of a
    battle pass through here alike.
    """
    shown = text[:MOST_CHARACTERS]
    html = _PARSER.render(shown)
    if len(html) > MOST_HTML:
        html = highlight_code(shown, "")
    return (sanitise(html) or _EMPTY) + (_CUT if len(text) > MOST_CHARACTERS else "")


def _image(self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    token = tokens[index]
    alt = escape(self.renderInlineAsText(token.children or [], options, env)) or "no description"
    return f'<span class="remote-image">[image: {alt}, {escape(str(token.attrs.get("src", "")))}]</span>'


def _fence(self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    words = tokens[index].info.split()
    return highlight_code(tokens[index].content, words[0] if words else "")


def _outline(state: StateCore) -> None:
    """Give headings the level of their depth, whatever was written, so that none is skipped for those who listen.

    The page has one h1 and names its parts with h2, so those of a text begin with h3.
    """
    above: list[int] = []
    for opening, closing in zip(state.tokens, state.tokens[2:], strict=False):
        if opening.type == "heading_open":
            written = int(opening.tag[1])
            above = [*(level for level in above if level < written), written]
            opening.tag = closing.tag = f"h{min(len(above) + 2, 6)}"


def _formula(source: str, options: dict[str, Any]) -> str:
    return formula(source, block=bool(options.get("display_mode")))


def _displayed_formula(self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    # A span, because the formula stands within a paragraph, which a div would end.
    return f"<span>{formula(tokens[index].content, block=True)}</span>"


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 50}).enable(["table", "strikethrough"])
    parser.use(
        dollarmath_plugin,
        renderer=_formula,
        allow_labels=False,
        allow_space=False,
        allow_digits=False,
        double_inline=True,
    )
    parser.add_render_rule("math_inline_double", _displayed_formula)
    parser.add_render_rule("image", _image)
    parser.add_render_rule("fence", _fence)
    parser.add_render_rule("code_block", _fence)
    parser.core.ruler.push("outline", _outline)
    return parser


_PARSER: Final = _parser()
