"""The reasons that voters of a contest may tick, and whom the ticked ones speak of."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Count
from django.utils.translation import gettext_lazy

from arena.models import Board, Contest, Criterion, CriterionTone, Vote, VoteOutcome
from arena.queries.quality import chosen
from arena.queries.selection import counted_votes

DEFAULTS: Final = (
    ("correct", gettext_lazy("More correct"), CriterionTone.POSITIVE),
    ("clear", gettext_lazy("Clearer"), CriterionTone.POSITIVE),
    ("complete", gettext_lazy("More complete"), CriterionTone.POSITIVE),
    ("follows", gettext_lazy("Follows the task"), CriterionTone.POSITIVE),
    ("wrong", gettext_lazy("The other one is wrong"), CriterionTone.NEGATIVE),
    ("unclear", gettext_lazy("The other one is unclear"), CriterionTone.NEGATIVE),
    ("incomplete", gettext_lazy("The other one is incomplete"), CriterionTone.NEGATIVE),
    ("ignores", gettext_lazy("The other one misses the task"), CriterionTone.NEGATIVE),
    ("harmful", gettext_lazy("The other one is harmful"), CriterionTone.NEGATIVE),
)
"""What is offered where a contest defines no criteria."""
_MEANT: Final = {
    CriterionTone.POSITIVE.value: gettext_lazy("Said of it as the better one"),
    CriterionTone.NEGATIVE.value: gettext_lazy("Said of it as the other one"),
    CriterionTone.NEUTRAL.value: gettext_lazy("Said of both"),
}


@dataclass(frozen=True, slots=True)
class Tag:
    """One reason: its slug is stored with votes, its name is shown. Retired ones are offered no more."""

    slug: str
    name: str
    tone: str
    active: bool = True


@dataclass(frozen=True, slots=True)
class OfferedTags:
    """What a voter may tick, by whom it speaks of."""

    positive: Sequence[Tag]
    negative: Sequence[Tag]
    neutral: Sequence[Tag]


@dataclass(frozen=True, slots=True)
class TagCounts:
    """What voters ticked, contestant by contestant: `rows` hold slug, name, and a count for each of `tags`, by tone."""

    tags: Sequence[Tag]
    rows: Sequence[tuple[str, str, Sequence[int]]]
    votes: int

    @property
    def groups(self) -> list[tuple[str, int]]:
        """As what a contestant was meant, and over how many of the tags that goes."""
        numbers = Counter(tag.tone for tag in self.tags)
        return [(str(name), numbers[tone]) for tone, name in _MEANT.items() if numbers[tone]]


def tags_of(contest: Contest) -> list[Tag]:
    """Return every reason of a contest, retired ones too; the defaults where it never defined any."""
    own = [Tag(row.slug, row.name, row.tone, row.active) for row in contest.criteria.all()]
    return own or [Tag(slug, str(name), tone) for slug, name, tone in DEFAULTS]


def offered_tags(contest: Contest, ticked: Collection[str] = ()) -> OfferedTags:
    """Return what may be ticked now: the active reasons, and of the retired ones those that a vote has."""
    shown = [tag for tag in tags_of(contest) if tag.active or tag.slug in ticked]
    positive, negative, neutral = (
        [tag for tag in shown if tag.tone == tone]
        for tone in (CriterionTone.POSITIVE, CriterionTone.NEGATIVE, CriterionTone.NEUTRAL)
    )
    return OfferedTags(positive, negative, neutral)


def known_tags(contest: Contest) -> list[str]:
    """Return what is taken with a vote. Retired reasons are: a page that was open when one retired must not lose a vote."""
    return [tag.slug for tag in tags_of(contest)]


def tag_names(contest: Contest, slugs: Sequence[str]) -> list[str]:
    """Return the names of reasons; a slug that the contest does not know stands for itself."""
    names = {tag.slug: tag.name for tag in tags_of(contest)}
    return [names.get(slug, slug) for slug in slugs]


def count_tags(board: Board) -> TagCounts | None:
    """Return what the voters of a board ticked, counted by contestant; None where they ticked nothing. One query, or three.

    A positive reason speaks of the response that was chosen, a negative one of the other, a neutral one of both. Without
    a winner a positive reason speaks of both if both are good, a negative one of both if both are bad, else of neither.
    """
    votes = counted_votes(board).exclude(tags=[]).order_by()
    # Counted by the database: readers ask as often as they like, and votes grow while pairs and reasons do not.
    alike = votes.values_list("battle__contestant_a_id", "battle__contestant_b_id", "outcome", "tags")
    rows = list(alike.annotate(n=Count("id")))
    if not rows:
        return None
    tags = tags_of(board.contest)
    tones = {tag.slug: tag.tone for tag in tags}
    found: Counter[tuple[int, str]] = Counter()
    for a, b, outcome, ticked, n in rows:
        for slug in set(ticked) & tones.keys():
            for contestant in _spoken_of(tones[slug], outcome, a, b):
                found[contestant, slug] += n
    if not found:
        return None
    tones_in_order = list(_MEANT)
    used = [tag for tag in tags if any(slug == tag.slug for _, slug in found)]
    used.sort(key=lambda tag: tones_in_order.index(tag.tone))
    named = {contestant for contestant, _ in found}
    listed = board.contest.contestants.filter(pk__in=named).order_by("name").values_list("pk", "slug", "name")
    table = [(slug, name, [found[key, tag.slug] for tag in used]) for key, slug, name in listed]
    return TagCounts(used, table, sum(n for *_, n in rows))


def is_ticked(criterion: Criterion) -> bool:
    """Return whether a vote has a criterion among its reasons."""
    ticked = Vote.objects.filter(battle__contest=criterion.contest_id).exclude(tags=[]).order_by()
    return any(criterion.slug in tags for tags in ticked.values_list("tags", flat=True).iterator())


def _spoken_of(tone: str, outcome: str, a: int, b: int) -> tuple[int, ...]:
    """Return the contestants of whom a reason speaks."""
    if tone == CriterionTone.NEUTRAL:
        return a, b
    ranked = chosen(a, b, outcome)
    if ranked is not None:
        return (ranked[0],) if tone == CriterionTone.POSITIVE else (ranked[1],)
    fits = {CriterionTone.POSITIVE: VoteOutcome.TIE, CriterionTone.NEGATIVE: VoteOutcome.BOTH_BAD}
    return (a, b) if fits[CriterionTone(tone)] == outcome else ()
