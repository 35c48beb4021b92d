"""Take over policies of deadlines: how far they may be moved, and the ladders that follow them."""

import json
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from accounts.tables import Errors, ImportRefused, Row, read_table
from cases.ladders import BadRung, read_rungs
from cases.models import Adjustment, AdjustmentPolicy, Clock, ClockKind, Ladder, LimitUnit
from cases.services import alerts
from cases.services.spans import Span, read_span, refuse_overlaps

ADJUSTMENT_KEY = ["kind", "whistle_kind", "urgency", "valid_from"]
UNITS = {Adjustment.EXTEND: LimitUnit.WORKDAY, Adjustment.HOLD: LimitUnit.NATURAL_DAY}
"""In which unit each is measured: what is asked for is asked in the same."""


@transaction.atomic
def import_adjustments(path: Path) -> dict[str, int]:
    """Create or update policies of extensions and holds; columns as the fields. All or nothing."""
    errors = Errors()
    policies, spans = [], []
    for line, row in read_table(
        path, [*ADJUSTMENT_KEY, "most_times", "most_amount", "unit", "source"]
    ):
        span, policy = read_span(line, row, errors), _policy(line, row, errors)
        if span is None or policy is None:
            continue
        policy.valid_from, policy.valid_to = span.first, span.last
        policies.append(policy)
        spans.append(((policy.kind, policy.whistle_kind, policy.urgency), span))
    for stored in AdjustmentPolicy.objects.all():
        rule = (stored.kind, stored.whistle_kind, stored.urgency)
        spans.append((rule, Span(stored.valid_from, stored.valid_to, 0)))
    refuse_overlaps(spans, errors)
    errors.refuse_if_any()
    AdjustmentPolicy.objects.bulk_create(
        policies,
        update_conflicts=True,
        unique_fields=ADJUSTMENT_KEY,
        update_fields=["most_times", "most_amount", "unit", "source", "valid_to"],
    )
    return {"adjustments": len(policies)}


def _policy(line: int, row: Row, errors: Errors) -> AdjustmentPolicy | None:
    if row["kind"] not in Adjustment.values:
        errors.add(line, _("The kind is extend or hold."))
        return None
    if row["unit"] != UNITS[Adjustment(row["kind"])]:
        errors.add(line, _("Extensions are measured in workday, holds in natural_day."))
    try:
        times, amount = int(row["most_times"]), Decimal(row["most_amount"])
    except (InvalidOperation, ValueError):
        errors.add(line, _("The amount must be a number."))
        return None
    if times < 0 or not amount.is_finite() or amount <= 0 or not row["source"]:
        errors.add(line, _("A limit is more than nothing and names its source."))
    return AdjustmentPolicy(
        kind=row["kind"],
        whistle_kind=row["whistle_kind"],
        urgency=row["urgency"],
        most_times=times,
        most_amount=amount,
        unit=row["unit"],
        source=row["source"],
    )


LADDER_KEY = ["clock", "whistle_kind", "urgency", "valid_from"]


@transaction.atomic
def import_ladders(path: Path) -> dict[str, int]:
    """Create or update ladders from a JSON list; errors name the item by its number.

    A ladder that a clock climbs already is never changed: give the new one a later `valid_from`.
    """
    errors = Errors()
    ladders, spans = [], []
    for number, item in enumerate(_items(path), start=1):
        ladder = _ladder(number, item, errors)
        if ladder is None:
            continue
        rule = (ladder.clock, ladder.whistle_kind, ladder.urgency)
        spans.append((rule, Span(ladder.valid_from, ladder.valid_to, number)))
        ladders.append((number, ladder))
    refuse_overlaps(spans, errors)
    _refuse_changes_in_use(ladders, errors)
    errors.refuse_if_any()
    Ladder.objects.bulk_create(
        [ladder for _number, ladder in ladders],
        update_conflicts=True,
        unique_fields=LADDER_KEY,
        update_fields=["name", "rungs", "source", "valid_to"],
    )
    alerts.forget()
    return {"ladders": len(ladders)}


def _items(path: Path) -> list[Any]:
    try:
        items = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise ImportRefused([(0, _("There is no file %(path)s.") % {"path": path})]) from None
    except (OSError, ValueError) as error:
        text = _("The file cannot be read as JSON: %(error)s") % {"error": error}
        raise ImportRefused([(0, text)]) from None
    if not isinstance(items, list) or not items:
        raise ImportRefused([(1, _("The file must hold a list of ladders."))])
    return items


def _ladder(number: int, item: Any, errors: Errors) -> Ladder | None:
    if not isinstance(item, dict) or not item.get("name") or not item.get("source"):
        errors.add(number, _("A ladder has a name and a source."))
        return None
    if item.get("clock", "") not in ("", *ClockKind.values):
        errors.add(number, _("The clock or the time unit is not known."))
    try:
        first = date.fromisoformat(str(item.get("valid_from", "")))
        last = date.fromisoformat(item["valid_to"]) if item.get("valid_to") else None
    except (TypeError, ValueError):
        errors.add(number, _("Give dates as YYYY-MM-DD."))
        return None
    try:
        read_rungs(item.get("rungs") or [])
    except (BadRung, TypeError, AttributeError) as error:
        errors.add(number, _("The rungs cannot be read: %(error)s") % {"error": error})
        return None
    return Ladder(
        name=item["name"],
        clock=item.get("clock", ""),
        whistle_kind=str(item.get("whistle_kind", "")),
        urgency=str(item.get("urgency", "")),
        rungs=item.get("rungs") or [],
        source=item["source"],
        valid_from=first,
        valid_to=last,
    )


def _refuse_changes_in_use(ladders: list[tuple[int, Ladder]], errors: Errors) -> None:
    in_use = {tuple(getattr(row, name) for name in LADDER_KEY): row for row in ladders_in_use()}
    for number, ladder in ladders:
        stored = in_use.get(tuple(getattr(ladder, name) for name in LADDER_KEY))
        if stored is not None and stored.rungs != ladder.rungs:
            text = _("Clocks climb this ladder already; give the new one a later date.")
            errors.add(number, text)


def ladders_in_use() -> list[Ladder]:
    """Return the ladders that clocks climb or climbed; their rungs stay as they are."""
    used = Exists(Clock.objects.filter(ladder=OuterRef("pk")))
    return list(Ladder.objects.filter(used))
