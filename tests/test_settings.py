"""The environment decides the settings, safe where it says nothing and loud where it says nonsense."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import environs
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError
from django.db.utils import ConnectionHandler
from django.test import Client
from pytest_django import DjangoDbBlocker

from tests.support.configuration import documented_variables, load_settings, names_read, variables_read
from tests.support.modules import ROOT, parse

LONG_SECRET = "x" * 50


# --- The list of variables -------------------------------------------------------------------------
def test_every_variable_read_is_listed_with_its_default_and_no_other() -> None:
    assert documented_variables() == variables_read()


def test_the_listed_defaults_are_the_defaults(tmp_path: Path) -> None:
    listed = load_settings(tmp_path, {}, dotenv=(ROOT / ".env.example").read_text())
    assert listed == load_settings(tmp_path, {})


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    assert load_settings(tmp_path, {"PORT": "9000"}, dotenv="PORT=7000")["PORT"] == 9000
    assert load_settings(tmp_path, {}, dotenv="PORT=7000")["PORT"] == 7000


@pytest.mark.parametrize(
    "source",
    ["env.bool('X', False)", "os.environ['X']", "os.environ.get('X')", "os.getenv('X', '')"],
)
def test_each_way_to_read_a_variable_is_seen(source: str) -> None:
    assert names_read(parse("arena.x", source)) == {"X"}


def test_setting_a_variable_is_not_reading_it() -> None:
    assert names_read(parse("manage", "os.environ.setdefault('X', '1')\nos.environ['Y'] = '1'")) == set()


# --- Safe by default -------------------------------------------------------------------------------
def test_an_empty_environment_is_a_safe_one(tmp_path: Path) -> None:
    settings = load_settings(tmp_path, {})
    assert settings["DEBUG"] is False
    assert settings["ALLOWED_HOSTS"] == ["localhost", "127.0.0.1", "[::1]"]


def test_a_secret_is_made_once_and_kept_to_its_owner(tmp_path: Path) -> None:
    first, second = (load_settings(tmp_path, {})["SECRET_KEY"] for _ in range(2))
    assert first == second
    assert len(first) >= 50
    assert (tmp_path / "var" / "secret_key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "var").iterdir()] == ["secret_key"]


def test_two_installations_have_two_secrets(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert load_settings(tmp_path / "a", {})["SECRET_KEY"] != load_settings(tmp_path / "b", {})["SECRET_KEY"]


def test_a_given_secret_is_used_and_none_is_written(tmp_path: Path) -> None:
    assert load_settings(tmp_path, {"SECRET_KEY": LONG_SECRET})["SECRET_KEY"] == LONG_SECRET
    assert not (tmp_path / "var" / "secret_key").exists()


@pytest.mark.parametrize(("value", "secure"), [("on", True), ("off", False)])
def test_https_switches_everything_that_hangs_on_it(tmp_path: Path, value: str, secure: bool) -> None:
    settings = load_settings(tmp_path, {"HTTPS": value})
    names = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT")
    assert [settings[name] for name in names] == [secure] * 3
    assert bool(settings["SECURE_HSTS_SECONDS"]) is secure


def test_a_proxy_is_believed_only_when_there_is_one(tmp_path: Path) -> None:
    assert load_settings(tmp_path, {})["SECURE_PROXY_SSL_HEADER"] is None
    behind = load_settings(tmp_path, {"BEHIND_PROXY": "on"})
    assert behind["SECURE_PROXY_SSL_HEADER"] == ("HTTP_X_FORWARDED_PROTO", "https")


# --- Loud about nonsense ---------------------------------------------------------------------------
def test_a_short_secret_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY is shorter"):
        load_settings(tmp_path, {"SECRET_KEY": "x" * 49})


@pytest.mark.parametrize(
    ("name", "value"),
    [("DEBUG", "perhaps"), ("PORT", "http"), ("BATTLE_MINUTES", "soon"), ("HTTPS", "2"), ("WORKERS", "many")],
)
def test_a_value_of_the_wrong_type_names_its_variable(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(environs.EnvError, match=name):
        load_settings(tmp_path, {name: value})


def test_an_unknown_database_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="scheme"):
        load_settings(tmp_path, {"DATABASE_URL": "oracle-of-delphi://pythia"})


@pytest.mark.parametrize(
    "value",
    [
        "{",
        "[]",
        '"lab"',
        '{"lab": "https://models.example.org"}',
        '{"lab": {"api_key_env": "KEY"}}',
        '{"lab": {"base_url": "https://models.example.org", "api_key": "the key itself"}}',
        '{"lab": {"base_url": "https://models.example.org", "timeout": "long"}}',
        '{"lab": {"base_url": "https://models.example.org", "retries": -1}}',
        '{"lab": {"base_url": "https://models.example.org", "at_once": true}}',
    ],
)
def test_malformed_providers_are_refused_by_name(tmp_path: Path, value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="VERSUS_PROVIDERS"):
        load_settings(tmp_path, {"VERSUS_PROVIDERS": value})


# --- Accounts --------------------------------------------------------------------------------------
def test_accounts_are_open_without_mail_and_other_providers(tmp_path: Path) -> None:
    settings = load_settings(tmp_path, {})
    assert (settings["SIGN_UP"], settings["ACCOUNT_EMAIL_VERIFICATION"]) == ("open", "none")
    assert "console" in settings["EMAIL_BACKEND"]
    assert not [app for app in settings["INSTALLED_APPS"] if "socialaccount" in app]


def test_a_server_for_mail_sends_it_and_addresses_are_confirmed(tmp_path: Path) -> None:
    variables = {"EMAIL_URL": "submission://us:a%2Fsecret@mail.example.org", "EMAIL_FROM": "arena@example.org"}
    settings = load_settings(tmp_path, variables)
    assert "smtp" in settings["EMAIL_BACKEND"]
    names = ("EMAIL_HOST", "EMAIL_PORT", "EMAIL_HOST_USER", "EMAIL_HOST_PASSWORD", "EMAIL_USE_TLS")
    assert [settings[name] for name in names] == ["mail.example.org", 587, "us", "a/secret", True]
    assert settings["DEFAULT_FROM_EMAIL"] == "arena@example.org"
    assert settings["ACCOUNT_EMAIL_VERIFICATION"] == "mandatory"


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"SIGN_UP": "perhaps"}, "SIGN_UP"),
        ({"EMAIL_URL": "pigeon://loft"}, "EMAIL_URL"),
        ({"OIDC_URL": "https://id.example.org"}, "OIDC_CLIENT_ID"),
    ],
)
def test_what_says_nonsense_of_accounts_is_refused_by_name(
    tmp_path: Path, variables: dict[str, str], told: str
) -> None:
    with pytest.raises(ImproperlyConfigured, match=told):
        load_settings(tmp_path, variables)


@pytest.mark.parametrize("there", [True, False])
def test_a_provider_of_openid_connect_needs_its_packages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: object() if there else None)
    variables = {
        "OIDC_URL": "https://id.example.org",
        "OIDC_CLIENT_ID": "versus",
        "OIDC_SECRET": "s",
        "OIDC_NAME": "Id",
    }
    if not there:
        with pytest.raises(ImproperlyConfigured, match="make openid"):
            load_settings(tmp_path, variables)
        return
    settings = load_settings(tmp_path, variables)
    (app,) = settings["SOCIALACCOUNT_PROVIDERS"]["openid_connect"]["APPS"]
    assert (app["client_id"], app["name"], app["settings"]) == (
        "versus",
        "Id",
        {"server_url": "https://id.example.org"},
    )
    assert "allauth.socialaccount.providers.openid_connect" in settings["INSTALLED_APPS"]
    policy = settings["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]
    assert policy["form-action"] == ["'self'", "https://id.example.org"]


@pytest.mark.parametrize("value", ["30", "often", "0/minute", "-3/minute", "30/minute;", "30/minute;x", "", "off"])
@pytest.mark.parametrize("name", ["LIMIT_BATTLES", "LIMIT_INVITATIONS_NETWORK"])
def test_malformed_limits_are_refused_by_name(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=name):
        load_settings(tmp_path, {name: value})


def test_limits_arrive_as_written_and_0_switches_them_off(tmp_path: Path) -> None:
    variables = {"LIMIT_BATTLES": "5/second; 100/hour", "LIMIT_LIVE": " 0 "}
    settings = load_settings(tmp_path, variables)
    assert (settings["LIMIT_BATTLES"], settings["LIMIT_LIVE"]) == ("5/second; 100/hour", "")


def test_there_are_no_fewer_than_no_proxies(tmp_path: Path) -> None:
    assert load_settings(tmp_path, {})["TRUSTED_PROXIES"] == 0
    assert load_settings(tmp_path, {"TRUSTED_PROXIES": "2"})["TRUSTED_PROXIES"] == 2
    with pytest.raises(ImproperlyConfigured, match="TRUSTED_PROXIES"):
        load_settings(tmp_path, {"TRUSTED_PROXIES": "-1"})


def test_providers_arrive_as_written(tmp_path: Path) -> None:
    wanted = {"lab": {"base_url": "https://models.example.org/v1", "api_key_env": "LAB_KEY", "timeout": 60}}
    settings = load_settings(tmp_path, {"VERSUS_PROVIDERS": json.dumps(wanted)})
    assert settings["VERSUS_PROVIDERS"] == wanted


def test_keys_that_encrypt_are_long_and_come_in_their_order(tmp_path: Path) -> None:
    keys = ["n" * 32, "o" * 40]
    assert load_settings(tmp_path, {})["VERSUS_ENCRYPTION_KEYS"] == []
    assert load_settings(tmp_path, {"VERSUS_ENCRYPTION_KEYS": ",".join(keys)})["VERSUS_ENCRYPTION_KEYS"] == keys
    with pytest.raises(ImproperlyConfigured, match="VERSUS_ENCRYPTION_KEYS"):
        load_settings(tmp_path, {"VERSUS_ENCRYPTION_KEYS": f"{keys[0]},short"})


# --- Data ------------------------------------------------------------------------------------------
def connection_to(settings: dict[str, Any], **options: Any) -> Any:
    database = settings["DATABASES"]["default"]
    return ConnectionHandler({"default": {**database, "OPTIONS": {**database["OPTIONS"], **options}}})["default"]


def test_sqlite_keeps_what_it_acknowledged_and_checks_references(
    tmp_path: Path, django_db_blocker: DjangoDbBlocker
) -> None:
    connection = connection_to(load_settings(tmp_path, {}))
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        found = {}
        for pragma in ("journal_mode", "synchronous", "foreign_keys"):
            cursor.execute(f"PRAGMA {pragma}")
            found[pragma] = cursor.fetchone()[0]
    connection.close()
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_a_transaction_of_sqlite_takes_its_turn_at_the_start(
    tmp_path: Path, django_db_blocker: DjangoDbBlocker
) -> None:
    settings = load_settings(tmp_path, {})
    first, second = connection_to(settings), connection_to(settings, timeout=0)
    with django_db_blocker.unblock():
        first.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
        try:
            with pytest.raises(OperationalError, match="locked"):
                second.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
        finally:
            first.close()
            second.close()


POSTGRES = "postgresql://arena:secret@db.example.org:5433/votes"


def test_a_command_keeps_its_connection_to_postgresql_and_checks_it(tmp_path: Path) -> None:
    database = load_settings(tmp_path, {"DATABASE_URL": POSTGRES})["DATABASES"]["default"]
    assert (database["HOST"], database["PORT"], database["NAME"]) == ("db.example.org", 5433, "votes")
    assert (database["CONN_MAX_AGE"], database["CONN_HEALTH_CHECKS"]) == (None, True)
    assert "pool" not in database.get("OPTIONS", {})


def test_requests_share_a_bounded_number_of_connections_to_postgresql(tmp_path: Path) -> None:
    variables = {"DATABASE_URL": POSTGRES, "DATABASE_CONNECTIONS": "3"}
    database = load_settings(tmp_path, variables, serves_pages=True)["DATABASES"]["default"]
    assert database["CONN_MAX_AGE"] == 0
    assert database["OPTIONS"]["pool"]["max_size"] == 3


def test_the_entrance_of_servers_says_that_it_serves() -> None:
    script = "import config.asgi; print(config.serves_pages)"
    result = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, check=True)
    assert result.stdout.split() == [b"True"]


def test_redis_serves_cache_and_queue_where_it_is_named(tmp_path: Path) -> None:
    alone = load_settings(tmp_path, {})
    assert (alone["Q_CLUSTER"].get("orm"), alone["Q_CLUSTER"].get("redis")) == ("default", None)
    assert "locmem" in alone["CACHES"]["default"]["BACKEND"]
    together = load_settings(tmp_path, {"REDIS_URL": "redis://cache.example.org:6379/0"})
    assert (together["Q_CLUSTER"].get("orm"), together["Q_CLUSTER"].get("redis")) == (
        None,
        "redis://cache.example.org:6379/0",
    )
    assert together["CACHES"]["default"]["LOCATION"] == "redis://cache.example.org:6379/0"


def test_a_task_is_handed_out_again_only_after_it_was_stopped(tmp_path: Path) -> None:
    cluster = load_settings(tmp_path, {})["Q_CLUSTER"]
    assert cluster["retry"] > cluster["timeout"]


# --- The running site ------------------------------------------------------------------------------
def directives(policy: str) -> dict[str, list[str]]:
    return {part.split()[0]: part.split()[1:] for part in policy.split(";") if part.strip()}


@pytest.mark.django_db
def test_every_page_forbids_scripts_and_styles_of_others(client: Client) -> None:
    response = client.get("/admin/login/")
    policy = directives(response.headers["Content-Security-Policy"])
    assert policy["default-src"] == ["'none'"]
    assert policy["script-src"] == policy["style-src"] == ["'self'"]
    assert policy["frame-ancestors"] == policy["base-uri"] == ["'none'"]
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.django_db
def test_a_foreign_host_name_is_refused(client: Client) -> None:
    assert client.get("/admin/login/", headers={"host": "evil.example.org"}).status_code == 400


def test_a_numerical_library_uses_one_thread_a_process() -> None:
    script = "import config, os; print(os.environ['OPENBLAS_NUM_THREADS'], os.environ['OMP_NUM_THREADS'])"
    bare = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    result = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=bare, capture_output=True, check=True)
    assert result.stdout.split() == [b"1", b"1"]


def test_django_finds_nothing_to_warn_of_in_this_installation_before_a_deployment(tmp_path: Path) -> None:
    variables = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3",
        "HTTPS": "on",
        "DEBUG": "off",
        "SECRET_KEY": "a long secret of sixteen different letters, 0123456789 and more",
    }
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "ERROR"]
    result = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False)
    # Only what binds other sites of the same domain is left to whoever owns the domain.
    assert result.returncode == 0, result.stderr
    assert set(re.findall(r"\((\w+\.\w\d+)\)", result.stderr)) == {"security.W005", "security.W021"}
