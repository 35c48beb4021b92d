"""Take over rules of ownership from a table: in force at once, in the order of the file."""

from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from accounts.models import Unit
from accounts.refusals import BadInput
from accounts.tables import Errors, Row, read_table
from dispatch.models import OwnershipRule
from dispatch.services.ownership import STRIDE, RuleText, checked

COLUMNS = [
    "name",
    "ownership",
    "category",
    "kind",
    "channel",
    "urgency",
    "area",
    "words",
    "lead",
    "assist",
    "outside_unit",
    "first_asked",
    "source",
    "valid_from",
]
"""`words` and `assist` are divided by “;”; `valid_from` is a date, empty for now."""


@transaction.atomic
def import_rules(path: Path) -> dict[str, int]:
    """Create rules by name from a CSV or XLSX, all or nothing; one that says something else than
    before ends and the new one follows it. Twice gives once."""
    errors = Errors()
    read: list[tuple[RuleText, datetime | None, dict[str, object], list[Unit]]] = []
    for line, row in read_table(path, COLUMNS):
        text, begins = _text(row), _date(row["valid_from"])
        if row["valid_from"] and begins is None:
            errors.add(line, _("Give a date such as 2026-11-21."))
        if any(known.name == text.name for known, _begins, _values, _assists in read):
            errors.add(line, _("The name %(name)s stands twice.") % {"name": text.name})
        try:
            values, assists = checked(text)
        except BadInput as refusal:
            for texts in refusal.fields.values():
                errors.add(line, " ".join(texts))
        else:
            read.append((text, begins, values, assists))
    errors.refuse_if_any()
    at = timezone.now()
    live = OwnershipRule.objects.select_for_update().filter(valid_to=None)
    known = {rule.name: rule for rule in live.exclude(valid_from=None).order_by("pk")}
    for number, (text, begins, values, assists) in enumerate(read, start=1):
        values = {**values, "position": number * STRIDE}
        old = known.get(text.name)
        if old is not None and _says(old, values, [unit.pk for unit in assists]):
            continue
        if old is not None:
            old.valid_to = at
            old.save(update_fields=["valid_to"])
        start = at if old is not None or begins is None else begins
        rule = OwnershipRule.objects.create(**values, valid_from=start)
        rule.assists.set(assists)
    return {"rules of ownership": len(read)}


def _text(row: Row) -> RuleText:
    plain = ("name", "ownership", "source", "category", "kind", "channel", "urgency", "area")
    return RuleText(
        **{name: row[name] for name in plain},
        words=_list(row["words"]),
        lead=row["lead"],
        assists=[code.strip() for code in _list(row["assist"]) if code.strip()],
        outside_unit=row["outside_unit"],
        first_asked=row["first_asked"] in ("y", "1", "yes"),
    )


def _list(cell: str) -> list[str]:
    return cell.replace("；", ";").split(";") if cell else []


def _date(cell: str) -> datetime | None:
    try:
        day = parse_date(cell) if cell else None
    except ValueError:
        return None
    return timezone.make_aware(datetime.combine(day, datetime.min.time())) if day else None


def _says(rule: OwnershipRule, values: dict[str, object], assists: list[int]) -> bool:
    """Tell whether the rule says these very things already."""
    same = all(getattr(rule, name) == value for name, value in values.items())
    return same and sorted(rule.assists.values_list("pk", flat=True)) == sorted(assists)
