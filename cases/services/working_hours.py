"""Take over working hours from a table."""

import re
from datetime import time
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.tables import Errors, Row, read_table
from cases import calendars
from cases.calendars import Content, read_periods
from cases.deadlines import BadPeriods
from cases.models import WorkHours

COLUMNS = ["code", "name", "every_day", "periods", "quiet_from", "source"]
_PERIOD = re.compile(r"(\d\d:\d\d)-(\d\d:\d\d)")


@transaction.atomic
def import_hours(path: Path) -> dict[str, int]:
    """Create or update working hours; `periods` is written 08:00-12:00;14:00-18:00. All or nothing."""
    errors = Errors()
    rows = []
    for line, row in read_table(path, COLUMNS):
        if not row["code"] or len(row["code"]) > 20 or not row["name"]:
            errors.add(line, _("Working hours need a code of at most 20 characters and a name."))
        if row["every_day"] not in ("y", "n"):
            errors.add(line, _("Write y or n in every_day."))
        rows.append(
            WorkHours(
                code=row["code"],
                name=row["name"],
                every_day=row["every_day"] == "y",
                periods=_periods(line, row, errors),
                quiet_from=_quiet_from(line, row, errors),
                source=row["source"],
            )
        )
    errors.refuse_if_any()
    WorkHours.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "every_day", "periods", "quiet_from", "source"],
    )
    calendars.forget()
    return {"working hours": len(rows)}


def _periods(line: int, row: Row, errors: Errors) -> list[list[str]]:
    found = [_PERIOD.fullmatch(part.strip()) for part in row["periods"].split(";")]
    periods = [[match[1], match[2]] for match in found if match]
    try:
        if len(periods) == len(found):
            Content(periods=read_periods(periods)).build()
            return periods
    except (BadPeriods, ValueError):
        pass
    text = _("Write the working periods like 08:00-12:00;14:00-18:00, in order and apart.")
    errors.add(line, text)
    return []


def _quiet_from(line: int, row: Row, errors: Errors) -> time | None:
    try:
        return time.fromisoformat(row["quiet_from"]) if row["quiet_from"] else None
    except ValueError:
        errors.add(line, _("Write the time from which it is quiet like 20:00, or leave it empty."))
        return None
