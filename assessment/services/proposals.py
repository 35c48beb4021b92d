"""Put a proposal together from what people give: changed limits, working hours, days, weights."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from accounts.refusals import BadInput
from assessment.models import AssessmentPolicy
from assessment.scales import RISES
from assessment.scoring import BASIC, rising
from assessment.services.policies import Rules, rules_for, rules_of
from assessment.spans import Span
from assessment.words import FACTOR_FAULTS
from cases import calendars
from cases.calendars import Content, Row
from cases.deadlines import BadPeriods, WorkCalendar
from cases.models import TimeLimit

_SPAN = re.compile(r"(\d\d:\d\d)\s*[-–~至]\s*(\d\d:\d\d)")
_DAY = re.compile(r"(\d{4}-\d\d-\d\d)\s+(work|rest|班|休)(?:\s+(.*))?")
WORKS = ("work", "班")


def changed_limits(changes: Mapping[int, tuple[Decimal, str]]) -> tuple[TimeLimit, ...] | None:
    """Return all stored limits with those of the given ids changed; None where nothing changes."""
    rows = list(TimeLimit.objects.order_by("pk"))
    changed = False
    for row in rows:
        amount, unit = changes.get(row.pk, (row.amount, row.unit))
        changed = changed or (amount, unit) != (row.amount, row.unit)
        row.amount, row.unit = amount, unit
    return tuple(rows) if changed else None


def proposed_calendar(hours: str, days: str) -> WorkCalendar | None:
    """Return the office calendar with other hours or days; None where both texts are empty.

    `hours` is written 08:00-12:00, 13:30-17:30; `days` has one date a line, `2026-10-08 rest reason` or `work`.
    """
    if not hours.strip() and not days.strip():
        return None
    content = calendars.contents()[calendars.OFFICE]
    periods = _periods(hours) if hours.strip() else content.periods
    rows = {row.date: row for row in content.days} | {row.date: row for row in _days(days)}
    return _built(replace(content, periods=periods, days=tuple(sorted(rows.values()))))


def tried_rules(
    span: Span,
    version: str,
    rates: Mapping[str, Decimal | None],
    parts: Mapping[str, Decimal | None],
) -> Rules | None:
    """Return the rules to be tried: a version's by its name, or those of the period, with other weights; None
    where nothing is otherwise."""
    if not version:
        return proposed_rules(rules_for(span), rates, parts)
    policy = AssessmentPolicy.objects.filter(name=version).first()
    if policy is None:
        raise BadInput({"version": _("There is no version of this name.")})
    base = rules_of(policy)
    return proposed_rules(base, rates, parts) or base


def proposed_rules(
    base: Rules, rates: Mapping[str, Decimal | None], parts: Mapping[str, Decimal | None]
) -> Rules | None:
    """Return the rules with other weights, as percent, or None where none is given.

    `rates` has response, resolution, satisfaction and basic_factor (a part of one), `parts` a department's marks,
    timeliness and results. What is not given stays, as do a department's other parts.
    """
    if not any(value is not None for value in [*rates.values(), *parts.values()]):
        return None
    factor = rates.get("basic_factor")
    if factor is not None and not _fits(factor, base):
        raise BadInput({"basic_factor": str(FACTOR_FAULTS[RISES])})
    try:
        weights = replace(
            base.weights,
            response=_part(rates.get("response"), base.weights.response),
            resolution=_part(rates.get("resolution"), base.weights.resolution),
            satisfaction=_part(rates.get("satisfaction"), base.weights.satisfaction),
            basic_factor=base.weights.basic_factor if factor is None else factor,
        )
    except ValueError:
        raise BadInput({"response": _("The three weights must come to 100.")}) from None
    try:
        units = replace(
            base.unit_weights,
            marks=_part(parts.get("marks"), base.unit_weights.marks),
            timeliness=_part(parts.get("timeliness"), base.unit_weights.timeliness),
            results=_part(parts.get("results"), base.unit_weights.results),
        )
    except ValueError:
        text = _(
            "All weights of a department's parts must come to 100, and the blower's marks to more than a third."
        )
        raise BadInput({"marks": text}) from None
    return replace(base, name=_("proposal"), weights=weights, unit_weights=units)


def _part(percent: Decimal | None, kept: Decimal) -> Decimal:
    return kept if percent is None else percent / 100


def _fits(factor: Decimal, base: Rules) -> bool:
    return not rising(base.weights.content() | {BASIC: factor})


def _periods(text: str) -> calendars.Periods:
    found = _SPAN.findall(text)
    if not found or _SPAN.sub("", text).strip(" ,;，；、\n"):
        raise BadInput({"hours": _("Write the hours like 08:00-12:00, 14:00-18:00.")})
    return tuple(found)


def _days(text: str) -> list[Row]:
    rows = []
    for number, line in enumerate(filter(None, map(str.strip, text.splitlines())), start=1):
        found = _DAY.fullmatch(line)
        try:
            day = date.fromisoformat(found[1]) if found else None
        except ValueError:
            day = None
        if found is None or day is None:
            said = _("Line %(line)s: write a date and “work” or “rest”, like 2026-10-08 rest.")
            raise BadInput({"days": said % {"line": number}})
        rows.append(Row(day, found[2] in WORKS, (found[3] or "").strip()[:40], _("proposal")))
    return rows


def _built(content: Content) -> WorkCalendar:
    try:
        return content.build()
    except (BadPeriods, ValueError):
        text = _("The working hours must follow each other within a day without overlap.")
        raise BadInput({"hours": text}) from None
