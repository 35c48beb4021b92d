"""The same as an ASGI application, for servers of that kind."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.core.asgi import get_asgi_application  # noqa: E402

from config import embedded  # noqa: E402

embedded.attach_from_settings()
application = get_asgi_application()
