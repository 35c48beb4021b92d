#!/usr/bin/env python
"""Run a command; the embedded services are found, or started for as long as it lasts."""

import os
import sys

# These need no database, and the launcher attaches by itself once the port is known to be free.
ALONE = {"", "help", "--help", "-h", "--version", "translations", "collectstatic", "run"}


def main() -> None:
    """Attach to the services and hand over to Django; what is wrong around us is told in one line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        from django.core.management import execute_from_command_line
    except ModuleNotFoundError:
        sys.exit("manage.py: Django is not here; run `make setup`, then .venv/bin/python manage.py")

    from config import embedded, env

    command = sys.argv[1] if len(sys.argv) > 1 else ""
    try:
        if command not in ALONE and "--help" not in sys.argv:
            embedded.attach_from_settings()
        execute_from_command_line(sys.argv)
    except (embedded.ServiceError, env.BadValue) as error:
        sys.exit(f"manage.py: {error}")


if __name__ == "__main__":
    main()
