"""The lists of orders and whistles behind the numbers of the month page."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.models import Unit
from accounts.paging import bounded_count, page_of
from assessment import periods
from assessment.access import check_opens_unit
from assessment.queries import behind
from grids.models import Area

CURSOR = "cursor"


@require_GET
def orders(request: HttpRequest, period: str) -> HttpResponse:
    """List the orders that a number of a department counts, newest first."""
    at = timezone.now()
    unit, what = _code(request, "unit"), request.GET.get("what", "orders")
    check_opens_unit(request.user, unit)
    if what not in behind.NUMBERS:
        raise Http404
    span = periods.find(period)
    rows = behind.orders_behind(span, request.user, unit=unit, what=what)
    page = page_of(behind.orders_with_marks(rows), request.GET.get(CURSOR, ""), by="issued_at")
    context = {
        "at": at,
        "span": span,
        "unit": Unit.objects.filter(code=unit).first(),
        "what": behind.NUMBERS[what][0],
        "page": page,
        "count": bounded_count(rows),
    }
    return render(request, "assessment/month_orders.html", context)


@require_GET
def whistles(request: HttpRequest, period: str) -> HttpResponse:
    """List the whistles that a number counts, newest first."""
    at = timezone.now()
    town, solved = _code(request, "town"), request.GET.get("solved") == "1"
    check_opens_unit(request.user, town)
    span = periods.find(period)
    rows = behind.whistles_behind(span, request.user, town=town, solved=solved)
    page = page_of(behind.whistles_with_case(rows), request.GET.get(CURSOR, ""), by="blown_at")
    context = {
        "at": at,
        "span": span,
        "town": Area.objects.towns().filter(code=town).first(),
        "solved": solved,
        "page": page,
        "count": bounded_count(rows),
    }
    return render(request, "assessment/month_whistles.html", context)


def _code(request: HttpRequest, name: str) -> str:
    """Return a unit's code from the address; PostgreSQL takes no NUL, and no code has one."""
    code = request.GET.get(name, "")
    if "\x00" in code:
        raise Http404
    return code
