"""Providers in the admin: a key is typed once and never comes back."""

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from arena.models import ProviderEndpoint
from arena.queries.providers import provider_endpoints
from tests.factories import make_contest, make_contestant, make_endpoint, make_staff, make_user
from tests.support.endpoint import completion, scripted_endpoint

pytestmark = [pytest.mark.django_db, pytest.mark.database]

KEY = "sk-a-long-key-that-ends-in-WXYZ"
LIST = reverse("admin:arena_providerendpoint_changelist")
ADD = reverse("admin:arena_providerendpoint_add")


@pytest.fixture
def staff(client):
    client.force_login(make_staff())
    return client


def change(row: ProviderEndpoint) -> str:
    return reverse("admin:arena_providerendpoint_change", args=[row.pk])


def test_a_provider_is_entered_and_its_key_is_never_shown_again(staff):
    answer = staff.post(ADD, {"name": "lab", "base_url": "https://models.example.org/v1", "key": KEY, "retries": "0"})
    assert answer.status_code == 302
    row = ProviderEndpoint.objects.get()
    assert provider_endpoints()["lab"]["key"].open() == KEY
    for page in (
        LIST,
        change(row),
        reverse("admin:arena_providerendpoint_history", args=[row.pk]),
        reverse("admin:index"),
    ):
        text = staff.get(page).content.decode()
        assert KEY not in text
        assert row.sealed_key not in text
    assert "ends in WXYZ" in staff.get(LIST).content.decode()
    assert KEY not in "".join(entry.change_message + entry.object_repr for entry in LogEntry.objects.all())


def test_a_form_that_is_refused_does_not_bring_the_key_back(staff):
    answer = staff.post(ADD, {"name": "lab", "base_url": "ftp://models.example.org", "key": KEY})
    text = answer.content.decode()
    assert "begins with https://" in text
    assert KEY not in text
    assert not ProviderEndpoint.objects.exists()


def test_the_key_stays_unless_another_is_typed_or_it_is_taken_away(staff):
    row = make_endpoint("lab", KEY)
    said = {"base_url": row.base_url}
    staff.post(change(row), said)
    assert provider_endpoints()["lab"]["key"].open() == KEY
    staff.post(change(row), {**said, "key": "another-key"})
    assert provider_endpoints()["lab"]["key"].open() == "another-key"
    staff.post(change(row), {**said, "forget_key": "on"})
    assert "key" not in provider_endpoints()["lab"]


def test_the_name_stays(staff):
    row = make_endpoint("lab")
    staff.post(change(row), {"name": "mill", "base_url": row.base_url})
    assert ProviderEndpoint.objects.get().name == "lab"


def test_what_the_environment_overrules_says_so(staff, settings):
    make_endpoint("lab")
    settings.VERSUS_PROVIDERS = {"lab": {"base_url": "http://127.0.0.1:8/v1"}}
    assert "VERSUS_PROVIDERS has one of this name" in staff.get(LIST).content.decode()


def test_one_is_tried_out(staff):
    make_contestant(make_contest(), "Green", provider="lab", model="small")
    make_endpoint("mill")
    with scripted_endpoint(completion("Yes")) as endpoint:
        make_endpoint("lab", base_url=endpoint.base_url)
        chosen = {"action": "try_out", "_selected_action": [row.pk for row in ProviderEndpoint.objects.all()]}
        text = staff.post(LIST, chosen, follow=True).content.decode()
    assert "Lab answers for small" in text
    assert "No contestant or judge is at mill" in text


def test_staff_without_the_right_see_none(client):
    client.force_login(make_user("helper", is_staff=True))
    assert client.get(LIST).status_code == 403


def test_sampling_settings_of_a_contestant_are_looked_through(staff):
    contest = make_contest()
    said = {"contest": contest.pk, "slug": "green", "name": "Green", "state": "active", "sampling": '{"top_p": 3}'}
    answer = staff.post(reverse("admin:arena_contestant_add"), said)
    assert "top_p is a number from 0 to 1." in answer.content.decode()
    said["sampling"] = '{"top_p": 0.3}'
    assert staff.post(reverse("admin:arena_contestant_add"), said).status_code == 302
