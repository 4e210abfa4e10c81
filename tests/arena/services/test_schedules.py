"""The regular work is scheduled once, for every minute, and the scheduler finds what it is to call."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.module_loading import import_string
from django_q.brokers.orm import ORM
from django_q.models import OrmQ, Schedule
from django_q.scheduler import scheduler

from arena.services.schedules import EVERY_MINUTE, ensure_schedules

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_every_minute_from_now_on_for_good():
    ensure_schedules()
    found = Schedule.objects.values_list("name", "func", "schedule_type", "minutes", "repeats")
    assert set(found) == {(name, function, Schedule.MINUTES, 1, -1) for name, function in EVERY_MINUTE.items()}
    assert all(due <= timezone.now() for due in Schedule.objects.values_list("next_run", flat=True))


def test_a_repetition_changes_nothing():
    ensure_schedules()
    before = set(Schedule.objects.values_list("id", "next_run"))
    ensure_schedules()
    assert set(Schedule.objects.values_list("id", "next_run")) == before


def test_what_an_admin_changed_stays():
    ensure_schedules()
    slow = Schedule.objects.get(func="arena.tasks.refresh_changed_boards")
    slow.minutes = 30
    slow.save()
    ensure_schedules()
    slow.refresh_from_db()
    assert slow.minutes == 30
    assert Schedule.objects.count() == len(EVERY_MINUTE)


def test_what_was_deleted_comes_back():
    ensure_schedules()
    Schedule.objects.first().delete()
    ensure_schedules()
    assert Schedule.objects.count() == len(EVERY_MINUTE)


@pytest.mark.parametrize("function", EVERY_MINUTE.values())
def test_what_is_scheduled_can_be_called_and_finds_nothing_to_do_in_an_empty_arena(function):
    assert import_string(function)() == 0


@pytest.mark.django_db(transaction=True)
def test_the_scheduler_queues_each_of_them_and_plans_the_next_minute():
    ensure_schedules()
    scheduler(broker=ORM())
    assert {package.func() for package in OrmQ.objects.all()} == set(EVERY_MINUTE.values())
    soon = timezone.now() + timedelta(seconds=61)
    assert all(timezone.now() < due < soon for due in Schedule.objects.values_list("next_run", flat=True))
    scheduler(broker=ORM())
    assert OrmQ.objects.count() == len(EVERY_MINUTE)
