"""Passing a matter up, and what the levels of the district are."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.bases import Doing, asking
from accounts.models import Unit
from cases.api.cases import case_answer, seen_case
from cases.api.inputs import TEXT
from cases.api.outputs import CaseOut
from cases.services.steps import check_offered
from dispatch.rights import KindCode, LevelCode, current
from dispatch.services.passing import pass_up


class PassUpIn(serializers.Serializer[Any]):
    """Why this level cannot solve it."""

    reason = serializers.CharField(**TEXT)
    to = serializers.ChoiceField(
        choices=LevelCode.choices,
        required=False,
        default=None,
        allow_null=True,
        help_text="the level to pass it up to; without it the next one above",
    )


class PassUp(Doing):
    """Pass the matter up to the next level, with its whole history (上交)."""

    serializer_class = PassUpIn

    @extend_schema(responses=CaseOut)
    def post(self, request: Request, number: str) -> Response:
        """End the live whistle, withdraw its unsettled orders, let the next level decide anew."""
        at, user = timezone.now(), asking(request)
        case = seen_case(request, number)

        def act() -> Any:
            check_offered(case, "pass_up", user)
            pass_up(case.pk, actor=user, at=at, **self.given(request))
            return case_answer(request, case.pk)

        return self.do(request, act)


class LevelOut(serializers.Serializer[Any]):
    code = serializers.ChoiceField(choices=LevelCode.choices)
    name = serializers.CharField(source="label")
    matter = serializers.CharField()
    summons = serializers.ListField(child=serializers.ChoiceField(choices=Unit.Kind.choices))
    active = serializers.BooleanField()


class KindOut(serializers.Serializer[Any]):
    code = serializers.ChoiceField(choices=KindCode.choices)
    name = serializers.CharField(source="label")
    description = serializers.CharField()
    stay = serializers.BooleanField(help_text="nobody leaves before it is done")
    ring_minutes = serializers.IntegerField(allow_null=True)
    active = serializers.BooleanField()


class LevelsOut(serializers.Serializer[Any]):
    levels = LevelOut(many=True)
    kinds = KindOut(many=True)


class Levels(APIView):
    """The levels and kinds of whistle as this district calls them."""

    @extend_schema(responses=LevelsOut)
    def get(self, request: Request) -> Response:
        """Return them from below, with the kinds of unit that each level summons."""
        return Response(LevelsOut(current()).data)
