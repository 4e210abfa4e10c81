"""The demo brings two contests with their boards and an admin, once, and needs no network."""

import socket

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.test import TestCase

from arena.exchange.errors import BadFile
from arena.models import Battle, Board, Contest, JudgeKind, RaterKind, Response
from arena.services import demo as room
from arena.services.demo import ADMIN, FIXTURE, SIMULATION, SMALL_MODEL, Demo, prepare_demo
from arena.services.logins import find_login, make_login_link
from arena.services.progress import SilentProgress
from ranking.store import latest
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def rows() -> dict[str, int]:
    """How many rows every table of the product has."""
    models = [model for label in ("arena", "ranking", "auth") for model in apps.get_app_config(label).get_models()]
    return {model.__name__: model._default_manager.count() for model in models}


class Told(SilentProgress):
    """Progress that remembers what it was told of."""

    def __init__(self) -> None:
        self.whats: list[str] = []

    def start(self, total: int, what: str) -> None:
        self.whats.append(what)


def refuse_network(*_: object) -> None:
    """Stand in for every connection made in Python; that of the database is not."""
    pytest.fail("the demo asked the network for something")


class TestPreparedDemo(TestCase):
    """The demo is prepared once for all of these tests; each leaves it as it was."""

    demo: Demo
    progress: Told

    @classmethod
    def setUpTestData(cls) -> None:
        cls.progress = Told()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(socket.socket, "connect", refuse_network)
            cls.demo = prepare_demo(cls.progress)

    def test_both_contests_are_there_and_were_told_of(self):
        assert [contest.slug for contest in self.demo.contests] == [SMALL_MODEL, SIMULATION]
        assert set(Contest.objects.values_list("slug", flat=True)) == {SMALL_MODEL, SIMULATION}
        assert self.progress.whats == ["Importing small-model", "Importing simulation"]

    def test_every_board_is_published_but_that_of_people_who_have_not_voted_yet(self):
        assert f"{SIMULATION}/simulated" in {refresh.board.key for refresh in self.demo.refreshes}
        for refresh in self.demo.refreshes:
            assert bool(refresh.problem) == (refresh.board.rater_kind == RaterKind.HUMAN), refresh.problem
            assert latest(refresh.board.key) == refresh.snapshot
            assert refresh.created == (refresh.snapshot is not None)

    def test_the_boards_rank_everybody(self):
        simulated = latest(f"{SIMULATION}/simulated")
        assert (simulated.votes, simulated.ratings.filter(rank__isnull=False).count()) == (4000, 20)
        for judged in Board.objects.filter(contest__slug=SMALL_MODEL, judge__isnull=False):
            contestants = set(judged.contest.contestants.values_list("slug", flat=True))
            assert {row.item_key for row in latest(judged.key).ratings.all()} == contestants

    def test_a_repetition_changes_nothing(self):
        before = rows()
        again = prepare_demo()
        assert rows() == before
        assert not any(refresh.created for refresh in again.refreshes)
        assert [refresh.snapshot for refresh in again.refreshes] == [
            refresh.snapshot for refresh in self.demo.refreshes
        ]
        assert again.contests == self.demo.contests
        assert again.admin == self.demo.admin

    def test_every_contestant_of_the_small_model_answered_every_prompt_itself(self):
        contest = Contest.objects.get(slug=SMALL_MODEL)
        contestants, prompts = contest.contestants.count(), contest.prompts.count()
        assert contestants == 11
        assert prompts >= 40
        assert contest.responses.filter(sample=0).count() == contestants * prompts
        assert not Response.objects.filter(contest=contest).exclude(origin="generated").exists()

    def test_both_judges_have_judged_in_both_orders(self):
        contest = Contest.objects.get(slug=SMALL_MODEL)
        kinds = set(contest.boards.filter(judge__isnull=False).values_list("judge__kind", flat=True))
        assert kinds == {JudgeKind.LOGPROB, JudgeKind.REFERENCE}
        judged = Battle.objects.filter(contest=contest, rater__judge__isnull=False)
        assert judged.exists()
        for order in ("AB", "BA"):
            understood = judged.filter(judge_calls__order=order, judge_calls__failure="")
            assert understood.distinct().count() == judged.count()

    def test_nobody_is_said_to_have_voted_who_has_not(self):
        assert not Battle.objects.filter(rater__kind=RaterKind.HUMAN).exists()
        assert Contest.objects.get(slug=SIMULATION).simulated
        assert not Contest.objects.get(slug=SMALL_MODEL).simulated

    def test_the_admin_logs_in_by_a_link_and_has_no_password(self):
        admin = User.objects.get(username=ADMIN)
        assert admin == self.demo.admin
        assert (admin.is_staff, admin.is_superuser, admin.is_active) == (True, True, True)
        assert not admin.has_usable_password()
        assert find_login(*make_login_link(admin)) == admin

    def test_a_password_that_the_admin_has_set_stays(self):
        admin = User.objects.get(username=ADMIN)
        admin.set_password("a long password")
        admin.save()
        assert prepare_demo().admin.check_password("a long password")

    def test_an_account_that_happens_to_be_called_so_is_not_made_an_admin(self):
        User.objects.filter(username=ADMIN).delete()
        make_user(ADMIN)
        admin = prepare_demo().admin
        assert (admin.is_staff, admin.is_superuser) == (False, False)
        assert admin.check_password("a long password")


def test_a_missing_file_is_told_by_its_name_and_nothing_is_written(monkeypatch, tmp_path):
    monkeypatch.setattr(room, "FIXTURE", tmp_path / FIXTURE.name)
    before = rows()
    with pytest.raises(BadFile, match=f"{FIXTURE.name}: does not exist"):
        prepare_demo()
    assert rows() == before
