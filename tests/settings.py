"""Settings of the tests: the product's own with their listed defaults, whatever .env says on this machine.

Only DATABASE_URL and REDIS_URL are taken from the environment, so that the suite can run on another database.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from dotenv import dotenv_values

for _name, _value in dotenv_values(Path(__file__).resolve().parent.parent / ".env.example").items():
    if _name in ("DATABASE_URL", "REDIS_URL"):
        os.environ.setdefault(_name, "")
    else:
        os.environ[_name] = _value or ""

from config.settings import *  # noqa: E402, F403
from config.settings import DATABASES  # noqa: E402

# Each client of a test would otherwise begin by walking all static files.
WHITENOISE_AUTOREFRESH = True

# Tests go faster than people. What is limited by default is told by the tests of limits.
for _name in [name for name in globals() if name.startswith("LIMIT_")]:
    globals()[_name] = ""

# Hashing passwords slowly is the point of the real one.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, because a server under test has threads with connections of their own. It is thrown away, so
    # nothing of it needs to survive a loss of power.
    _folder = tempfile.mkdtemp(prefix="versus-tests-")
    atexit.register(shutil.rmtree, _folder, ignore_errors=True)
    DATABASES["default"]["TEST"] = {"NAME": f"{_folder}/test.sqlite3"}
    DATABASES["default"]["OPTIONS"]["init_command"] = (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA foreign_keys=ON;"
    )
