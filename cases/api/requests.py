"""What towns ask of the centre for their cases, and the rulings."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request as Call
from rest_framework.response import Response

from accounts.api.bases import Doing, KeyedList, asking
from cases.api.inputs import RulingIn
from cases.api.outputs import CaseRequestOut
from cases.models import Adjustment, Request
from cases.services.requests import check_may_rule, rule_request

SHOWN = ("case", "unit", "asked_by", "ruled_by")


class RequestFilter(django_filters.FilterSet):
    case = django_filters.CharFilter(field_name="case__number")
    kind = django_filters.ChoiceFilter(choices=Adjustment.choices)
    waiting = django_filters.BooleanFilter(field_name="granted", lookup_expr="isnull")

    class Meta:
        model = Request
        fields: list[str] = []


class Requests(KeyedList):
    """What was asked for the cases that the asking user may see."""

    queryset = Request.objects.all()
    serializer_class = CaseRequestOut
    filterset_class = RequestFilter
    orderings = ("-asked_at", "asked_at")

    def rows(self) -> QuerySet[Request]:
        return Request.objects.visible_to(asking(self.request)).select_related(*SHOWN)


class RuleRequest(Doing):
    """The centre's answer: 404 where you do not see the case, 403 for all but the centre."""

    serializer_class = RulingIn

    @extend_schema(responses=CaseRequestOut)
    def post(self, request: Call, pk: int) -> Response:
        """Grant or refuse; what is granted happens at once."""
        at, user = timezone.now(), asking(request)
        seen = get_object_or_404(Request.objects.visible_to(user), pk=pk)

        def act() -> Any:
            check_may_rule(user)
            rule_request(seen.pk, actor=user, at=at, **self.given(request))
            ruled = Request.objects.select_related(*SHOWN).get(pk=seen.pk)
            return CaseRequestOut(ruled, context={"request": request}).data

        return self.do(request, act)
