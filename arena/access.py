"""Who may see or change what, and who is asking. Pages and API ask here."""

from ipaddress import IPv6Address, ip_address
from typing import Final

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from arena.models import (
    Audience,
    Battle,
    Contest,
    ContestState,
    Invitation,
    LiveBattle,
    Membership,
    Rater,
    Talk,
    Voters,
    of_person,
)

BROWSER_COOKIE: Final = "versus_browser"
BROWSER_SALT: Final = "arena.browser"
BROWSER_SECONDS: Final = 365 * 24 * 3600


def memberships_of(request: HttpRequest) -> QuerySet[Membership]:
    """Return the memberships of the account behind a request, else of its browser."""
    if request.user.is_authenticated:
        # Those of browsers that joined the account among them: they are one person.
        return Membership.objects.filter(Q(rater__user=request.user) | Q(rater__joined__user=request.user))
    key = browser_key_of(request)
    return Membership.objects.filter(rater__browser_key=key) if key else Membership.objects.none()


def _joined(memberships: QuerySet[Membership], contest: str = "pk") -> Exists:
    """Return whether one of the memberships is of the contest that a column names, or of one of its groups."""
    return Exists(memberships.filter(Q(contest=OuterRef(contest)) | Q(group__contests=OuterRef(contest))))


def visible_contests(request: HttpRequest) -> QuerySet[Contest]:
    """Return the contests that a visitor may see: drafts are for staff, some contests for their members."""
    if request.user.is_staff:
        return Contest.objects.all()
    shown = Contest.objects.exclude(state=ContestState.DRAFT)
    return shown.filter(~Q(audience=Audience.MEMBERS) | Q(_joined(memberships_of(request))))


def listed_contests(request: HttpRequest) -> QuerySet[Contest]:
    """Return the contests that lists show a visitor: without unlisted ones, unless it is a member of them."""
    if request.user.is_staff:
        return Contest.objects.all()
    return visible_contests(request).filter(~Q(audience=Audience.UNLISTED) | Q(_joined(memberships_of(request))))


def votable_contests(request: HttpRequest) -> QuerySet[Contest]:
    """Return the contests in whose votes a visitor may take part, whether they take any now or not.

    Staff see everything and vote as everybody else: the votes of a panel are those of its members.
    """
    joined = _joined(memberships_of(request))
    for_all = Q(voters__isnull=True) | Q(voters=Voters.ANYONE)
    if request.user.is_authenticated:
        for_all |= Q(voters=Voters.ACCOUNTS)
    return visible_contests(request).filter(for_all | Q(joined, voters=Voters.MEMBERS))


def why_no_vote(request: HttpRequest, contest: Contest) -> str:
    """Return what keeps a visitor from voting in a contest and what to do about it; empty where nothing does."""
    if contest.voters in (None, Voters.ANYONE) or votable_contests(request).filter(pk=contest.pk).exists():
        return ""
    if contest.voters == Voters.ACCOUNTS:
        return _("Voting in this contest needs an account. Log in, and you can begin.")
    return _(
        "Voting in this contest is for those who were invited. If you have an invitation link, open it in this browser; "
        "otherwise ask whoever runs the contest for one."
    )


def contest_or_404(request: HttpRequest, slug: str) -> Contest:
    """Return a contest that a visitor may see, or raise Http404: a hidden one and an unknown one look the same."""
    contest = visible_contests(request).filter(slug=slug).first()
    if contest is None:
        raise Http404("There is no such contest.")
    return contest


def _is_open_to(rater: Rater, row: Battle | LiveBattle) -> bool:
    """Return whether the contest of what belongs to a rater is one that it may see.

    Who is a member no more sees nothing of a contest for members, its own battles included.
    """
    if row.contest.audience != Audience.MEMBERS:
        return True
    joined = _joined(Membership.objects.filter(of_person(rater)), "contest")
    # Of a browser that joined, the account is that of the rater which it joined.
    staff = Q(rater__user__is_staff=True) | Q(rater__joined__user__is_staff=True)
    return type(row)._default_manager.filter(staff | Q(joined), pk=row.pk).exists()


def battle_or_404(rater: Rater | None, token: str) -> Battle:
    """Return this rater's battle, or raise Http404: a foreign token and an unknown one look the same."""
    battle = None
    # PostgreSQL does not look for a text with a zero in it.
    if rater is not None and "\0" not in token:
        battle = (
            Battle.objects.select_related("contest", "prompt", "response_a", "response_b", "vote")
            .filter(of_person(rater), token=token)
            .first()
        )
    if rater is None or battle is None or not _is_open_to(rater, battle):
        raise Http404("There is no such battle.")
    return battle


def live_contest_or_404(request: HttpRequest, slug: str) -> Contest:
    """Return a contest that a visitor may see and that takes typed prompts, or raise Http404."""
    contest = contest_or_404(request, slug)
    if not contest.live:
        raise Http404("There are no live battles in this contest.")
    return contest


def live_or_404(rater: Rater | None, token: str) -> LiveBattle:
    """Return this rater's live battle, or raise Http404: a foreign token and an unknown one look the same."""
    live = None
    if rater is not None and "\0" not in token:
        live = (
            LiveBattle.objects.select_related("contest", "rater", "battle", "contestant_a", "contestant_b")
            .filter(of_person(rater), token=token)
            .first()
        )
    if rater is None or live is None or not _is_open_to(rater, live):
        raise Http404("There is no such battle.")
    return live


def staff_contest_or_404(request: HttpRequest, slug: str) -> Contest:
    """Return a contest for a door that only staff may open, or raise Http404: for all others it is not there."""
    if not request.user.is_staff:
        raise Http404("There is no such page.")
    return contest_or_404(request, slug)


def talk_or_404(user: User | AnonymousUser, token: str) -> Talk:
    """Return this member of staff's talk, or raise Http404: a foreign token and an unknown one look the same."""
    talk = None
    if user.is_staff and "\0" not in token:
        rows = Talk.objects.select_related("contest", "contestant_a", "contestant_b")
        talk = rows.filter(token=token, staff_id=user.pk).first()
    if talk is None:
        raise Http404("There is no such talk.")
    return talk


def invitation_or_404(token: str) -> Invitation:
    """Return the invitation with this token, whether it still works or not, or raise Http404."""
    found = None if "\0" in token else Invitation.objects.select_related("contest", "group").filter(token=token).first()
    if found is None:
        raise Http404("There is no such invitation.")
    return found


def browser_key_of(request: HttpRequest) -> str | None:
    """Return the key in this browser's signed cookie; None where there is none or the signature is wrong."""
    key = request.get_signed_cookie(BROWSER_COOKIE, default=None, salt=BROWSER_SALT, max_age=BROWSER_SECONDS)
    return key or None


def rater_of(request: HttpRequest) -> Rater | None:
    """Return the rater behind a request: its account, else its browser; None before the first battle."""
    if request.user.is_authenticated:
        return Rater.objects.filter(user=request.user).first()
    key = browser_key_of(request)
    return Rater.objects.filter(browser_key=key).first() if key else None


def client_address(request: HttpRequest) -> str:
    """Return the address that a request came from; empty where it tells none, as on a socket of this machine.

    Behind `TRUSTED_PROXIES` proxies it is the one that the outermost of them saw: so many from the right of
    X-Forwarded-For, because whatever stands further left was written by the client. A list that is too short or holds
    something else than an address there did not come through them: then it is the peer.
    """
    peer = str(request.META.get("REMOTE_ADDR") or "")
    trusted = settings.TRUSTED_PROXIES
    told = str(request.META.get("HTTP_X_FORWARDED_FOR") or "").split(",")
    candidate = told[-trusted].strip() if 0 < trusted <= len(told) else ""
    return _address(candidate) or _address(peer)


def client_network(request: HttpRequest) -> str:
    """Return the network that a request came from: the address, of IPv6 its first 64 bits, which one household shares."""
    text = client_address(request)
    address = ip_address(text) if text else None
    if isinstance(address, IPv6Address):
        return str(IPv6Address(int(address) >> 64 << 64))
    return text


def _address(text: str) -> str:
    """Return an address as it is usually written; empty for what is none. IPv4 written as IPv6 is IPv4."""
    try:
        address = ip_address(text)
    except ValueError:
        return ""
    if isinstance(address, IPv6Address):
        # A zone names a link of this machine and no one's network.
        address = address.ipv4_mapped or IPv6Address(int(address))
    return str(address)
