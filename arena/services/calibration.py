"""Calibration: another round for a voter whose votes were set aside, and votes that an admin lets count in full."""

from datetime import datetime

import numpy as np
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from arena.models import Battle, Contest, ContestState, IntegrityReason, LeakPolicy, Rater, Vote
from arena.queries.calibration import calibration
from arena.services.battles import open_battle, write_battle
from arena.services.consents import require_consent
from arena.services.errors import CalibrationRefused, ContestClosed, ServiceError
from arena.services.quality_drawing import draw_of_round
from arena.services.raters import hold_rater
from arena.services.votes import weigh_leaks


def repeat_calibration(
    contest: Contest, rater: Rater, *, rng: np.random.Generator | None = None, now: datetime | None = None
) -> Battle:
    """Begin another round of known pairs that this rater has not answered; return its first battle.

    Within a round, the battle that waits is handed out: a second press begins nothing twice.

    Raises
    ------
    ContestClosed
        If the contest takes no votes now.
    ConsentMissing
        If the voter has not accepted the terms in force.
    CalibrationRefused
        If the rater's votes are not set aside, or too few known pairs are left for a whole round.
    """
    now = now or timezone.now()
    if contest.state != ContestState.OPEN or contest.simulated:
        raise ContestClosed(contest.name)
    require_consent(rater)
    with transaction.atomic():
        # A second press waits here, and then finds what the first one began.
        hold_rater(rater)
        standing = calibration(contest, rater)
        if not standing.asks:
            if not standing.sets_aside:
                raise CalibrationRefused(_("There is no calibration for you to repeat: your votes count."))
            if not standing.may_repeat:
                raise CalibrationRefused(
                    _("Too few known pairs are left that you have not answered. Please ask an admin.")
                )
            drawn = draw_of_round(contest, rater, standing, rng or np.random.default_rng(), another=True)
            return write_battle(contest, rater, drawn, now)
    return open_battle(contest, rater, rng=rng, now=now)


def count_in_full(votes: QuerySet[Vote], reason: str) -> int:
    """Let votes count in full that a calibration had set aside; return how many changed. All or none of them.

    What else lessens a vote still does: a response that named its author, where the contest weighs such votes.

    Raises
    ------
    ServiceError
        Without a reason: an admin's word against a rule must be explained.
    """
    if not reason.strip():
        raise ServiceError("Say why: votes that were set aside count again only with a reason.")
    full = {"integrity_weight": 1.0, "integrity_reason": IntegrityReason.NONE}
    aside = Vote.objects.filter(pk__in=votes.values("pk"), integrity_reason=IntegrityReason.CALIBRATION)
    weighed = aside.filter(battle__contest__leak_policy=LeakPolicy.WEIGH)
    related = ("battle__contest", "battle__prompt", "battle__response_a__prompt", "battle__response_b__prompt")
    with transaction.atomic():
        done = 0
        for vote in weighed.select_related(*related):
            done += aside.filter(pk=vote.pk).update(**{**full, **weigh_leaks(vote.battle)})
        return done + aside.update(**full)
