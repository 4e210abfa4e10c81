"""Entrance for ASGI servers."""

import os
import warnings

from django.core.asgi import get_asgi_application

import config

# Static files are small, and read whole is how whitenoise gives them to a server of this kind.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
config.serves_pages = True
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_asgi_application()
