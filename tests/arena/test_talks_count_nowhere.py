"""Talks count nowhere: whatever counts, draws, tells or exports says the same before and after them."""

from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from arena.models import Battle, Board, Contest, LiveBattle, Prompt, Rater, Response, Talk, Vote
from arena.queries.audit import audit_board, read_drawn, votes_by_branch
from arena.queries.battles import rules_of
from arena.queries.beliefs import count_beliefs
from arena.queries.catalogue import catalogue
from arena.queries.exports import export_bundle, preference_pairs, standing_votes
from arena.queries.exposure import count_exposure
from arena.queries.leaderboards import leaderboard
from arena.queries.matchmaking import matchmaking_of
from arena.queries.pages import contest_page
from arena.queries.pair_counts import count_points
from arena.queries.progress import rater_progress
from arena.queries.selection import counted_votes
from arena.queries.tally import comparisons, pair_counts
from arena.queries.voting import voting_counts
from arena.services.leaderboards import refresh_contest
from arena.services.raters import identify_account
from arena.services.talk_writing import write_talk
from arena.services.talks import note_preference, say_more, start_talk
from tests.arena.services.live_cast import hurry, served
from tests.factories import make_program, make_staff, make_voted_arena, vote_between
from tests.support.endpoint import streamed
from tests.support.modules import imports, source_modules

pytestmark = [pytest.mark.django_db, pytest.mark.database]

NOW = timezone.now()
WORDS = ("A talk about tea that is in no file.", "Something only said in a talk.")
FACTS = (Battle, Vote, Response, Prompt, Rater, LiveBattle)
MAY_NAME_TALKS = {
    "arena.access",
    "arena.admin.talks",
    "arena.api.talks",
    "arena.models",
    "arena.queries.own_data",
    "arena.queries.spending",
    "arena.queries.talks",
    "arena.services.leaving",
    "arena.services.talk_writing",
    "arena.services.talks",
    "arena.views.talks",
}
"""Nothing else looks at talks, so nothing else can count them; spending does, since they cost money.

Whoever held them gets a copy of what they typed, and has it blanked by leaving with everything withdrawn.
"""


def all_that_is_told(contest: Contest, staff: User) -> dict[str, str]:
    """Return what is counted, drawn from, published and exported of a contest, in writing."""
    people = contest.boards.get(slug="human")
    mine = Board(contest=contest, slug="mine", name="Mine", rater_kind="human")
    rater = identify_account(staff)
    chosen = matchmaking_of(contest)
    order = np.array(contest.contestants.order_by("id").values_list("id", flat=True), dtype=np.int64)
    program = make_program(staff)
    with np.printoptions(threshold=100_000):
        told: dict[str, Any] = {
            "rows": [list(model.objects.order_by("pk").values()) for model in FACTS],
            "pair counts": [pair_counts(board) for board in (people, mine)],
            "comparisons": comparisons(people),
            "counted votes": list(counted_votes(people).values()),
            "standing votes": list(standing_votes(contest).values()),
            "points": count_points(contest, standing_votes(contest), order),
            "beliefs": count_beliefs(contest, "human", rules_of(chosen)),
            "stock of the draw": catalogue(contest),
            "exposure": count_exposure(contest, NOW),
            "audit": [audit_board(contest, "human"), read_drawn(people, None), votes_by_branch(people)],
            "leaderboard": leaderboard(contest, "human"),
            "refreshed": [refresh.created for refresh in refresh_contest(contest)],
            "page": contest_page(contest),
            "voting": voting_counts(contest),
            "progress": rater_progress(rater),
            "bundle": export_bundle(contest),
            "preferences": list(preference_pairs(contest, "human")),
            "votes by program": program.get(f"/api/v1/contests/{contest.slug}/votes/").json(),
            "me by program": program.get("/api/v1/me/").json(),
        }
        written = {name: repr(value) for name, value in told.items()}
    program.logout()
    staff.auth_token.delete()
    return written


def test_nothing_that_is_counted_drawn_or_exported_knows_of_talks(settings, monkeypatch):
    hurry(monkeypatch)
    monkeypatch.setattr("arena.services.talk_writing.TICK", 0.01)
    contest, staff = make_voted_arena(), make_staff()
    one, two, _ = contest.contestants.order_by("id")
    for row, name in ((one, "green"), (two, "black")):
        row.provider = name
        row.save()
    # Whoever talks votes as well: its own votes are the same before and after.
    vote_between(contest, one, two, "A", rater=identify_account(staff))
    refresh_contest(contest)
    with served(settings, green=[streamed(WORDS[1])], black=[streamed(WORDS[1])]):
        before = all_that_is_told(contest, staff)
        for cast in ((one.slug, two.slug), (two.slug,)):
            talk = start_talk(contest, staff, cast, WORDS[0])
            write_talk(talk.pk)
            talk.refresh_from_db()
            say_more(talk, WORDS[0])
            write_talk(talk.pk)
        note_preference(Talk.objects.exclude(contestant_b=None).get(), "B", WORDS[1])
        after = all_that_is_told(contest, staff)
    assert Talk.objects.count() == 2
    assert [talk.answers.count() for talk in Talk.objects.order_by("id")] == [4, 2]
    assert after.keys() == before.keys()
    assert [name for name in before if before[name] != after[name]] == []
    assert not [name for name, text in after.items() if any(words in text for words in WORDS)]


def test_nothing_but_their_own_doors_and_what_counts_money_can_see_talks():
    named = {
        name
        for name, module in source_modules().items()
        for one in imports(module)
        if one.target.rpartition(".")[2] in {"Talk", "TalkAnswer"}
    }
    assert named == MAY_NAME_TALKS
    relations = {relation.name for model in FACTS for relation in model._meta.related_objects}
    assert not {name for name in relations if "talk" in name}
    assert not [field.name for field in Talk._meta.get_fields() if field.related_model in FACTS]
