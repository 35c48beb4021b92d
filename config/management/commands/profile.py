"""`./manage.py profile`: the district profiles, one of them picked, or the settings in force as a file."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.refusals import BadInput
from config.profiles.picking import earliest_begin, pick, preview
from config.profiles.reading import read_profile, shipped_profile
from config.profiles.shape import Profile, ProfileRefused
from config.profiles.shipped import CODES
from config.profiles.writing import write_profile


class Command(BaseCommand):
    help = "Show the district profiles, pick one, or write the settings in force to a file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        deed = parser.add_mutually_exclusive_group()
        deed.add_argument("--list", action="store_true", help="the shipped profiles")
        deed.add_argument("--show", metavar="CODE|FILE", help="what picking it would change")
        deed.add_argument("--apply", metavar="CODE|FILE", help="pick it")
        deed.add_argument("--export", metavar="FILE", type=Path, help="write the present settings")
        parser.add_argument(
            "--begins", type=date.fromisoformat, help="first day of its limits, YYYY-MM-DD"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        begins = options["begins"] or earliest_begin(timezone.now())
        if options["export"]:
            day = options["begins"] or timezone.localdate()
            options["export"].write_text(write_profile(day), encoding="utf-8")
        elif options["show"]:
            self._tell(preview(_named(options["show"]), begins))
        elif options["apply"]:
            profile = _named(options["apply"])
            try:
                changes = pick(profile, actor=None, at=timezone.now(), begins=options["begins"])
            except BadInput as refusal:
                raise CommandError(str(refusal)) from None
            self._tell(changes)
        else:
            for code in CODES:
                profile = shipped_profile(code)
                self.stdout.write(f"{code:10} {profile.name}  {profile.slogan}")

    def _tell(self, changes: list[Any]) -> None:
        for change in changes:
            arrow = f"{change.before} → {change.after}" if change.before or change.after else ""
            line = (change.part_words, change.action_words, change.what, arrow)
            self.stdout.write("  ".join(filter(None, line)))
        self.stdout.write(f"{len(changes)} changes")


def _named(name: str) -> Profile:
    """Return a shipped profile by its code, or the one in a file."""
    try:
        if name in CODES:
            return shipped_profile(name)
        return read_profile(Path(name).read_text(encoding="utf-8-sig"))
    except ProfileRefused as refusal:
        raise CommandError("\n".join(str(problem) for problem in refusal.problems)) from None
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(str(error)) from None
