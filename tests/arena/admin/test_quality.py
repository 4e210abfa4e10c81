"""What the admin says of the quality of votes: warnings, criteria that cannot be lost, votes that count again."""

import pytest
from django.urls import reverse

from arena.models import Contest, Criterion, Vote
from tests.factories import (
    make_arena,
    make_battle,
    make_criterion,
    make_known_pair,
    make_rater,
    make_staff,
    make_vote,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def staff(client):
    client.force_login(make_staff())
    return client


def contest_form(contest: Contest, **fields) -> dict[str, object]:
    """Return what the page of a contest sends, categories untouched."""
    names = ("name", "question", "description", "instructions", "language", "state", "attribution", "kind")
    inline = {"categories-TOTAL_FORMS": 0, "categories-INITIAL_FORMS": 0}
    return {name: getattr(contest, name) for name in names} | inline | fields


def test_too_few_known_pairs_are_a_warning_when_it_is_saved_and_on_the_page(staff):
    contest = make_arena()
    make_known_pair(contest)
    where = reverse("admin:arena_contest_change", args=[contest.pk])
    saved = staff.post(where, contest_form(contest, calibration_pairs=3), follow=True).content.decode()
    warning = "The calibration asks for 3 known pairs, and 1 can be shown."
    contest.refresh_from_db()
    assert contest.calibration_pairs == 3
    assert warning in saved
    assert warning in staff.get(where).content.decode()


@pytest.mark.parametrize(
    ("name", "value"), [("calibration_pairs", 51), ("calibration_share", 1.5), ("calibration_pairs", -1)]
)
def test_settings_out_of_bounds_are_refused(staff, name, value):
    contest = make_arena()
    where = reverse("admin:arena_contest_change", args=[contest.pk])
    assert "Please correct the error" in staff.post(where, contest_form(contest, **{name: value})).content.decode()
    contest.refresh_from_db()
    assert (contest.calibration_pairs, contest.calibration_share) == (None, None)


def test_prompts_kept_apart_are_told(staff):
    contest = make_arena(prompts=2, kind="correctness", correctness_apart=True)
    page = staff.get(reverse("admin:arena_contest_change", args=[contest.pk])).content.decode()
    assert "2 prompts with one right answer are drawn for no person." in page


def test_a_criterion_that_a_vote_has_is_neither_changed_in_meaning_nor_deleted(staff):
    contest = make_arena()
    used, unused = make_criterion(contest, "witty"), make_criterion(contest, "dull")
    make_vote(make_battle(contest), tags=["witty"])
    change = reverse("admin:arena_criterion_change", args=[used.pk])
    staff.post(change, {"name": "Wittier", "slug": "other", "tone": "negative", "position": 2})
    used.refresh_from_db()
    assert (used.name, used.slug, used.tone, used.active) == ("Wittier", "witty", "positive", False)
    for row in (used, unused):
        staff.post(reverse("admin:arena_criterion_delete", args=[row.pk]), {"post": "yes"})
    assert list(Criterion.objects.all()) == [used]


def test_a_known_pair_that_was_shown_in_a_calibration_keeps_its_right_answer(staff):
    contest = make_arena()
    pair = make_known_pair(contest)
    make_battle(contest, purpose="calibration", responses=(pair.better, pair.worse))
    where = reverse("admin:arena_knownpair_change", args=[pair.pk])
    page = staff.get(where).content.decode()
    assert 'name="rationale"' in page
    assert 'name="better"' not in page
    assert staff.post(reverse("admin:arena_knownpair_delete", args=[pair.pk]), {"post": "yes"}).status_code == 403


def test_votes_that_a_calibration_set_aside_count_again_with_a_reason_in_the_log(staff):
    contest, rater = make_arena(), make_rater()
    vote = make_vote(make_battle(contest, rater), integrity_weight=0, integrity_reason="calibration")
    where = reverse("admin:arena_vote_changelist")
    asked = {"action": "count_again", "_selected_action": [vote.pk]}
    assert "why?" in staff.post(where, asked).content.decode()
    staff.post(where, {**asked, "confirmed": "yes", "reason": "an expert"})
    vote.refresh_from_db()
    assert (vote.integrity_weight, vote.integrity_reason) == (1, "")
    history = staff.get(reverse("admin:arena_vote_history", args=[vote.pk])).content.decode()
    assert "Counts in full again: an expert" in history
    page = staff.get(reverse("admin:arena_rater_change", args=[rater.pk])).content.decode()
    assert Vote.objects.count() == 1
    assert "None yet." in page
