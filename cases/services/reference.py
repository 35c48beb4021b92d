"""Take over reference data of cases: categories, time limits, calendar days."""

from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.tables import Errors, read_table
from cases.lifecycle import ClockKind
from cases.models import Category, LimitUnit, TimeLimit
from cases.services import limits as limits_in_force


@transaction.atomic
def import_categories(path: Path) -> dict[str, int]:
    """Create or update categories from `code,name,parent`; all or nothing, twice gives once."""
    errors = Errors()
    rows = read_table(path, ["code", "name", "parent"])
    known = set(Category.objects.values_list("code", flat=True)) | {r["code"] for _l, r in rows}
    seen: set[str] = set()
    categories = []
    for line, row in rows:
        code, parent = row["code"], row["parent"]
        if not (code.isdigit() and code.isascii() and len(code) in (2, 4, 6, 8)):
            errors.add(line, _("A category code has 2, 4, 6 or 8 digits."))
        if not row["name"] or len(row["name"]) > 40:
            errors.add(line, _("The name must have 1 to 40 characters."))
        if code in seen:
            errors.add(line, _("The code %(code)s stands twice.") % {"code": code})
        if parent and (parent not in known or not code.startswith(parent) or parent == code):
            errors.add(line, _("The parent %(parent)s is not known.") % {"parent": parent})
        if not parent and len(code) > 2:
            errors.add(line, _("A category of this length needs a parent."))
        seen.add(code)
        categories.append(Category(code=code, name=row["name"], parent_id=parent or None))
    errors.refuse_if_any()
    Category.objects.bulk_create(
        sorted(categories, key=lambda category: len(category.code)),
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "parent"],
    )
    return {"categories": len(categories)}


LIMIT_KEY = ["clock", "whistle_kind", "urgency", "case_kind", "category", "redo", "valid_from"]


@transaction.atomic
def import_limits(path: Path) -> dict[str, int]:
    """Create or update time limits; columns as the fields of `TimeLimit`. All or nothing."""
    errors = Errors()
    limits = []
    for line, row in read_table(path, [*LIMIT_KEY, "amount", "unit", "source"]):
        try:
            amount, valid_from = Decimal(row["amount"]), date.fromisoformat(row["valid_from"])
        except (InvalidOperation, ValueError):
            errors.add(line, _("The amount must be a number and the date YYYY-MM-DD."))
            continue
        if row["clock"] not in ClockKind.values or row["unit"] not in LimitUnit.values:
            errors.add(line, _("The clock or the time unit is not known."))
        elif amount <= 0 or not row["source"]:
            errors.add(line, _("A limit is more than nothing and names its source."))
        limits.append(
            TimeLimit(
                clock=row["clock"],
                whistle_kind=row["whistle_kind"],
                urgency=row["urgency"],
                case_kind=row["case_kind"],
                category=row["category"],
                redo=row["redo"] in ("1", "y", "true"),
                amount=amount,
                unit=row["unit"],
                source=row["source"],
                valid_from=valid_from,
            )
        )
    errors.refuse_if_any()
    TimeLimit.objects.bulk_create(
        limits,
        update_conflicts=True,
        unique_fields=LIMIT_KEY,
        update_fields=["amount", "unit", "source"],
    )
    limits_in_force.forget()
    return {"limits": len(limits)}
