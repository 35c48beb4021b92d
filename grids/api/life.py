"""The daily life of the grids: who is on duty, what was heard at the doors."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.bases import Doing, KeyedList, asking
from accounts.api.moments import MomentFilter
from grids.models import DiaryEntry, DutyShift
from grids.services.diary import LONGEST_ENTRY, write_entry


class ShiftOut(serializers.ModelSerializer[DutyShift]):
    """Somebody on duty in a grid from one time to another."""

    area = serializers.CharField(source="area_id")
    area_name = serializers.CharField(source="area.name")
    person = serializers.CharField(source="user")

    class Meta:
        model = DutyShift
        fields = ["id", "area", "area_name", "person", "starts_at", "ends_at", "note"]


class ShiftFilter(django_filters.FilterSet):
    area = django_filters.CharFilter(
        field_name="area__code", lookup_expr="startswith", help_text="the area or what holds it"
    )
    since = MomentFilter(
        field_name="ends_at", lookup_expr="gt", help_text="ends after; now unless told"
    )
    until = MomentFilter(field_name="starts_at", lookup_expr="lt", help_text="begins before")

    class Meta:
        model = DutyShift
        fields: list[str] = []


class Duty(KeyedList):
    """The duty list: shifts that run or are still to come, of one's own area."""

    queryset = DutyShift.objects.all()
    serializer_class = ShiftOut
    filterset_class = ShiftFilter
    orderings = ("starts_at", "-starts_at")

    def rows(self) -> QuerySet[DutyShift]:
        rows = DutyShift.objects.visible_to(asking(self.request))
        if "since" not in self.request.query_params:
            rows = rows.filter(ends_at__gt=timezone.now())
        return rows.select_related("user", "area").defer("area__boundary")


class DiaryIn(serializers.Serializer[Any]):
    area = serializers.CharField(max_length=17)
    text = serializers.CharField(max_length=LONGEST_ENTRY)
    household = serializers.CharField(max_length=80, required=False, allow_blank=True, default="")
    visited_at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class DiaryOut(serializers.ModelSerializer[DiaryEntry]):
    area = serializers.CharField(source="area_id")
    area_name = serializers.CharField(source="area.name")
    author = serializers.CharField()
    case = serializers.CharField(source="case_number")

    class Meta:
        model = DiaryEntry
        fields = ["id", "area", "area_name", "author", "at", "household", "text", "case"]


class DiaryFilter(django_filters.FilterSet):
    area = django_filters.CharFilter(field_name="area__code", lookup_expr="startswith")
    since = MomentFilter(field_name="at", lookup_expr="gte")
    until = MomentFilter(field_name="at", lookup_expr="lt")

    class Meta:
        model = DiaryEntry
        fields: list[str] = []


@extend_schema_view(get=extend_schema(responses=DiaryOut))
class Diary(Doing, KeyedList):
    """The diary of the grids: one's own entries, and for heads those of their area."""

    queryset = DiaryEntry.objects.all()
    filterset_class = DiaryFilter
    orderings = ("-at", "at")
    success = 201

    def get_serializer_class(self) -> Any:
        return DiaryIn if self.request and self.request.method == "POST" else DiaryOut

    def rows(self) -> QuerySet[DiaryEntry]:
        rows = DiaryEntry.objects.visible_to(asking(self.request))
        return rows.select_related("author", "area").defer("area__boundary")

    @extend_schema(responses={201: DiaryOut})
    def post(self, request: Request) -> Response:
        """Write an entry of one's own area."""
        at, user = timezone.now(), asking(request)

        def act() -> Any:
            entry = write_entry(actor=user, at=at, **self.given(request))
            return DiaryOut(entry, context={"request": request}).data

        return self.do(request, act)
