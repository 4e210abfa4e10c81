"""Who may look is not always who may vote: others are told what to do, by page and program alike."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from arena.models import Audience, Battle, Invitation, LiveBattle, Membership, Rater, Voters
from arena.queries.own_data import own_data
from arena.services.accounts import adopt_browser
from arena.services.battles import open_battle
from arena.services.invitations import accept_invitation
from arena.services.leaving import leave
from arena.services.raters import identify_account, identify_browser
from tests.factories import (
    make_arena,
    make_group,
    make_invitation,
    make_member,
    make_program,
    make_rater,
    make_staff,
    make_user,
    sign_browser,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database]

WHO = ("anonymous", "browser", "invited browser", "browser of a group", "account", "invited account", "staff")
MEMBERS = {"invited browser", "browser of a group", "invited account"}
ACCOUNTS = {"account", "invited account", "staff"}
MAY_VOTE = {
    None: set(WHO),
    Voters.ANYONE: set(WHO),
    Voters.ACCOUNTS: ACCOUNTS,
    # Staff see everything, and vote where they were invited.
    Voters.MEMBERS: MEMBERS,
}


def visitor(who: str, contest: Any) -> Client:
    client = Client()
    if who in ACCOUNTS:
        user = make_staff() if who == "staff" else make_user()
        client.force_login(user)
        if who in MEMBERS:
            make_member(contest, identify_account(user))
    elif who != "anonymous":
        rater = identify_browser("the key")
        client.cookies["versus_browser"] = sign_browser("the key")
        if who in MEMBERS:
            make_member(make_group("panel", contest) if who == "browser of a group" else contest, rater)
    return client


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("voters", list(MAY_VOTE))
def test_who_may_vote_is_handed_a_battle_and_who_may_not_is_told_why(voters: Voters | None, who: str) -> None:
    contest = make_arena(voters=voters, live=True)
    client = visitor(who, contest)
    may = who in MAY_VOTE[voters]
    page, listed = client.get("/contests/tea/").content.decode(), client.get("/").content.decode()
    assert ("Start voting" in page, "Vote on Tea" in listed, 'id="no-vote"' in page) == (may, may, not may)
    assert ("Ask both something" in page) is may
    answer = client.post("/contests/tea/battles/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/battles/" if may else "/contests/tea/")
    assert Battle.objects.exists() is may
    assert client.get("/contests/tea/live/").status_code == (200 if may else 302)
    assert client.get("/contests/tea/leaderboard/").status_code == 200


@pytest.mark.parametrize("who", ["account", "invited account", "staff"])
@pytest.mark.parametrize("voters", list(MAY_VOTE))
def test_programs_are_told_the_same(voters: Voters | None, who: str) -> None:
    contest = make_arena(voters=voters, live=True)
    user = make_staff() if who == "staff" else make_user()
    if who in MEMBERS:
        make_member(contest, identify_account(user))
    program = make_program(user)
    may = who in MAY_VOTE[voters]
    answer = program.post("/api/v1/contests/tea/battles/")
    assert answer.status_code == (201 if may else 403)
    assert Battle.objects.exists() is may
    if not may:
        assert "invitation link" in answer.json()["detail"]
        asked = program.post("/api/v1/contests/tea/live/", {"prompt": "How long?"}, format="json")
        assert (asked.status_code, asked.json()) == (403, answer.json())
        assert not LiveBattle.objects.exists()


def test_who_needs_an_account_is_led_to_the_log_in_and_back(settings: Any) -> None:
    make_arena(voters=Voters.ACCOUNTS)
    settings.LOGIN_URL = "/somewhere/"
    page = Client().get("/contests/tea/").content.decode()
    assert "Voting in this contest needs an account" in page
    assert 'href="/somewhere/?next=/contests/tea/"' in page


def test_who_needs_an_invitation_is_told_where_to_get_one() -> None:
    make_arena(voters=Voters.MEMBERS)
    page = Client().get("/contests/tea/").content.decode()
    assert "ask whoever runs the contest for one" in page
    assert "?next=" not in page


def test_who_may_not_vote_begins_no_round_of_calibration_either() -> None:
    make_arena(voters=Voters.MEMBERS)
    assert Client().post(reverse("arena:calibration_repeat", args=["tea"]))["Location"] == "/contests/tea/"
    assert make_program().post("/api/v1/contests/tea/calibration/").status_code == 403
    assert not Rater.objects.exists()


def test_a_refusal_makes_nobody_a_rater_and_sets_no_cookie() -> None:
    make_arena(voters=Voters.MEMBERS)
    answer = Client().post("/contests/tea/battles/")
    assert "versus_browser" not in answer.cookies


def test_with_htmx_the_page_of_the_contest_is_loaded_whole() -> None:
    make_arena(voters=Voters.MEMBERS)
    answer = Client().post("/contests/tea/battles/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (200, "/contests/tea/")


def test_a_battle_that_is_open_can_be_voted_on_when_the_contest_became_stricter() -> None:
    contest = make_arena()
    client = Client()
    where = client.post("/contests/tea/battles/")["Location"]
    type(contest).objects.update(voters=Voters.MEMBERS)
    assert client.post(f"{where}vote/", {"outcome": "A"}).status_code == 302
    assert Battle.objects.get().state == "voted"
    assert client.post("/contests/tea/battles/")["Location"] == "/contests/tea/"


def test_a_closed_contest_says_nothing_of_votes_to_anybody() -> None:
    make_arena(voters=Voters.MEMBERS, state="closed")
    assert b"no-vote" not in Client().get("/contests/tea/").content


def test_a_group_is_a_member_of_its_contests_alone_and_as_long_as_it_is() -> None:
    tea, coffee = make_arena(voters=Voters.MEMBERS), make_arena(slug="coffee", voters=Voters.MEMBERS)
    panel = make_group("panel", tea)
    make_member(panel, identify_browser("the key"))
    client = Client()
    client.cookies["versus_browser"] = sign_browser("the key")
    assert client.post("/contests/coffee/battles/")["Location"] == "/contests/coffee/"
    assert client.post("/contests/tea/battles/")["Location"].startswith("/battles/")
    panel.contests.set([coffee])
    assert client.post("/contests/tea/battles/")["Location"] == "/contests/tea/"
    assert client.post("/contests/coffee/battles/")["Location"].startswith("/battles/")


@pytest.mark.parametrize("had_votes", [False, True])
def test_an_invitation_of_a_browser_comes_along_to_the_account_and_is_spent_once(had_votes: bool) -> None:
    contest = make_arena(voters=Voters.MEMBERS, audience=Audience.MEMBERS)
    invitation = make_invitation(contest)
    accept_invitation(invitation, identify_browser("the key"))
    alice = make_user()
    if had_votes:
        identify_account(alice)
    adopt_browser(alice, "the key")
    client = Client()
    client.force_login(alice)
    assert client.post("/contests/tea/battles/")["Location"].startswith("/battles/")
    assert client.get(client.post("/contests/tea/battles/")["Location"]).status_code == 200
    assert client.post(f"/invitations/{invitation.token}/")["Location"] == "/contests/tea/"
    assert Invitation.objects.get().uses == 1


def test_memberships_are_in_the_copy_of_ones_data_and_go_with_whoever_leaves() -> None:
    contest = make_arena(voters=Voters.MEMBERS)
    rater = make_member(make_group("panel", contest), make_member(contest, identify_browser("the key")))
    told = own_data(rater, None)["raters"][0]["memberships"]
    assert [(one["contest"], one["group"]) for one in told] == [("tea", None), (None, "Panel")]
    leave(rater, None, withdraw=False)
    assert not Membership.objects.exists()


def test_judges_and_simulations_vote_wherever_they_are_asked_to() -> None:
    contest = make_arena(voters=Voters.MEMBERS, audience=Audience.MEMBERS)
    assert open_battle(contest, make_rater("judge")).contest == contest


def test_the_api_says_who_may_vote_who_may_see_and_whether_prompts_are_taken() -> None:
    make_arena()
    make_arena(slug="wine", voters=Voters.MEMBERS, audience=Audience.UNLISTED, live=True)
    told = [APIClient().get(f"/api/v1/contests/{slug}/").json() for slug in ("tea", "wine")]
    assert [(one["voters"], one["audience"], one["live"]) for one in told] == [
        ("anyone", "public", False),
        ("members", "unlisted", True),
    ]
    assert set(APIClient().get("/api/v1/contests/").json()[0]) >= {"voters", "audience", "live"}


def test_votes_stay_when_a_membership_goes() -> None:
    contest = make_arena(voters=Voters.MEMBERS)
    rater = make_member(contest)
    open_battle(contest, rater)
    Membership.objects.all().delete()
    assert Battle.objects.get().rater == rater
