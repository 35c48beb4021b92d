"""The working of a score on a page: every contribution of every part, the arithmetic, and the sum."""

import csv
from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from accounts.models import Unit, User
from assessment import periods
from assessment.access import check_opens_unit, check_reads_ranking
from assessment.parts import TOWN_PARTS, UNIT_PARTS
from assessment.services import workings
from assessment.spans import Span
from assessment.views.contributions import HEADS, Hidden, as_text, columns_of, line_of, why_of
from assessment.words import PARTS
from dispatch.models import Document
from grids.models import Area

Row = dict[str, Any]
FIRST, FURTHER = 200, 500
"""Contributions of a part on the page, and on a page of its own; all of them are in the file."""

TOWN, DEPARTMENT, PERFORMANCE = "town", "department", "performance"
KEPT = ("value", "exact", "arithmetic", "count", "sum", "weight", "rest", "listed", "next")
SORTS = {
    TOWN: (Unit.Kind.TOWN,),
    PERFORMANCE: (Unit.Kind.TOWN,),
    DEPARTMENT: (Unit.Kind.DEPARTMENT, Unit.Kind.COMPANY),
}


@require_GET
def working(request: HttpRequest, period: str, sort: str, code: str) -> HttpResponseBase:
    """Show how a score comes about, contribution by contribution; as a file with `?file=csv`."""
    reader = request.user
    span, unit = _opened(reader, period, sort, code)
    hidden = Hidden.of(reader)
    if request.GET.get("file") == "csv":
        return _file(f"{span.name}-{code}-{sort}.csv", _working(span, sort, code), hidden)
    found = _working(span, sort, code, FIRST, hidden)
    context = {
        "span": span,
        "unit": unit,
        "sort": sort,
        "score": found["score"],
        "arithmetic": found["arithmetic"],
        "policy": found["policy"],
        "frozen": found["frozen"],
        "parts": _parts(found, hidden, reader),
        "other": {TOWN: PERFORMANCE, PERFORMANCE: TOWN}.get(sort, ""),
    }
    return render(request, "assessment/working.html", context)


@require_GET
def contributions(
    request: HttpRequest, period: str, sort: str, code: str, part: str
) -> HttpResponseBase:
    """Show the contributions to one part of a score, page by page."""
    reader = request.user
    span, unit = _opened(reader, period, sort, code)
    cursor, hidden = request.GET.get("cursor", ""), Hidden.of(reader)
    page = workings.contributions_to(
        span, code, part, cursor, FURTHER, town=sort != DEPARTMENT, kept_back=hidden.numbers
    )
    if page is None:
        raise Http404
    context = {
        "span": span,
        "unit": unit,
        "sort": sort,
        "name": PARTS[part],
        "part": _table({part: page.rows}, hidden, reader)[part],
        "first": not cursor,
        "next": page.next,
    }
    return render(request, "assessment/working_part.html", context)


def _opened(reader: User, period: str, sort: str, code: str) -> tuple[Span, Unit]:
    """Return the period and the unit whose working is asked for, where the reader may open it."""
    check_reads_ranking(reader)
    if sort not in SORTS or "\x00" in code:
        raise Http404
    span = periods.find(period)
    unit = get_object_or_404(Unit, code=code, kind__in=SORTS[sort])
    check_opens_unit(reader, code)
    return span, unit


def _working(
    span: Span, sort: str, code: str, most: int | None = None, hidden: Hidden | None = None
) -> Row:
    kept_back = hidden.numbers if hidden else workings.NOBODY_S
    if sort == DEPARTMENT:
        return workings.working_of_department(span, code, most, kept_back=kept_back)
    performed = sort == PERFORMANCE
    found = workings.working_of_town(span, code, most, performed=performed, kept_back=kept_back)
    return found | found["performance"] if sort == PERFORMANCE else found


def _parts(found: Row, hidden: Hidden, reader: User) -> list[Row]:
    weighed = {name for name, part in found["parts"].items() if part.get("weight") != "0"}
    order = [name for name in (*UNIT_PARTS, *TOWN_PARTS) if name in weighed]
    shown = {name: found["parts"][name]["contributions"] for name in order}
    towns = dict(Area.objects.towns().values_list("code", "name"))
    tables = _table(shown, hidden, reader, towns)
    found_parts = []
    for name in order:
        part = found["parts"][name]
        found_parts.append(
            {key: part.get(key) for key in KEPT}
            | {
                "code": name,
                "name": PARTS[name],
                "towns": [
                    town | {"name": towns.get(town["code"], town["code"])}
                    for town in part.get("towns", ())
                ],
            }
            | tables[name]
        )
    return found_parts


def _table(
    shown: dict[str, list[Row]], hidden: Hidden, reader: User, towns: dict[str, str] | None = None
) -> dict[str, Row]:
    """Return the contributions of each part as the heads and the lines of a table."""
    documents = _addresses(shown, reader)
    if towns is None:
        towns = dict(Area.objects.towns().values_list("code", "name"))
    found = {}
    for name, rows in shown.items():
        columns = columns_of(rows)
        lines = [line_of(row, columns, hidden, documents, towns) for row in rows]
        found[name] = {"heads": [HEADS[column] for column in columns], "rows": lines}
    return found


def _addresses(shown: dict[str, list[Row]], reader: User) -> dict[str, int]:
    """Return the keys of the documents shown that the reader may open, by number."""
    numbers = {row["document"] for rows in shown.values() for row in rows if "document" in row}
    if not numbers:
        return {}
    rows = Document.objects.visible_to(reader).filter(number__in=numbers)
    return dict(rows.values_list("number", "pk"))


def _file(name: str, found: Row, hidden: Hidden) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(_lines(found, hidden), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=name) or ""
    )
    return answer


class _Line:
    """Hands back what a csv writer writes."""

    def write(self, text: str) -> str:
        return text


def _lines(found: Row, hidden: Hidden) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield "\ufeff" + writer.writerow(
        [pgettext("of a score", "Part"), _("Contribution"), _("Points"), _("Remark")]
    )
    for name, part in found["parts"].items():
        for row in part["contributions"]:
            yield writer.writerow([PARTS[name], as_text(row, hidden), row["points"], why_of(row)])
        if part["rest"]["count"]:
            text = _("%(n)s more, the same") % {"n": part["rest"]["count"]}
            yield writer.writerow([PARTS[name], text, part["rest"]["points"], ""])
        yield writer.writerow([PARTS[name], part["arithmetic"], part["value"], _("value")])
    yield writer.writerow([_("Score"), found["arithmetic"], found["score"], ""])
