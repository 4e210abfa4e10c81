"""What a rater did so far: counted, compared with others, and told beside the crowd's board."""

import pytest
from django.utils import timezone

from arena.models import BattlePurpose, Contest, ContestState, RaterKind
from arena.queries.progress import FEWEST, Deviation, rater_progress, tell_differences
from arena.services.leaderboards import refresh_contest
from tests.factories import make_arena, make_battle, make_program, make_rater, make_user, make_vote, make_voted_arena

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def vote_on(contest: Contest, rater, outcome: str, *, swapped: bool = False, prompt=None, **fields):
    prompt = prompt or contest.prompts.order_by("id")[0]
    one, two = prompt.responses.order_by("id")[:2]
    pair = (two, one) if swapped else (one, two)
    return make_vote(make_battle(contest, rater, prompt=prompt, responses=pair, **fields), outcome)


def test_nobody_has_done_nothing():
    assert (rater_progress(None).votes, rater_progress(make_rater()).votes) == (0, 0)


def test_votes_without_weight_are_told_apart():
    rater, contest = make_rater(), make_arena()
    vote_on(contest, rater, "A")
    aside = vote_on(contest, rater, "B", prompt=contest.prompts.last())
    aside.integrity_weight, aside.integrity_reason = 0, "calibration"
    aside.save()
    [part] = rater_progress(rater).contests
    assert (part.votes, part.weightless) == (2, 1)


def test_votes_are_counted_contest_by_contest_without_those_that_do_not_rank():
    rater = make_rater()
    tea, coffee = make_arena(slug="tea"), make_arena(slug="coffee")
    vote_on(tea, rater, "A")
    vote_on(tea, rater, "B", prompt=tea.prompts.last())
    vote_on(coffee, rater, "TIE")
    vote_on(coffee, rater, "A", purpose=BattlePurpose.CHECK)
    voided = vote_on(coffee, rater, "A")
    voided.voided_at, voided.void_reason = timezone.now(), "a test"
    voided.save()
    progress = rater_progress(rater)
    assert progress.votes == 3
    assert [(part.contest.slug, part.votes) for part in progress.contests] == [("tea", 2), ("coffee", 1)]
    assert progress.contests[0].board == []
    assert f"after {FEWEST} votes" in progress.contests[0].told


def test_agreement_is_with_other_people_on_the_same_two_responses_whatever_the_side():
    contest, rater = make_arena(), make_rater()
    _, second = contest.prompts.order_by("id")
    vote_on(contest, rater, "A")
    vote_on(contest, make_rater(), "A")
    vote_on(contest, make_rater(), "B", swapped=True)
    vote_on(contest, make_rater(), "B")
    vote_on(contest, make_rater(), "TIE")
    vote_on(contest, make_rater(RaterKind.JUDGE), "B")
    vote_on(contest, rater, "BOTH_BAD", prompt=second)
    (part,) = rater_progress(rater).contests
    assert part.agreement is not None
    assert (part.agreement.votes, part.agreement.share) == (1, 0.5)
    assert 0 < part.agreement.lower < 0.5 < part.agreement.upper < 1


def test_without_others_there_is_no_agreement_to_tell():
    contest, rater = make_arena(), make_rater()
    vote_on(contest, rater, "A")
    assert rater_progress(rater).contests[0].agreement is None


def test_after_enough_votes_there_is_a_board_of_ones_own():
    contest, rater = make_voted_arena(), make_rater()
    last = contest.contestants.order_by("id").last()
    for k in range(FEWEST):
        prompt = contest.prompts.order_by("id")[k % 2]
        other, best = prompt.responses.order_by("id")[k % 2], prompt.responses.get(contestant=last)
        make_vote(make_battle(contest, rater, prompt=prompt, responses=(best, other)), "A")
    assert "once the contestants" in rater_progress(rater).contests[0].told
    refresh_contest(contest)
    (part,) = rater_progress(rater).contests
    assert len(part.board) == 3
    assert [row.own for row in part.board] == sorted((row.own for row in part.board), reverse=True)
    assert all(row.lower < row.own < row.upper for row in part.board)
    mine = next(row for row in part.board if row.name == last.name)
    assert mine.own > mine.crowd


def deviation(name: str, moved: float, clear: bool) -> Deviation:
    return Deviation(name, 1000, 1000 + moved, 1000 + moved - 50, 1000 + moved + 50, clear)


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (
            [deviation("Assam", 9, False)],
            "You judge much as the crowd does: your votes show no clear difference so far.",
        ),
        ([deviation("Assam", 80, True)], "Compared with the crowd you rate Assam about 80 points higher."),
        (
            [deviation("Assam", 80, True), deviation("Ceylon", -90, True)],
            "Compared with the crowd you rate Ceylon about 90 points lower and Assam about 80 points higher.",
        ),
    ],
)
def test_the_clearest_differences_are_told_in_a_sentence(rows, told):
    assert tell_differences(rows) == told


def test_the_page_and_its_twin_tell_a_visitors_own_votes_and_nobody_elses(client):
    assert "You have not voted yet." in client.get("/me/").content.decode()
    contest = make_arena()
    vote_on(contest, make_rater(), "A")
    client.post("/contests/tea/battles/")
    page = client.get("/me/")
    assert "You have not voted yet." in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    program = make_program(make_user())
    token = program.post("/api/v1/contests/tea/battles/").json()["token"]
    program.post(f"/api/v1/battles/{token}/vote/", {"outcome": "A"}, format="json")
    told = program.get("/api/v1/me/").json()
    assert (told["votes"], told["contests"][0]["contest"]) == (1, "tea")
    assert told["steadiness"] == {"repeats": 0, "steady": 0}
    assert client.get("/api/v1/me/").status_code == 401


def test_contests_that_became_drafts_are_not_told(client):
    contest = make_arena()
    token = client.post("/contests/tea/battles/")["Location"].split("/")[2]
    client.post(f"/battles/{token}/vote/", {"outcome": "A"})
    assert contest.name in client.get("/me/").content.decode()
    Contest.objects.update(state=ContestState.DRAFT)
    assert contest.name not in client.get("/me/").content.decode()
