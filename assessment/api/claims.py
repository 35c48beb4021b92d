"""Claims by the API: raise one, list and show them, review them, take one's own back."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.bases import Doing, KeyedList, asking
from accounts.api.moments import MomentFilter
from accounts.api.parsers import BoundedJSONParser
from assessment.models import Claim
from assessment.models.claims import CLAIMING
from assessment.services import claims
from assessment.services.claims import LONGEST_WORDS, Plea
from cases.api.cases import seen_case
from cases.api.fields import SeenText
from cases.api.inputs import MAY_LACK, PhotosIn

WORDS = {"max_length": LONGEST_WORDS}


class ClaimIn(PhotosIn):
    """What is claimed. `item` is a code of the list (exclusion), `clock` a missed time limit (overdue);
    `unit` may stay empty where you claim for one unit only."""

    kind = serializers.ChoiceField(choices=Claim.Kind.choices)
    item = serializers.CharField(max_length=12, **MAY_LACK)
    clock = serializers.IntegerField(required=False, allow_null=True, default=None)
    unit = serializers.CharField(max_length=20, **MAY_LACK)
    basis = serializers.CharField(**WORDS)
    evidence = serializers.CharField(**WORDS)


class ClaimReviewIn(serializers.Serializer[Any]):
    approve = serializers.BooleanField()
    words = serializers.CharField(**WORDS)


class ClaimOut(serializers.ModelSerializer[Claim]):
    """One claim with its reviews; `steps` are yours to take now: `review`, `withdraw`."""

    case = serializers.CharField(source="case.number")
    counted = serializers.BooleanField(source="case.counted", help_text="as the case counts now")
    unit = serializers.CharField(source="unit.code")
    item = serializers.CharField(source="item.code", default=None, allow_null=True)
    item_title = serializers.CharField(source="item.title", default=None, allow_null=True)
    limit = serializers.CharField(source="clock.kind", default=None, allow_null=True)
    due_at = serializers.DateTimeField(source="clock.due_at", default=None, allow_null=True)
    exempt_at = serializers.DateTimeField(source="clock.exempt_at", default=None, allow_null=True)
    basis = SeenText()
    evidence = SeenText()
    asked_by = serializers.CharField()
    first_words = SeenText()
    first_by = serializers.CharField(allow_null=True)
    second_words = SeenText()
    second_by = serializers.CharField(allow_null=True)
    steps = serializers.SerializerMethodField()

    class Meta:
        model = Claim
        fields = [
            "id",
            "kind",
            "state",
            "case",
            "counted",
            "unit",
            "item",
            "item_title",
            "clock",
            "limit",
            "due_at",
            "exempt_at",
            "basis",
            "evidence",
            "asked_by",
            "asked_at",
            "first_words",
            "first_by",
            "first_at",
            "second_words",
            "second_by",
            "second_at",
            "steps",
        ]

    def get_steps(self, claim: Claim) -> list[str]:
        return claims.steps_of(claim, asking(self.context["request"]))


class ClaimFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(choices=Claim.Kind.choices)
    state = django_filters.MultipleChoiceFilter(choices=Claim.State.choices)
    case = django_filters.CharFilter(field_name="case__number")
    unit = django_filters.CharFilter(field_name="unit__code")
    mine = django_filters.BooleanFilter(method="by_own", help_text="raised by a unit of yours")
    asked_after = MomentFilter(field_name="asked_at", lookup_expr="gte")
    asked_before = MomentFilter(field_name="asked_at", lookup_expr="lt")

    class Meta:
        model = Claim
        fields: list[str] = []

    def by_own(self, rows: QuerySet[Claim], name: str, value: bool) -> QuerySet[Claim]:
        units = self.request.user.units_of(*CLAIMING)
        return rows.filter(unit__in=units) if value else rows.exclude(unit__in=units)


def _whole(rows: QuerySet[Claim]) -> QuerySet[Claim]:
    people = ("asked_by", "first_by", "second_by")
    return rows.select_related("case", "unit", "item", "clock", *people)


def seen_claim(request: Request, pk: int) -> Claim:
    """Return the claim, or raise 404 where the asking user may not see it."""
    return get_object_or_404(_whole(Claim.objects.visible_to(asking(request))), pk=pk)


def claim_answer(request: Request, pk: int) -> dict[str, Any]:
    return dict(ClaimOut(seen_claim(request, pk), context={"request": request}).data)


class Claims(KeyedList):
    """The claims that you may see, the latest first."""

    queryset = Claim.objects.all()
    serializer_class = ClaimOut
    filterset_class = ClaimFilter
    orderings: tuple[str, ...] = ("-asked_at", "asked_at")

    def rows(self) -> QuerySet[Claim]:
        return _whole(Claim.objects.visible_to(asking(self.request)))


class OneClaim(GenericAPIView[Claim]):
    """One claim."""

    queryset = Claim.objects.all()
    serializer_class = ClaimOut

    def get(self, request: Request, pk: int) -> Response:
        """Show the claim with its reviews and the steps that are yours to take now."""
        return Response(claim_answer(request, pk))


class CaseClaims(Doing):
    """Claim for a case (不计入考核) or for a missed time limit of it (超时申诉)."""

    serializer_class = ClaimIn
    parser_classes = [BoundedJSONParser, MultiPartParser]
    success = 201

    @extend_schema(responses={201: ClaimOut})
    def post(self, request: Request, number: str) -> Response:
        """Raise the claim; it waits for two reviews."""
        at, user = timezone.now(), asking(request)
        case = seen_case(request, number)

        def act() -> Any:
            claims.check_claiming(user, case)
            given = self.given(request)
            photos = given.pop("photos", [])
            mine = claims.units_claiming(user, case)
            unit = given.pop("unit") or (mine[0].code if len(mine) == 1 else "")
            plea = Plea(unit=unit, **given)
            claim = claims.ask(case.pk, plea, actor=user, at=at, photos=photos)
            return claim_answer(request, claim.pk)

        return self.do(request, act)


class ReviewClaim(Doing):
    """Review a claim: the command centre first, then the assessor."""

    serializer_class = ClaimReviewIn

    @extend_schema(responses=ClaimOut)
    def post(self, request: Request, pk: int) -> Response:
        """Approve or reject, with words; the second approval carries the claim out."""
        at, user = timezone.now(), asking(request)
        claim = seen_claim(request, pk)

        def act() -> Any:
            claims.check_reviewer(claim, user)
            claims.review(claim.pk, actor=user, at=at, **self.given(request))
            return claim_answer(request, claim.pk)

        return self.do(request, act)


class WithdrawClaim(Doing):
    """Take back a claim of your unit that is not decided yet."""

    serializer_class = serializers.Serializer

    @extend_schema(request=None, responses=ClaimOut)
    def post(self, request: Request, pk: int) -> Response:
        """Withdraw the claim; it stays, marked as withdrawn."""
        at, user = timezone.now(), asking(request)
        claim = seen_claim(request, pk)

        def act() -> Any:
            claims.withdraw(claim.pk, actor=user, at=at)
            return claim_answer(request, claim.pk)

        return self.do(request, act)
