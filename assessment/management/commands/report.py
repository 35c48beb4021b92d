"""Print or write the report of a period: JSON, a workbook, or the bulletin as Word or PDF."""

import json
import sys
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation

from accounts.refusals import BadInput
from assessment import periods
from assessment.services.report_papers import draft_of
from assessment.services.reports import report
from assessment.spans import Span
from assessment.workbook import workbook_of
from dispatch.sheets.files import FILES

FORMATS = ("json", "docx", "xlsx", "pdf")


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
        if form != "json" and out is None and sys.stdout.isatty():
            raise CommandError("This is no text: name a file with --out.")
        try:
            span = periods.find(options["period"])
        except BadInput as error:
            raise CommandError(str(error)) from error
        self._write(_written(form, span, timezone.now()), out)

    def _write(self, written: bytes, out: Path | None) -> None:
        if out is None:
            sink = getattr(self.stdout, "buffer", None)
            sink.write(written) if sink else self.stdout.write(written.decode(), ending="")
            return
        try:
            out.write_bytes(written)
        except OSError as error:
            raise CommandError(f"{out} cannot be written: {error.strerror}") from error


def _written(form: str, span: Span, at: datetime) -> bytes:
    """Return the report as a file; the bulletin is a draft without a number."""
    if form in ("docx", "pdf"):
        return FILES[form][0](draft_of(span, at))
    found = report(span, at)
    if form == "json":
        return (json.dumps(found, ensure_ascii=False, indent=2) + "\n").encode()
    with translation.override(settings.LANGUAGE_CODE):
        return workbook_of(found)
