"""Entrance for ASGI servers."""

import os

from django.core.asgi import get_asgi_application

import config

config.serves_pages = True
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_asgi_application()
