"""Calls on the figures of a period: the report, the scores, and the working of each score."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.bases import asking
from accounts.models import Unit
from assessment import periods
from assessment.access import opens_unit, reads_figures, reads_ranking
from assessment.services import scores, workings


class PeriodReport(APIView):
    """The report of a period, as last reckoned."""

    @extend_schema(responses={200: OpenApiTypes.OBJECT})
    def get(self, request: Request, period: str) -> Response:
        """Return counts, rates and scores of a month (`2026-11`), a year (`2026`) or a named period."""
        at = timezone.now()
        if not reads_figures(asking(request)):
            raise PermissionDenied(_("The district's figures are not for your role to read."))
        return Response(scores.figures_of(periods.find(period), at).figures)


class Ranking(APIView):
    """The units of one group with their scores, the best first."""

    key = ""

    def get(self, request: Request, period: str) -> Response:
        at = timezone.now()
        if not reads_ranking(asking(request)):
            raise PermissionDenied(_("The district's figures are not for your role to read."))
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


class Working(APIView):
    """The contributions to a unit's score and their arithmetic, from the rows as they are now.

    A contribution of a case that is kept from the reader (a report of wrongdoing against their unit) names neither
    case nor order nor document."""

    kinds: tuple[str, ...] = ()

    def of_unit(self, span: periods.Span, code: str) -> dict[str, Any]:
        raise NotImplementedError

    def get(self, request: Request, period: str, unit: str) -> Response:
        user = asking(request)
        if not reads_ranking(user):
            raise PermissionDenied(_("The district's figures are not for your role to read."))
        span = periods.find(period)
        if not Unit.objects.filter(code=unit, kind__in=self.kinds).exists():
            raise Http404
        if not opens_unit(user, unit):
            raise PermissionDenied(_("Only your own unit's figures are for you to open."))
        return Response(workings.as_seen_by(user, self.of_unit(span, unit)))


@extend_schema(responses={200: OpenApiTypes.OBJECT})
class DepartmentWorking(Working):
    """The working of a department's score: every mark, limit and callback, and the sum."""

    kinds = (Unit.Kind.DEPARTMENT, Unit.Kind.COMPANY)

    def of_unit(self, span: periods.Span, code: str) -> dict[str, Any]:
        return workings.working_of_department(span, code)


@extend_schema(responses={200: OpenApiTypes.OBJECT})
class TownWorking(Working):
    """The working of a town's score: every valid callback, and the sum."""

    kinds = (Unit.Kind.TOWN,)

    def of_unit(self, span: periods.Span, code: str) -> dict[str, Any]:
        return workings.working_of_town(span, code)
