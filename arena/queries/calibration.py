"""Calibration rounds: known pairs that a new voter answers first, and where a voter stands in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from arena.models import (
    Battle,
    BattlePurpose,
    BattleState,
    Contest,
    IntegrityReason,
    KnownPair,
    Rater,
    RaterKind,
    Vote,
    VoteOutcome,
    of_person,
)
from arena.queries.profiles import reads
from arena.queries.quality import chosen, known_pairs

FULL: Final = 1.0


@dataclass(frozen=True, slots=True)
class Round:
    """One round of a rater.

    Attributes
    ----------
    of : known pairs in it. short : fewer known pairs were left than the contest asks for, so that it decides nothing.
    done, agreed : answered, and answered as is known. Voided answers are left out.
    """

    number: int
    of: int
    short: bool
    done: int
    agreed: int

    @property
    def over(self) -> bool:
        """Whether it was answered to its end."""
        return self.done >= self.of

    @property
    def share(self) -> float:
        """Share of its answers that agreed."""
        return self.agreed / self.done if self.done else FULL


@dataclass(frozen=True, slots=True)
class Calibration:
    """Where a rater stands in the calibration of a contest.

    Attributes
    ----------
    asked : known pairs a round; 0 where the contest asks for none. least : share that must agree; None where a round
        only teaches. rounds : those that were begun. left : known pairs that can still be shown to this rater.
    asks : whether the next battle is one of a round.
    """

    asked: int
    least: float | None
    rounds: Sequence[Round]
    left: int
    asks: bool

    @property
    def current(self) -> Round | None:
        """The latest round; None before the first."""
        return self.rounds[-1] if self.rounds else None

    @property
    def decided(self) -> Round | None:
        """The latest round that decides: answered to its end, and as long as the contest asks for."""
        return next((one for one in reversed(self.rounds) if one.over and not one.short), None)

    @property
    def sets_aside(self) -> bool:
        """Whether votes are kept without weight: the round that decides fell short of the least share."""
        last = self.decided
        return bool(self.asked) and self.least is not None and last is not None and last.share < self.least

    @property
    def may_repeat(self) -> bool:
        """Whether the rater may try a round of other known pairs: only a whole one."""
        return self.sets_aside and not self.asks and self.left >= self.asked

    @property
    def told(self) -> str:
        """What came of it, as sentences; empty where there is nothing to tell."""
        last = self.current
        if last is None or not self.asked:
            return ""
        if self.asks:
            return _("Calibration: %(done)d of %(of)d known pairs answered.") % {"done": last.done, "of": last.of}
        agreed = _("In the calibration you agreed with %(agreed)d of %(done)d known pairs.") % {
            "agreed": last.agreed,
            "done": last.done,
        }
        return f"{agreed} {self._verdict()}"

    def _verdict(self) -> str:
        if not self.sets_aside:
            return _("Your votes count in full.")
        least = _(
            "This contest asks for %(least)d %%: your votes are kept, and count on no board for now (calibration)."
        )
        again = _("You may try a round of other known pairs.") if self.may_repeat else ""
        return f"{least % {'least': round(100 * (self.least or 0))}} {again}".strip()


def calibration(contest: Contest, rater: Rater | None) -> Calibration:
    """Return where a rater stands; of judges, simulations and contests that ask for none nothing is asked, by no query.

    A rater who voted in the contest before it asked for a calibration is not new and is asked for none.
    """
    asked = contest.calibration_pairs or 0
    if rater is None or rater.kind != RaterKind.HUMAN or not asked:
        return Calibration(asked, contest.calibration_share, [], 0, asks=False)
    rounds, left = _rounds(contest, rater), len(pairs_left(contest, rater))
    if rounds:
        asks = not rounds[-1].over and left > 0
    else:
        mine = Battle.objects.filter(of_person(rater), contest=contest, state=BattleState.VOTED, purpose__isnull=True)
        asks = left > 0 and not mine.exists()
    return Calibration(asked, contest.calibration_share, rounds, left, asks)


def pairs_left(contest: Contest, rater: Rater) -> list[KnownPair]:
    """Return the known pairs that a rater can still be shown, those never shown first.

    Not those that the rater voted on: what is known of them was told, or could be guessed. Skipped ones come back.
    """
    met = Battle.objects.filter(of_person(rater), contest=contest).order_by()
    met_rows = list(met.values_list("response_a_id", "response_b_id", "state"))
    shown = {frozenset(row[:2]) for row in met_rows}
    answered = {frozenset(row[:2]) for row in met_rows if row[2] == BattleState.VOTED}
    fresh = [pair for pair in known_pairs(contest) if _two(pair) not in answered]
    return sorted((pair for pair in fresh if reads(rater, pair.prompt.language)), key=lambda pair: _two(pair) in shown)


def _two(pair: KnownPair) -> frozenset[int]:
    return frozenset((pair.better_id, pair.worse_id))


def _rounds(contest: Contest, rater: Rater) -> list[Round]:
    battles = Battle.objects.filter(of_person(rater), contest=contest, purpose=BattlePurpose.CALIBRATION).order_by("id")
    columns = ("reason", "response_a_id", "response_b_id", "vote__outcome", "vote__voided_at")
    better = set(KnownPair.objects.filter(contest=contest).values_list("better_id", "worse_id"))
    found: dict[int, Round] = {}
    for reason, a, b, outcome, voided in battles.values_list(*columns):
        number = int(reason["round"])
        before = found.get(number) or Round(number, int(reason["of"]), bool(reason.get("short")), 0, 0)
        counts = outcome is not None and voided is None
        agrees = counts and chosen(a, b, outcome) in better
        found[number] = Round(number, before.of, before.short, before.done + counts, before.agreed + agrees)
    return [found[number] for number in sorted(found)]


@dataclass(frozen=True, slots=True)
class Expected:
    """What is told after the vote on a known pair of a round."""

    outcome: VoteOutcome
    agreed: bool
    rationale: str


def expected(battle: Battle) -> Expected | None:
    """Return what was expected of a voted battle of a calibration round; None for other battles."""
    if battle.purpose != BattlePurpose.CALIBRATION or battle.state != BattleState.VOTED:
        return None
    two = (battle.response_a_id, battle.response_b_id)
    pair = KnownPair.objects.filter(better__in=two, worse__in=two).first()
    if pair is None:
        return None
    outcome = VoteOutcome.A if pair.better_id == battle.response_a_id else VoteOutcome.B
    return Expected(outcome, battle.vote.outcome == outcome, pair.rationale or "")


def tell_place(battle: Battle) -> str:
    """Return which of its round a battle is, as a title; empty where it belongs to none."""
    if battle.purpose != BattlePurpose.CALIBRATION:
        return ""
    before = Battle.objects.filter(
        of_person(battle.rater),
        contest=battle.contest_id,
        purpose=BattlePurpose.CALIBRATION,
        reason__round=battle.reason["round"],
        state=BattleState.VOTED,
        vote__voided_at__isnull=True,
        pk__lt=battle.pk,
    ).count()
    of = int(battle.reason["of"])
    return _("Calibration %(place)d of %(of)d") % {"place": min(before + 1, of), "of": of}


def why_too_few(contest: Contest) -> str:
    """Return why the known pairs of a contest do not suffice for its calibration, for admins; empty where they do."""
    asked = contest.calibration_pairs or 0
    there = len(known_pairs(contest)) if asked else 0
    if there >= asked:
        return ""
    return (
        f"The calibration asks for {asked} known pairs, and {there} can be shown. Voters are not held up: their round is "
        f"shorter{' ' if there else ', that is to say there is none, '}and decides nothing. Add known pairs."
    )


@dataclass(frozen=True, slots=True)
class CalibrationCounts:
    """How a rater did in all calibration rounds of all contests, and how many of their votes have no weight for it."""

    answered: int
    agreed: int
    aside: int


def calibration_counts(rater: Rater) -> CalibrationCounts:
    """Return how a rater did on the known pairs of calibration rounds; voided votes are left out. Three queries."""
    battles = Battle.objects.filter(of_person(rater), purpose=BattlePurpose.CALIBRATION, vote__voided_at__isnull=True)
    rows = list(battles.filter(state=BattleState.VOTED).values_list("response_a_id", "response_b_id", "vote__outcome"))
    named = {response for a, b, _said in rows for response in (a, b)}
    better = set(KnownPair.objects.filter(better__in=named).values_list("better_id", "worse_id"))
    agreed = sum(chosen(*row) in better for row in rows)
    aside = Vote.objects.filter(of_person(rater, "battle__rater"), integrity_reason=IntegrityReason.CALIBRATION).count()
    return CalibrationCounts(len(rows), agreed, aside)
