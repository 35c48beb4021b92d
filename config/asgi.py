"""The same as an ASGI application, for servers of that kind."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.core.asgi import get_asgi_application

from config import embedded

embedded.attach_from_settings()
application = get_asgi_application()
