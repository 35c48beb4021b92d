"""Calls on the figures of a period: the report, the scores, and the working of each score."""

from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from accounts.api.bases import asking
from accounts.models import Unit
from accounts.refusals import BadInput
from assessment import periods
from assessment.access import check_opens_unit, check_reads_figures, check_reads_ranking
from assessment.queries.working import numbers_kept_from
from assessment.services import scores, workings


class PeriodReport(APIView):
    """The report of a period, as last reckoned."""

    @extend_schema(responses={200: OpenApiTypes.OBJECT})
    def get(self, request: Request, period: str) -> Response:
        """Return counts, rates and scores of a month (`2026-11`), a year (`2026`) or a named period."""
        at = timezone.now()
        check_reads_figures(asking(request))
        return Response(scores.figures_of(periods.find(period), at).figures)


class Ranking(APIView):
    """The units of one group with their scores, the best first."""

    key = ""

    def get(self, request: Request, period: str) -> Response:
        at = timezone.now()
        check_reads_ranking(asking(request))
        figures = scores.figures_of(periods.find(period), at).figures
        head = {name: figures[name] for name in ("period", "from", "to", "computed_at", "policy")}
        return Response(head | {"results": figures[self.key], "next": None})


@extend_schema(responses={200: OpenApiTypes.OBJECT})
class Departments(Ranking):
    """The departments' orders, limits kept, marks and scores, the best first."""

    key = "by_department"


@extend_schema(responses={200: OpenApiTypes.OBJECT})
class Towns(Ranking):
    """The towns' three rates and scores, the best first."""

    key = "by_town"


MOST = 1000
"""Contributions in a page of them."""


class Contributions(APIView):
    """The contributions to one part of a unit's score.

    A contribution of a case that is kept from the reader (a report of wrongdoing against their unit) names neither
    case nor order nor document."""

    kinds: tuple[str, ...] = (Unit.Kind.DEPARTMENT, Unit.Kind.COMPANY)
    town = False

    def check(self, request: Request, period: str, unit: str) -> periods.Span:
        """Return the period, where the asking user may open the unit's figures."""
        user = asking(request)
        check_reads_ranking(user)
        span = periods.find(period)
        if not Unit.objects.filter(code=unit, kind__in=self.kinds).exists():
            raise Http404
        check_opens_unit(user, unit)
        return span

    def page(self, request: Request, period: str, unit: str, part: str) -> Response:
        """Return at most a thousand contributions, and the address of those after them."""
        span = self.check(request, period, unit)
        cursor, hidden = request.query_params.get("cursor", ""), numbers_kept_from(asking(request))
        page = workings.contributions_to(
            span, unit, part, cursor, MOST, town=self.town, kept_back=hidden
        )
        if page is None:
            raise Http404
        rows = workings.rows_without_names(page.rows, hidden)
        here = request.build_absolute_uri()
        link = replace_query_param(here, "cursor", page.next) if page.next else None
        return Response({"next": link, "results": rows})


def _as_contributions(operation: str) -> Any:
    """Describe a call that answers with a page of contributions."""
    return extend_schema(
        operation_id=operation,
        parameters=[OpenApiParameter("cursor", str, description="from the `next` before")],
        responses={200: OpenApiTypes.OBJECT},
    )


class DepartmentContributions(Contributions):
    """The contributions to one part of a department's score: `marks`, `timeliness`, `results`, `objections`,
    `documents`, `leaders`."""

    @_as_contributions("assessment_periods_departments_contributions")
    def get(self, request: Request, period: str, unit: str, part: str) -> Response:
        """List the contributions, a thousand at a time."""
        return self.page(request, period, unit, part)


class TownContributions(Contributions):
    """The contributions to one part of a town's score (`results`) or performance (`use`, `quality`, `redo`,
    `self`)."""

    kinds = (Unit.Kind.TOWN,)
    town = True

    @_as_contributions("assessment_periods_towns_contributions")
    def get(self, request: Request, period: str, unit: str, part: str) -> Response:
        """List the contributions, a thousand at a time."""
        return self.page(request, period, unit, part)


class Working(Contributions):
    """The contributions to a unit's score and their arithmetic, from the rows as they are now.

    Every contribution is named, so that the answer re-adds by itself; with `most` so many of each part, the others
    under its `next`, and sums are over all of them still. A contribution of a case that is kept from the reader
    (a report of wrongdoing against their unit) names neither case nor order nor document."""

    more = ""

    def of_unit(
        self, span: periods.Span, code: str, most: int | None, hidden: frozenset[str]
    ) -> dict[str, Any]:
        raise NotImplementedError

    @extend_schema(
        parameters=[
            OpenApiParameter("most", int, description="contributions of each part, 1 to 1000")
        ],
        responses={200: OpenApiTypes.OBJECT},
    )
    def get(self, request: Request, period: str, unit: str) -> Response:
        """Return every part with its sum and its contributions."""
        span = self.check(request, period, unit)
        most, hidden = _most(request), numbers_kept_from(asking(request))
        found = workings.without_names(self.of_unit(span, unit, most, hidden), hidden)
        for whole in filter(None, (found, found.get("performance"))):
            for name, part in whole["parts"].items():
                part["next"] = self._address(request, span, unit, name, part["next"])
        return Response(found)

    def _address(
        self, request: Request, span: periods.Span, unit: str, part: str, cursor: str
    ) -> str | None:
        if not cursor:
            return None
        where = reverse(self.more, args=[span.name, unit, part])
        return replace_query_param(request.build_absolute_uri(where), "cursor", cursor)


def _most(request: Request) -> int | None:
    """Return how many contributions of each part are asked for; None for all."""
    given = request.query_params.get("most", "")
    if not given:
        return None
    if (
        given.isascii()
        and given.isdecimal()
        and len(given) <= len(str(MOST))
        and 0 < int(given) <= MOST
    ):
        return int(given)
    raise BadInput({"most": _("A whole number from 1 to %(most)s.") % {"most": MOST}})


class DepartmentWorking(Working):
    """The working of a department's score: every mark, limit and callback, and the sum."""

    more = "api_department_contributions"

    def of_unit(
        self, span: periods.Span, code: str, most: int | None, hidden: frozenset[str]
    ) -> dict[str, Any]:
        return workings.working_of_department(span, code, most, kept_back=hidden)


class TownWorking(Working):
    """The working of a town's score: every valid callback, and the sum."""

    kinds = (Unit.Kind.TOWN,)
    more = "api_town_contributions"

    def of_unit(
        self, span: periods.Span, code: str, most: int | None, hidden: frozenset[str]
    ) -> dict[str, Any]:
        return workings.working_of_town(span, code, most, kept_back=hidden)
