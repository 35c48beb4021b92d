import sys
import time
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from dispatch.services.history import Refused, Summary, import_history


class Command(BaseCommand):
    help = (
        "Take over finished and open cases of an older system from a CSV (docs/import-history.md). "
        "Resumable; idempotent by number; refused rows go to FILE.errors.csv with reasons."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--dry-run", action="store_true", help="check everything, store nothing"
        )
        parser.add_argument("--errors", type=Path, help="where the refused rows go")

    def handle(self, *args: Any, **options: Any) -> None:
        meter = _Meter(sys.stderr)
        try:
            found = import_history(
                options["file"],
                at=timezone.now(),
                errors=options["errors"],
                dry_run=options["dry_run"],
                progress=meter,
            )
        except Refused as refusal:
            raise CommandError(_("Nothing was imported: %(why)s") % {"why": refusal}) from None
        finally:
            meter.end()
        self.stdout.write(_told(found, dry_run=options["dry_run"]))


def _told(found: Summary, *, dry_run: bool) -> str:
    """Return what became of the rows, in one to three lines."""
    counts = {"stored": found.stored, "known": found.known, "refused": found.refused}
    if dry_run:
        text = _("Would store %(stored)s, known before %(known)s, refused %(refused)s.")
    else:
        text = _("Stored %(stored)s, known before %(known)s, refused %(refused)s.")
    lines = [text % counts]
    if found.resumed:
        resumed = _("Taken up after line %(line)s; the numbers are of the whole file.")
        lines.insert(0, resumed % {"line": found.resumed})
    if found.errors:
        lines.append(_("Refused rows with reasons: %(path)s") % {"path": found.errors})
    return "\n".join(lines)


class _Meter:
    """A bar on a terminal; elsewhere a line every ten seconds."""

    WIDTH, EVERY, PLAIN_EVERY = 30, 0.2, 10.0

    def __init__(self, out: TextIO) -> None:
        self.out, self.bar = out, out.isatty()
        self.begun = self.said = time.monotonic()
        self.first: tuple[int, int] | None = None

    def __call__(self, reached: int, size: int, rows: int) -> None:
        now = time.monotonic()
        self.first = self.first or (reached, rows)
        if now - self.said < (self.EVERY if self.bar else self.PLAIN_EVERY) and reached < size:
            return
        self.said = now
        share = reached / size if size else 1.0
        rate = (rows - self.first[1]) / max(now - self.begun, 0.001)
        bytes_rate = (reached - self.first[0]) / max(now - self.begun, 0.001)
        left = (size - reached) / bytes_rate if bytes_rate else 0
        text = _("%(rows)s rows, %(share)s %%, %(rate)s rows/s, %(left)s s left")
        said = text % {
            "rows": f"{rows:,}",
            "share": f"{share * 100:.1f}",
            "rate": f"{rate:,.0f}",
            "left": f"{left:.0f}",
        }
        filled = round(share * self.WIDTH)
        drawn = f"\r\x1b[K[{'█' * filled}{'·' * (self.WIDTH - filled)}] {said}"
        self.out.write(drawn if self.bar else f"{said}\n")
        self.out.flush()

    def end(self) -> None:
        """Leave the line of the bar."""
        if self.bar and self.first:
            self.out.write("\n")
