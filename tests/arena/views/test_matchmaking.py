"""The page on how pairs are drawn: the numbers of the API, calm where there are none, blind to what is still out."""

import re
from html import unescape

import pytest
from django.core.cache import cache
from django.test import Client

from arena.models import BattleState, Contest, ContestState
from arena.services.leaderboards import ensure_boards, refresh_contest
from arena.services.matchmaking import change_matchmaking
from tests.arena.queries.drawn import draw_battles
from tests.factories import make_arena, make_contest, make_rater, make_staff, make_voted_arena

pytestmark = [pytest.mark.django_db]

ADDRESS = "/contests/tea/matchmaking/"
TWIN = "/api/v1/contests/tea/matchmaking/"


def get(client: Client, address: str = ADDRESS) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(unescape(answer.content.decode()).split())


@pytest.fixture
def contest() -> Contest:
    """Four contestants and 200 drawn battles."""
    contest = make_arena(contestants=4, prompts=1)
    draw_battles(contest, 200)
    ensure_boards(contest)
    return contest


def test_the_page_and_the_api_tell_the_same(client, contest):
    page, told = get(client), client.get(TWIN).json()
    assert f"<strong>{told['policy']}.</strong>" in page
    for row in told["contestants"]:
        assert row["name"] in page
        assert f'<td class="num">{100 * row["share"]:.1f} %</td>' in page
    assert f"fair is {100 * told['fair_share']:.1f} %" in page
    for setting in told["settings"]:
        assert setting["told"] in page
        assert setting["meaning"] in page
    for notice in told["audit"]["notices"]:
        assert notice["message"] in page


def test_bars_end_where_their_shares_stand(client, contest):
    page, told = get(client), client.get(TWIN).json()
    widths = [float(width) for width in re.findall(r'<rect x="0" y="5" width="([\d.]+)%"', page)]
    shares = [row["share"] for row in told["contestants"]]
    ratios = [width / share for width, share in zip(widths, shares, strict=True)]
    assert ratios == pytest.approx([ratios[0]] * 4, rel=1e-4)
    fair = float(re.search(r'<line x1="([\d.]+)%"[^>]*class="fair"', page)[1])
    assert fair / told["fair_share"] == pytest.approx(ratios[0], rel=1e-4)


def test_an_alarm_stands_above_what_is_well(client, contest):
    change_matchmaking(contest, None, floor=0.6)
    draw_battles(contest, 200, make_rater(), seed=5, served_at=contest.matchmaking_changes.get().at)
    page = get(client)
    alarm = page.index('aria-label="Wrong beyond chance"')
    assert alarm < page.index("The floor has not the share that is set") < page.index('aria-label="Checked"')


def test_who_changed_what_is_told_to_staff_alone(client, contest):
    staff = make_staff()
    change_matchmaking(contest, staff, floor=0.2)
    assert "Floor: 10 % → 20 %" in get(client)
    assert ">ada<" not in get(client)
    client.force_login(staff)
    assert "<td>ada</td>" in get(client)


def test_nothing_yet_is_told_calmly(client):
    make_contest()
    page = get(client)
    assert "No battle has been drawn and closed yet." in page
    assert "There is nothing to audit yet" in page
    assert "Nothing yet: pairs have been drawn like this from the beginning." in page
    assert "Who was drawn how often" not in page


def test_imports_alone_are_told_as_such(client):
    contest = make_voted_arena()
    contest.battles.update(policy="imported")
    refresh_contest(contest)
    page = get(client)
    assert "14 further battles were imported: nobody drew them here." in page
    assert "no closed battle of the board “People” carries what is checked here" in page


def test_drafts_are_for_staff_as_their_leaderboards_are(client):
    make_contest(state=ContestState.DRAFT)
    assert client.get(ADDRESS).status_code == client.get("/contests/tea/leaderboard/").status_code == 404
    client.force_login(make_staff())
    assert client.get(ADDRESS).status_code == 200
    assert client.get("/contests/nowhere/matchmaking/").status_code == 404


def test_it_is_only_read(client, contest):
    assert client.post(ADDRESS).status_code == 405
    assert client.head(ADDRESS).status_code == 200


def without_times(page: str) -> str:
    return re.sub(r"<time .*?</time>", "", page)


@pytest.mark.parametrize("rates", [{}, {"check_rate": 0.25, "repeat_rate": 0.25}])
def test_opening_a_battle_changes_nothing_on_the_page(client, contest, rates):
    if rates:
        change_matchmaking(contest, None, **rates)
    before = without_times(get(client))
    for _ in range(5):
        client.cookies.clear()
        client.post("/contests/tea/battles/")
        cache.clear()
        assert without_times(get(client)) == before
    assert contest.battles.filter(state=BattleState.SERVED).count() == 5


def test_the_contest_and_its_leaderboard_lead_here(client, contest):
    for address in ("/contests/tea/", "/contests/tea/leaderboard/"):
        assert f'href="{ADDRESS}"' in get(client, address)


def test_names_are_escaped(client, contest):
    contest.contestants.update(organisation="<b>Evil & Sons</b>")
    assert "<b>Evil" not in client.get(ADDRESS).content.decode()
