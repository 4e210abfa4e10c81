"""Who answered what in a contest, as arrays: the stock from which battles are made."""

import hashlib
from dataclasses import dataclass
from typing import Final

import numpy as np
from django.core.cache import cache
from django.db.models import Avg, Count, Max, QuerySet, Sum
from django.db.models.functions import MD5
from numpy.typing import NDArray

from arena.models import Battle, Contest, ContestantState, Prompt, PromptState, Rater, Response, of_person
from arena.queries.correctness import kept_apart
from arena.queries.leaks import left_out

CATALOGUE_SECONDS: Final = 600
_CONTESTANT: Final = ("id", "state", "organisation", "prompt_price", "completion_price")
_MILLION: Final = 1_000_000

Truths = NDArray[np.bool_]
Keys = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Which active contestant answered which good prompt, and how.

    Attributes
    ----------
    contestants : (M,) primary keys. prompts : (P,) primary keys. categories : (C,) primary keys.
    everyone : primary keys of all contestants of the contest, ascending; those who may not be drawn included.
    responses : (P, M) primary keys of responses, 0 where there is none.
    texts : (P, M) numbers that are equal within a row exactly where the response texts are; -1 where none.
    languages : (P,) of the prompts. membership : (P, C) whether a prompt is of a category.
    apart : (P,) whether no person is asked about a prompt.
    organisations : (M,) names, empty where none is given.
    costs : (M,) US dollars of a mean response; NaN where tokens or prices are not known.
    shared : (M, M) how many prompts two contestants answered with different texts.
    """

    contestants: Keys
    prompts: Keys
    categories: Keys
    everyone: Keys
    responses: Keys
    texts: Keys
    apart: Truths
    languages: NDArray[np.str_]
    membership: Truths
    organisations: NDArray[np.str_]
    costs: NDArray[np.float64]
    shared: Keys

    def comparable(self, rows: Truths) -> Keys:
        """Return (M, M) counts of the prompts in `rows` that both answered, and not with the same text."""
        return self.shared if rows.all() else count_shared(self.texts[rows])

    def prompt_categories(self) -> dict[int, tuple[int, ...]]:
        """Return the categories of each prompt that has any."""
        found: dict[int, tuple[int, ...]] = {}
        for p, c in zip(*np.nonzero(self.membership), strict=True):
            found[int(self.prompts[p])] = (*found.get(int(self.prompts[p]), ()), int(self.categories[c]))
        return found

    def shared_rows(self, i: int, j: int) -> Truths:
        """Return (P,) truth values: both answered this prompt, with different texts."""
        first, second = self.texts[:, i], self.texts[:, j]
        return np.asarray((first >= 0) & (second >= 0) & (first != second))


def count_shared(texts: Keys) -> Keys:
    """Return (M, M) counts of the rows in which both have a text, and not the same one."""
    answered = (texts >= 0).astype(np.float32)
    # Counts are far below 2^24, so that single precision holds them exactly.
    both = (answered.T @ answered).astype(np.int64)
    for row in texts:
        codes, counts = np.unique(row[row >= 0], return_counts=True)
        for code in codes[counts > 1]:
            same = np.flatnonzero(row == code)
            both[np.ix_(same, same)] -= 1
    np.fill_diagonal(both, 0)
    return both


def catalogue(contest: Contest) -> Catalogue:
    """Return the contest's catalogue; kept in the cache until anything changes that it holds."""
    key = f"catalogue:{contest.public_id}:{_mark(contest)}"
    found: Catalogue | None = cache.get(key)
    if found is None:
        found = _read(contest)
        cache.set(key, found, CATALOGUE_SECONDS)
    return found


def _mark(contest: Contest) -> str:
    """Return a hash that changes with responses, those left out, states of contestants and prompts, and categories."""
    responses = Response.objects.filter(contest=contest).order_by()
    unnamed = responses.filter(left_out(contest)).aggregate(count=Count("id"), sum=Sum("id"))
    members = Prompt.categories.through.objects.filter(prompt__contest=contest).order_by()
    seen = (
        responses.aggregate(last=Max("id"), count=Count("id")),
        unnamed,
        list(contest.contestants.order_by("id").values_list(*_CONTESTANT)),
        list(contest.prompts.order_by("id").values_list("id", "state", "language", "kind")),
        (contest.kind, contest.correctness_apart),
        members.aggregate(last=Max("id"), count=Count("id")),
    )
    return hashlib.sha256(repr(seen).encode()).hexdigest()[:24]


def _read(contest: Contest) -> Catalogue:
    playable = Response.objects.filter(
        ~left_out(contest),
        contest=contest,
        sample=0,
        prompt__state=PromptState.GOOD,
        contestant__state=ContestantState.ACTIVE,
    ).order_by()
    rows = list(playable.values_list("prompt_id", "contestant_id", "id", MD5("text")))
    prompts, contestants = (np.array(sorted({row[k] for row in rows}), dtype=np.int64) for k in (0, 1))
    responses = np.zeros((prompts.size, contestants.size), dtype=np.int64)
    texts = np.full(responses.shape, -1, dtype=np.int64)
    codes: dict[str, int] = {}
    for prompt, contestant, response, digest in rows:
        p, c = np.searchsorted(prompts, prompt), np.searchsorted(contestants, contestant)
        responses[p, c] = response
        texts[p, c] = codes.setdefault(digest, len(codes))
    languages = dict(contest.prompts.values_list("id", "language"))
    apart = set(contest.prompts.filter(kept_apart(contest)).values_list("id", flat=True))
    organisations = dict(contest.contestants.values_list("id", "organisation"))
    costs = _read_costs(contest, playable)
    categories, membership = _read_categories(contest, prompts)
    return Catalogue(
        contestants=contestants,
        prompts=prompts,
        categories=categories,
        everyone=np.array(sorted(organisations), dtype=np.int64),
        responses=responses,
        texts=texts,
        apart=np.array([key in apart for key in prompts.tolist()], dtype=bool),
        languages=np.array([languages[key] for key in prompts.tolist()], dtype=np.str_),
        membership=membership,
        organisations=np.array([organisations[key] for key in contestants.tolist()], dtype=np.str_),
        costs=np.array([costs[key] for key in contestants.tolist()], dtype=np.float64),
        shared=count_shared(texts),
    )


def _read_costs(contest: Contest, playable: QuerySet[Response]) -> dict[int, float]:
    """Return what a mean response of each contestant costs, in US dollars; NaN where that is not known."""
    means = playable.values_list("contestant").annotate(asked=Avg("prompt_tokens"), answered=Avg("completion_tokens"))
    tokens = {contestant: (asked, answered) for contestant, asked, answered in means}
    found = {}
    for key, asking, answering in contest.contestants.values_list("id", "prompt_price", "completion_price"):
        asked, answered = tokens.get(key, (None, None))
        known = None not in (asked, answered, asking, answering)
        found[key] = (asked * asking + answered * answering) / _MILLION if known else np.nan
    return found


def _read_categories(contest: Contest, prompts: Keys) -> tuple[Keys, Truths]:
    categories = np.array(contest.categories.order_by("id").values_list("id", flat=True), dtype=np.int64)
    membership = np.zeros((prompts.size, categories.size), dtype=bool)
    place = {int(key): p for p, key in enumerate(prompts)}
    members = Prompt.categories.through.objects.filter(prompt__contest=contest)
    for prompt, category in members.values_list("prompt_id", "category_id"):
        if prompt in place:
            membership[place[prompt], np.searchsorted(categories, category)] = True
    return categories, membership


def seen_by(rater: Rater, contest: Contest) -> frozenset[tuple[int, int, int]]:
    """Return (prompt, lower contestant, higher contestant) of every battle that this rater was ever handed."""
    rows = Battle.objects.filter(of_person(rater), contest=contest).values_list(
        "prompt_id", "contestant_a_id", "contestant_b_id"
    )
    return frozenset((prompt, min(a, b), max(a, b)) for prompt, a, b in rows.order_by().iterator())


def count_seen(seen: frozenset[tuple[int, int, int]], stock: Catalogue, rows: Truths) -> Keys:
    """Return (M, M) counts of the prompts in `rows` on which each pair was seen, as far as `comparable` counts them."""
    total = np.zeros((stock.contestants.size, stock.contestants.size), dtype=np.int64)
    if not seen:
        return total
    keys = np.array(list(seen), dtype=np.int64)
    known = np.isin(keys[:, 0], stock.prompts) & np.isin(keys[:, 1:], stock.contestants).all(axis=1)
    p = np.searchsorted(stock.prompts, keys[known, 0])
    i, j = np.searchsorted(stock.contestants, keys[known, 1:]).T
    first, second = stock.texts[p, i], stock.texts[p, j]
    counted = rows[p] & (first >= 0) & (second >= 0) & (first != second)
    np.add.at(total, (i[counted], j[counted]), 1)
    return np.asarray(total + total.T)
