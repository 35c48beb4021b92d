"""The trend over a year: one figure of the district, a town or a department, month by month."""

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Unit, User
from assessment.access import (
    RANKED,
    check_opens_unit,
    check_reads_figures,
    check_reads_ranking,
    reads_figures,
)
from assessment.services.trend import (
    DEPARTMENT,
    DISTRICT,
    MEASURES,
    OF_CATEGORY,
    TOWN,
    Measure,
    Trend,
    measure_of,
    reckon_missing,
    trend_of,
)
from assessment.trends import Line, Sort, Standing
from grids.naming import short_name


@require_GET
def trend(request: HttpRequest) -> HttpResponse:
    """Show the trend asked for: by default what the district received, or how a unit was rated."""
    at, reader = timezone.now(), request.user
    check_reads_ranking(reader)
    units = _units_of(reader)
    code = request.GET.get("unit") or ("" if reads_figures(reader) else units[0].code)
    sort = _sort_of(code, units, reader)
    name = request.GET.get("what") or ("received" if sort == DISTRICT else "score")
    measure = measure_of(sort, name)
    if measure is None:  # what the unit before had, and this one has not
        name = next(iter(MEASURES[sort]))
        measure = MEASURES[sort][name]
    found = trend_of(sort, code, measure, at)
    lines = _since_the_first(found.lines)
    context = {
        "units": [(unit.code, short_name(unit.name)) for unit in units],
        "whole": reads_figures(reader),
        "unit": code,
        "what": name,
        "measures": _measures(sort, found),
        "label": _label(name, measure, found),
        "rows": [_row(line, measure.sort) for line in reversed(lines)],
        "chart": _chart(lines, measure),
        "missing": found.missing,
        "counts": measure.sort == Sort.COUNT,
        "suffix": "%" if measure.sort == Sort.RATE else "",
    }
    return render(request, "assessment/trend.html", context)


@require_POST
def reckon(request: HttpRequest) -> HttpResponse:
    """Reckon two more of the months that nobody has reckoned yet, and go back to the trend."""
    check_reads_figures(request.user)
    reckon_missing(timezone.now())
    asked = {name: request.POST[name] for name in ("unit", "what") if request.POST.get(name)}
    return redirect(f"{reverse('assessment:trend')}?{urlencode(asked)}")


def _units_of(reader: User) -> list[Unit]:
    """Return whose figures the reader may follow: of all who are assessed, or of one's own unit."""
    kinds = (Unit.Kind.TOWN, Unit.Kind.DEPARTMENT, Unit.Kind.COMPANY)
    assessed = Unit.objects.filter(kind__in=kinds, active=True)
    if not reads_figures(reader):
        assessed = assessed.filter(pk__in=reader.units_of(*RANKED))
    found = sorted(assessed, key=lambda unit: (kinds.index(Unit.Kind(unit.kind)), unit.code))
    if not found and not reads_figures(reader):
        raise PermissionDenied(_("Your unit is not assessed."))
    return found


def _sort_of(code: str, units: list[Unit], reader: User) -> str:
    if not code:
        if not reads_figures(reader):
            raise PermissionDenied(_("Only your own unit's figures are for you to open."))
        return DISTRICT
    unit = next((unit for unit in units if unit.code == code), None)
    if unit is None:
        check_opens_unit(reader, code)
        raise Http404
    return TOWN if unit.kind == Unit.Kind.TOWN else DEPARTMENT


def _measures(sort: str, found: Trend) -> list[tuple[str, Any]]:
    own = [(name, measure.label) for name, measure in MEASURES[sort].items()]
    if sort != DISTRICT:
        return own
    return own + [(f"{OF_CATEGORY}{code}", _category(name)) for code, name in found.categories]


def _category(name: str) -> str:
    return _("Category: %(name)s") % {"name": name}


def _label(name: str, measure: Measure, found: Trend) -> Any:
    if name.startswith(OF_CATEGORY):
        names = dict(found.categories)
        code = name.removeprefix(OF_CATEGORY)
        return _category(names.get(code, code))
    return measure.label


def _since_the_first(lines: list[Line]) -> list[Line]:
    """Leave out the months before the first case of all, but for the one just before it."""
    first = next((n for n, line in enumerate(lines) if line.month.standing != Standing.BEFORE), 0)
    return lines[max(0, first - 1) :]


def _row(line: Line, sort: Sort) -> dict[str, Any]:
    """Return a month of the table."""
    month = line.month
    return {
        "name": month.name,
        "url": reverse("assessment:month", args=[month.name]),
        "value": _said(month.value, sort),
        "valid": month.valid,
        "few": month.few,
        "fewest": month.fewest,
        "standing": month.standing.value,
        "to_before": _signed(line.to_before, sort),
        "to_year": _signed(line.to_year, sort),
        "year_value": _said(line.year_before.value, sort) if line.year_before else "",
    }


def _said(value: Decimal | None, sort: Sort) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if sort == Sort.COUNT else f"{value:.2f}"


def _signed(value: Decimal | None, sort: Sort) -> str:
    if value is None:
        return ""
    said = f"{abs(value):.1f}%" if sort == Sort.COUNT else f"{abs(value):.2f}"
    sign = "+" if value > 0 else "\N{MINUS SIGN}" if value < 0 else "±"
    return f"{sign}{said}"


def _chart(lines: list[Line], measure: Measure) -> dict[str, Any]:
    """Return the line of the months and, where any is known, that of the same months a year before."""

    def number(value: Decimal | None) -> int | float | None:
        return None if value is None else float(value) if value % 1 else int(value)

    now = [number(line.month.value) for line in lines]
    then = [number(line.year_before.value) if line.year_before else None for line in lines]
    series = [{"name": str(_("This month")), "values": now}]
    if any(value is not None for value in then):
        series.append({"name": str(_("Same month a year before")), "values": then})
    return {
        "labels": [line.month.name for line in lines],
        "series": series,
        "unit": "%" if measure.sort == Sort.RATE else "",
        "urls": [reverse("assessment:month", args=[line.month.name]) for line in lines],
    }
