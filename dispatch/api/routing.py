"""Whose matter it is: rules, trials of rules, rulings, precedents, matters of the city."""

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.bases import Doing, KeyedList, asking
from cases.api.cases import seen_case
from cases.models import Case
from dispatch.api.routing_filters import RuleFilter, RulingFilter
from dispatch.api.routing_shapes import (
    CityAnswerIn,
    CityIn,
    CityOut,
    OwnershipOut,
    OwnershipRuleOut,
    PrecedentOut,
    RulingOut,
    TrialIn,
    TrialOut,
)
from dispatch.models import CityMatter, Objection, OwnershipRule
from dispatch.queries.ownership import city_matters_of, routing_of
from dispatch.queries.precedents import precedents_of
from dispatch.queries.rulings import rulings_for
from dispatch.queries.trial import try_rules
from dispatch.services.city_matters import answer_matter, take_up
from dispatch.services.ownership import check_may_write

SPAN = timedelta(days=30)
"""The period of a trial where none is given: the last thirty days."""


class Rules(KeyedList):
    """The rules of ownership (事权): of those in force, by position, the first that fits decides."""

    queryset = OwnershipRule.objects.all()
    serializer_class = OwnershipRuleOut
    filterset_class = RuleFilter
    orderings = ("position", "-position")

    def rows(self) -> QuerySet[OwnershipRule]:
        return OwnershipRule.objects.select_related("lead").prefetch_related("assists")


class Try(Doing):
    """Try drafts on past cases: nothing is written. For those who write rules."""

    serializer_class = TrialIn
    once = False

    @extend_schema(responses=TrialOut)
    def post(self, request: Request) -> Response:
        """Decide the cases of a period anew, at most the latest 20,000, and compare."""
        at, user = timezone.now(), asking(request)
        check_may_write(user)
        given = self.given(request)
        until = given["until"] or at
        since = given["since"] or until - SPAN
        trial = try_rules(user, given["drafts"], since, until, at)
        return Response(TrialOut(trial, context={"request": request}).data)


class WhoseMatter(GenericAPIView[Any]):
    """Whose matter a case is."""

    queryset = Case.objects.all()
    serializer_class = OwnershipOut

    def get(self, request: Request, number: str) -> Response:
        """Show the rule that decides, why, and who leads and assists by it."""
        case = seen_case(request, number)
        return Response(self.get_serializer(routing_of(case)).data)


class Rulings(KeyedList):
    """The rulings on objections, the latest first. They bind and may be cited by their number."""

    queryset = Objection.objects.all()
    serializer_class = RulingOut
    filterset_class = RulingFilter
    orderings = ("-ruled_at", "ruled_at")

    def rows(self) -> QuerySet[Objection]:
        return rulings_for(asking(self.request)).prefetch_related("cites")


class OneRuling(GenericAPIView[Objection]):
    """One ruling."""

    queryset = Objection.objects.all()
    serializer_class = RulingOut

    def get(self, request: Request, pk: int) -> Response:
        """Show the ruling; the number of its case only to those who may see that."""
        return Response(
            self.get_serializer(get_object_or_404(rulings_for(asking(request)), pk=pk)).data
        )


class CasePrecedents(GenericAPIView[Any]):
    """Who handled the last cases like this."""

    queryset = Case.objects.all()
    serializer_class = PrecedentOut
    pagination_class = None
    filter_backends: list[Any] = []

    @extend_schema(
        responses=inline_serializer(
            "PrecedentsOut",
            {"next": serializers.CharField(allow_null=True), "results": PrecedentOut(many=True)},
        )
    )
    def get(self, request: Request, number: str) -> Response:
        """Return at most twenty cases of the same category that are done, the likest first."""
        found = precedents_of(seen_case(request, number), asking(request))
        rows = self.get_serializer(found.rows, many=True).data
        return Response({"next": None, "results": rows})


class CityMatters(Doing):
    """How a case was taken up with the city."""

    queryset = CityMatter.objects.all()
    serializer_class = CityIn
    pagination_class = None
    filter_backends: list[Any] = []
    success = 201

    @extend_schema(responses=CityOut(many=True))
    def get(self, request: Request, number: str) -> Response:
        """List what was taken up, the latest first."""
        rows = city_matters_of(seen_case(request, number))
        return Response(CityOut(rows, many=True, context={"request": request}).data)

    @extend_schema(responses={201: CityOut})
    def post(self, request: Request, number: str) -> Response:
        """Record that the counterpart department has taken the case up, under which reference."""
        at, user = timezone.now(), asking(request)
        case = seen_case(request, number)

        def act() -> Any:
            matter = take_up(case.pk, actor=user, at=at, **self.given(request))
            return CityOut(matter, context={"request": request}).data

        return self.do(request, act)


class CityAnswer(Doing):
    """What the city answered."""

    serializer_class = CityAnswerIn

    @extend_schema(responses=CityOut)
    def post(self, request: Request, number: str, pk: int) -> Response:
        """Write the answer down, once."""
        at, user = timezone.now(), asking(request)
        matter = get_object_or_404(city_matters_of(seen_case(request, number)), pk=pk)

        def act() -> Any:
            answered = answer_matter(matter.pk, actor=user, at=at, **self.given(request))
            return CityOut(answered, context={"request": request}).data

        return self.do(request, act)
