"""What stays as it is once something rests upon it, and what may still be changed."""

from typing import Any

import pytest
from django.contrib import admin
from django.test import RequestFactory
from django.urls import reverse

from arena.models import (
    Audience,
    Board,
    Category,
    Contest,
    Contestant,
    Judge,
    LeakPolicy,
    Prompt,
    RaterKind,
    Response,
    Voters,
)
from arena.services.leaderboards import ensure_boards, refresh_leaderboard
from tests.factories import (
    make_arena,
    make_battle,
    make_contest,
    make_contestant,
    make_judge,
    make_rater,
    make_staff,
    make_vote,
    vote_between,
)

pytestmark = [pytest.mark.django_db]


@pytest.fixture
def staff(client):
    client.force_login(make_staff())
    return client


def frozen_fields(row) -> set[str]:
    """Return the fields of a row's page that cannot be edited."""
    request = RequestFactory().get("/")
    return set(admin.site._registry[type(row)].get_readonly_fields(request, row))


def send(client, row, **changes):
    """Send the page of a row as it stands, with changes."""
    page = reverse(f"admin:arena_{row._meta.model_name}_change", args=[row.pk])
    form = client.get(page).context["adminform"].form
    values = {name: form[name].value() for name in form.fields}
    sent = {name: "" if value is None else value for name, value in values.items()}
    management = {"categories-TOTAL_FORMS": 0, "categories-INITIAL_FORMS": 0}
    return client.post(page, {**sent, **management, **changes}, follow=True)


def test_the_question_can_be_changed_until_somebody_was_asked(staff) -> None:
    contest = make_arena()
    send(staff, contest, question="Which tea is better?")
    assert Contest.objects.get().question == "Which tea is better?"
    make_battle(contest)
    assert {"question", "kind", "simulated"} <= frozen_fields(contest)
    send(staff, contest, question="Which cup is better?", name="Tea time")
    again = Contest.objects.get()
    assert (again.question, again.name) == ("Which tea is better?", "Tea time")


def test_keys_never_change(staff) -> None:
    contest = make_arena()
    rows: list[Any] = [contest, contest.contestants.all()[0], contest.prompts.all()[0]]
    for row in rows:
        assert "slug" in frozen_fields(row)
        slug = row.slug
        send(staff, row, slug="another")
        row.refresh_from_db()
        assert row.slug == slug


def test_a_contestant_keeps_what_made_its_responses(staff) -> None:
    contest = make_contest()
    contestant = make_contestant(contest)
    send(staff, contestant, model="another-model", sampling='{"temperature": 0.5}')
    contestant.refresh_from_db()
    assert (contestant.model, contestant.sampling) == ("another-model", {"temperature": 0.5})
    used = make_arena(slug="coffee").contestants.all()[0]
    model = used.model
    send(staff, used, model="a-third-model", organisation="Somebody")
    again = Contestant.objects.get(pk=used.pk)
    assert (again.model, again.organisation) == (model, "Somebody")


def test_a_prompt_keeps_its_text_once_it_was_shown(staff) -> None:
    contest = make_arena(prompts=1)
    prompt = contest.prompts.get()
    assert "text" not in frozen_fields(prompt)
    make_battle(contest)
    assert {"text", "turns", "reference", "tests", "language"} <= frozen_fields(prompt)
    send(staff, prompt, text="Something else")
    assert Prompt.objects.get().text == prompt.text


def test_a_judge_stays_as_it_is_after_its_first_battle(staff) -> None:
    judge = make_judge(prompt="Which one?")
    send(staff, judge, prompt="Which one is better?")
    assert Judge.objects.get().prompt == "Which one is better?"
    make_battle(make_arena(), make_rater(RaterKind.JUDGE, judge=judge))
    send(staff, judge, prompt="Which one is worse?", active="")
    again = Judge.objects.get()
    assert (again.prompt, again.active) == ("Which one is better?", False)


def test_a_board_keeps_whose_votes_it_shows_once_it_was_published(staff) -> None:
    contest = make_arena(contestants=2, prompts=1)
    one, two = contest.contestants.order_by("id")
    vote_between(contest, one, two, "A")
    vote_between(contest, one, two, "B")
    [board] = ensure_boards(contest)
    assert "rater_kind" not in frozen_fields(board)
    refresh_leaderboard(board)
    assert {"rater_kind", "judge", "category", "language"} <= frozen_fields(board)


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ('{"covariates": ["colour"]}', "no style feature"),
        ('{"level": 2}', "between 0 and 1"),
        ('{"levle": 0.9}', "levle"),
        ('["level"]', "does not accept"),
        ("{", "JSON"),
    ],
)
def test_settings_that_the_engine_refuses_are_refused_in_the_form(staff, settings, word) -> None:
    contest = make_arena()
    [board] = ensure_boards(contest)
    page = send(staff, board, settings=settings).content.decode()
    assert word in page
    assert Board.objects.get().settings == {}


def test_settings_that_the_engine_accepts_are_stored(staff) -> None:
    [board] = ensure_boards(make_arena())
    send(staff, board, settings='{"level": 0.9, "prior_strength": 0.5}')
    assert Board.objects.get().settings == {"level": 0.9, "prior_strength": 0.5}


def test_filters_of_a_board_are_stored_and_those_that_leave_nothing_refused(staff) -> None:
    [board] = ensure_boards(make_arena())
    page = send(staff, board, since_0="2025-03-02", since_1="12:00", until_0="2025-03-01", until_1="12:00")
    assert "must lie before the last one" in page.content.decode()
    page = send(staff, board, minimum_seconds="0")
    assert "more than zero" in page.content.decode()
    assert Board.objects.get().since is None
    send(staff, board, since_0="2025-03-01", since_1="12:00", minimum_seconds="2.5", language="de")
    board.refresh_from_db()
    assert (board.minimum_seconds, board.language) == (2.5, "de")
    assert board.since is not None
    assert board.since.day == 1


def test_a_response_may_be_added_by_hand_and_is_then_what_was_said(staff) -> None:
    contest = make_arena(contestants=1, prompts=1)
    newcomer, prompt = make_contestant(contest, "Newcomer"), contest.prompts.get()
    sent = {
        "contest": contest.pk,
        "prompt": prompt.pk,
        "contestant": newcomer.pk,
        "sample": 0,
        "text": "Three minutes.",
        "settings": "{}",
        "origin": "imported",
    }
    staff.post(reverse("admin:arena_response_add"), sent)
    response = Response.objects.get(contestant=newcomer)
    assert response.text == "Three minutes."
    page = reverse("admin:arena_response_change", args=[response.pk])
    assert staff.post(page, {**sent, "text": "Five."}).status_code == 403


def test_a_response_to_the_prompt_of_another_contest_is_refused_in_the_form(staff) -> None:
    tea, coffee = make_arena(contestants=1), make_arena(slug="coffee")
    sent = {
        "contest": tea.pk,
        "prompt": coffee.prompts.all()[0].pk,
        "contestant": tea.contestants.get().pk,
        "sample": 5,
        "settings": "{}",
        "origin": "imported",
    }
    page = staff.post(reverse("admin:arena_response_add"), sent)
    assert "belongs to another contest than Tea" in page.content.decode()
    assert not Response.objects.filter(sample=5).exists()


def test_categories_of_another_contest_are_refused(staff) -> None:
    tea, coffee = make_arena(), make_contest("coffee")
    stranger = Category.objects.create(contest=coffee, slug="black", name="Black")
    prompt = tea.prompts.all()[0]
    assert "belongs to another contest than Tea" in send(staff, prompt, categories=[stranger.pk]).content.decode()
    assert not prompt.categories.exists()
    [board] = ensure_boards(tea)
    assert "belongs to another contest than Tea" in send(staff, board, category=stranger.pk).content.decode()


def test_a_contest_is_made_by_hand_with_its_categories(staff) -> None:
    sent = {
        "name": "Soup",
        "slug": "soup",
        "question": "Which soup is better?",
        "language": "en",
        "kind": "preference",
        "state": "draft",
        "categories-TOTAL_FORMS": 1,
        "categories-INITIAL_FORMS": 0,
        "categories-0-slug": "hot",
        "categories-0-name": "Hot",
    }
    staff.post(reverse("admin:arena_contest_add"), sent)
    assert Contest.objects.get().question == "Which soup is better?"
    assert list(Category.objects.values_list("contest__slug", "slug")) == [("soup", "hot")]


def test_a_voided_vote_shows_its_corrections(staff) -> None:
    vote = make_vote(make_battle(make_arena()))
    page = reverse("admin:arena_vote_change", args=[vote.pk])
    assert "a public reason" not in staff.get(page).content.decode()
    changelist = reverse("admin:arena_vote_changelist")
    sent = {"action": "void", "_selected_action": [vote.pk], "confirmed": "yes", "reason": "a public reason"}
    staff.post(changelist, sent)
    assert staff.get(page).content.decode().count("a public reason") >= 2


@pytest.mark.parametrize(
    ("field", "first", "other"),
    [
        ("voters", Voters.ANYONE, Voters.MEMBERS),
        ("audience", Audience.PUBLIC, Audience.UNLISTED),
        ("leak_policy", LeakPolicy.MASK, LeakPolicy.EXCLUDE),
    ],
)
def test_a_choice_where_nothing_said_is_the_first_offers_each_once(staff, field, first, other) -> None:
    contest = make_arena(**{field: first})
    page = staff.get(reverse("admin:arena_contest_change", args=[contest.pk]))
    bound = page.context["adminform"].form[field]
    assert [label for _, label in bound.field.choices] == type(first).labels
    assert bound.value() == ""
    for said, kept in ((other, other), ("", None)):
        send(staff, contest, **{field: said})
        contest.refresh_from_db()
        assert getattr(contest, field) == kept


def test_what_is_not_known_of_a_response_is_called_unknown(staff) -> None:
    response = make_arena().responses.earliest("id")
    page = staff.get(reverse("admin:arena_response_change", args=[response.pk])).content.decode()
    assert page.count("unknown") == 3
    assert ">None<" not in page


def test_every_field_of_a_contest_stands_on_its_page_once() -> None:
    request = RequestFactory().get("/")
    request.user = make_staff()
    door = admin.site._registry[Contest]
    shown = [name for _, section in door.get_fieldsets(request, make_contest()) for name in section["fields"]]
    assert len(shown) == len(set(shown))
    assert {field.name for field in Contest._meta.fields} - set(shown) == {"id"}


def test_the_newest_votes_come_first(staff) -> None:
    contest = make_arena()
    votes = [make_vote(make_battle(contest)) for _ in range(3)]
    listed = staff.get(reverse("admin:arena_vote_changelist")).context["cl"].result_list
    assert [row.pk for row in listed] == [vote.pk for vote in reversed(votes)]


def test_the_page_of_a_vote_says_who_compared_whom(staff) -> None:
    vote = make_vote(make_battle(make_arena()))
    page = staff.get(reverse("admin:arena_vote_change", args=[vote.pk])).content.decode()
    for word in (str(vote.battle.rater), vote.battle.contestant_a.name, vote.battle.contestant_b.name, vote.public_id):
        assert word in page
