"""Take over units from a table."""

from collections.abc import Sequence
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Unit
from accounts.tables import Errors, read_table


@transaction.atomic
def import_units(path: Path) -> dict[str, int]:
    """Create or update units from `code,name,kind,area[,short_name][,calendar]`; return the counts.

    All or nothing; the same file twice changes nothing.
    """
    errors = Errors()
    kinds = set(Unit.Kind.values)
    seen: set[str] = set()
    units: list[Unit] = []
    with_hours = False
    for line, row in read_table(path, ["code", "name", "kind", "area"]):
        with_hours = "calendar" in row
        if not row["code"] or not row["name"]:
            errors.add(line, _("A unit needs a code and a name."))
        if len(row["code"]) > 20 or len(row["name"]) > 80:
            errors.add(line, _("The code (20) or the name (80 characters) is too long."))
        if row["code"] in seen:
            errors.add(line, _("The code %(code)s stands twice.") % {"code": row["code"]})
        if row["kind"] not in kinds:
            known = ", ".join(sorted(kinds))
            errors.add(line, _("The kind must be one of: %(known)s.") % {"known": known})
        if row["kind"] in {"town", "community"} and not row["area"]:
            errors.add(line, _("A town's or community's unit must name its area."))
        if len(row.get("calendar", "")) > 20:
            errors.add(line, _("The code of the working hours is too long (20)."))
        seen.add(row["code"])
        short = row.get("short_name", "")
        units.append(
            Unit(
                code=row["code"],
                name=row["name"],
                kind=row["kind"],
                area=row["area"],
                short_name=short,
                calendar=row.get("calendar", ""),
            )
        )
    errors.refuse_if_any()
    return {"units": save_units(units, also=["calendar"] if with_hours else [])}


def save_units(units: list[Unit], also: Sequence[str] = ()) -> int:
    """Create the units or update those whose code is known; return how many were given.

    What a file does not speak of stays: `also` names the further fields it does.
    """
    Unit.objects.bulk_create(
        units,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "short_name", "kind", "area", *also],
        batch_size=1000,
    )
    return len(units)
