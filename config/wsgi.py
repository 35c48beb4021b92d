"""The web entry: `granian --interface wsgi config.wsgi:application`."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.core.wsgi import get_wsgi_application

from config import embedded

embedded.attach_from_settings()
application = get_wsgi_application()
