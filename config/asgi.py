"""Entrance for ASGI servers."""

import os
import warnings

from django.core.asgi import get_asgi_application

import config

# Static files are small, and read whole is how whitenoise gives them to a server of this kind.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
config.serves_pages = True
# Requests are many and their matrices small: threads of linear algebra would only wait for each other. Set before numpy
# is loaded with the apps.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_asgi_application()
