"""Limits bite where something begins, never at a vote; whoever is refused is told when to come back."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from limits import RateLimitItemPerMinute
from limits.errors import StorageError

from arena import limits
from arena.limits import Limited, TooMany, count
from arena.models import Battle, BattleReport, Invitation, LiveBattle, Membership, Rater, Vote
from arena.services.raters import identify_account
from config import settings as shipped
from tests.factories import (
    make_arena,
    make_contest,
    make_invitation,
    make_live,
    make_program,
    make_rater,
    make_request,
    make_staff,
    make_user,
)

pytestmark = [pytest.mark.django_db]

BATTLES = "/contests/tea/battles/"


@pytest.fixture(autouse=True)
def one_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let everything happen in the middle of one minute, so that no window ends between two requests."""
    monkeypatch.setattr("time.time", lambda: 1_900_000_030.0)


@pytest.fixture(autouse=True)
def defaults(settings: Any) -> None:
    """The limits that the product ships with."""
    for name in dir(shipped):
        if name.startswith("LIMIT_"):
            setattr(settings, name, getattr(shipped, name))


@pytest.fixture
def few(settings: Any) -> Any:
    """Two of everything a minute for a rater, five for a network."""
    for what in ("BATTLES", "LIVE", "REPORTS"):
        setattr(settings, f"LIMIT_{what}", "2/minute")
        setattr(settings, f"LIMIT_{what}_NETWORK", "5/minute")
    settings.LIMIT_INVITATIONS_NETWORK = settings.LIMIT_NEWCOMERS_NETWORK = "3/minute"
    return settings


def skip_on(client: Client, times: int) -> list[int]:
    """Open battles and skip them; return the statuses of the openings."""
    statuses = []
    for _ in range(times):
        answer = client.post(BATTLES)
        statuses.append(answer.status_code)
        if answer.status_code == 302 and "/battles/" in answer["Location"]:
            client.post(f"{answer['Location']}skip/")
    return statuses


# --- What is counted -------------------------------------------------------------------------------
def test_one_rater_opens_so_many_battles_and_is_then_asked_to_wait(few: Any) -> None:
    make_arena(contestants=4, prompts=9)
    client = Client()
    assert skip_on(client, 4) == [302, 302, 429, 429]
    answer = client.post(BATTLES)
    assert 1 <= int(answer["Retry-After"]) <= 60
    assert "no-store" in answer["Cache-Control"]
    page = answer.content.decode()
    assert "Please wait a minute" in page
    assert "can still be voted on" in page
    assert Battle.objects.count() == 2


def test_a_program_is_told_the_same(few: Any) -> None:
    make_arena(contestants=4, prompts=9)
    program = make_program()
    for _ in range(2):
        token = program.post(f"/api/v1{BATTLES}").json()["token"]
        program.post(f"/api/v1/battles/{token}/skip/")
    answer = program.post(f"/api/v1{BATTLES}")
    assert answer.status_code == 429
    assert 1 <= int(answer["Retry-After"]) <= 60
    assert "Please wait a minute" in answer.json()["detail"]


def test_a_page_with_scripts_gets_the_sentence_alone(few: Any) -> None:
    make_arena(contestants=4, prompts=9)
    client = Client()
    skip_on(client, 2)
    answer = client.post(BATTLES, headers={"HX-Request": "true"})
    assert (answer.status_code, answer["Content-Type"]) == (429, "text/plain; charset=utf-8")
    assert answer.content.decode().startswith("That was a lot in a short time.")


def test_a_battle_that_is_open_is_handed_out_and_voted_on_whatever_the_limit_says(few: Any) -> None:
    make_arena(contestants=4, prompts=9)
    client = Client()
    skip_on(client, 1)
    where = client.post(BATTLES)["Location"]
    for _ in range(3):
        assert client.post(BATTLES)["Location"] == where
    for _ in range(3):
        assert client.post(f"{where}vote/", {"outcome": "A"}).status_code == 302
    assert client.post(f"{where}undo/").status_code == 302
    assert Vote.objects.count() == 1
    again = Battle.objects.get(state="served")
    assert client.post(f"/battles/{again.token}/vote/", {"outcome": "B"}).status_code == 302
    assert Vote.objects.count() == 2
    assert client.post(BATTLES).status_code == 429


def test_raters_of_one_network_share_its_limit_and_others_have_their_own(few: Any) -> None:
    make_arena(contestants=4, prompts=9)
    few.LIMIT_NEWCOMERS_NETWORK = ""
    statuses = [skip_on(Client(), 1)[0] for _ in range(7)]
    assert statuses == [302] * 5 + [429] * 2
    assert skip_on(Client(REMOTE_ADDR="198.51.100.7"), 1) == [302]


def test_what_is_refused_counts_nowhere_so_that_a_pest_does_not_lock_its_neighbours_out(few: Any) -> None:
    make_arena(contestants=4, prompts=9)
    assert skip_on(Client(), 20).count(302) == 2
    assert skip_on(Client(), 2) == [302, 302]


def test_new_browsers_of_one_network_are_limited_and_those_refused_leave_no_trace(few: Any) -> None:
    make_arena(contestants=4, prompts=9)
    known = Client()
    known.post(BATTLES)
    answers = [Client().post(BATTLES) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [302, 302, 429, 429]
    assert Rater.objects.count() == 3
    assert "versus_browser" not in answers[-1].cookies
    assert known.post(BATTLES).status_code == 302


def test_staff_wait_as_everybody_does(few: Any) -> None:
    make_arena(contestants=4, prompts=9)
    client = Client()
    client.force_login(make_staff())
    assert skip_on(client, 3) == [302, 302, 429]


def test_an_account_is_one_rater_on_all_its_devices(few: Any) -> None:
    make_arena(contestants=4, prompts=9)
    alice = make_user()
    for address, status in (("203.0.113.1", 302), ("203.0.113.2", 302), ("203.0.113.3", 429)):
        client = Client(REMOTE_ADDR=address)
        client.force_login(alice)
        assert skip_on(client, 1) == [status]


def test_reports_are_limited_by_page_and_program(few: Any) -> None:
    contest = make_arena(contestants=4, prompts=9)
    client = Client()
    where = client.post(BATTLES)["Location"]
    kinds = ("broken", "unsafe", "other")
    assert [client.post(f"{where}report/", {"kind": kind}).status_code for kind in kinds] == [302, 302, 429]
    alice = make_user()
    program = make_program(alice)
    token = program.post(f"/api/v1/contests/{contest.slug}/battles/").json()["token"]
    answers = [program.post(f"/api/v1/battles/{token}/reports/", {"kind": kind}, format="json") for kind in kinds]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert BattleReport.objects.count() == 4


def test_live_battles_are_limited_where_one_begins(few: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    contest = make_arena(live=True)
    alice = make_user()
    monkeypatch.setattr(
        "arena.views.live.start_live",
        lambda contest, rater, text, admit: admit() or make_live(contest, rater=rater, state="closed"),
    )
    client = Client()
    client.force_login(alice)
    address = f"/contests/{contest.slug}/live/"
    assert [client.post(address, {"prompt": "Why?"}).status_code for _ in range(3)] == [302, 302, 429]
    assert LiveBattle.objects.filter(rater=identify_account(alice)).count() == 2
    assert client.get(address).status_code == 200


def test_a_live_battle_that_is_being_written_is_handed_out_without_being_counted(few: Any) -> None:
    contest = make_arena(live=True)
    alice = make_user()
    writing = make_live(contest, rater=identify_account(alice), beat_at=timezone.now())
    client, program = Client(), make_program(alice)
    client.force_login(alice)
    for _ in range(4):
        assert client.post("/contests/tea/live/", {"prompt": "Why?"})["Location"] == f"/live/{writing.token}/"
        answer = program.post("/api/v1/contests/tea/live/", {"prompt": "Why?"}, format="json")
        assert answer.json()["token"] == writing.token


def test_links_that_lead_nowhere_are_counted_and_those_that_work_are_not(few: Any) -> None:
    invitation = make_invitation(make_contest())
    client = Client()
    for _ in range(9):
        assert client.get(f"/invitations/{invitation.token}/").status_code == 200
    assert [client.get(f"/invitations/guess-{k}/").status_code for k in range(5)] == [404, 404, 404, 429, 429]
    assert client.get(f"/invitations/{invitation.token}/").status_code == 429
    assert make_program().get("/api/v1/invitations/guess/").status_code == 429
    elsewhere = Client(REMOTE_ADDR="198.51.100.7")
    assert elsewhere.post(f"/invitations/{invitation.token}/").status_code == 302
    assert (Membership.objects.count(), Invitation.objects.get().uses) == (1, 1)


def test_nothing_is_limited_where_limits_are_switched_off(settings: Any) -> None:
    make_arena(contestants=4, prompts=9)
    for name in ("LIMIT_BATTLES", "LIMIT_BATTLES_NETWORK"):
        setattr(settings, name, "")
    assert set(skip_on(Client(), 45)) == {302}


# --- The defaults ----------------------------------------------------------------------------------
def test_a_fast_voter_with_twenty_battles_a_minute_for_three_minutes_meets_no_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    request, rater = make_request(), make_rater()
    for battle in range(60):
        monkeypatch.setattr("time.time", lambda now=1_900_000_000.0 + 3 * battle: now)
        count(request, Limited.BATTLES, rater)


def test_a_class_of_forty_that_begins_in_the_same_minute_meets_no_limit() -> None:
    raters = [make_rater() for _ in range(40)]
    for rater in raters:
        count(make_request(), Limited.NEWCOMERS)
        for _ in range(7):
            count(make_request(), Limited.BATTLES, rater)


def test_a_machine_meets_the_limit_of_the_minute_and_then_that_of_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    rater = make_rater()

    def is_let_in(now: float) -> bool:
        monkeypatch.setattr("time.time", lambda: now)
        try:
            count(make_request(), Limited.BATTLES, rater)
        except TooMany:
            return False
        return True

    # A request each second for an hour, from a midnight on.
    asked = [is_let_in(1_900_022_400.0 + second) for second in range(3600)]
    assert asked[:31] == [True] * 30 + [False]
    assert sum(asked) == 1000
    with pytest.raises(TooMany, match=r"Please wait 2[34] hours"):
        count(make_request(), Limited.BATTLES, rater)


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (1, "a minute"),
        (60, "a minute"),
        (100, "2 minutes"),
        (3600, "60 minutes"),
        (7200, "2 hours"),
        (80000, "23 hours"),
    ],
)
def test_how_long_to_wait_is_said_in_words(seconds: int, told: str) -> None:
    assert f"Please wait {told}," in str(TooMany(seconds))


# --- What is kept ----------------------------------------------------------------------------------
@pytest.mark.parametrize("address", ["203.0.113.77", "2001:db8:1:2:3:4:5:6"])
def test_no_address_is_kept_where_is_counted_nor_anything_that_it_could_be_guessed_from(address: str) -> None:
    make_arena()
    Client(REMOTE_ADDR=address).post(BATTLES)
    kept = repr(limits._limiter().storage.__dict__)
    assert "LIMIT_BATTLES_NETWORK" in kept
    assert address not in kept
    assert not any(part in kept for part in ("203.0", "2001:db8"))


def test_the_same_network_is_counted_under_another_key_where_the_secret_is_another(settings: Any) -> None:
    def key() -> str:
        ((_, _, found), *_) = limits._counters(make_request(), Limited.BATTLES)
        return found

    first = key()
    assert key() == first
    settings.SECRET_KEY = "another secret " * 5
    assert key() != first


def test_where_nothing_can_be_counted_everybody_is_let_in(few: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(*_: object) -> bool:
        raise StorageError(ConnectionError("Redis is away"))

    for verb in ("hit", "test"):
        monkeypatch.setattr(limits._limiter(), verb, lost)
    make_arena(contestants=4, prompts=9)
    assert skip_on(Client(), 4) == [302] * 4


def test_an_empty_store_has_forgotten_everything() -> None:
    item = RateLimitItemPerMinute(1)
    assert limits._limiter().hit(item, "x")
    limits.forget_counts()
    assert limits._limiter().hit(item, "x")
