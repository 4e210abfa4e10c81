"""All settings, fed by the environment. Every variable read here is listed in .env.example."""

import contextlib
import importlib.util
import json
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
import dj_email_url
import django_stubs_ext
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from environs import Env
from limits import parse_many

import config

# Lets classes of Django be written with their type parameters, as ModelAdmin[Vote], while running.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = Env()
env.read_env(str(BASE_DIR / ".env"), recurse=False)


def local_secret_key() -> str:
    """Return the secret that this installation made for itself on its first start."""
    path = VAR_DIR / "secret_key"
    VAR_DIR.mkdir(exist_ok=True)
    if not path.exists():
        # Written whole and then moved, so that two processes starting together agree on one.
        fresh = VAR_DIR / f"secret_key.{secrets.token_hex(4)}"
        fresh.write_text(secrets.token_urlsafe(48))
        fresh.chmod(0o600)
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(fresh)
        fresh.unlink()
    return path.read_text().strip()


def providers(text: str) -> dict[str, dict[str, Any]]:
    """Return the language model endpoints by name; refuse what is not {name: {"base_url": ...}}."""
    try:
        raw = json.loads(text)
    except ValueError as error:
        raise ImproperlyConfigured(f"VERSUS_PROVIDERS is not JSON: {error}") from error
    for name, entry in raw.items() if isinstance(raw, dict) else [("", None)]:
        numbers = {"timeout", "connect", "first_token", "retries", "at_once", "most_characters", "dollars_a_day"}
        known = {"base_url", "api_key_env", *numbers}
        if not isinstance(entry, dict) or "base_url" not in entry or set(entry) - known:
            raise ImproperlyConfigured(
                f"VERSUS_PROVIDERS: entry {name!r} must be an object with base_url and, if wanted, api_key_env or one of "
                f"{', '.join(sorted(numbers))}."
            )
        for key in numbers & set(entry):
            if isinstance(entry[key], bool) or not isinstance(entry[key], int | float) or entry[key] < 0:
                raise ImproperlyConfigured(f"VERSUS_PROVIDERS: {key} of {name!r} must be a number, and not negative.")
    return dict(raw)


def openid_connect(url: str, client: str, secret: str, name: str) -> dict[str, Any]:
    """Return allauth's settings of one OpenID Connect provider; refuse half of one, and one without its packages."""
    if not client:
        raise ImproperlyConfigured(
            "OIDC_URL is set: name the client in OIDC_CLIENT_ID and its secret in OIDC_SECRET too."
        )
    missing = [package for package in ("oauthlib", "requests", "jwt") if importlib.util.find_spec(package) is None]
    if missing:
        raise ImproperlyConfigured(
            f"OIDC_URL is set, and packages that it needs are not installed: {', '.join(missing)}. Run make openid."
        )
    app = {"provider_id": "oidc", "name": name, "client_id": client, "secret": secret, "settings": {"server_url": url}}
    return {"openid_connect": {"APPS": [app], "OAUTH_PKCE_ENABLED": True}}


def origin_of(url: str) -> str:
    """Return scheme and host of an address, as policies name them."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ImproperlyConfigured(f"OIDC_URL must be an address that begins with https://, not {url!r}.")
    return f"{parts.scheme}://{parts.netloc}"


def email_server(url: str) -> dict[str, Any]:
    """Return Django's settings of a server for e-mail; refuse a kind that nobody knows."""
    found = dict(dj_email_url.parse(url))
    if "EMAIL_BACKEND" not in found:
        raise ImproperlyConfigured(
            "EMAIL_URL must begin with smtp://, submission:// (with TLS), file:// or console://."
        )
    return found


def limits(name: str, text: str) -> str:
    """Return how often something may be done, as it was written; empty where 0 switches it off."""
    if text.strip() == "0":
        return ""
    with contextlib.suppress(ValueError):
        if all(item.amount > 0 for item in parse_many(text)):
            return text
    raise ImproperlyConfigured(f"{name} must be limits such as 30/minute;1000/day, or 0 for none; it is {text!r}.")


# --- The installation ---------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", "") or local_secret_key()
if len(SECRET_KEY) < 50:
    raise ImproperlyConfigured("SECRET_KEY is shorter than 50 characters; make a longer one or leave it unset.")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])
PORT = env.int("PORT", 8000)
HTTPS = env.bool("HTTPS", False)
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 0)
if TRUSTED_PROXIES < 0:
    raise ImproperlyConfigured("TRUSTED_PROXIES is how many proxies stand in front; it cannot be less than 0.")

# --- The product --------------------------------------------------------------------------------
BATTLE_MINUTES = env.int("BATTLE_MINUTES", 60)
LIVE_AT_ONCE = env.int("LIVE_AT_ONCE", 20)
VERSUS_ENCRYPTION_KEYS: list[str] = env.list("VERSUS_ENCRYPTION_KEYS", [])
if any(len(key) < 32 for key in VERSUS_ENCRYPTION_KEYS):
    raise ImproperlyConfigured("VERSUS_ENCRYPTION_KEYS: a key is shorter than 32 characters; make a longer one.")
LIMIT_BATTLES = limits("LIMIT_BATTLES", env.str("LIMIT_BATTLES", "30/minute;1000/day"))
LIMIT_BATTLES_NETWORK = limits("LIMIT_BATTLES_NETWORK", env.str("LIMIT_BATTLES_NETWORK", "300/minute;10000/day"))
LIMIT_LIVE = limits("LIMIT_LIVE", env.str("LIMIT_LIVE", "5/minute;60/day"))
LIMIT_LIVE_NETWORK = limits("LIMIT_LIVE_NETWORK", env.str("LIMIT_LIVE_NETWORK", "30/minute;600/day"))
LIMIT_REPORTS = limits("LIMIT_REPORTS", env.str("LIMIT_REPORTS", "10/minute;100/day"))
LIMIT_REPORTS_NETWORK = limits("LIMIT_REPORTS_NETWORK", env.str("LIMIT_REPORTS_NETWORK", "60/minute;1000/day"))
LIMIT_INVITATIONS_NETWORK = limits(
    "LIMIT_INVITATIONS_NETWORK", env.str("LIMIT_INVITATIONS_NETWORK", "20/minute;200/day")
)
LIMIT_NEWCOMERS_NETWORK = limits("LIMIT_NEWCOMERS_NETWORK", env.str("LIMIT_NEWCOMERS_NETWORK", "120/minute;3000/day"))
VERSUS_PROVIDERS = providers(env.str("VERSUS_PROVIDERS", "") or "{}")

# --- Accounts -----------------------------------------------------------------------------------
SIGN_UP = env.str("SIGN_UP", "open")
if SIGN_UP not in ("open", "closed"):
    raise ImproperlyConfigured(f"SIGN_UP is {SIGN_UP!r}; it must be open or closed.")
EMAIL_URL = env.str("EMAIL_URL", "")
# Without a server for e-mail, what would be sent is written to the server's own output.
EMAIL = email_server(EMAIL_URL or "console://")
EMAIL_BACKEND, EMAIL_FILE_PATH, EMAIL_TIMEOUT = EMAIL["EMAIL_BACKEND"], EMAIL["EMAIL_FILE_PATH"], EMAIL["EMAIL_TIMEOUT"]
EMAIL_HOST, EMAIL_PORT = EMAIL["EMAIL_HOST"] or "localhost", EMAIL["EMAIL_PORT"] or 25
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = EMAIL["EMAIL_HOST_USER"] or "", EMAIL["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_SSL, EMAIL_USE_TLS = EMAIL["EMAIL_USE_SSL"], EMAIL["EMAIL_USE_TLS"]
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("EMAIL_FROM", "versus@localhost")
OIDC_URL = env.str("OIDC_URL", "")
OIDC_CLIENT_ID, OIDC_SECRET = env.str("OIDC_CLIENT_ID", ""), env.str("OIDC_SECRET", "")
OIDC_NAME = env.str("OIDC_NAME", "OpenID Connect")
SOCIALACCOUNT_PROVIDERS = openid_connect(OIDC_URL, OIDC_CLIENT_ID, OIDC_SECRET, OIDC_NAME) if OIDC_URL else {}
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
ACCOUNT_ADAPTER = "arena.views.adapters.AccountAdapter"
# Names are for accounts that an admin made; who signs up has an address and needs none.
ACCOUNT_LOGIN_METHODS = {"email", "username"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if EMAIL_URL else "none"
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Versus: "
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
ACCOUNT_LOGOUT_REDIRECT_URL = "arena:contest_list"
LOGIN_REDIRECT_URL = "arena:account"

# --- Data ---------------------------------------------------------------------------------------
DATABASE_URL = env.str("DATABASE_URL", "") or f"sqlite:///{VAR_DIR / 'versus.sqlite3'}"
DATABASES: dict[str, Any] = {"default": dict(dj_database_url.parse(DATABASE_URL))}
DATABASE_CONNECTIONS = env.int("DATABASE_CONNECTIONS", 8)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    VAR_DIR.mkdir(exist_ok=True)
    DATABASES["default"]["OPTIONS"] = {
        # A transaction that means to write says so at its start; otherwise two of them can each wait
        # for the other and one fails with "database is locked".
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # FULL: an acknowledged vote survives the loss of power, not only of the process.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }
elif config.serves_pages:
    # Under ASGI each request runs on a thread of its own. A connection kept by such a thread would never be
    # used again and never be closed, until the database refuses more; so requests share a pool.
    DATABASES["default"]["CONN_MAX_AGE"] = 0
    DATABASES["default"]["OPTIONS"] = {"pool": {"min_size": 1, "max_size": DATABASE_CONNECTIONS, "timeout": 20}}
else:
    # Commands and workers keep the one they have, and check it before use. No pool: it does not survive the
    # fork by which a worker makes its processes.
    DATABASES["default"]["CONN_MAX_AGE"] = None
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

REDIS_URL = env.str("REDIS_URL", "")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "versus"}
}

# --- Background work ----------------------------------------------------------------------------
Q_CLUSTER: dict[str, Any] = {
    "name": "versus",
    "workers": env.int("WORKERS", 1),
    # A task held by a killed worker is handed out again after `retry`; long work renews a lease of its
    # own and is idempotent, so a second delivery finds nothing to do.
    "timeout": 3600,
    "retry": 3700,
    "max_attempts": 3,
    "ack_failures": True,
    "catch_up": False,
    "save_limit": 500,
    "poll": 1,
    "label": "Background work",
    **({"redis": REDIS_URL} if REDIS_URL else {"orm": "default"}),
}

# --- Applications -------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "rest_framework",
    "rest_framework.authtoken",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "csp",
    "django_q",
    "allauth",
    "allauth.account",
    *(["allauth.socialaccount", "allauth.socialaccount.providers.openid_connect"] if OIDC_URL else []),
    "ranking",
    "arena",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "arena.views.languages.ReaderLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "arena.views.limits.TooManyMiddleware",
]
ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "arena.views.context.installation",
            ],
        },
    },
]

# --- Pages --------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "locale-allauth"]
LANGUAGE_COOKIE_NAME = "versus_language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SECURE = HTTPS
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Files are found where they lie: starting needs no collectstatic.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

# --- Safety -------------------------------------------------------------------------------------
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "account_login"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        # A form leads to the provider of logins, too, where there is one: browsers hold redirects against this list.
        "form-action": [SELF, *([origin_of(OIDC_URL)] if OIDC_URL else [])],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", False) else None

# --- API ----------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticatedOrReadOnly"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "arena.api.doors.handle_error",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Versus",
    "DESCRIPTION": "Which of these systems gives the better answer, and how sure are we?",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {
        "ContestKindEnum": "arena.models.ContestKind",
        "ContestStateEnum": "arena.models.ContestState",
        "ContestantStateEnum": "arena.models.ContestantState",
        "LiveStateEnum": "arena.models.LiveState",
        "OutcomeEnum": "arena.models.VoteOutcome",
        "ReportKindEnum": "arena.models.ReportKind",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

# --- What is going on ---------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", "INFO")},
    # One line for each request to a language model would push everything else out of sight.
    "loggers": {name: {"level": "WARNING"} for name in ("httpx", "httpx2")},
}
