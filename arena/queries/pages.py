"""What the pages show, as plain values. The blind page is built from what it may tell and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Count, IntegerField, OuterRef, Q, Subquery

from arena.access import visible_contests
from arena.matchmaking.reasons import tell_reason
from arena.models import (
    Battle,
    Contest,
    Contestant,
    ContestantState,
    ContestState,
    PromptState,
    Vote,
    VoteOutcome,
)
from arena.rendering.markdown import render_markdown
from ranking.models import Rating, Snapshot
from ranking.store import history


@dataclass(frozen=True, slots=True)
class ContestCard:
    """One contest in the list: standing votes, contestants that were not retired, good prompts."""

    contest: Contest
    votes: int
    contestants: int
    prompts: int

    @property
    def open(self) -> bool:
        """Whether it takes votes."""
        return self.contest.state == ContestState.OPEN


@dataclass(frozen=True, slots=True)
class ContestPage:
    """One contest with its texts as HTML; what was not written is empty."""

    card: ContestCard
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
    """Everything that a rater may know before the vote."""

    token: str
    contest_slug: str
    contest_name: str
    question: str
    language: str
    turns: Sequence[Turn]
    prompt: str
    response_a: str
    response_b: str


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote one side, and what is known of it."""

    side: str
    name: str
    description: str
    organisation: str
    model: str
    system_prompt: str
    sampling: str
    response: str
    rating: float | None
    lower: float | None
    upper: float | None
    ranks: str
    won: bool


@dataclass(frozen=True, slots=True)
class Reveal:
    """What a rater sees after the vote."""

    battle: Battle
    outcome: str
    prompt: str
    authors: tuple[Author, Author]
    board_name: str
    others: Sequence[tuple[str, int]]
    reason: str
    propensity: float | None


def contest_cards(user: User | AnonymousUser) -> list[ContestCard]:
    """Return the contests that a user may see, with their sizes, in a constant number of queries."""
    votes = Vote.objects.filter(battle__contest=OuterRef("pk"), voided_at__isnull=True).order_by()
    counted = visible_contests(user).annotate(
        n_votes=Subquery(
            votes.values("battle__contest").annotate(n=Count("id")).values("n"), output_field=IntegerField()
        ),
        n_contestants=Count("contestants", distinct=True, filter=~Q(contestants__state=ContestantState.RETIRED)),
        n_prompts=Count("prompts", distinct=True, filter=Q(prompts__state=PromptState.GOOD)),
    )
    return [
        ContestCard(contest, contest.n_votes or 0, contest.n_contestants, contest.n_prompts)
        for contest in counted.order_by("simulated", "name")
    ]


def contest_page(contest: Contest) -> ContestPage:
    """Return what the page of a contest shows."""
    card = ContestCard(
        contest,
        votes=Vote.objects.filter(battle__contest=contest, voided_at__isnull=True).count(),
        contestants=contest.contestants.exclude(state=ContestantState.RETIRED).count(),
        prompts=contest.prompts.filter(state=PromptState.GOOD).count(),
    )
    texts = (contest.description, contest.instructions, contest.attribution)
    return ContestPage(card, *(render_markdown(text) if text.strip() else "" for text in texts))


def blind_battle(battle: Battle) -> BlindBattle:
    """Return what may be shown before the vote: texts, and nothing that tells who wrote them."""
    return BlindBattle(
        token=battle.token,
        contest_slug=battle.contest.slug,
        contest_name=battle.contest.name,
        question=battle.contest.question,
        language=battle.prompt.language,
        turns=[Turn(turn["role"], render_markdown(turn["content"])) for turn in battle.prompt.turns],
        prompt=render_markdown(battle.prompt.text),
        response_a=render_markdown(battle.response_a.text),
        response_b=render_markdown(battle.response_b.text),
    )


def reveal(battle: Battle) -> Reveal:
    """Return what is shown after the vote: authors, ratings, the votes of others and why this pair."""
    snapshot = _board_snapshot(battle.contest)
    keys = (battle.contestant_a.slug, battle.contestant_b.slug)
    ratings = {row.item_key: row for row in Rating.objects.filter(snapshot=snapshot, item_key__in=keys)}
    outcome = VoteOutcome(battle.vote.outcome)
    a, b = battle.contestant_a, battle.contestant_b
    return Reveal(
        battle=battle,
        outcome=outcome.label,
        prompt=render_markdown(battle.prompt.text),
        authors=(
            _author("A", a, battle.response_a.text, ratings.get(a.slug), outcome is VoteOutcome.A),
            _author("B", b, battle.response_b.text, ratings.get(b.slug), outcome is VoteOutcome.B),
        ),
        board_name=_board_name(battle.contest, snapshot),
        others=_other_votes(battle),
        reason=tell_reason(battle.reason),
        propensity=battle.propensity,
    )


def _board_snapshot(contest: Contest) -> Snapshot | None:
    for board in contest.boards.all():
        snapshot = history(board.key).first()
        if snapshot is not None:
            return snapshot
    return None


def _board_name(contest: Contest, snapshot: Snapshot | None) -> str:
    slug = snapshot.board_key.rpartition("/")[2] if snapshot else ""
    return next((board.name for board in contest.boards.all() if board.slug == slug), "")


def _author(side: str, contestant: Contestant, response: str, rating: Rating | None, won: bool) -> Author:
    ranks = ""
    if rating is not None and rating.rank is not None:
        ranks = f"{rating.rank_low}" if rating.rank_low == rating.rank_high else f"{rating.rank_low}–{rating.rank_high}"
    return Author(
        side=side,
        name=contestant.name,
        description=contestant.description,
        organisation=contestant.organisation,
        model=contestant.model,
        system_prompt=contestant.system_prompt,
        sampling=", ".join(f"{key.replace('_', ' ')} {value}" for key, value in contestant.sampling.items()),
        response=render_markdown(response),
        rating=rating.rating if rating else None,
        lower=rating.lower if rating else None,
        upper=rating.upper if rating else None,
        ranks=ranks,
        won=won,
    )


def _other_votes(battle: Battle) -> list[tuple[str, int]]:
    """Count how the same two responses were voted on otherwise, from the side of this battle."""
    mirrored = {VoteOutcome.A: VoteOutcome.B, VoteOutcome.B: VoteOutcome.A}
    votes = Vote.objects.filter(
        battle__prompt=battle.prompt_id, voided_at__isnull=True, battle__rater__kind=battle.rater.kind
    ).exclude(battle=battle)
    counts = dict.fromkeys(VoteOutcome, 0)
    for a, b, said in votes.filter(
        battle__response_a__in=(battle.response_a_id, battle.response_b_id),
        battle__response_b__in=(battle.response_a_id, battle.response_b_id),
    ).values_list("battle__response_a", "battle__response_b", "outcome"):
        outcome = VoteOutcome(said)
        same = (a, b) == (battle.response_a_id, battle.response_b_id)
        counts[outcome if same else mirrored.get(outcome, outcome)] += 1
    return [(outcome.label, n) for outcome, n in counts.items() if n]
