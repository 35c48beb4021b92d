"""What comes in beside cases: clues of machines and other platforms, commendations, urging, split matters."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.bases import Doing, KeyedList, asking
from accounts.api.idempotency import answer_once
from accounts.api.moments import MomentFilter
from cases.api.cases import OfOneCase, case_answer, seen_case
from cases.api.fields import Coordinate, SeenText
from cases.api.inputs import MAY_LACK, TEXT, NothingIn
from cases.api.outputs import CaseOut
from cases.api.places import take_place, take_place_said
from cases.models import Case, Clue, Commendation, ExitKind, Urge
from cases.privacy import mask_name, praise_as_shown, praising_is_hidden
from cases.services.clues import Sighting, check_may_send, collect, receive_clue
from cases.services.commendations import check_may_commend, commend
from cases.services.splitting import Matter, check_may_split, split_case
from cases.services.urging import check_may_urge, urge


class ClueIn(serializers.Serializer[Any]):
    """What was seen. Say where by `lon` with `lat`, or by `area`."""

    source = serializers.CharField(max_length=40)  # type: ignore[assignment]  # a field of that name, as DRF allows
    external_id = serializers.CharField(max_length=80, help_text="unique within the source")
    kind = serializers.CharField(max_length=40)
    text = serializers.CharField(**TEXT)
    lon = Coordinate(most=180)
    lat = Coordinate(most=90)
    area = serializers.CharField(max_length=17, **MAY_LACK)
    address = serializers.CharField(max_length=200, **MAY_LACK)
    observed_at = serializers.DateTimeField()
    evidence_url = serializers.URLField(max_length=500, **MAY_LACK)
    category = serializers.CharField(
        max_length=8, help_text="left out: that of the last clue of the kind", **MAY_LACK
    )
    confidence = serializers.DecimalField(
        max_digits=4,
        decimal_places=3,
        min_value=0,
        max_value=1,
        required=False,
        allow_null=True,
        default=None,
    )


class ClueOut(serializers.ModelSerializer[Clue]):
    """A clue and what became of it. `state` is open, answered (waits to be collected) or collected."""

    source = serializers.CharField()  # type: ignore[assignment]  # a field of that name, as DRF allows
    text = SeenText()
    case = serializers.CharField(source="case.number")
    case_state = serializers.CharField(source="case.state")
    state = serializers.ChoiceField(choices=Clue.Standing.choices, source="standing")
    outcome = serializers.ChoiceField(
        choices=Clue.Outcome.choices, allow_blank=True, read_only=True
    )

    class Meta:
        model = Clue
        fields = [
            "id",
            "source",
            "external_id",
            "kind",
            "text",
            "observed_at",
            "evidence_url",
            "confidence",
            "received_at",
            "case",
            "case_state",
            "state",
            "outcome",
            "answered_at",
            "collected_at",
        ]


class ClueFilter(django_filters.FilterSet):
    source = django_filters.CharFilter()
    external_id = django_filters.CharFilter()
    kind = django_filters.CharFilter()
    state = django_filters.ChoiceFilter(choices=Clue.Standing.choices, method="by_standing")
    since = MomentFilter(
        field_name="answered_at", lookup_expr="gte", help_text="answered at this moment or later"
    )

    class Meta:
        model = Clue
        fields: list[str] = []

    def by_standing(self, rows: Any, name: str, value: str) -> QuerySet[Clue]:
        return rows.standing(value)


class Clues(Doing, KeyedList):
    """Clues of satellites, sensors and other platforms (图斑等线索): the way in, and what became of them."""

    queryset = Clue.objects.all()
    filterset_class = ClueFilter
    orderings = ("-received_at", "received_at")

    def get_serializer_class(self) -> Any:
        return ClueIn if self.request and self.request.method == "POST" else ClueOut

    def rows(self) -> QuerySet[Clue]:
        return Clue.objects.visible_to(asking(self.request)).select_related("case")

    @extend_schema(
        responses={
            201: ClueOut,
            200: OpenApiResponse(ClueOut, description="the same was sent before"),
        }
    )
    def post(self, request: Request) -> Response:
        """Send a clue: it becomes a case. Sent again it is answered as before; other content under a
        reference used before is refused with 409."""
        at, user = timezone.now(), asking(request)

        def act() -> Response:
            check_may_send(user)
            given = self.given(request)
            place = take_place(given)
            clue, new = receive_clue(Sighting(**given), place=place, actor=user, at=at)
            answer = ClueOut(clue, context={"request": request}).data
            return Response(answer, status=201 if new else 200)

        return answer_once(request, act)


class CollectClue(Doing):
    """The source takes the outcome back into its own records."""

    serializer_class = NothingIn
    queryset = Clue.objects.all()

    @extend_schema(responses=ClueOut)
    def post(self, request: Request, pk: int) -> Response:
        """Mark the clue's outcome as taken back; 409 while there is none."""
        at, user = timezone.now(), asking(request)
        known = get_object_or_404(Clue.objects.visible_to(user), pk=pk)

        def act() -> Any:
            clue = collect(known.pk, actor=user, at=at)
            return ClueOut(clue, context={"request": request}).data

        return self.do(request, act)


class CommendationIn(serializers.Serializer[Any]):
    """A resident's praise. With `case`, its caller is who praises."""

    unit = serializers.CharField(max_length=20, help_text="code of the unit praised")
    text = serializers.CharField(**TEXT)
    person = serializers.CharField(max_length=40, **MAY_LACK)
    channel = serializers.ChoiceField(
        choices=Case.Channel.choices, default=Case.Channel.HOTLINE.value
    )
    area = serializers.CharField(max_length=17, **MAY_LACK)
    case = serializers.CharField(max_length=24, **MAY_LACK)
    caller_name = serializers.CharField(max_length=40, **MAY_LACK)
    caller_phone = serializers.CharField(max_length=24, **MAY_LACK)


class CommendationOut(serializers.ModelSerializer[Commendation]):
    """A resident's praise: counted, and never a case. Who praises is masked."""

    unit = serializers.CharField(source="unit.code")
    unit_name = serializers.CharField(source="unit.name")
    area = serializers.CharField(source="area_id", allow_null=True)
    case = serializers.CharField(source="case.number", default=None, allow_null=True)
    text = serializers.SerializerMethodField()
    caller_name = serializers.SerializerMethodField()

    class Meta:
        model = Commendation
        fields = [
            "number",
            "channel",
            "unit",
            "unit_name",
            "person",
            "area",
            "case",
            "text",
            "caller_name",
            "received_at",
        ]

    def get_text(self, row: Commendation) -> str:
        return praise_as_shown(row, self.context["request"].user)

    def get_caller_name(self, row: Commendation) -> str:
        hidden = praising_is_hidden(row, self.context["request"].user)
        return "" if hidden else mask_name(row.caller_name)


class CommendationFilter(django_filters.FilterSet):
    unit = django_filters.CharFilter(field_name="unit__code")
    case = django_filters.CharFilter(field_name="case__number")
    received_after = MomentFilter(field_name="received_at", lookup_expr="gte")
    received_before = MomentFilter(field_name="received_at", lookup_expr="lt")

    class Meta:
        model = Commendation
        fields: list[str] = []


class Commendations(Doing, KeyedList):
    """Residents' praise (表扬工单): its own numbers, its own list, never among the cases."""

    queryset = Commendation.objects.all()
    filterset_class = CommendationFilter
    orderings = ("-received_at", "received_at")
    success = 201

    def get_serializer_class(self) -> Any:
        return CommendationIn if self.request and self.request.method == "POST" else CommendationOut

    def rows(self) -> QuerySet[Commendation]:
        return Commendation.objects.visible_to(asking(self.request)).select_related("unit", "case")

    @extend_schema(responses={201: CommendationOut})
    def post(self, request: Request) -> Response:
        """Note a resident's praise; the unit is told."""
        at, user = timezone.now(), asking(request)

        def act() -> Any:
            check_may_commend(user)
            row = commend(actor=user, at=at, **self.given(request))
            return CommendationOut(row, context={"request": request}).data

        return self.do(request, act)


class UrgeIn(serializers.Serializer[Any]):
    words = serializers.CharField(max_length=500, **MAY_LACK)


class UrgeOut(serializers.ModelSerializer[Urge]):
    """An urging. `told` is the unit due next; it was `notified` unless it had been within half an hour."""

    case = serializers.CharField(source="case.number")
    urged = serializers.IntegerField(source="case.urged", help_text="how often by now")
    words = SeenText()
    told = serializers.CharField(source="told.code")
    taken_by = serializers.CharField(allow_null=True)

    class Meta:
        model = Urge
        fields = ["id", "case", "urged", "words", "at", "taken_by", "told", "notified"]


class Urges(Doing, OfOneCase):
    """A resident asks again how their case stands (催办)."""

    queryset = Urge.objects.all()
    orderings = ("at", "-at")
    success = 201

    def get_serializer_class(self) -> Any:
        return UrgeIn if self.request and self.request.method == "POST" else UrgeOut

    def rows(self) -> QuerySet[Urge]:
        return Urge.objects.filter(case=self.case()).select_related("case", "told", "taken_by")

    @extend_schema(responses={201: UrgeOut})
    def post(self, request: Request, number: str) -> Response:
        """Note it with the case and tell whoever is due next; a merged case is urged where its matter is followed."""
        at, user = timezone.now(), asking(request)
        case = seen_case(request, number)

        def act() -> Any:
            check_may_urge(case, user)
            row = urge(case.pk, actor=user, at=at, **self.given(request))
            return UrgeOut(row, context={"request": request}).data

        return self.do(request, act)


class SplitIn(serializers.Serializer[Any]):
    """The matter split off. Place, kind and urgency are those of the case where left out."""

    category = serializers.CharField(max_length=8)
    condition = serializers.CharField(max_length=12, **MAY_LACK)
    text = serializers.CharField(**TEXT)
    kind = serializers.ChoiceField(choices=Case.Kind.choices, **MAY_LACK)
    urgency = serializers.ChoiceField(choices=Case.Urgency.choices, **MAY_LACK)
    area = serializers.CharField(max_length=17, **MAY_LACK)
    lon = Coordinate(most=180)
    lat = Coordinate(most=90)
    address = serializers.CharField(max_length=200, **MAY_LACK)


class Split(Doing):
    """One call, two matters: the second becomes a case of its own."""

    serializer_class = SplitIn
    success = 201

    @extend_schema(responses={201: CaseOut})
    def post(self, request: Request, number: str) -> Response:
        """Split a matter off a case that nobody works on yet; return the new case."""
        at, user = timezone.now(), asking(request)
        case = seen_case(request, number)

        def act() -> Any:
            check_may_split(case, user)
            given = self.given(request)
            matter = Matter(place=take_place_said(given), **given)
            return case_answer(request, split_case(case.pk, matter, actor=user, at=at).pk)

        return self.do(request, act)


class ExitOut(serializers.ModelSerializer[ExitKind]):
    source = serializers.CharField()  # type: ignore[assignment]  # a field of that name, as DRF allows

    class Meta:
        model = ExitKind
        fields = ["code", "name", "applies", "action", "needs_case", "source", "active"]


class Exits(KeyedList):
    """The classified exits (分类处置) by which a request may leave instead of being taken up."""

    queryset = ExitKind.objects.all()
    serializer_class = ExitOut
    orderings = ("code", "-code")

    def rows(self) -> QuerySet[ExitKind]:
        return ExitKind.objects.all()
