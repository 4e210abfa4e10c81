"""Providers that admins enter: sealed, used, overruled by the environment, and silent about their keys."""

import logging

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.utils import timezone

from arena.models import ProviderEndpoint, Response
from arena.providers.base import ProviderError
from arena.providers.registry import open_provider
from arena.queries.exports import export_bundle
from arena.queries.live import live_writers
from arena.queries.providers import provider_endpoints
from arena.services.errors import ServiceError
from arena.services.providers import check_provider, rotate_keys, save_provider
from arena.services.responses import generate_responses
from tests.factories import make_contest, make_contestant, make_endpoint, make_prompt
from tests.support.endpoint import Reply, completion, scripted_endpoint

pytestmark = [pytest.mark.django_db, pytest.mark.database]

KEY = "sk-a-long-key-that-ends-in-WXYZ"
OLD, NEW = "an old key of thirty-two letters or so", "a new key of thirty-two letters or so"


def stored_text() -> str:
    """Return all that the database holds of providers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM arena_providerendpoint")
        return repr(cursor.fetchall())


def test_a_key_is_encrypted_where_it_is_stored_and_sent_where_it_belongs():
    with scripted_endpoint(completion()) as endpoint:
        row = make_endpoint("lab", KEY, base_url=endpoint.base_url)
        contest = make_contest()
        make_prompt(contest)
        make_contestant(contest, "Green", provider="lab")
        assert generate_responses(contest).written == 1
    assert endpoint.keys == [f"Bearer {KEY}"]
    assert KEY not in stored_text()
    assert row.key_ends == "WXYZ"
    assert KEY not in repr(provider_endpoints())
    assert KEY not in repr(export_bundle(contest))


def test_an_endpoint_without_a_key_needs_none():
    with scripted_endpoint(completion()) as endpoint:
        make_endpoint("lab", base_url=endpoint.base_url)
        assert check_provider("lab", "m").works
    assert ProviderEndpoint.objects.get().key_ends == ""


def test_of_a_short_key_nothing_is_shown():
    assert make_endpoint("lab", "short").key_ends == ""


def test_limits_are_those_that_were_entered():
    make_endpoint("lab", timeout=7.5, retries=0, dollars_a_day=2.0)
    assert provider_endpoints()["lab"] == {
        "base_url": "http://127.0.0.1:9/v1",
        "timeout": 7.5,
        "retries": 0,
        "dollars_a_day": 2.0,
    }


def test_the_environment_wins(settings):
    make_endpoint("lab", KEY)
    make_endpoint("other")
    settings.VERSUS_PROVIDERS = {"lab": {"base_url": "http://127.0.0.1:8/v1"}}
    assert provider_endpoints()["lab"] == {"base_url": "http://127.0.0.1:8/v1"}
    assert set(provider_endpoints()) == {"lab", "other"}


def test_contestants_of_an_entered_provider_take_part_in_live_battles():
    contest = make_contest(live=True)
    make_contestant(contest, "Green", provider="lab")
    assert live_writers(contest, timezone.now()) == []
    make_endpoint("lab")
    assert [row.slug for row in live_writers(contest, timezone.now())] == ["green"]


def test_an_empty_key_leaves_the_one_that_is_there():
    row = make_endpoint("lab", KEY)
    before = row.sealed_key
    assert save_provider(row).sealed_key == before
    assert save_provider(row, forget_key=True).sealed_key == ""
    assert row.key_ends == ""


def test_a_key_does_not_follow_to_another_address():
    row = make_endpoint("lab", KEY)
    row.base_url = "https://elsewhere.example.org/v1"
    with pytest.raises(ServiceError, match="Enter it again"):
        save_provider(row)
    assert ProviderEndpoint.objects.get().base_url == "http://127.0.0.1:9/v1"
    assert save_provider(row, "another key".replace(" ", "-")).base_url == "https://elsewhere.example.org/v1"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ftp://models.example.org/v1",
        "models.example.org/v1",
        "https://",
        "https://name:word@models.example.org/v1",
        "https://models.example.org/v1?key=1",
        "https://models.example.org/v1#x",
        "http://[::1/v1",
        "http://169.254.169.254/latest",
        "http://0.0.0.0/v1",
    ],
)
def test_an_address_where_no_model_can_be_is_refused(address):
    with pytest.raises(ServiceError):
        make_endpoint("lab", base_url=address)
    assert not ProviderEndpoint.objects.exists()


@pytest.mark.parametrize("address", ["http://vllm:8000/v1/", "http://192.168.1.5:8000/v1", "http://[::1]:80/v1"])
def test_an_address_in_the_house_is_fine(address):
    assert make_endpoint("lab", base_url=address).base_url == address.rstrip("/")


def test_what_cannot_be_a_key_or_a_name_is_refused():
    for name, key in (("lab", "two words"), ("lab", "schlüssel"), ("small-model", "")):
        with pytest.raises(ServiceError):
            make_endpoint(name, key)


def test_an_endpoint_that_sends_the_key_back_does_not_get_it_into_what_is_told(caplog):
    told = Reply({"error": {"message": f"Incorrect API key provided: {KEY}"}}, 401)
    contest = make_contest()
    make_prompt(contest)
    make_contestant(contest, "Green", provider="lab")
    with scripted_endpoint(told) as endpoint, caplog.at_level(logging.DEBUG, "arena"):
        make_endpoint("lab", KEY, base_url=endpoint.base_url)
        [failure] = generate_responses(contest).failures
        check = check_provider("lab")
    for text in (failure, check.told, caplog.text):
        assert KEY not in text
    assert "Incorrect API key provided: (the key)" in failure
    assert not Response.objects.exists()


# --- Rotation --------------------------------------------------------------------------------------
def test_keys_are_sealed_anew_and_then_the_old_one_is_not_needed(settings, capsys):
    make_endpoint("lab", KEY)
    settings.VERSUS_ENCRYPTION_KEYS = [NEW]
    # What SECRET_KEY sealed is still read, and sealed anew.
    call_command("rotate_keys")
    assert "1 keys are encrypted" in capsys.readouterr().out
    settings.SECRET_KEY = "another secret key of the installation that is long enough"
    assert provider_endpoints()["lab"]["key"].open() == KEY


def test_a_key_that_nobody_can_read_is_told_and_stays(settings):
    settings.VERSUS_ENCRYPTION_KEYS = [OLD]
    lost = make_endpoint("lab", KEY)
    settings.VERSUS_ENCRYPTION_KEYS = [NEW]
    make_endpoint("mill", KEY)
    rotation = rotate_keys()
    assert (rotation.done, rotation.lost) == (1, ("lab",))
    assert ProviderEndpoint.objects.get(name="lab").sealed_key == lost.sealed_key
    with pytest.raises(CommandError, match=r"keys of lab cannot be decrypted"):
        call_command("rotate_keys")
    with pytest.raises(ProviderError, match="Enter it again in the admin"), open_provider("lab", provider_endpoints()):
        pass


# --- Trying one out --------------------------------------------------------------------------------
def test_one_token_is_asked_for_and_what_came_is_told(capsys):
    make_contestant(make_contest(), "Green", provider="lab", model="small")
    with scripted_endpoint(completion("Yes")) as endpoint:
        make_endpoint("lab", KEY, base_url=endpoint.base_url)
        call_command("check_provider", "lab")
    [asked] = endpoint.asked
    assert (asked["model"], asked["max_tokens"]) == ("small", 1)
    told = capsys.readouterr().out
    assert "lab answers for small in" in told
    assert "with a count of tokens, without log-probabilities" in told


def test_what_does_not_answer_is_told_plainly_and_asked_once():
    with scripted_endpoint(Reply({"error": {"message": "overloaded"}}, 503)) as endpoint:
        make_endpoint("lab", base_url=endpoint.base_url, retries=5)
        with pytest.raises(CommandError, match="lab does not answer for m: The endpoint answered 503"):
            call_command("check_provider", "lab", "--model", "m")
    assert len(endpoint.asked) == 1


def test_where_no_model_is_known_one_has_to_be_named():
    make_endpoint("lab")
    with pytest.raises(CommandError, match="name the model"):
        call_command("check_provider", "lab")
    assert "Unknown provider 'nowhere'" in check_provider("nowhere", "m").told
    assert cache.get("breaker:nowhere:failures") is None
