"""One command makes a working arena, shows the way in, and ends without a trace."""

import http.cookiejar
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django_q.models import Schedule

from arena.exchange.native import write_native
from arena.management.serving import HOST
from arena.models import Contest, RaterKind, Vote
from arena.queries.exports import export_bundle
from arena.services import demo as demo_service
from arena.services import simulations
from arena.services.demo import FIXTURE, SIMULATION, SMALL_MODEL
from arena.services.schedules import EVERY_MINUTE
from arena.services.simulations import VOTES
from arena.services.votes import void_vote
from ranking.models import Snapshot
from tests.factories import make_arena, make_judge, make_rater, vote_between
from tests.support.modules import ROOT
from tests.support.postgres import free_port
from tests.support.processes import PATIENCE, descendants, is_running

LINK = re.compile(r"http://127\.0\.0\.1:(\d+)(/login/\S+/\S+/)")


@pytest.fixture
def little_demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, db: None) -> Path:
    """Put a contest of three judged votes in the place of the demo's own, and few votes into the simulation."""
    contest = make_arena(contestants=3, prompts=1, slug="little")
    rater = make_rater(RaterKind.JUDGE, judge=make_judge())
    cast = list(contest.contestants.order_by("id"))
    for place, winner in enumerate(cast):
        vote_between(contest, winner, cast[(place + 1) % 3], "A", rater=rater)
    path = tmp_path / "little.jsonl.gz"
    write_native(export_bundle(contest), path)
    monkeypatch.setattr(demo_service, "FIXTURE", path)
    monkeypatch.setattr(simulations, "VOTES", 300)
    return path


def prepare(capsys: pytest.CaptureFixture[str], *options: str) -> str:
    call_command("demo", "--no-serve", *options)
    return capsys.readouterr().out


# --- Preparing -------------------------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.slow
def test_both_contests_are_loaded_and_their_boards_published(capsys):
    told = prepare(capsys)
    assert set(Contest.objects.values_list("slug", "simulated")) == {(SMALL_MODEL, False), (SIMULATION, True)}
    assert Vote.objects.filter(battle__contest__slug=SIMULATION).count() == VOTES
    assert Contest.objects.get(slug=SMALL_MODEL).responses.exists()
    votes = Vote.objects.filter(battle__contest__slug=SMALL_MODEL)
    assert set(votes.values_list("battle__rater__kind", flat=True)) == {RaterKind.JUDGE}, "nobody voted there yet"
    assert f"Board {SIMULATION}/simulated: {VOTES:,} votes" in told
    for snapshot in Snapshot.objects.all():
        assert f"Board {snapshot.board_key}: {snapshot.votes:,.0f} votes" in told
    page = Client().get(f"/contests/{SMALL_MODEL}/leaderboard/")
    assert page.status_code == 200
    assert "No ratings yet" not in page.content.decode()


def test_the_demo_of_the_repository_is_complete_without_a_model_or_a_network():
    assert FIXTURE.exists()
    assert FIXTURE.stat().st_size < 2_000_000


@pytest.mark.django_db
def test_a_board_without_votes_says_why_instead(little_demo, capsys):
    told = prepare(capsys)
    line = next(line for line in told.splitlines() if line.startswith(f"Board {SMALL_MODEL}/human: "))
    assert (
        line.removeprefix(f"Board {SMALL_MODEL}/human: ")
        == Contest.objects.get(slug=SMALL_MODEL).boards.get(slug="human").problem
    )
    assert f"Board {SMALL_MODEL}/careful-judge: 3 votes" in told


@pytest.mark.django_db
def test_the_link_logs_in_once_and_only_when_the_button_is_pressed(little_demo, capsys):
    port, path = LINK.search(prepare(capsys, "--port", "4321")).groups()
    assert port == "4321"
    client = Client()
    for _ in range(2):
        assert "Log in as admin" in client.get(path).content.decode()
    assert client.get("/admin/").status_code == 302
    assert client.post(path).headers["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200
    for spent in (Client().get(path), Client().post(path)):
        assert spent.status_code == 404
        assert "This link is not valid" in spent.content.decode()


@pytest.mark.django_db
def test_the_admin_has_no_password_that_anybody_could_guess(little_demo, capsys):
    prepare(capsys)
    admin = User.objects.get(username="admin")
    assert (admin.is_staff, admin.is_superuser, admin.has_usable_password()) == (True, True, False)


@pytest.mark.django_db
def test_repeating_it_keeps_votes_passwords_and_what_was_decided(little_demo, capsys):
    prepare(capsys)
    admin = User.objects.get(username="admin")
    admin.set_password("a long password")
    admin.save()
    contest = Contest.objects.get(slug=SMALL_MODEL)
    cast = list(contest.contestants.order_by("id"))
    voided = contest.battles.order_by("id")[0].vote
    void_vote(voided, admin, "A test.")
    mine = vote_between(contest, cast[0], cast[1], "TIE")
    before = Vote.objects.count()
    prepare(capsys)
    admin.refresh_from_db()
    voided.refresh_from_db()
    assert admin.check_password("a long password")
    assert voided.void_reason == "A test."
    assert Vote.objects.filter(pk=mine.pk).exists()
    assert Vote.objects.count() == before
    assert (User.objects.count(), Schedule.objects.count()) == (1, len(EVERY_MINUTE))


@pytest.mark.django_db
def test_a_broken_file_is_told_without_a_trace(tmp_path, monkeypatch):
    monkeypatch.setattr(demo_service, "FIXTURE", tmp_path / "nowhere.jsonl.gz")
    with pytest.raises(CommandError, match=r"nowhere\.jsonl\.gz: does not exist"):
        call_command("demo", "--no-serve")
    assert Contest.objects.count() == 0


@pytest.mark.django_db
def test_a_busy_port_is_refused_before_anything_is_done(little_demo):
    before = Contest.objects.count()
    with socket.socket() as other:
        other.bind((HOST, 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(CommandError, match=rf"Port {port} is in use\. Stop what listens there, or choose another"):
            call_command("demo", "--port", str(port))
    assert Contest.objects.count() == before


@pytest.mark.django_db
def test_without_a_server_the_port_need_not_be_free(little_demo, capsys):
    with socket.socket() as other:
        other.bind((HOST, 0))
        other.listen()
        assert f":{other.getsockname()[1]}/login/" in prepare(capsys, "--port", str(other.getsockname()[1]))


# --- The whole -------------------------------------------------------------------------------------
class Running(NamedTuple):
    """The demo at work: its process, its first words, and the addresses in them."""

    process: "subprocess.Popen[str]"
    told: str
    site: str
    link: str


@contextmanager
def running_demo(folder: Path) -> Iterator[Running]:
    """Run the real command on a database of its own; nothing of it is left, whatever the test came to."""
    variables = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{folder / 'versus.sqlite3'}",
        "REDIS_URL": "",
        "SECRET_KEY": "x" * 50,
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    command = [sys.executable, "manage.py", "demo", "--port", str(free_port())]
    with (
        (folder / "demo.log").open("w") as log,
        subprocess.Popen(
            command, cwd=ROOT, env=variables, stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True
        ) as process,
    ):
        try:
            told = ""
            assert process.stdout is not None
            for line in process.stdout:
                told += line
                if line.startswith("Ctrl-C"):
                    break
            found = LINK.search(told)
            assert found, told + (folder / "demo.log").read_text()
            yield Running(process, told, f"http://{HOST}:{found[1]}", found[0])
        finally:
            for pid in [*descendants(process.pid), process.pid]:
                if is_running(pid):
                    os.kill(pid, signal.SIGKILL)


class Browser:
    """A browser of its own: it keeps cookies and presses buttons."""

    def __init__(self) -> None:
        self._jar = http.cookiejar.CookieJar()
        direct = urllib.request.ProxyHandler({})
        self._opener = urllib.request.build_opener(direct, urllib.request.HTTPCookieProcessor(self._jar))

    def get(self, address: str, **form: str) -> tuple[int, str]:
        """Return status and text of a page; with fields, of the answer to a form."""
        data = urllib.parse.urlencode(form).encode() if form else None
        try:
            with self._opener.open(urllib.request.Request(address, data), timeout=PATIENCE) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.read().decode()

    def press(self, address: str) -> tuple[int, str]:
        """Open a page with a form and send it as it stands."""
        _, page = self.get(address)
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        return self.get(address, csrfmiddlewaretoken=token[1] if token else "none")


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_the_demo_serves_lets_its_owner_in_once_and_ends_with_everything(tmp_path):
    with running_demo(tmp_path) as demo:
        assert f"Versus is ready: {demo.site}/" in demo.told
        visitor, owner = Browser(), Browser()
        status, page = visitor.get(f"{demo.site}/")
        assert status == 200
        assert "Simulation: twenty known strengths" in page
        vote = re.search(r"^Vote: +(\S+)$", demo.told, flags=re.MULTILINE)
        assert vote
        assert visitor.get(vote[1])[0] == 200
        assert visitor.get(f"{demo.site}/contests/{SIMULATION}/leaderboard/")[0] == 200

        status, page = owner.press(demo.link)
        assert status == 200
        assert "Log out" in page
        status, page = visitor.press(demo.link)
        assert status in {403, 404}
        assert "This link is not valid" in visitor.get(demo.link)[1]
        assert "Log out" not in visitor.get(f"{demo.site}/admin/")[1]

        family = descendants(demo.process.pid)
        assert len(family) >= 2, "a server and a worker"
        demo.process.send_signal(signal.SIGINT)
        assert demo.process.wait(PATIENCE) == 0, (tmp_path / "demo.log").read_text()
        assert [pid for pid in family if is_running(pid)] == []
    assert "Traceback" not in (tmp_path / "demo.log").read_text()
