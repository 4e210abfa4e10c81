"""Code and prose apart: what stands in code is no header, list or bold of the response."""

import re
from typing import Final

_FENCE: Final = re.compile(r" {0,3}(`{3,}|~{3,})([^\n]*)")
# Bounded, so that a text full of single backticks costs no more than its length allows.
_INLINE: Final = re.compile(r"(?<!`)(`+)(?!`)[^\n]{1,1000}?(?<!`)\1(?!`)")


def split_code(text: str) -> tuple[str, int]:
    """Return the text without its code, fenced and inline, and the number of fenced blocks.

    A fence is three or more backticks or tildes, indented by at most three spaces; it ends at a fence of the same
    character that is at least as long, or with the text (CommonMark).
    """
    prose: list[str] = []
    blocks, fence = 0, ""
    for line in text.splitlines():
        found = _FENCE.match(line)
        if fence:
            closes = found and found[1].startswith(fence) and not found[2].strip()
            fence = "" if closes else fence
        elif found and not (found[1][0] == "`" and "`" in found[2]):
            fence, blocks = found[1], blocks + 1
        else:
            prose.append(line)
    return _INLINE.sub(" ", "\n".join(prose)), blocks
