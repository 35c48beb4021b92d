"""`./manage.py translations`: are all words on screen translated?"""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config import translations


class Command(BaseCommand):
    help = "List what the Chinese catalogues lack or hold for nobody, and fail where there is anything."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("apps", nargs="*", help="only these apps")
        parser.add_argument(
            "--add", action="store_true", help="add empty entries, drop unused ones"
        )
        parser.add_argument(
            "--compile", action="store_true", help="compile the .po files to .mo files"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        base, apps = settings.BASE_DIR, options["apps"] or translations.APPS
        if unknown := set(apps) - set(translations.APPS):
            raise CommandError(f"No such app: {', '.join(sorted(unknown))}")
        if options["compile"]:
            count = translations.compile_all(base)
            self.stdout.write(f"{count} catalogues compiled", self.style.SUCCESS)
            return
        if options["add"]:
            for app in apps:
                translations.add(base, app)
        lines = [
            f"{app}: {line}" for app in apps for line in translations.compare(base, app).lines()
        ]
        for line in lines:
            self.stdout.write(line)
        if lines:
            raise CommandError(f"{len(lines)} entries to repair")
        self.stdout.write("All words are translated.")
