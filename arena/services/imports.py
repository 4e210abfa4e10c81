"""Imports: a whole contest from elsewhere, in bulk, once.

Besides `services.votes` this is the only writer of votes: thousands of votes that were given elsewhere are
written together, each with the battle that it closes, under the same constraints of the database.
"""

import re
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import DataError, IntegrityError, models, transaction
from django.utils import timezone

from arena.exchange.bundle import ContestBundle, RaterRecord, VoteRecord
from arena.exchange.checks import check_bundle
from arena.exchange.errors import BadFile, Problem
from arena.models import (
    Battle,
    BattleState,
    Category,
    Contest,
    Contestant,
    Criterion,
    Judge,
    JudgeCall,
    Prompt,
    Rater,
    Response,
    Vote,
)
from arena.queries.leaks import author_names, contest_cast, told_of
from arena.services.errors import ServiceError
from arena.services.features import measured
from arena.services.leaks import leak_fields, prompt_fields
from arena.services.progress import Progress, SilentProgress

BATCH: Final = 500
_NAMESPACE: Final = uuid.UUID("6f1f6f0e-9a56-5d0b-8c7e-6f3b8a1f2d44")
_JUDGE_CONTENT: Final = ("kind", "provider", "model", "prompt", "settings")
_PUBLIC_ID: Final = re.compile(r"[0-9a-f]{32}")


@dataclass(slots=True)
class ImportReport:
    """How many rows of each table were created, and how many were there before."""

    contest: Contest
    created: dict[str, int] = field(default_factory=dict)
    unchanged: dict[str, int] = field(default_factory=dict)

    @property
    def changed(self) -> bool:
        """Whether anything was written."""
        return any(self.created.values())

    def count(self, table: str, created: int, unchanged: int) -> None:
        """Note the rows of one table."""
        self.created[table] = created
        self.unchanged[table] = unchanged


def import_bundle(bundle: ContestBundle, *, slug: str, progress: Progress | None = None) -> ImportReport:
    """Write a bundle as the contest `slug`; what is there already stays as it is.

    1. Check that the records fit together.
    2. In one transaction: contest, categories, contestants, prompts, judges, raters, responses, votes.

    An import may be repeated: nothing changes. It may be extended: only what is new is written. A prompt, a
    response or a vote that is there with another content is refused, because facts are not overwritten.

    Raises
    ------
    BadFile
        If records are duplicate or refer to what is not there; nothing is written.
    ServiceError
        If a fact is there with another content, or the database refuses a value; nothing is written.
    """
    reasons = check_bundle(bundle)
    if reasons:
        raise BadFile([Problem(slug, 0, reason) for reason in reasons])
    progress = progress or SilentProgress()
    progress.start(len(bundle.responses) + len(bundle.votes), f"Importing {slug}")
    try:
        with transaction.atomic():
            return _Import(bundle, slug, progress).run()
    except (IntegrityError, DataError) as error:
        raise ServiceError(f"The database refused a record, so correct the file: {error}") from error


class _Import:
    """One import under way: the bundle, and the primary keys by record key found so far."""

    def __init__(self, bundle: ContestBundle, slug: str, progress: Progress) -> None:
        self.bundle = bundle
        self.slug = slug
        self.progress = progress
        self.now = timezone.now()
        self.contest, created = Contest.objects.get_or_create(slug=slug, defaults=_values(bundle.contest))
        self.report = ImportReport(self.contest)
        self.report.count("contests", int(created), int(not created))

    def run(self) -> ImportReport:
        categories = self._categories()
        self._criteria()
        contestants = self._contestants()
        prompts = self._prompts(categories)
        judges = self._judges()
        raters = self._raters(judges)
        responses = self._responses(prompts, contestants)
        self._votes(prompts, contestants, responses, raters)
        return self.report

    def _categories(self) -> dict[str, int]:
        there = {row.slug for row in self.contest.categories.all()}
        fresh = [Category(contest=self.contest, **_values(r)) for r in self.bundle.categories if r.slug not in there]
        self._create("categories", Category, fresh, len(self.bundle.categories))
        return dict(self.contest.categories.values_list("slug", "id"))

    def _criteria(self) -> None:
        there = {row.slug for row in self.contest.criteria.all()}
        fresh = [Criterion(contest=self.contest, **_values(r)) for r in self.bundle.criteria if r.slug not in there]
        self._create("criteria", Criterion, fresh, len(self.bundle.criteria))

    def _contestants(self) -> dict[str, int]:
        there = {row.slug for row in self.contest.contestants.all()}
        fresh = [Contestant(contest=self.contest, **_values(r)) for r in self.bundle.contestants if r.slug not in there]
        self._create("contestants", Contestant, fresh, len(self.bundle.contestants))
        return dict(self.contest.contestants.values_list("slug", "id"))

    def _prompts(self, categories: dict[str, int]) -> dict[str, int]:
        there = {slug: content for slug, *content in self.contest.prompts.values_list("slug", "text", "turns")}
        _refuse_changes("prompt", {r.slug: [r.text, list(r.turns)] for r in self.bundle.prompts}, there)
        fresh = [r for r in self.bundle.prompts if r.slug not in there]
        rows = [
            Prompt(contest=self.contest, **_values(r, "categories") | prompt_fields(r.text, r.state)) for r in fresh
        ]
        self._create("prompts", Prompt, rows, len(self.bundle.prompts))
        tags = Prompt.categories.through
        tags.objects.bulk_create(
            tags(prompt_id=row.pk, category_id=categories[category])
            for row, record in zip(rows, fresh, strict=True)
            for category in record.categories
        )
        return dict(self.contest.prompts.values_list("slug", "id"))

    def _judges(self) -> dict[tuple[str, int], int]:
        known = {(row.slug, row.version): row for row in Judge.objects.all()}
        # Verdicts of another judge must not pass for those of the one that is here under this name.
        told = {(r.slug, r.version): [getattr(r, name) for name in _JUDGE_CONTENT] for r in self.bundle.judges}
        _refuse_changes("judge", told, {k: [getattr(row, name) for name in _JUDGE_CONTENT] for k, row in known.items()})
        there = {key: row.pk for key, row in known.items()}
        fresh = [Judge(**_values(r)) for r in self.bundle.judges if (r.slug, r.version) not in there]
        self._create("judges", Judge, fresh, len(self.bundle.judges))
        return there | {(row.slug, row.version): row.pk for row in fresh}

    def _raters(self, judges: dict[tuple[str, int], int]) -> dict[str, int]:
        by_key = {r.key: self._rater(r, judges) for r in self.bundle.raters}
        wanted = models.Q(external_key__in=[row.external_key for row in by_key.values() if row.external_key])
        wanted |= models.Q(judge__in=[row.judge_id for row in by_key.values() if row.judge_id])
        known = list(Rater.objects.filter(wanted))
        # Boards never mix kinds, so whom we know as a person cannot come back as a simulation.
        _refuse_changes("rater", {_identity(r): r.kind for r in by_key.values()}, {_identity(r): r.kind for r in known})
        there = {_identity(row): row.pk for row in known}
        fresh = [row for row in by_key.values() if _identity(row) not in there]
        self._create("raters", Rater, fresh, len(by_key))
        return {key: there.get(_identity(row)) or row.pk for key, row in by_key.items()}

    def _rater(self, record: RaterRecord, judges: dict[tuple[str, int], int]) -> Rater:
        if record.kind == "judge":
            return Rater(kind=record.kind, judge_id=judges[record.judge, record.judge_version])
        # A bare number means this source's rater 17 and nobody else's.
        key = record.key if ":" in record.key else f"{self.slug}:{record.key}"
        return Rater(kind=record.kind, external_key=key)

    def _responses(self, prompts: dict[str, int], contestants: dict[str, int]) -> dict[tuple[int, int, int], int]:
        key = ("prompt_id", "contestant_id", "sample")
        there = {row[:3]: row[3] for row in self.contest.responses.values_list(*key, "text")}
        stated = {(prompts[r.prompt], contestants[r.contestant], r.sample): r for r in self.bundle.responses}
        _refuse_changes("response", {place: r.text for place, r in stated.items()}, there)
        cast = contest_cast(self.contest.pk)
        names = {author: author_names(cast, author) for author in contestants.values()}
        asked = {row.pk: told_of(row) for row in self.contest.prompts.all()}
        fresh = [
            Response(
                contest=self.contest,
                prompt_id=place[0],
                contestant_id=place[1],
                **_values(record, "prompt", "contestant"),
                **measured(record.text),
                **leak_fields(record.text, names[place[1]], asked[place[0]]),
            )
            for place, record in stated.items()
            if place not in there
        ]
        self._create("responses", Response, fresh, len(stated))
        self.progress.advance(len(stated))
        return {row[:3]: row[3] for row in self.contest.responses.values_list(*key, "id")}

    def _votes(
        self,
        prompts: dict[str, int],
        contestants: dict[str, int],
        responses: dict[tuple[int, int, int], int],
        raters: dict[str, int],
    ) -> None:
        voted = Battle.objects.filter(contest=self.contest, vote__isnull=False)
        there = {row[0]: row[1:] for row in voted.values_list("public_id", "vote__outcome", "response_a", "response_b")}
        taken = self._taken_elsewhere()
        stated = [
            (self._battle(battle_id(self.slug, r.key, taken), r, prompts, contestants, responses, raters), r)
            for r in self.bundle.votes
        ]
        told = {battle.public_id: (r.outcome, battle.response_a_id, battle.response_b_id) for battle, r in stated}
        _refuse_changes("vote", told, there)
        fresh = [(battle, record) for battle, record in stated if battle.public_id not in there]
        self.progress.advance(len(stated) - len(fresh))
        judge_of = dict(Rater.objects.filter(pk__in=raters.values()).values_list("pk", "judge_id"))
        for start in range(0, len(fresh), BATCH):
            closed = fresh[start : start + BATCH]
            Battle.objects.bulk_create(battle for battle, _ in closed)
            Vote.objects.bulk_create(_vote(battle, record) for battle, record in closed)
            JudgeCall.objects.bulk_create(
                JudgeCall(battle=battle, judge_id=judge_of[battle.rater_id], **_values(call))
                for battle, record in closed
                for call in record.calls
            )
            self.progress.advance(len(closed))
        self.report.count("votes", len(fresh), len(stated) - len(fresh))

    def _taken_elsewhere(self) -> set[str]:
        """Return the ids in the file that battles of other contests have: it may be a copy of one of them."""
        keys = [record.key for record in self.bundle.votes if _PUBLIC_ID.fullmatch(record.key)]
        others = Battle.objects.exclude(contest=self.contest)
        return {
            public_id
            for start in range(0, len(keys), BATCH)
            for public_id in others.filter(public_id__in=keys[start : start + BATCH]).values_list(
                "public_id", flat=True
            )
        }

    def _battle(
        self,
        public_id: str,
        record: VoteRecord,
        prompts: dict[str, int],
        contestants: dict[str, int],
        responses: dict[tuple[int, int, int], int],
        raters: dict[str, int],
    ) -> Battle:
        prompt = prompts[record.prompt]
        a, b = contestants[record.contestant_a], contestants[record.contestant_b]
        known = {} if record.voted_at else {"time": "unknown"}
        return Battle(
            public_id=public_id,
            contest=self.contest,
            prompt_id=prompt,
            contestant_a_id=a,
            contestant_b_id=b,
            response_a_id=responses[prompt, a, record.sample_a],
            response_b_id=responses[prompt, b, record.sample_b],
            rater_id=raters[record.rater],
            state=BattleState.VOTED,
            policy=record.policy,
            branch=record.branch,
            propensity=record.propensity,
            reason={**record.reason, **known},
            purpose=record.purpose or None,
            served_at=record.served_at or record.voted_at or self.now,
            closed_at=record.voted_at or self.now,
            created_at=self.now,
        )

    def _create(self, table: str, model: type[models.Model], rows: Sequence[Any], stated: int) -> None:
        model._default_manager.bulk_create(rows, batch_size=BATCH)
        self.report.count(table, len(rows), stated - len(rows))


def battle_id(slug: str, key: str, taken: Collection[str] = ()) -> str:
    """Return the public id of an imported battle: its own where the key is one and not `taken`, else made of the key."""
    own = _PUBLIC_ID.fullmatch(key) and key not in taken
    return key if own else uuid.uuid5(_NAMESPACE, f"{slug}/{key}").hex


def _vote(battle: Battle, record: VoteRecord) -> Vote:
    when: datetime = battle.closed_at or battle.served_at
    return Vote(
        battle=battle,
        outcome=record.outcome,
        tags=list(record.tags),
        comment=record.comment,
        duration_ms=record.duration_ms,
        voided_at=record.voided_at,
        void_reason=record.void_reason,
        integrity_weight=record.integrity_weight,
        integrity_reason=record.integrity_reason,
        created_at=when,
    )


def _values(record: Any, *without: str) -> dict[str, Any]:
    values = {name: getattr(record, name) for name in record.__slots__ if name not in without}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def _identity(rater: Rater) -> tuple[int | None, str | None]:
    return rater.judge_id, rater.external_key


def _refuse_changes(what: str, stated: dict[Any, Any], there: dict[Any, Any]) -> None:
    changed = [key for key, content in stated.items() if key in there and there[key] != content]
    if changed:
        raise ServiceError(
            f"{len(changed)} {what}(s) are there with another content, the first is {changed[0]!r}. Facts are not "
            f"overwritten: import under another slug, or correct the file."
        )
