"""The areas of the district."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.generics import RetrieveAPIView

from accounts.api.bases import KeyedList
from grids.models import Area


@extend_schema_field({"type": "object", "nullable": True, "description": "GeoJSON, WGS 84"})
class Geometry(serializers.JSONField):
    """A polygon as it is stored."""


class AreaOut(serializers.ModelSerializer[Area]):
    parent = serializers.CharField(source="parent_id", allow_null=True)  # type: ignore[assignment]  # a field of that name, as DRF allows

    class Meta:
        model = Area
        fields = ["code", "name", "level", "parent", "head", "lon", "lat"]


class AreaWithBoundary(AreaOut):
    boundary = Geometry()

    class Meta(AreaOut.Meta):
        fields = [*AreaOut.Meta.fields, "boundary"]


class AreaFilter(django_filters.FilterSet):
    level = django_filters.MultipleChoiceFilter(choices=Area.Level.choices)
    within = django_filters.CharFilter(
        field_name="code", lookup_expr="startswith", help_text="the code of an area that holds it"
    )
    q = django_filters.CharFilter(
        field_name="name", lookup_expr="icontains", help_text="part of the name"
    )

    class Meta:
        model = Area
        fields: list[str] = []


class Areas(KeyedList):
    """District, towns, communities, grids and microgrids; a code begins with its parent's."""

    queryset = Area.objects.all()
    serializer_class = AreaOut
    filterset_class = AreaFilter
    orderings = ("code", "-code")

    def rows(self) -> QuerySet[Area]:
        return Area.objects.defer("boundary")


class OneArea(RetrieveAPIView[Any]):
    """One area by its code, with its boundary."""

    queryset = Area.objects.all()
    serializer_class = AreaWithBoundary
    lookup_field = "code"
