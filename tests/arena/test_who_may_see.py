"""Every door to a contest, tried by everybody: what is for members does not exist for others, in no list and no file."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from arena.models import Audience, Battle, ContestState, LiveBattle, Membership, Rater
from arena.services.accounts import adopt_browser
from arena.services.leaderboards import refresh_contest
from arena.services.raters import identify_account, identify_browser
from tests.factories import (
    make_battle,
    make_group,
    make_live,
    make_member,
    make_program,
    make_staff,
    make_user,
    make_voted_arena,
    sign_browser,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database]

Visitor = Callable[[Any], Client]
READ = ("", "leaderboard/", "leaderboard.csv", "matchmaking/", "live/")
SENT = ("battles/", "profile/", "live/", "calibration/", "consent/", "talks/")
API_READ = ("", "leaderboard/", "leaderboard.csv", "matchmaking/", "votes/", "preferences.jsonl", "profile/")
API_SENT = ("battles/", "live/", "calibration/", "talks/")


def browser(rater: Rater) -> Client:
    client = Client()
    client.cookies["versus_browser"] = sign_browser(rater.browser_key or "")
    return client


def logged_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def anonymous(contest: Any) -> Client:
    return Client()


def known_browser(contest: Any) -> Client:
    return browser(identify_browser("a stranger"))


def invited_browser(contest: Any) -> Client:
    return browser(make_member(contest, identify_browser("a guest")))


def browser_in_a_group(contest: Any) -> Client:
    return browser(make_member(make_group("panel", contest), identify_browser("one of the panel")))


def browser_in_another_group(contest: Any) -> Client:
    return browser(make_member(make_group("others"), identify_browser("one of the others")))


def account(contest: Any) -> Client:
    return logged_in(make_user())


def invited_account(contest: Any) -> Client:
    alice = make_user()
    make_member(contest, identify_account(alice))
    return logged_in(alice)


def staff(contest: Any) -> Client:
    return logged_in(make_staff())


OUTSIDERS: list[Visitor] = [anonymous, known_browser, browser_in_another_group, account]
INSIDERS: list[Visitor] = [invited_browser, browser_in_a_group, invited_account, staff]
EVERYBODY = [*OUTSIDERS, *INSIDERS]


def named(visitors: list[Visitor]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("visitor", visitors, ids=[visitor.__name__ for visitor in visitors])


def make_shown(audience: str | None = None) -> Any:
    """A contest with everything that any door shows."""
    return make_voted_arena(audience=audience, live=True, description="For connoisseurs.")


def account_behind(client: Client) -> str | None:
    return client.session.get("_auth_user_id")


def of_the_api(client: Client) -> APIClient:
    """A program with the token of whoever is logged in; without one where nobody is."""
    program, user = APIClient(), account_behind(client)
    if user:
        program.credentials(HTTP_AUTHORIZATION=f"Token {Token.objects.get_or_create(user_id=int(user))[0].key}")
    return program


def bare(answer: Any) -> tuple[int, bytes]:
    """Return what an answer tells, without the token of its forms and the name in its address."""
    text = b"".join(answer.streaming_content) if answer.streaming else answer.content
    lines = [line for line in text.split(b"\n") if b"csrfmiddlewaretoken" not in line]
    return answer.status_code, b"\n".join(lines).replace(b"tea", b"none")


# --- For members alone -----------------------------------------------------------------------------
@named(OUTSIDERS)
def test_for_outsiders_a_contest_for_members_is_like_one_that_does_not_exist(visitor: Visitor) -> None:
    contest = make_shown(Audience.MEMBERS)
    client = visitor(contest)
    for door in READ:
        hidden, missing = (bare(client.get(f"/contests/{slug}/{door}")) for slug in ("tea", "none"))
        assert hidden == missing
        assert hidden[0] == 404
    for door in SENT:
        hidden, missing = (bare(client.post(f"/contests/{slug}/{door}")) for slug in ("tea", "none"))
        assert hidden == missing
        assert hidden[0] == 404
    assert b"Tea" not in client.get("/").content
    assert not Battle.objects.filter(state="served").exists()


def test_for_programs_without_membership_it_does_not_exist_either() -> None:
    make_shown(Audience.MEMBERS)
    alice = make_program()
    for program, doors in ((APIClient(), API_READ[:-1]), (alice, API_READ)):
        for door in doors:
            hidden, missing = (bare(program.get(f"/api/v1/contests/{slug}/{door}")) for slug in ("tea", "none"))
            assert hidden == missing
            assert hidden[0] == 404
        assert program.get("/api/v1/contests/").json() == []
    for door in API_SENT:
        told = {"prompt": "How long?"}
        hidden, missing = (
            bare(alice.post(f"/api/v1/contests/{slug}/{door}", told, format="json")) for slug in ("tea", "none")
        )
        assert hidden == missing
        assert hidden[0] == 404
    assert not LiveBattle.objects.exists()


@named(INSIDERS)
def test_members_and_staff_see_all_of_it(visitor: Visitor) -> None:
    contest = make_shown(Audience.MEMBERS)
    client = visitor(contest)
    assert [client.get(f"/contests/tea/{door}").status_code for door in READ] == [200] * len(READ)
    assert b"Members only" in client.get("/").content


@pytest.mark.parametrize("who", ["member", "staff"])
def test_programs_of_members_and_staff_read_all_of_it(who: str) -> None:
    contest = make_shown(Audience.MEMBERS)
    user = make_staff() if who == "staff" else make_user()
    if who == "member":
        make_member(make_group("panel", contest), identify_account(user))
    program = make_program(user)
    assert [program.get(f"/api/v1/contests/tea/{door}").status_code for door in API_READ] == [200] * len(API_READ)
    assert [one["slug"] for one in program.get("/api/v1/contests/").json()] == ["tea"]


def test_pages_for_members_lead_to_no_door_that_is_closed_to_their_browser() -> None:
    contest = make_shown(Audience.MEMBERS)
    refresh_contest(contest)
    page = invited_browser(contest).get("/contests/tea/leaderboard/").content
    assert b"leaderboard.csv" in page
    assert b"/api/v1/contests/" not in page


def test_members_do_not_see_a_draft() -> None:
    contest = make_shown(Audience.MEMBERS)
    client = invited_browser(contest)
    type(contest).objects.update(state=ContestState.DRAFT)
    assert client.get("/contests/tea/").status_code == 404


# --- Battles ---------------------------------------------------------------------------------------
def test_who_is_a_member_no_more_sees_its_own_battles_there_no_more() -> None:
    contest = make_shown(Audience.MEMBERS)
    client = invited_browser(contest)
    where = client.post("/contests/tea/battles/")["Location"]
    live = make_live(contest, rater=Rater.objects.get(browser_key="a guest"))
    assert [client.get(page).status_code for page in (where, f"/live/{live.token}/")] == [200, 200]
    Membership.objects.all().delete()
    for page in (where, f"/live/{live.token}/", f"/live/{live.token}/events/"):
        assert client.get(page).status_code == 404
    assert client.post(f"{where}vote/", {"outcome": "A"}).status_code == 404
    assert client.get("/battles/none/").status_code == 404


def test_a_program_without_membership_sees_its_own_battles_there_no_more() -> None:
    contest = make_shown(Audience.MEMBERS)
    alice = make_user()
    battle = make_battle(contest, identify_account(alice))
    program = make_program(alice)
    assert program.get(f"/api/v1/battles/{battle.token}/").status_code == 404
    make_member(contest, battle.rater)
    assert program.get(f"/api/v1/battles/{battle.token}/").status_code == 200


def test_staff_see_their_own_battles_whoever_is_a_member() -> None:
    contest = make_shown(Audience.MEMBERS)
    ada = make_staff()
    battle = make_battle(contest, identify_account(ada))
    assert logged_in(ada).get(f"/battles/{battle.token}/").status_code == 200


def test_staff_see_what_they_began_in_a_browser_before_they_logged_in() -> None:
    contest, ada = make_shown(Audience.MEMBERS), make_staff()
    identify_account(ada)
    battle = make_battle(contest, identify_browser("hers"))
    adopt_browser(ada, "hers")
    assert logged_in(ada).get(f"/battles/{battle.token}/").status_code == 200


def test_votes_in_a_contest_that_is_hidden_from_me_are_left_out_of_my_page() -> None:
    contest = make_shown(Audience.MEMBERS)
    client = invited_browser(contest)
    where = client.post("/contests/tea/battles/")["Location"]
    client.post(f"{where}vote/", {"outcome": "A"})
    assert b"Tea" in client.get("/me/").content
    Membership.objects.all().delete()
    assert b"Tea" not in client.get("/me/").content


# --- For everybody ---------------------------------------------------------------------------------
@pytest.mark.parametrize("audience", [None, Audience.PUBLIC, Audience.UNLISTED])
@named(EVERYBODY)
def test_what_is_not_for_members_alone_is_open_to_everybody(visitor: Visitor, audience: str | None) -> None:
    contest = make_shown(audience)
    client = visitor(contest)
    assert [client.get(f"/contests/tea/{door}").status_code for door in READ] == [200] * len(READ)
    program = of_the_api(client)
    doors = API_READ if account_behind(client) else API_READ[:-1]
    assert [program.get(f"/api/v1/contests/tea/{door}").status_code for door in doors] == [200] * len(doors)


@named(EVERYBODY)
def test_an_unlisted_contest_is_in_the_lists_of_its_members_and_of_staff_alone(visitor: Visitor) -> None:
    contest = make_shown(Audience.UNLISTED)
    client = visitor(contest)
    assert (b"Tea" in client.get("/").content) is (visitor in INSIDERS)
    listed = of_the_api(client).get("/api/v1/contests/").json()
    assert (len(listed) == 1) is (visitor in (invited_account, staff))


@pytest.mark.parametrize(("audience", "found"), [(None, True), (Audience.PUBLIC, True), (Audience.UNLISTED, False)])
def test_search_engines_are_asked_to_list_no_unlisted_contest(audience: str | None, found: bool) -> None:
    make_shown(audience)
    for door in READ:
        reply = Client().get(f"/contests/tea/{door}")
        if "X-Robots-Tag" in reply:
            # A file: only its page may be found.
            assert (door, reply["X-Robots-Tag"]) == ("leaderboard.csv", "noindex")
        else:
            assert ('<meta name="robots" content="noindex">' not in reply.content.decode()) is found, door


@pytest.mark.parametrize("audience", [None, Audience.PUBLIC])
@named(EVERYBODY)
def test_a_public_contest_is_in_every_list(visitor: Visitor, audience: str | None) -> None:
    client = visitor(make_shown(audience))
    assert b"Tea" in client.get("/").content
    assert len(of_the_api(client).get("/api/v1/contests/").json()) == 1
