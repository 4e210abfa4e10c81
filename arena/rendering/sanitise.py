"""The last gate before a browser: what is not on the list does not pass."""

import re
from typing import Final

import nh3

MATHML: Final[dict[str, set[str]]] = {
    "math": {"display"},
    **{key: set() for key in ("mrow", "mi", "mn", "ms", "mtext", "msup", "msub", "msubsup", "msqrt", "mroot")},
    "mo": {"stretchy", "fence", "separator"},
    "mfrac": {"linethickness"},
    "mover": {"accent"},
    "munder": {"accentunder"},
    **{key: set() for key in ("munderover", "mtable", "mtr", "mtd", "mspace", "mpadded", "mphantom", "menclose")},
}
TAGS: Final = {
    *("p", "br", "hr", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code", "span", "div"),
    *("em", "strong", "s", "a", "table", "thead", "tbody", "tr", "th", "td"),
    *MATHML,
}
ATTRIBUTES: Final[dict[str, set[str]]] = {
    "*": set(),
    "a": {"href"},
    "ol": {"start"},
    "span": {"class"},
    "div": {"class"},
    **{tag: attributes for tag, attributes in MATHML.items() if attributes},
}
CLASSES: Final = {"highlight", "remote-image", "cut"}
"""Class names of our own; those of highlighted code begin with `hl-`."""
FULL_ADDRESS: Final = re.compile(r"https?://", re.IGNORECASE)
"""How a link must begin. Any other leads into these pages: a battle is no place for a link that logs out."""


def sanitise(html: str) -> str:
    """Return HTML of harmless tags only.

    No images, media, frames, forms, styles, ids or event handlers, whatever they are called; links lead to http
    and https only and tell neither who links nor let the target reach back.
    """
    return nh3.clean(
        html,
        tags=TAGS,
        clean_content_tags={"script", "style"},
        attributes=ATTRIBUTES,
        attribute_filter=_filter,
        url_schemes={"http", "https"},
        link_rel="nofollow noopener noreferrer",
        strip_comments=True,
    )


def _filter(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "class":
        kept = [name for name in value.split() if name in CLASSES or name.startswith("hl-")]
        return " ".join(kept) or None
    if attribute == "href" and not FULL_ADDRESS.match(value):
        return None
    return value
