"""Print or write the report of a period, as JSON or as a workbook."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation

from accounts.refusals import BadInput
from assessment import periods
from assessment.services.reports import report
from assessment.workbook import workbook_of

FORMATS = ("json", "xlsx")


class Command(BaseCommand):
    """Reckon the report anew from the rows; the kept roll-up is left alone."""

    help = "The report of a period: a month (2026-11), a year (2026) or a named one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("period")
        parser.add_argument("--format", default="json", help=" | ".join(FORMATS))
        parser.add_argument("--out", type=Path, help="file to write (default: standard output)")

    def handle(self, *args: Any, **options: Any) -> None:
        form, out = options["format"], options["out"]
        if form not in FORMATS:
            known = ", ".join(FORMATS)
            raise CommandError(f"The format “{form}” is not there; there are: {known}.")
        if form == "xlsx" and out is None and sys.stdout.isatty():
            raise CommandError("A workbook is no text: name a file with --out.")
        try:
            found = report(periods.find(options["period"]), timezone.now())
        except BadInput as error:
            raise CommandError(str(error)) from error
        if form == "json":
            written = (json.dumps(found, ensure_ascii=False, indent=2) + "\n").encode()
        else:
            with translation.override(settings.LANGUAGE_CODE):
                written = workbook_of(found)
        self._write(written, out)

    def _write(self, written: bytes, out: Path | None) -> None:
        if out is None:
            sink = getattr(self.stdout, "buffer", None)
            sink.write(written) if sink else self.stdout.write(written.decode(), ending="")
            return
        try:
            out.write_bytes(written)
        except OSError as error:
            raise CommandError(f"{out} cannot be written: {error.strerror}") from error
