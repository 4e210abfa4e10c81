"""The cast: small facts with every default, so that a test names only what it is about."""

from itertools import count
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from arena.models import (
    Battle,
    BattleState,
    Contest,
    Contestant,
    Judge,
    JudgeKind,
    Prompt,
    Rater,
    RaterKind,
    Response,
    ResponseOrigin,
    Vote,
    VoteOutcome,
)

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


def make_program(user: User | None = None) -> APIClient:
    """A client of the API with the token of an account, a new one unless told otherwise."""
    program = APIClient()
    program.credentials(HTTP_AUTHORIZATION=f"Token {Token.objects.create(user=user or make_user()).key}")
    return program
