"""What stands beside the numbers, in sentences: notices, checks, filters, and what was left out."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from django.utils.translation import gettext as _

from arena.models import Board
from arena.queries.numbers import local, per_cent, short
from arena.queries.selection import Exclusions

WARNINGS: Final = frozenset({"misfit", "cycles", "intransitive", "drift", "side_bias"})
ASSURANCES: Final = frozenset(
    {"fit", "transitive", "steady", "no_side_bias", "exposure", "fragility", "organisations", "settled", "open"}
)
SETTLED: Final = frozenset({"settled", "open"})
LISTING: Final = frozenset({"never_lost", "never_won", "unconnected", "no_votes", "few_votes"})
"""Notices that name contestants after a colon and nowhere else."""


class Counted(Protocol):
    """What of a row is looked at here."""

    @property
    def organisation(self) -> str: ...
    @property
    def votes(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to know: a code for programs, a sentence with names for people, the slugs of whom it is about."""

    code: str
    message: str
    items: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Checks:
    """The same sentences by their place on the page.

    Attributes
    ----------
    notices : to know before believing the numbers. settled : how much of the order is told apart already.
    warnings, assurances : what was checked, with what is wrong before what is well.
    """

    notices: Sequence[Check]
    settled: Sequence[Check]
    warnings: Sequence[Check]
    assurances: Sequence[Check]

    @property
    def all(self) -> Sequence[Check]:
        """Every sentence once."""
        return (*self.notices, *self.settled, *self.warnings, *self.assurances)


def sort_checks(stored: Sequence[Mapping[str, Any]], names: Mapping[str, str], rows: Sequence[Counted]) -> Checks:
    """Return the notices of a snapshot with names for slugs, sorted, and who has what share of the battles."""
    told = [Check(one["code"], name_items(one, names), tuple(one["items"])) for one in stored]
    told += organisation_shares(rows)
    return Checks(
        notices=[check for check in told if check.code not in WARNINGS | ASSURANCES],
        settled=[check for check in told if check.code in SETTLED],
        warnings=[check for check in told if check.code in WARNINGS],
        assurances=[check for check in told if check.code in ASSURANCES - SETTLED],
    )


def name_items(notice: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Return the sentence of a notice with names in the place of the slugs that it is about.

    Only whole slugs of `items` are replaced, in one pass, so that no name is searched again; in a list of contestants
    only behind the colon, where a slug like `votes` is not a word of the sentence.
    """
    message: str = notice["message"]
    known = {slug: names[slug] for slug in notice["items"] if slug in names}
    if not known:
        return message
    longest_first = sorted(known, key=len, reverse=True)
    pattern = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, longest_first))})(?![\w-])")
    head, colon, tail = message.partition(": ") if notice["code"] in LISTING else ("", "", message)
    return head + colon + pattern.sub(lambda found: known[found[0]], tail)


def organisation_shares(rows: Sequence[Counted], most: int = 5) -> list[Check]:
    """Return which organisations' contestants stood in what share of the battles' sides; nothing where unknown."""
    shares: Counter[str] = Counter()
    for row in rows:
        shares[row.organisation] += row.votes  # type: ignore[assignment]
    total = sum(shares.values())
    named = [(name, votes) for name, votes in shares.most_common() if name and votes]
    if not named or not total:
        return []
    listed = [f"{name} {per_cent(votes / total)}" for name, votes in named[:most]]
    rest = total - sum(one[1] for one in named[:most])
    if rest > 1e-9 * total:
        listed.append(_("others {share}").format(share=per_cent(rest / total)))
    message = _("Share of all sides of counted votes by organisation: {listed}.").format(listed=", ".join(listed))
    return [Check("organisations", message)]


def tell_exclusions(found: Exclusions) -> str:
    """Return which votes do not count and why, as one sentence."""
    reasons = (
        (found.voided, _("{n} voided")),
        (
            found.quality_checks,
            _("{n} on attention checks, repeats and calibration pairs, or given again after an undo"),
        ),
        (found.identical, _("{n} recorded for equal texts")),
        (found.weightless, _("{n} of weight zero")),
        (found.junk_prompts, _("{n} on junk prompts")),
        (found.other_language, _("{n} on prompts in another language")),
        (found.outside_dates, _("{n} outside of the board's dates")),
        (found.too_fast, _("{n} faster than the board asks for, or of unknown duration")),
    )
    listed = ", ".join(reason.format(n=local(number)) for number, reason in reasons if number)
    return _("Not counted: {listed}.").format(listed=listed) if listed else _("No vote of this board is excluded.")


def tell_filters(board: Board) -> str:
    """Return which votes a board is made of where it does not take all, as one sentence."""
    told = [
        _("in the category {name}").format(name=board.category.name) if board.category else "",
        _("on prompts in {language}").format(language=board.language) if board.language else "",
        _("from {time} on").format(time=f"{board.since:%Y-%m-%d %H:%M}") if board.since else "",
        _("before {time}").format(time=f"{board.until:%Y-%m-%d %H:%M}") if board.until else "",
        _("that took at least {n} s").format(n=short(board.minimum_seconds)) if board.minimum_seconds else "",
    ]
    listed = ", ".join(part for part in told if part)
    only = _("Only votes {listed}.").format(listed=listed) if listed else ""
    weights = "" if board.use_integrity_weights else _("Every vote counts as one, whatever its integrity weight.")
    return " ".join(part for part in (only, weights) if part)
