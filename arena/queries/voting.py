"""How voting goes in a contest: votes taken back and given again, skips, reports; for those who run it."""

from dataclasses import dataclass

from arena.models import Battle, BattleReport, BattleState, Contest, ReportState, SkipReason, Vote
from arena.queries.undo import UNDONE


@dataclass(frozen=True, slots=True)
class VotingCounts:
    """Counts of one contest.

    Attributes
    ----------
    undone : votes taken back by their voters. again : given again, changed : with another outcome than before.
    skipped : battles left without a vote, cannot_judge : because their rater could not judge them.
    reports, open_reports : problems told, and those that nobody has closed.
    """

    undone: int
    again: int
    changed: int
    skipped: int
    cannot_judge: int
    reports: int
    open_reports: int


def voting_counts(contest: Contest) -> VotingCounts:
    """Return how voting goes in a contest. Seven queries."""
    battles = Battle.objects.filter(contest=contest).order_by()
    skipped = battles.filter(state=BattleState.SKIPPED)
    reports = BattleReport.objects.filter(battle__contest=contest).order_by()
    undone = Vote.objects.filter(battle__contest=contest, void_reason=UNDONE)
    before = dict(undone.values_list("battle__public_id", "outcome"))
    after = Vote.objects.filter(battle__contest=contest, battle__reason__has_key="again", voided_at__isnull=True)
    pairs = list(after.values_list("battle__reason__again", "outcome"))
    return VotingCounts(
        undone=len(before),
        again=len(pairs),
        changed=sum(before.get(first) != outcome for first, outcome in pairs),
        skipped=skipped.count(),
        cannot_judge=skipped.filter(skip_reason=SkipReason.CANNOT_JUDGE).count(),
        reports=reports.count(),
        open_reports=reports.filter(state=ReportState.OPEN).count(),
    )


def tell_voting(counts: VotingCounts) -> str:
    """Return the counts as sentences."""
    return (
        f"{counts.undone:,} votes were undone by their voters; {counts.again:,} were given again, "
        f"{counts.changed:,} of them changed. {counts.skipped:,} battles were skipped, {counts.cannot_judge:,} because "
        f"the rater could not judge them. {counts.reports:,} problems were reported, {counts.open_reports:,} are open."
    )
