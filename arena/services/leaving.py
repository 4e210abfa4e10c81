"""Leaving: a person goes, with or without their votes. Everything that leads to them is removed; no vote is deleted."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from allauth.account.models import EmailAddress
from django.contrib.admin.models import LogEntry
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _

from arena.models import (
    Battle,
    BattleReport,
    BattleState,
    JudgeCall,
    LiveBattle,
    LiveState,
    Membership,
    Prompt,
    PromptState,
    Rater,
    RaterKind,
    Response,
    Talk,
    TalkAnswer,
    Vote,
    of_person,
)
from arena.services.errors import ServiceError
from arena.services.votes import void_votes

WITHDRAWN: Final = "Withdrawn by the rater."
"""Why such a vote is void."""
BLANK: Final = "[Withdrawn by whoever wrote it.]"
"""What stands in the place of a text that was typed by somebody who withdrew."""
GONE: Final = "[Somebody who left.]"
"""What stands in the place of a name in the log of the admin."""


def leave(rater: Rater | None, user: User | None, *, withdraw: bool, now: datetime | None = None) -> int:
    """Remove a person, all of it or nothing; return how many votes were voided.

    1. Refuse staff: who runs an installation is not removed from it by a press.
    2. Hold the rater and the browsers that joined it, and close what waits for their votes.
    3. Withdrawing, void every vote that stands, for good, and blank what the person typed: prompts, and talks held as staff.
    4. Remove what they wrote beside votes (comments, reports) and what leads to them (browser keys, profile, memberships).
    5. Delete the account with its addresses, API tokens and sessions.

    Raises
    ------
    ServiceError
        If the account is staff, or did work as staff that is signed with its name, or is no person's.
    """
    if user is not None and (user.is_staff or user.is_superuser):
        raise ServiceError(
            _(
                "This account runs the installation. Another administrator has to take its rights away before it can leave."
            )
        )
    if rater is not None and rater.kind != RaterKind.HUMAN:
        raise ServiceError(_("This rater is no person."))
    now = now or timezone.now()
    with transaction.atomic():
        voided = 0 if rater is None else _part_with(rater, withdraw, now)
        if user is not None:
            if withdraw:
                _blank_talks(user)
            _delete_account(user)
    return voided


def _part_with(rater: Rater, withdraw: bool, now: datetime) -> int:
    everyone = Rater.objects.filter(of_person(rater, "pk")).order_by("pk")
    raters = list(everyone.select_for_update(no_key=True))
    _close_open(raters, now)
    voided = 0
    if withdraw:
        voided = void_votes(Vote.objects.filter(battle__rater__in=raters, voided_at__isnull=True), None, WITHDRAWN)
        _blank_prompts(raters)
    Vote.objects.filter(battle__in=Battle.objects.filter(rater__in=raters)).update(comment="")
    BattleReport.objects.filter(battle__in=Battle.objects.filter(rater__in=raters)).update(text="")
    Membership.objects.filter(rater__in=raters).delete()
    for one in raters:
        _unname(one, withdraw, now)
    return voided


def _close_open(raters: Sequence[Rater], now: datetime) -> None:
    writing = LiveBattle.objects.filter(rater__in=raters, state=LiveState.WRITING)
    writing.update(state=LiveState.CLOSED, shown_a="", shown_b="")
    waiting = Battle.objects.filter(rater__in=raters, state=BattleState.SERVED)
    # Whoever votes at this moment wins, and the vote is found by what follows; or the battle is closed to them.
    waiting.update(state=BattleState.EXPIRED, closed_at=now)


def _blank_prompts(raters: Sequence[Rater]) -> None:
    """Blank what these raters typed, and the answers, which may repeat it; the prompts are junk from then on."""
    live = LiveBattle.objects.filter(rater__in=raters)
    prompts = list(Battle.objects.filter(live__in=live).values_list("prompt", flat=True))
    gone = {"features": None, "features_version": None, "leaks": None, "leaks_version": None}
    Response.objects.filter(prompt__in=prompts).update(text=BLANK, turns=None, mean_logprob=None, **gone)
    JudgeCall.objects.filter(battle__prompt__in=prompts).update(raw_text="", details={})
    Prompt.objects.filter(pk__in=prompts).update(
        text=BLANK, turns=[], reference="", tests=[], state=PromptState.JUNK, state_reason=WITHDRAWN
    )
    live.update(asked=BLANK, turns=[], shown_a="", shown_b="")


def _blank_talks(user: User) -> None:
    """Blank what a former member of staff said in talks, and the answers; what they cost stays counted."""
    talks = Talk.objects.filter(staff=user)
    TalkAnswer.objects.filter(talk__in=talks).update(asked=BLANK, text=BLANK)
    talks.exclude(asked="").update(asked=BLANK)
    talks.update(note="", shown_a="", shown_b="")


def _unname(rater: Rater, withdraw: bool, now: datetime) -> None:
    rater.user = rater.browser_key = rater.joined = rater.languages = None
    # A rater is somebody, by a constraint of the table. This one is nobody in particular.
    rater.external_key = f"left:{uuid.uuid4().hex}"
    rater.left_at = now
    rater.withdrew_at = now if withdraw else None
    rater.save(update_fields=["user", "browser_key", "joined", "languages", "external_key", "left_at", "withdrew_at"])
    rater.expertise.clear()


def _delete_account(user: User) -> None:
    signed = _("This account once did work as staff that is signed with its name. Ask whoever runs this installation.")
    # The log of the admin would go with its author, and with it the reasons for what was done.
    if LogEntry.objects.filter(user=user).exists():
        raise ServiceError(signed)
    _unname_log(user)
    key = str(user.pk)
    for session in Session.objects.iterator():
        if session.get_decoded().get(SESSION_KEY) == key:
            session.delete()
    try:
        # Addresses, tokens of the API and connected logins go with it.
        user.delete()
    except ProtectedError as error:
        raise ServiceError(signed) from error


def _unname_log(user: User) -> None:
    """Take name and addresses of an account out of the lines that the log of the admin has about it."""
    for of in (user, *EmailAddress.objects.filter(user=user)):
        kind = ContentType.objects.get_for_model(of)
        LogEntry.objects.filter(content_type=kind, object_id=str(of.pk)).update(object_repr=GONE, change_message="")


def find_person(name: str) -> tuple[Rater | None, User | None]:
    """Return the rater and the account behind a user name, an e-mail address or a rater's public id.

    Raises ServiceError where there is none, or more than one.
    """
    users = list(User.objects.filter(username=name)) or list(User.objects.filter(email__iexact=name))
    if len(users) > 1:
        raise ServiceError(f"{len(users)} accounts have the address {name}. Use the user name.")
    if users:
        return Rater.objects.filter(user=users[0]).first(), users[0]
    rater = Rater.objects.select_related("user", "joined__user").filter(public_id=name, left_at__isnull=True).first()
    if rater is None:
        raise ServiceError(f"There is no account and no rater {name}.")
    whole = rater.joined or rater
    return whole, whole.user
