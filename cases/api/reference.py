"""Reference of cases: what requests are about, and which days are worked."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.bases import KeyedList
from accounts.refusals import BadInput
from cases import calendars
from cases.api.outputs import CategoryOut, ConditionOut, DayOut
from cases.explanation import day_name
from cases.models import Category, FilingCondition
from cases.services.limits import limits_of_conditions

LONGEST_SPAN = timedelta(days=400)
FIRST_YEAR, LAST_YEAR = 2000, 2100


class CategoryFilter(django_filters.FilterSet):
    parent = django_filters.CharFilter(field_name="parent__code")
    q = django_filters.CharFilter(
        field_name="name", lookup_expr="icontains", help_text="part of the name"
    )

    class Meta:
        model = Category
        fields: list[str] = []


class Categories(KeyedList):
    """What requests are about, two levels; a request takes one of the second."""

    queryset = Category.objects.all()
    serializer_class = CategoryOut
    filterset_class = CategoryFilter
    orderings = ("code", "-code")

    def rows(self) -> QuerySet[Category]:
        return Category.objects.all()


class ConditionFilter(django_filters.FilterSet):
    category = django_filters.CharFilter(
        field_name="category__code", lookup_expr="startswith", help_text="begins with"
    )
    kind = django_filters.ChoiceFilter(choices=FilingCondition.Kind.choices)
    small_class = django_filters.CharFilter()
    q = django_filters.CharFilter(
        field_name="name", lookup_expr="icontains", help_text="part of the small class"
    )

    class Meta:
        model = FilingCondition
        fields: list[str] = []


class Conditions(KeyedList):
    """The filing conditions in force today, each with its time to finish."""

    queryset = FilingCondition.objects.all()
    serializer_class = ConditionOut
    filterset_class = ConditionFilter
    orderings = ("code", "-code")

    def rows(self) -> QuerySet[FilingCondition]:
        return FilingCondition.objects.in_force(timezone.localdate())

    def shown(self, page: Sequence[Any]) -> Any:
        limits = limits_of_conditions([row.pk for row in page], timezone.now())
        context = {**self.get_serializer_context(), "limits": limits}
        return ConditionOut(page, many=True, context=context).data


class SpanIn(serializers.Serializer[Any]):
    """Which days are asked for: a year, or from one day to another, both included."""

    year = serializers.IntegerField(min_value=FIRST_YEAR, max_value=LAST_YEAR, required=False)

    def get_fields(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().get_fields()
        # `from` is a word of Python's own and cannot stand in the class
        return fields | {name: serializers.DateField(required=False) for name in ("from", "to")}


class Calendar(APIView):
    """The district's working calendar."""

    @extend_schema(
        parameters=[
            OpenApiParameter("year", int, description="the current one where nothing is given"),
            OpenApiParameter("from", date, description="the first day"),
            OpenApiParameter("to", date, description="the last day, at most 400 days later"),
        ],
        responses=inline_serializer(
            "CalendarOut",
            {"next": serializers.CharField(allow_null=True), "results": DayOut(many=True)},
        ),
    )
    def get(self, request: Request) -> Response:
        """Return every day of a year or a span: worked or not, why, and who says so."""
        first, last = _span(request, timezone.localdate())
        calendar = calendars.current()
        count = (last - first).days + 1
        days = [
            (day, calendar.day(day)) for day in map(first.__add__, map(timedelta, range(count)))
        ]
        rows = [
            {
                "date": day,
                "works": rule.works,
                "name": day_name(rule.name),
                "source": rule.source,
                "provisional": rule.provisional,
            }
            for day, rule in days
        ]
        return Response({"next": None, "results": DayOut(rows, many=True).data})


def _span(request: Request, today: date) -> tuple[date, date]:
    read = SpanIn(data=request.query_params)
    read.is_valid(raise_exception=True)
    given = read.validated_data
    year = given.get("year", today.year)
    first = given.get("from", date(year, 1, 1))
    last = given.get("to", date(first.year, 12, 31))
    if first.year < FIRST_YEAR or last.year > LAST_YEAR:
        text = _("Give days from %(first)s to %(last)s.")
        raise BadInput({"from": text % {"first": FIRST_YEAR, "last": LAST_YEAR}})
    if not first <= last or last - first > LONGEST_SPAN:
        raise BadInput({"to": _("Give a day after the first, at most 400 days later.")})
    return first, last
