"""The working of a score on a page: every contribution of every part, the arithmetic, and the sum."""

import csv
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.models import Unit, User
from assessment import periods
from assessment.access import opens_unit, reads_ranking
from assessment.parts import TOWN_PARTS, UNIT_PARTS
from assessment.services import workings
from assessment.spans import Span
from assessment.views.contributions import HEADS, Hidden, as_text, columns_of, line_of, why_of
from assessment.words import PARTS
from dispatch.models import Document
from grids.models import Area

Row = dict[str, Any]
FIRST = 200
"""Contributions of a part on the page; all of them are in the file."""

TOWN, DEPARTMENT, PERFORMANCE = "town", "department", "performance"
KEPT = ("value", "exact", "arithmetic", "count", "sum", "weight", "rest")
SORTS = {
    TOWN: (Unit.Kind.TOWN,),
    PERFORMANCE: (Unit.Kind.TOWN,),
    DEPARTMENT: (Unit.Kind.DEPARTMENT, Unit.Kind.COMPANY),
}


@require_GET
def working(request: HttpRequest, period: str, sort: str, code: str) -> HttpResponseBase:
    """Show how a score comes about, contribution by contribution; as a file with `?file=csv`."""
    reader = request.user
    if not reads_ranking(reader):
        raise PermissionDenied(_("The district's figures are not for your role to read."))
    if sort not in SORTS or "\x00" in code:
        raise Http404
    span = periods.find(period)
    unit = get_object_or_404(Unit, code=code, kind__in=SORTS[sort])
    if not opens_unit(reader, code):
        raise PermissionDenied(_("Only your own unit's figures are for you to open."))
    found = _working(span, sort, code)
    hidden = Hidden.of(reader)
    if request.GET.get("file") == "csv":
        return _file(f"{span.name}-{code}-{sort}.csv", found, hidden)
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


def _working(span: Span, sort: str, code: str) -> Row:
    if sort == DEPARTMENT:
        return workings.working_of_department(span, code)
    found = workings.working_of_town(span, code)
    return found | found["performance"] if sort == PERFORMANCE else found


def _parts(found: Row, hidden: Hidden, reader: User) -> list[Row]:
    weighed = {name for name, part in found["parts"].items() if part.get("weight") != "0"}
    order = [name for name in (*UNIT_PARTS, *TOWN_PARTS) if name in weighed]
    shown = {name: found["parts"][name]["contributions"][:FIRST] for name in order}
    documents = _addresses(shown, reader)
    towns = dict(Area.objects.towns().values_list("code", "name"))
    found_parts = []
    for name in order:
        part, columns = found["parts"][name], columns_of(shown[name])
        found_parts.append(
            {key: part.get(key) for key in KEPT}
            | {
                "code": name,
                "name": PARTS[name],
                "heads": [HEADS[column] for column in columns],
                "rows": [line_of(row, columns, hidden, documents, towns) for row in shown[name]],
                "all": len(part["contributions"]),
                "towns": [
                    town | {"name": towns.get(town["code"], town["code"])}
                    for town in part.get("towns", ())
                ],
            }
        )
    return found_parts


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
    yield "\ufeff" + writer.writerow([_("Part"), _("Contribution"), _("Points"), _("Remark")])
    for name, part in found["parts"].items():
        for row in part["contributions"]:
            yield writer.writerow([PARTS[name], as_text(row, hidden), row["points"], why_of(row)])
        if part["rest"]["count"]:
            text = _("%(n)s more, the same") % {"n": part["rest"]["count"]}
            yield writer.writerow([PARTS[name], text, part["rest"]["points"], ""])
        yield writer.writerow([PARTS[name], part["arithmetic"], part["value"], _("value")])
    yield writer.writerow([_("Score"), found["arithmetic"], found["score"], ""])
