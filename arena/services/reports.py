"""Reports of problems: told by raters, closed by staff. The only writer of them."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from arena.models import Battle, BattleReport, Rater, ReportKind, ReportState
from arena.services.errors import BattleNotFound, ServiceError
from arena.services.raters import hold_rater


def report_problem(token: str, rater: Rater, kind: ReportKind, text: str = "") -> BattleReport:
    """Record what a rater found wrong with a battle of its own, before the vote or after it; the battle stays as it is.

    The same kind of problem told again is the same report: what is new in its text is added, and whoever closed it
    has to look again only if something was.

    Raises BattleNotFound if no battle with this token belongs to this rater.
    """
    battle = Battle.objects.filter(token=token, rater=rater).first()
    if battle is None:
        raise BattleNotFound
    text = text.strip()
    with transaction.atomic():
        hold_rater(rater)
        report, created = BattleReport.objects.get_or_create(battle=battle, kind=kind, defaults={"text": text})
        if not created and text:
            _add_text(report, text)
    return report


def _add_text(report: BattleReport, text: str) -> None:
    told = BattleReport.objects.select_for_update().get(pk=report.pk)
    if text in told.text:
        return
    report.text = f"{told.text}\n{text}".strip()
    report.state, report.closed_at, report.closed_by = ReportState.OPEN, None, None
    report.save(update_fields=["text", "state", "closed_at", "closed_by"])


def close_reports(
    reports: QuerySet[BattleReport], by: User | None, state: ReportState, note: str = "", now: datetime | None = None
) -> int:
    """Resolve or reject reports, all or none of them; return how many changed. A note that is empty leaves the old one.

    Raises ServiceError for a state that closes nothing.
    """
    if state == ReportState.OPEN:
        raise ServiceError("A report is closed as resolved or as rejected.")
    told = {"note": note.strip()} if note.strip() else {}
    return reports.exclude(state=state).update(state=state, closed_at=now or timezone.now(), closed_by=by, **told)


def reopen_reports(reports: QuerySet[BattleReport]) -> int:
    """Open closed reports again; return how many changed."""
    return reports.exclude(state=ReportState.OPEN).update(state=ReportState.OPEN, closed_at=None, closed_by=None)
