"""Makes a database of its own before anything is imported that needs one."""

import os
import runpy
import tempfile
from pathlib import Path

import django

with tempfile.TemporaryDirectory(prefix="versus-openings-") as folder:
    os.environ["DATABASE_URL"] = f"sqlite:///{Path(folder) / 'openings.sqlite3'}"
    os.environ["REDIS_URL"] = ""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    runpy.run_module("benchmarks.openings.measure", run_name="__main__")
