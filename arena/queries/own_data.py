"""Everything that is stored of one person, as plain values: for the person alone."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.models import User
from django.utils import timezone

from arena.matchmaking.reasons import tell_reason
from arena.models import Battle, BattleReport, BattleState, Consent, LiveBattle, Rater, Talk, Terms, of_person


def own_data(rater: Rater | None, user: User | None, now: datetime | None = None) -> dict[str, Any]:
    """Return all that is stored of a person: account, raters, profile, consents, battles with votes, what they typed.

    Contestants are named on battles that the person voted on, and on no others: what is open or was skipped stays blind.
    """
    everyone = [] if rater is None else list(Rater.objects.filter(of_person(rater, "pk")).order_by("id"))
    return {
        "made_at": _time(now or timezone.now()),
        "account": None if user is None else _account(user),
        "raters": [_rater(one) for one in everyone],
        "consents": [
            {"version": one.terms.version, "accepted_at": _time(one.created_at)}
            for one in Consent.objects.filter(rater__in=everyone).select_related("terms").order_by("id")
        ],
        "battles": list(_battles(everyone)),
        "live_battles": list(_live(everyone)),
        "reports": list(_reports(everyone)),
        "talks": [] if user is None else list(_talks(user)),
    }


def accepted_terms(rater: Rater | None) -> list[tuple[Terms, datetime]]:
    """Return which terms a person accepted, and when, newest first."""
    if rater is None:
        return []
    given = Consent.objects.filter(of_person(rater)).select_related("terms").order_by("-id")
    return [(one.terms, one.created_at) for one in given]


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _account(user: User) -> dict[str, Any]:
    connected = getattr(user, "socialaccount_set", None)
    return {
        "name": user.get_username(),
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "addresses": [
            {"email": email, "confirmed": verified, "primary": primary}
            for email, verified, primary in EmailAddress.objects.filter(user=user)
            .order_by("id")
            .values_list("email", "verified", "primary")
        ],
        "connected": []
        if connected is None
        else list(connected.order_by("id").values("provider", "uid", "extra_data")),
        "joined_at": _time(user.date_joined),
        "last_login_at": _time(user.last_login),
        "has_api_token": hasattr(user, "auth_token"),
    }


def _rater(rater: Rater) -> dict[str, Any]:
    return {
        "id": rater.public_id,
        "of": "account" if rater.user_id else "browser",
        "since": _time(rater.created_at),
        "languages": rater.languages,
        "expertise": [
            {"contest": contest, "category": category}
            for contest, category in rater.expertise.order_by("id").values_list("contest__slug", "slug")
        ],
        "memberships": [
            {"contest": contest, "group": group, "since": _time(since)}
            for contest, group, since in rater.memberships.order_by("id").values_list(
                "contest__slug", "group__name", "created_at"
            )
        ],
    }


def _battles(raters: list[Rater]) -> Iterator[dict[str, Any]]:
    related = ("contest", "prompt", "contestant_a", "contestant_b", "vote", "rater")
    for battle in Battle.objects.filter(rater__in=raters).select_related(*related).order_by("id").iterator(500):
        voted = battle.state == BattleState.VOTED
        yield {
            "id": battle.public_id,
            "rater": battle.rater.public_id,
            "contest": battle.contest.slug,
            "prompt": battle.prompt.text,
            "state": battle.state,
            "skip_reason": battle.skip_reason,
            "served_at": _time(battle.served_at),
            "closed_at": _time(battle.closed_at),
            "contestant_a": battle.contestant_a.slug if voted else None,
            "contestant_b": battle.contestant_b.slug if voted else None,
            "why": tell_reason(battle.reason) if voted else None,
            "vote": _vote(battle) if voted else None,
        }


def _vote(battle: Battle) -> dict[str, Any]:
    vote = battle.vote
    return {
        "id": vote.public_id,
        "outcome": vote.outcome,
        "tags": vote.tags,
        "comment": vote.comment,
        "cast_at": _time(vote.created_at),
        "duration_ms": vote.duration_ms,
        "voided_at": _time(vote.voided_at),
        "void_reason": vote.void_reason,
        "integrity_weight": vote.integrity_weight,
        "integrity_reason": vote.integrity_reason,
    }


def _live(raters: list[Rater]) -> Iterator[dict[str, Any]]:
    for live in LiveBattle.objects.filter(rater__in=raters).select_related("contest").order_by("id"):
        typed = [turn["user"] for turn in live.turns]
        yield {
            "id": live.public_id,
            "contest": live.contest.slug,
            "state": live.state,
            # While it is written, the last message is not among the turns yet.
            "typed": typed if live.asked in typed[-1:] else [*typed, live.asked],
            "began_at": _time(live.created_at),
        }


def _reports(raters: list[Rater]) -> Iterator[dict[str, Any]]:
    for report in BattleReport.objects.filter(battle__rater__in=raters).select_related("battle").order_by("id"):
        yield {
            "battle": report.battle.public_id,
            "kind": report.kind,
            "text": report.text,
            "state": report.state,
            "told_at": _time(report.created_at),
        }


def _talks(user: User) -> Iterator[dict[str, Any]]:
    """Return the talks of a member of staff: what it typed and noted."""
    held = Talk.objects.filter(staff=user).select_related("contest").prefetch_related("answers").order_by("id")
    for talk in held:
        typed = {answer.turn: answer.asked for answer in talk.answers.all()}
        yield {
            "id": talk.public_id,
            "contest": talk.contest.slug,
            "typed": [*(typed[turn] for turn in sorted(typed)), *([talk.asked] if talk.asked else [])],
            "preference": talk.preference,
            "note": talk.note,
            "began_at": _time(talk.created_at),
        }
