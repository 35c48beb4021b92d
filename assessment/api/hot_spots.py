"""Hot spots by the API: what searches found, the searches themselves, and asking for one."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.bases import Doing, KeyedList, asking
from assessment.api.reports import JobOut
from assessment.models import HotSpot, HotSpotSearch
from assessment.queries import topics as queries
from assessment.services.hotspots import ask_search
from cases.api.inputs import NothingIn


class HotSpotOut(serializers.ModelSerializer[HotSpot]):
    """`found` are residents; `chance` is adjusted for how many cells the search asked (`tested`)."""

    until = serializers.DateField(source="search.until")
    days = serializers.IntegerField(source="search.days")
    tested = serializers.IntegerField(source="search.tested")
    error_rate = serializers.DecimalField(
        source="search.error_rate", max_digits=4, decimal_places=3
    )
    area = serializers.CharField(source="area_id")
    area_name = serializers.CharField(source="area.name")
    category = serializers.CharField(source="category_id")
    category_name = serializers.CharField(source="category.name")
    cases = serializers.SerializerMethodField()
    topic = serializers.CharField(source="topic.number", default=None, allow_null=True)

    class Meta:
        model = HotSpot
        fields = [
            "id",
            "until",
            "days",
            "tested",
            "error_rate",
            "area",
            "area_name",
            "category",
            "category_name",
            "found",
            "expected",
            "chance",
            "cases",
            "topic",
            "dismissed",
        ]

    def get_cases(self, spot: HotSpot) -> int:
        return int(spot.facts.get("cases", spot.found))


class HotSpotSearchOut(serializers.ModelSerializer[HotSpotSearch]):
    """A search: `found` spots among the `tested` places and categories, `undecided` of them without a topic and
    not set aside."""

    found = serializers.IntegerField(source="many")
    undecided = serializers.IntegerField()

    class Meta:
        model = HotSpotSearch
        fields = [
            "id",
            "until",
            "days",
            "tested",
            "error_rate",
            "searched_at",
            "found",
            "undecided",
        ]


class HotSpotFilter(django_filters.FilterSet):
    until = django_filters.DateFilter(field_name="search__until")
    area = django_filters.CharFilter(field_name="area__code", lookup_expr="startswith")
    category = django_filters.CharFilter(field_name="category__code", lookup_expr="startswith")

    class Meta:
        model = HotSpot
        fields: list[str] = []


class HotSpots(KeyedList):
    """The hot spots of all searches, the latest first; read by those who read the district's figures."""

    queryset = HotSpot.objects.all()
    serializer_class = HotSpotOut
    filterset_class = HotSpotFilter
    orderings = ("-pk", "pk")

    def rows(self) -> QuerySet[HotSpot]:
        return queries.spots_for_list(asking(self.request))


class HotSpotSearches(KeyedList, Doing):
    """The searches for hot spots, the latest first; POST asks for one: of the four weeks up to last midnight."""

    queryset = HotSpotSearch.objects.all()
    serializer_class = HotSpotSearchOut
    orderings = ("-until", "until")
    success = 202

    def get_serializer_class(self) -> Any:
        return NothingIn if self.request.method == "POST" else HotSpotSearchOut

    def rows(self) -> QuerySet[HotSpotSearch]:
        return queries.searches_for_list(asking(self.request))

    @extend_schema(request=NothingIn, responses={202: JobOut})
    def post(self, request: Request) -> Response:
        """Ask for a search: answered with the job that does it. What it found is under `hot-spots/?until=`, with
        the day in the job's `params`."""
        user, at = asking(request), timezone.now()
        return self.do(request, lambda: JobOut(ask_search(user, at)).data)
