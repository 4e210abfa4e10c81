"""What the pages show, as plain values. The blind page is built from what it may tell and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, IntegerField, OuterRef, Q, Subquery
from django.http import HttpRequest

from arena.access import listed_contests, votable_contests
from arena.models import Battle, Contest, ContestantState, ContestState, PromptState
from arena.queries.correctness import asks_what_is_right, count_kept_apart, question_of, question_of_contest
from arena.queries.leaks import blind_text
from arena.queries.selection import given_votes
from arena.rendering.markdown import render_markdown


@dataclass(frozen=True, slots=True)
class ContestCard:
    """One contest in the list: standing votes, contestants that were not retired, good prompts.

    `may_vote` is false where the visitor has no vote in it, whether it takes votes now or not.
    """

    contest: Contest
    votes: int
    contestants: int
    prompts: int
    may_vote: bool

    @property
    def open(self) -> bool:
        """Whether it takes votes."""
        return self.contest.state == ContestState.OPEN

    @property
    def question(self) -> str:
        """What its raters are asked."""
        return question_of_contest(self.contest)


@dataclass(frozen=True, slots=True)
class ContestPage:
    """One contest with its texts as HTML; what was not written is empty. `apart` counts prompts kept from people."""

    card: ContestCard
    apart: int
    no_vote: str
    description: str
    instructions: str
    attribution: str


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier turn of a conversation."""

    role: str
    html: str


@dataclass(frozen=True, slots=True)
class BlindBattle:
    """Everything that a rater may know before the vote. `right`: the prompt has one right answer, which is not told."""

    token: str
    contest_slug: str
    contest_name: str
    question: str
    right: bool
    language: str
    turns: Sequence[Turn]
    prompt: str
    response_a: str
    response_b: str


def contest_cards(request: HttpRequest) -> list[ContestCard]:
    """Return the contests that are listed for a visitor, with their sizes, in a constant number of queries."""
    votes = given_votes().filter(battle__contest=OuterRef("pk"), voided_at__isnull=True).order_by()
    counted = listed_contests(request).annotate(
        n_votes=Subquery(
            votes.values("battle__contest").annotate(n=Count("id")).values("n"), output_field=IntegerField()
        ),
        n_contestants=Count("contestants", distinct=True, filter=~Q(contestants__state=ContestantState.RETIRED)),
        n_prompts=Count("prompts", distinct=True, filter=Q(prompts__state=PromptState.GOOD)),
        may_vote=Exists(votable_contests(request).filter(pk=OuterRef("pk"))),
    )
    return [
        ContestCard(contest, contest.n_votes or 0, contest.n_contestants, contest.n_prompts, contest.may_vote)
        for contest in counted.order_by("simulated", "name")
    ]


def contest_page(contest: Contest, no_vote: str = "") -> ContestPage:
    """Return what the page of a contest shows; `no_vote` is what keeps the visitor from voting, if anything does."""
    card = ContestCard(
        contest,
        votes=given_votes().filter(battle__contest=contest, voided_at__isnull=True).count(),
        contestants=contest.contestants.exclude(state=ContestantState.RETIRED).count(),
        prompts=contest.prompts.filter(state=PromptState.GOOD).count(),
        may_vote=not no_vote,
    )
    texts = (contest.description, contest.instructions, contest.attribution)
    html = (render_markdown(text) if text.strip() else "" for text in texts)
    return ContestPage(card, count_kept_apart(contest), no_vote, *html)


def blind_battle(battle: Battle) -> BlindBattle:
    """Return what may be shown before the vote: texts, and nothing that tells who wrote them."""
    right = asks_what_is_right(battle.prompt, battle.contest)
    return BlindBattle(
        token=battle.token,
        contest_slug=battle.contest.slug,
        contest_name=battle.contest.name,
        question=question_of(battle.contest, right=right),
        right=right,
        language=battle.prompt.language,
        turns=[Turn(turn["role"], render_markdown(turn["content"])) for turn in battle.prompt.turns],
        prompt=render_markdown(battle.prompt.text),
        response_a=render_markdown(blind_text(battle.response_a)),
        response_b=render_markdown(blind_text(battle.response_b)),
    )
