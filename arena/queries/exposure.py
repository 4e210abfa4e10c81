"""Who was drawn how often in a contest, and what became of it: what the page of its matchmaking shows.

Only battles that are closed are counted, in every number: whoever looks before and after opening a battle must learn
nothing of it, not even whether it is a check.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.core.cache import cache
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop

from arena.models import (
    Battle,
    BattlePurpose,
    BattleState,
    Contest,
    ContestantState,
    IntegrityReason,
)
from arena.queries.audit import BoardAudit, audit_board
from arena.queries.drawing_rules import Change, Setting, changes_told, settings_told
from arena.queries.matchmaking import matchmaking_of
from arena.rendering.bars import BarAxis, make_bar_axis

KEPT_TIMES: Final = 100
"""Counts are kept for so many times as long as it took to count: at most a hundredth of the time goes into it."""
RECENT: Final = timedelta(days=7)
NO_ORGANISATION: Final = gettext_noop("no organisation")
# What is shown again after an undo carries the probability of its first battle, and was not drawn another time.
_DRAWN: Final = Q(propensity__isnull=False) & (~Q(branch="") | ~Q(reason__has_key="again"))
_VOTE_STANDS: Final = Q(vote__voided_at__isnull=True) & ~Q(vote__integrity_reason=IntegrityReason.IDENTICAL)


@dataclass(frozen=True, slots=True)
class ContestantShare:
    """How often one contestant was drawn; `share` of the battles it took part in, `place` of that on the axis."""

    slug: str
    name: str
    organisation: str
    state: str
    battles: int
    share: float
    votes: int
    place: float


@dataclass(frozen=True, slots=True)
class OrganisationShare:
    """How often contestants of one organisation were drawn: its share of all sides, and what is fair by their number."""

    name: str
    contestants: int
    sides: int
    share: float
    fair: float


@dataclass(frozen=True, slots=True)
class PolicyUse:
    """Battles that one policy drew, in all and in the last seven days."""

    policy: str
    battles: int
    recent: int


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of drawn battles: voted, skipped or expired."""

    state: str
    battles: int
    share: float


@dataclass(frozen=True, slots=True)
class Exposure:
    """Everything that is counted, as of one moment.

    Attributes
    ----------
    battles, recent : drawn to rank, in all and in the last seven days. imported : not drawn here, but voted on elsewhere.
    checks, repeats : battles that do not rank. fair : share of the battles that each contestant would have by chance.
    """

    at: datetime
    battles: int
    recent: int
    imported: int
    checks: int
    repeats: int
    policies: Sequence[PolicyUse]
    fates: Sequence[Fate]
    fair: float
    fair_place: float
    axis: BarAxis
    contestants: Sequence[ContestantShare]
    organisations: Sequence[OrganisationShare]
    audited: BoardAudit | None


@dataclass(frozen=True, slots=True)
class MatchmakingPage:
    """How pairs are drawn in a contest, what was changed, and what came of it."""

    contest: Contest
    policy: str
    settings: Sequence[Setting]
    changes: Sequence[Change]
    exposure: Exposure


def matchmaking_page(contest: Contest, *, with_names: bool) -> MatchmakingPage:
    """Return what the page and the API tell of a contest's matchmaking, in a constant number of queries.

    Parameters
    ----------
    with_names : whether it is told who changed settings: for staff.
    """
    chosen = matchmaking_of(contest)
    return MatchmakingPage(
        contest=contest,
        policy=chosen.get_policy_display(),
        settings=settings_told(chosen),
        changes=changes_told(contest, with_names=with_names),
        exposure=kept_exposure(contest),
    )


def kept_exposure(contest: Contest) -> Exposure:
    """Return the counts of a contest, those of a moment ago where counting takes long."""
    key = f"exposure:{contest.public_id}"
    found: Exposure | None = cache.get(key)
    if found is None:
        began = time.monotonic()
        found = count_exposure(contest, timezone.now())
        cache.set(key, found, 1 + int(KEPT_TIMES * (time.monotonic() - began)))
    return found


def count_exposure(contest: Contest, now: datetime) -> Exposure:
    """Count the closed battles of a contest, and audit the board of its people."""
    closed = Battle.objects.filter(contest=contest).exclude(state=BattleState.SERVED).order_by()
    groups = list(
        closed.values("policy", "state", "purpose").annotate(
            n=Count("id"),
            drawn=Count("id", filter=_DRAWN),
            recent=Count("id", filter=_DRAWN & Q(served_at__gte=now - RECENT)),
        )
    )
    ranking = [group for group in groups if group["purpose"] is None]
    drawn = [{**group, "n": group["drawn"]} for group in ranking if group["drawn"]]
    battles = _total(drawn)
    contestants, axis = _contestants(contest, closed.filter(purpose__isnull=True), battles)
    fair = 2 / len(contestants) if contestants else 0.0
    return Exposure(
        at=now,
        battles=battles,
        recent=_total(drawn, "recent"),
        imported=_total([group for group in ranking if group["policy"] == "imported"]),
        checks=_total([group for group in groups if group["purpose"] == BattlePurpose.CHECK]),
        repeats=_total([group for group in groups if group["purpose"] == BattlePurpose.REPEAT]),
        policies=_policies(drawn),
        fates=_fates(drawn, battles),
        fair=fair,
        fair_place=axis.place(fair),
        axis=axis,
        contestants=contestants,
        organisations=_organisations(contestants),
        audited=audit_board(contest),
    )


def _total(groups: Sequence[Mapping[str, Any]], what: str = "n") -> int:
    return sum(group[what] for group in groups)


def _policies(drawn: Sequence[Mapping[str, Any]]) -> list[PolicyUse]:
    found: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for group in drawn:
        found[group["policy"]].append(group)
    used = [PolicyUse(name, _total(groups), _total(groups, "recent")) for name, groups in found.items()]
    return sorted(used, key=lambda use: (-use.battles, use.policy))


def _fates(drawn: Sequence[Mapping[str, Any]], battles: int) -> list[Fate]:
    states = (BattleState.VOTED, BattleState.SKIPPED, BattleState.EXPIRED)
    counts = {state.value: _total([group for group in drawn if group["state"] == state]) for state in states}
    return [Fate(state, number, number / battles if battles else 0.0) for state, number in counts.items()]


def _contestants(contest: Contest, ranking: QuerySet[Battle], battles: int) -> tuple[list[ContestantShare], BarAxis]:
    """Return whoever can be drawn or was, most often drawn first, with the axis of their shares; in three queries."""
    drawn, votes = _sides(ranking)
    columns = ("id", "slug", "name", "organisation", "state")
    known = [
        row
        for row in contest.contestants.order_by("name").values(*columns)
        if row["state"] == ContestantState.ACTIVE or drawn[row["id"]] or votes[row["id"]]
    ]
    shares = {row["id"]: drawn[row["id"]] / battles if battles else 0.0 for row in known}
    axis = make_bar_axis([*shares.values(), 2 / len(known) if known else 0.0])
    found = [
        ContestantShare(
            **{name: row[name] for name in columns[1:]},
            battles=drawn[row["id"]],
            share=shares[row["id"]],
            votes=votes[row["id"]],
            place=axis.place(shares[row["id"]]),
        )
        for row in known
    ]
    return sorted(found, key=lambda row: -row.battles), axis


def _sides(ranking: QuerySet[Battle]) -> tuple[Counter[int], Counter[int]]:
    """Return by contestant how many drawn battles it took part in, and how many votes it has, imported ones included."""
    drawn: Counter[int] = Counter()
    votes: Counter[int] = Counter()
    for side in ("contestant_a", "contestant_b"):
        counted = ranking.values_list(side).annotate(
            drawn=Count("id", filter=_DRAWN), votes=Count("vote", filter=_VOTE_STANDS)
        )
        for key, n, given in counted:
            drawn[key] += n
            votes[key] += given
    return drawn, votes


def _organisations(contestants: Sequence[ContestantShare]) -> list[OrganisationShare]:
    members: defaultdict[str, list[ContestantShare]] = defaultdict(list)
    for row in contestants:
        members[row.organisation or NO_ORGANISATION].append(row)
    sides = sum(row.battles for row in contestants)
    found = [
        OrganisationShare(
            name=name,
            contestants=len(rows),
            sides=(own := sum(row.battles for row in rows)),
            share=own / sides if sides else 0.0,
            fair=len(rows) / len(contestants),
        )
        for name, rows in members.items()
    ]
    return sorted(found, key=lambda row: (-row.sides, row.name))
