"""How pairs are drawn is set on a page that logs what was changed; known pairs are made and switched by hand."""

import pytest
from django.urls import reverse

from arena.models import BattlePurpose, KnownPair, Matchmaking, MatchmakingChange
from arena.services.matchmaking import change_matchmaking
from tests.factories import (
    make_arena,
    make_battle,
    make_contest,
    make_known_pair,
    make_prompt,
    make_response,
    make_staff,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def ada():
    return make_staff()


@pytest.fixture
def staff(client, ada):
    client.force_login(ada)
    return client


def page_of(row) -> str:
    return reverse(f"admin:arena_{row._meta.model_name}_change", args=[row.pk])


def send(client, page, **changes):
    """Send a page as it stands, with changes."""
    form = client.get(page).context["adminform"].form
    values = {name: form[name].value() for name in form.fields}
    sent = {name: value for name, value in values.items() if value is not None and value is not False}
    return client.post(page.partition("?")[0], {**sent, **changes}, follow=True)


def said(answer) -> str:
    return " ".join(str(message) for message in answer.context["messages"])


# --- Matchmaking -------------------------------------------------------------------------------------
def test_the_list_of_contests_leads_to_the_settings_with_and_without_a_row(staff) -> None:
    tea, coffee = make_contest("tea"), make_contest("coffee")
    row = change_matchmaking(tea, None, policy="balanced")
    for address in (reverse("admin:arena_contest_changelist"), page_of(tea)):
        page = staff.get(address).content.decode()
        assert f'<a href="{page_of(row)}">balanced</a>' in page
    new = f"{reverse('admin:arena_matchmaking_add')}?contest={coffee.pk}"
    assert f'<a href="{new}">as by default</a>' in staff.get(page_of(coffee)).content.decode()
    assert staff.get(new).context["adminform"].form["contest"].value() == str(coffee.pk)


def test_settings_are_made_changed_and_logged(staff, ada) -> None:
    contest = make_contest()
    new = f"{reverse('admin:arena_matchmaking_add')}?contest={contest.pk}"
    assert "successfully" in said(send(staff, new, policy="top_k", top_k=3))
    row = Matchmaking.objects.get()
    assert (row.contest, row.policy, row.top_k, row.floor) == (contest, "top_k", 3, 0.1)
    answer = send(staff, page_of(row), floor="0.25")
    assert "successfully" in said(answer)
    row.refresh_from_db()
    assert (row.floor, row.same_organisation, row.policy) == (0.25, True, "top_k")
    found = [(one.by, one.before, one.after) for one in MatchmakingChange.objects.order_by("id")]
    assert found == [
        (ada, {"policy": "information", "top_k": 5}, {"policy": "top_k", "top_k": 3}),
        (ada, {"floor": 0.1}, {"floor": 0.25}),
    ]
    page = staff.get(page_of(row)).content.decode()
    assert "ada: floor: 0.1 → 0.25" in page
    assert page.index("floor: 0.1") < page.index("policy: information → top_k, top_k: 5 → 3")


def test_saving_a_page_as_it_is_logs_nothing(staff) -> None:
    contest = make_contest()
    row = change_matchmaking(contest, None, floor=0.2)
    send(staff, page_of(row))
    assert MatchmakingChange.objects.count() == 1
    new = f"{reverse('admin:arena_matchmaking_add')}?contest={make_contest('coffee').pk}"
    assert "which the contest has already" in send(staff, new).content.decode()
    assert Matchmaking.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"floor": "0"}, "with none, some pairs would never be drawn"),
        ({"goal": "interval"}, "the goal needs a width in points"),
        ({"check_rate": "0.4", "repeat_rate": "0.2"}, "at least half of the battles must rank"),
        ({"sharpness": "nan"}, "Enter a number"),
    ],
)
def test_what_makes_no_sense_is_refused_in_the_form(staff, changes, why) -> None:
    row = change_matchmaking(make_contest(), None, top_k=2)
    assert why in send(staff, page_of(row), **changes).content.decode()
    assert MatchmakingChange.objects.count() == 1


def test_settings_stay_with_their_contest_and_are_not_deleted(staff) -> None:
    row = change_matchmaking(make_contest(), None, top_k=2)
    send(staff, page_of(row), contest=make_contest("coffee").pk, top_k=3)
    row.refresh_from_db()
    assert (row.contest.slug, row.top_k) == ("tea", 3)
    assert staff.post(reverse("admin:arena_matchmaking_delete", args=[row.pk]), {"post": "yes"}).status_code == 403


def test_the_log_tells_what_changed_in_words(staff) -> None:
    change_matchmaking(make_contest(), None, leave_out_failing=True, vote_budget=100)
    page = staff.get(reverse("admin:arena_matchmakingchange_changelist")).content.decode()
    assert "leave_out_failing: no → yes, vote_budget: empty → 100" in page


# --- Known pairs -------------------------------------------------------------------------------------
def add_pair(client, contest, prompt, better, worse):
    sent = {"contest": contest.pk, "prompt": prompt.pk, "better": better.pk, "worse": worse.pk, "active": "on"}
    return client.post(reverse("admin:arena_knownpair_add"), {**sent, "note": "Plain."}, follow=True)


def test_a_known_pair_is_made_by_hand(staff) -> None:
    contest = make_arena()
    prompt = contest.prompts.all()[0]
    first, second, _ = prompt.responses.order_by("id")
    add_pair(staff, contest, prompt, second, first)
    pair = KnownPair.objects.get()
    assert (pair.better, pair.worse, pair.active, pair.note) == (second, first, True, "Plain.")
    listed = staff.get(reverse("admin:arena_knownpair_changelist"), {"contest__id__exact": contest.pk}).content.decode()
    assert second.contestant.name in listed


def test_a_pair_that_could_never_be_shown_is_refused_with_the_reason(staff) -> None:
    contest = make_arena(prompts=2)
    prompt, other = contest.prompts.order_by("id")
    first, second, _ = prompt.responses.order_by("id")
    again = make_response(prompt, first.contestant, sample=1)
    stranger = make_prompt(make_contest("coffee"))
    for arguments, why in (
        ((prompt, first, other.responses.all()[0]), "answers another prompt than"),
        ((prompt, first, first), "must be two different ones"),
        ((prompt, first, again), "a battle is between two contestants"),
        ((stranger, first, second), "belongs to another contest than Tea"),
    ):
        assert why in add_pair(staff, contest, *arguments).content.decode()
    make_known_pair(contest, prompt=prompt, responses=(first, second))
    assert "The opposite is a known pair already" in add_pair(staff, contest, prompt, second, first).content.decode()
    assert "are a known pair already" in add_pair(staff, contest, prompt, first, second).content.decode()
    assert KnownPair.objects.count() == 1


def test_which_one_is_better_stays_once_somebody_was_asked(staff) -> None:
    contest = make_arena()
    pair = make_known_pair(contest)
    delete = reverse("admin:arena_knownpair_delete", args=[pair.pk])
    assert staff.get(delete).status_code == 200
    make_battle(contest)
    send(staff, page_of(pair), note="Not shown so far.")
    make_battle(contest, purpose=BattlePurpose.CHECK)
    assert staff.post(delete, {"post": "yes"}).status_code == 403
    form = staff.get(page_of(pair)).context["adminform"].form
    assert set(form.fields) == {"note", "rationale", "active"}
    send(staff, page_of(pair), note="Shown.", better=pair.worse_id)
    again = KnownPair.objects.get()
    assert (again.note, again.better) == ("Shown.", pair.better)


def test_known_pairs_are_switched_off_and_on_from_the_list(staff) -> None:
    pair = make_known_pair(make_arena())
    address = reverse("admin:arena_knownpair_changelist")
    for action, active in (("hide", False), ("show", True)):
        answer = staff.post(address, {"action": action, "_selected_action": [pair.pk]}, follow=True)
        assert said(answer).startswith("1 shown")
        pair.refresh_from_db()
        assert pair.active is active
