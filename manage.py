#!/usr/bin/env python
"""Run a command; the embedded services are found, or started for as long as it lasts."""

import os
import sys

# These need no database, and the launcher attaches by itself once the port is known to be free.
ALONE = {"", "help", "--help", "-h", "--version", "translations", "collectstatic", "run"}


def main() -> None:
    """Attach to the services and hand over to Django."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line

    from config import embedded

    command = sys.argv[1] if len(sys.argv) > 1 else ""
    if command not in ALONE and "--help" not in sys.argv:
        try:
            embedded.attach_from_settings()
        except embedded.ServiceError as error:
            sys.exit(f"manage.py: {error}")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
