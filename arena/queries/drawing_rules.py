"""How a contest draws its pairs, setting by setting in words, and what was changed of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Field
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from arena.matchmaking.settings import SHARPNESS
from arena.models import Contest, Matchmaking
from arena.queries.numbers import short

CHANGES_SHOWN: Final = 100
SHARES: Final = frozenset({"floor", "share_cap", "check_rate", "repeat_rate"})
LABELS: Final = {
    "policy": _("Policy"),
    "floor": _("Floor"),
    "sharpness": _("Sharpness"),
    "share_cap": _("Share cap"),
    "top_k": _("First places"),
    "same_organisation": _("Same organisation may meet"),
    "most_cost_usd": _("Highest cost, US dollars"),
    "leave_out_failing": _("Leave out failing"),
    "check_rate": _("Check rate"),
    "repeat_rate": _("Repeat rate"),
    "category_sd": _("Spread between categories, logits"),
    "goal": _("Goal"),
    "goal_width": _("Width of the goal, points"),
    "vote_budget": _("Vote budget"),
}
"""What people call a setting."""
EMPTY: Final = {"sharpness": _("the policy's own"), "most_cost_usd": _("no limit"), "vote_budget": _("no limit")}


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its name for programs, and label, value and meaning for people."""

    name: str
    label: str
    value: Any
    told: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the log: when, what as sentences, and who, which is told to staff alone."""

    at: datetime
    what: Sequence[str]
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    by: str | None


def settings_told(row: Matchmaking) -> list[Setting]:
    """Return every setting of a contest's matchmaking."""
    return [
        Setting(name, _label(name), value := getattr(row, name), _told(name, value, row.policy), str(field.help_text))
        for name, field in _FIELDS.items()
    ]


def changes_told(contest: Contest, *, with_names: bool) -> list[Change]:
    """Return the newest changes of a contest's matchmaking; by one query.

    Parameters
    ----------
    with_names : whether it is told who changed it.
    """
    log = contest.matchmaking_changes.all()
    if with_names:
        log = log.select_related("by")
    return [
        Change(
            at=one.at,
            what=[_tell(name, one.before.get(name), value) for name, value in one.after.items()],
            before=one.before,
            after=one.after,
            by=(one.by.get_username() if one.by else gettext("a program")) if with_names else None,
        )
        for one in log[:CHANGES_SHOWN]
    ]


def _settable() -> dict[str, "Field[Any, Any]"]:
    fields = Matchmaking._meta.concrete_fields
    return {one.name: one for one in fields if one.editable and one.name not in ("id", "contest")}


_FIELDS: Final = _settable()


def _tell(name: str, before: Any, after: Any) -> str:
    return f"{_label(name)}: {_told(name, before)} → {_told(name, after)}"


def _label(name: str) -> str:
    """Return a setting's name as people read it; one that is no more goes by its old name."""
    old = name.replace("_", " ")
    return str(LABELS.get(name, old[:1].upper() + old[1:]))


def _told(name: str, value: Any, policy: str = "") -> str:
    if value is None:
        own = f" ({short(SHARPNESS[policy])})" if name == "sharpness" and policy in SHARPNESS else ""
        return str(EMPTY.get(name, _("not set"))) + own
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    choices = dict(_FIELDS[name].flatchoices) if name in _FIELDS else {}
    if value in choices:
        return str(choices[value])
    if not isinstance(value, int | float):
        return str(value)
    return f"{short(100 * value)} %" if name in SHARES else short(value)
