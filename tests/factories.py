"""The cast: small facts with every default, so that a test names only what it is about."""

from itertools import count
from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.core.signing import get_cookie_signer
from django.http import HttpRequest
from django.test import RequestFactory
from django.utils import timezone
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from arena.access import BROWSER_COOKIE, BROWSER_SALT
from arena.models import (
    Battle,
    BattleState,
    Category,
    Contest,
    Contestant,
    Criterion,
    Invitation,
    Judge,
    JudgeKind,
    KnownPair,
    LiveBattle,
    Matchmaking,
    Membership,
    Prompt,
    ProviderEndpoint,
    Rater,
    RaterGroup,
    RaterKind,
    Response,
    ResponseOrigin,
    Talk,
    TalkAnswer,
    Vote,
    VoteOutcome,
)
from arena.services.providers import save_provider

_serial = count(1)


def make_user(name: str = "alice", **fields: Any) -> User:
    return User.objects.create_user(username=name, password=fields.pop("password", "a long password"), **fields)


def make_staff(name: str = "ada") -> User:
    return User.objects.create_superuser(username=name, password="a long password")


def make_contest(slug: str = "tea", **fields: Any) -> Contest:
    return Contest.objects.create(slug=slug, **{"name": slug.title(), **fields})


def make_contestant(contest: Contest, name: str | None = None, **fields: Any) -> Contestant:
    name = name or f"Contestant {next(_serial)}"
    defaults = {"slug": name.lower().replace(" ", "-"), "provider": "somewhere", "model": f"model-of-{name.lower()}"}
    return Contestant.objects.create(contest=contest, name=name, **{**defaults, **fields})


def make_category(contest: Contest, slug: str = "general") -> Category:
    return Category.objects.create(contest=contest, slug=slug, name=slug.title())


def make_criterion(contest: Contest, slug: str = "witty", **fields: Any) -> Criterion:
    return Criterion.objects.create(contest=contest, slug=slug, **{"name": slug.title(), **fields})


def make_prompt(contest: Contest, text: str = "How long should tea steep?", **fields: Any) -> Prompt:
    return Prompt.objects.create(contest=contest, text=text, **{"slug": f"prompt-{next(_serial)}", **fields})


def make_response(prompt: Prompt, contestant: Contestant, text: str | None = None, **fields: Any) -> Response:
    return Response.objects.create(
        contest=prompt.contest,
        prompt=prompt,
        contestant=contestant,
        text=f"Answer number {next(_serial)}." if text is None else text,
        **{"origin": ResponseOrigin.IMPORTED, **fields},
    )


def make_arena(contestants: int = 3, prompts: int = 2, slug: str = "tea", **fields: Any) -> Contest:
    """A contest in which everybody answered everything, each in other words."""
    contest = make_contest(slug, **fields)
    cast = [make_contestant(contest) for _ in range(contestants)]
    for _ in range(prompts):
        prompt = make_prompt(contest)
        for contestant in cast:
            make_response(prompt, contestant)
    return contest


def make_judge(slug: str = "careful-judge", kind: str = JudgeKind.CHAT, **fields: Any) -> Judge:
    return Judge.objects.create(slug=slug, name=slug.replace("-", " ").title(), kind=kind, **fields)


def make_rater(kind: str = RaterKind.HUMAN, **fields: Any) -> Rater:
    if kind == RaterKind.JUDGE:
        fields.setdefault("judge", make_judge(f"judge-{next(_serial)}") if "judge" not in fields else fields["judge"])
    elif not fields:
        fields["external_key"] = f"test:{next(_serial)}"
    return Rater.objects.create(kind=kind, **fields)


def make_battle(contest: Contest, rater: Rater | None = None, **fields: Any) -> Battle:
    """A battle between the first two contestants on the first prompt, unless told otherwise."""
    prompt = fields.pop("prompt", None) or contest.prompts.order_by("id")[0]
    responses = fields.pop("responses", None) or prompt.responses.order_by("id")[:2]
    first, second = responses
    return Battle.objects.create(
        contest=contest,
        prompt=prompt,
        response_a=first,
        response_b=second,
        contestant_a=first.contestant,
        contestant_b=second.contestant,
        rater=rater or make_rater(),
        **{"policy": "test/1", **fields},
    )


def make_vote(battle: Battle, outcome: str = VoteOutcome.A, **fields: Any) -> Vote:
    """A vote on a battle, which it closes."""
    battle.state = BattleState.VOTED
    battle.closed_at = timezone.now()
    battle.save()
    return Vote.objects.create(battle=battle, outcome=outcome, **fields)


def make_matchmaking(contest: Contest, **fields: Any) -> Matchmaking:
    return Matchmaking.objects.create(contest=contest, **fields)


def make_known_pair(contest: Contest, **fields: Any) -> KnownPair:
    """An attention check on the first prompt: its first response is better than its second, unless told otherwise."""
    prompt = fields.pop("prompt", None) or contest.prompts.order_by("id")[0]
    better, worse = fields.pop("responses", None) or prompt.responses.order_by("id")[:2]
    return KnownPair.objects.create(contest=contest, prompt=prompt, better=better, worse=worse, **fields)


def make_live(contest: Contest, **fields: Any) -> LiveBattle:
    """A live battle between the first two contestants that is being written, unless told otherwise."""
    first, second = contest.contestants.order_by("id")[:2]
    defaults = {"rater": fields.pop("rater", None) or make_rater(), "asked": "How long should tea steep?"}
    pair = {"contestant_a": first, "contestant_b": second}
    return LiveBattle.objects.create(contest=contest, **{**defaults, **pair, **fields})


def make_endpoint(name: str = "lab", key: str = "", **fields: Any) -> ProviderEndpoint:
    """A provider that an admin entered."""
    return save_provider(ProviderEndpoint(name=name, **{"base_url": "http://127.0.0.1:9/v1", **fields}), key)


def make_talk(contest: Contest, staff: User, **fields: Any) -> Talk:
    """A talk beside one another with the first two contestants, one turn long, unless told otherwise."""
    first, second = contest.contestants.order_by("id")[:2]
    asked = "How long should tea steep?"
    defaults = {"contestant_a": first, "contestant_b": second, "state": "ready"}
    talk = Talk.objects.create(contest=contest, staff=staff, **{**defaults, **fields})
    for who in (talk.contestant_a, talk.contestant_b):
        if who is not None:
            text = f"Answer number {next(_serial)}."
            TalkAnswer.objects.create(talk=talk, turn=0, contestant=who, asked=asked, text=text)
    return talk


def vote_between(contest: Contest, first: Contestant, second: Contestant, outcome: str, **fields: Any) -> Vote:
    """A vote on the first prompt that both answered, `first` on side A."""
    prompt = contest.prompts.filter(responses__contestant=first).filter(responses__contestant=second).order_by("id")[0]
    pair = [prompt.responses.get(contestant=who) for who in (first, second)]
    rater = fields.pop("rater", None)
    return make_vote(make_battle(contest, rater, prompt=prompt, responses=pair), outcome, **fields)


def make_voted_arena(slug: str = "tea", raters: str = RaterKind.HUMAN, **fields: Any) -> Contest:
    """An arena of three in which each beat each who comes after it 3 to 1, with one tie and one both bad."""
    contest = make_arena(slug=slug, **fields)
    one, two, three = contest.contestants.order_by("id")
    rater = make_rater(raters)
    for better, worse in ((one, two), (two, three), (one, three)):
        for outcome in (VoteOutcome.A, VoteOutcome.A, VoteOutcome.A, VoteOutcome.B):
            vote_between(contest, better, worse, outcome, rater=rater)
    vote_between(contest, one, two, VoteOutcome.TIE, rater=rater)
    vote_between(contest, two, three, VoteOutcome.BOTH_BAD, rater=rater)
    return contest


def make_styled_arena(slug: str = "tea", rounds: int = 20, **fields: Any) -> Contest:
    """A voted arena of three in which every response has another style, and every pair met in both orders.

    Who wrote more tokens won more often, whoever it was; headers and lists follow no rule.
    """
    contest = make_contest(slug, **fields)
    cast = [make_contestant(contest) for _ in range(3)]
    raters = [make_rater() for _ in range(5)]
    for turn in range(rounds):
        prompt = make_prompt(contest)
        texts = [
            " ".join(["word"] * (3 + (5 * turn + 7 * k) % 17))
            + "\n# Header" * ((turn + k) % 3)
            + "\n- item" * ((turn * k) % 4)
            for k in range(3)
        ]
        responses = [make_response(prompt, who, text) for who, text in zip(cast, texts, strict=True)]
        for k in range(3):
            pair = (responses[k], responses[(k + 1) % 3])
            first, second = pair if turn % 2 else pair[::-1]
            longer = VoteOutcome.A if len(first.text) > len(second.text) else VoteOutcome.B
            shorter = VoteOutcome.B if longer == VoteOutcome.A else VoteOutcome.A
            battle = make_battle(contest, raters[(turn + k) % 5], prompt=prompt, responses=(first, second))
            make_vote(battle, shorter if (turn + k) % 4 == 0 else longer)
    return contest


def make_group(slug: str = "panel", *contests: Contest, **fields: Any) -> RaterGroup:
    """A group of raters that takes part in these contests."""
    group = RaterGroup.objects.create(slug=slug, **{"name": slug.title(), **fields})
    group.contests.set(contests)
    return group


def make_member(place: Contest | RaterGroup, rater: Rater | None = None) -> Rater:
    """A rater who is a member of a contest or of a group."""
    rater = rater or make_rater()
    Membership.objects.create(rater=rater, **{"contest" if isinstance(place, Contest) else "group": place})
    return rater


def make_invitation(contest: Contest, **fields: Any) -> Invitation:
    return Invitation.objects.create(contest=contest, **fields)


def sign_browser(key: str, salt: str = BROWSER_SALT) -> str:
    """Return the cookie by which the browser with this key is known."""
    return get_cookie_signer(salt=BROWSER_COOKIE + salt).sign(key)


def make_request(user: User | None = None, browser_key: str = "", **headers: Any) -> HttpRequest:
    """A request of an account, of a browser that is known, or of a new one."""
    request = RequestFactory().get("/", **headers)
    request.user = user or AnonymousUser()
    if browser_key:
        request.COOKIES[BROWSER_COOKIE] = sign_browser(browser_key)
    return request


def make_program(user: User | None = None) -> APIClient:
    """A client of the API with the token of an account, a new one unless told otherwise."""
    program = APIClient()
    program.credentials(HTTP_AUTHORIZATION=f"Token {Token.objects.create(user=user or make_user()).key}")
    return program
