"""Take over reference data of cases: categories, time limits, filing conditions."""

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.tables import Errors, Row, read_table
from cases.models import Category, ClockKind, FilingCondition, LimitUnit, TimeLimit
from cases.services import limits as limits_in_force
from cases.services.spans import Span, read_span, refuse_overlaps


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


LIMIT_KEY = [
    "clock",
    "whistle_kind",
    "urgency",
    "case_kind",
    "category",
    "condition",
    "redo",
    "valid_from",
]
LATER_COLUMNS = {"condition", "valid_to"}
"""Columns that files made for earlier versions lack."""


@transaction.atomic
def import_limits(path: Path) -> dict[str, int]:
    """Create or update time limits; columns as the fields of `TimeLimit`. All or nothing."""
    errors = Errors()
    limits = _limits_in(path, errors)
    _store_limits(limits, errors)
    return {"limits": len(limits)}


def read_limits(path: Path) -> list[TimeLimit]:
    """Return the time limits of a file as rows that are not stored, to be tried before they are."""
    errors = Errors()
    limits = _limits_in(path, errors)
    errors.refuse_if_any()
    return [limit for _line, limit in limits]


def _limits_in(path: Path, errors: Errors) -> list[tuple[int, TimeLimit]]:
    columns = [name for name in LIMIT_KEY if name not in LATER_COLUMNS]
    limits = []
    for line, row in read_table(path, [*columns, "amount", "unit", "source"]):
        span, amount = read_span(line, row, errors), _amount(line, row, errors)
        if row["clock"] not in ClockKind.values:
            errors.add(line, _("The clock or the time unit is not known."))
        if span is not None and amount is not None:
            limits.append((line, _limit(row, amount, span)))
    return limits


def _amount(line: int, row: Row, errors: Errors) -> Decimal | None:
    """Return the amount of a limit; note what is wrong with it, its unit or its source."""
    if row["unit"] not in LimitUnit.values:
        errors.add(line, _("The clock or the time unit is not known."))
    try:
        amount = Decimal(row["amount"])
    except InvalidOperation:
        errors.add(line, _("The amount must be a number."))
        return None
    if not amount.is_finite() or amount <= 0 or not row["source"]:
        errors.add(line, _("A limit is more than nothing and names its source."))
        return None
    return amount


def _limit(row: Row, amount: Decimal, span: Span) -> TimeLimit:
    return TimeLimit(
        clock=row["clock"],
        whistle_kind=row["whistle_kind"],
        urgency=row["urgency"],
        case_kind=row["case_kind"],
        category=row["category"],
        condition=row.get("condition", ""),
        redo=row["redo"] in ("1", "y", "true"),
        amount=amount,
        unit=row["unit"],
        source=row["source"],
        valid_from=span.first,
        valid_to=span.last,
    )


def _store_limits(limits: list[tuple[int, TimeLimit]], errors: Errors) -> None:
    stored = [(0, row) for row in TimeLimit.objects.all()]
    spans = [
        (_rule_of(row), Span(row.valid_from, row.valid_to, line))
        for line, row in (*stored, *limits)
    ]
    refuse_overlaps(spans, errors)
    errors.refuse_if_any()
    TimeLimit.objects.bulk_create(
        [row for _line, row in limits],
        update_conflicts=True,
        unique_fields=LIMIT_KEY,
        update_fields=["amount", "unit", "source", "valid_to"],
    )
    limits_in_force.forget()


def _rule_of(row: TimeLimit) -> tuple[Any, ...]:
    """Return all that tells the rule from others, save its dates."""
    return tuple(getattr(row, name) for name in LIMIT_KEY if name != "valid_from")


CONDITION_COLUMNS = [
    "code",
    "kind",
    "group",
    "small_class",
    "name",
    "category",
    "condition",
    "closes_when",
    "amount",
    "unit",
    "source",
    "valid_from",
]
LONGEST = {"code": 12, "group": 20, "small_class": 6, "name": 40, "condition": 120}
LONGEST |= {"closes_when": 120}


@transaction.atomic
def import_conditions(path: Path) -> dict[str, int]:
    """Create or update filing conditions, each together with its time to finish. All or nothing."""
    errors = Errors()
    known = set(Category.objects.values_list("code", flat=True))
    seen: set[str] = set()
    conditions, limits = [], []
    for line, row in read_table(path, CONDITION_COLUMNS):
        span, amount = read_span(line, row, errors), _amount(line, row, errors)
        _check_condition(line, row, known, seen, errors)
        seen.add(row["code"])
        if span is None or amount is None:
            continue
        conditions.append(_condition(row, span))
        of_condition = {"clock": ClockKind.FINISH, "condition": row["code"], "category": ""}
        of_condition["source"] = f"{row['source']}：{row['small_class']} {row['name']}"[:200]
        empty = dict.fromkeys(["whistle_kind", "urgency", "case_kind", "redo"], "")
        limits.append((line, _limit(row | empty | of_condition, amount, span)))
    errors.refuse_if_any()
    FilingCondition.objects.bulk_create(
        conditions,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=[
            *(name for name in LONGEST if name != "code"),
            "kind",
            "category",
            "source",
            "valid_from",
            "valid_to",
        ],
    )
    _store_limits(limits, errors)
    return {"conditions": len(conditions)}


def _check_condition(line: int, row: Row, known: set[str], seen: set[str], errors: Errors) -> None:
    empty = [name for name in LONGEST if not row[name]]
    if empty:
        errors.add(line, _("These must be filled: %(names)s.") % {"names": ", ".join(empty)})
    long = [name for name, most in LONGEST.items() if len(row[name]) > most]
    if long:
        errors.add(line, _("These are too long: %(names)s.") % {"names": ", ".join(long)})
    if row["kind"] not in FilingCondition.Kind.values:
        errors.add(line, _("The kind is event or component."))
    if row["category"] not in known:
        text = _("The category %(category)s is not known.")
        errors.add(line, text % {"category": row["category"]})
    if row["code"] in seen:
        errors.add(line, _("The code %(code)s stands twice.") % {"code": row["code"]})


def _condition(row: Row, span: Span) -> FilingCondition:
    return FilingCondition(
        code=row["code"],
        kind=row["kind"],
        group=row["group"],
        small_class=row["small_class"],
        name=row["name"],
        category_id=row["category"],
        condition=row["condition"],
        closes_when=row["closes_when"],
        source=row["source"],
        valid_from=span.first,
        valid_to=span.last,
    )
