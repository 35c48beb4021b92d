"""Signs of gaming by the API: the questions, and the answers of the units asked."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.bases import Doing, KeyedList, asking
from assessment.models import Sign
from assessment.queries import topics as queries
from assessment.services import signs as services
from assessment.topic_words import question
from dispatch.services.papers import LONGEST_TEXT


class SignAnswerIn(serializers.Serializer[Any]):
    answer = serializers.CharField(max_length=LONGEST_TEXT)


class SignOut(serializers.ModelSerializer[Sign]):
    """A question. `chance` is null where none is reckoned; `cases` names at most fifty."""

    unit = serializers.CharField(source="unit.code", default=None, allow_null=True)
    question = serializers.SerializerMethodField()
    cases = serializers.SerializerMethodField()

    class Meta:
        model = Sign
        fields = [
            "id",
            "kind",
            "unit",
            "since",
            "until",
            "question",
            "cases",
            "chance",
            "seen_at",
            "answer",
            "answered_at",
            "settled",
            "settled_at",
        ]

    def get_question(self, sign: Sign) -> str:
        return question(sign)

    @extend_schema_field({"type": "array", "items": {"type": "string"}})
    def get_cases(self, sign: Sign) -> list[str]:
        return [str(number) for number in sign.numbers]


class SignFilter(django_filters.FilterSet):
    kind = django_filters.MultipleChoiceFilter(choices=Sign.Kind.choices)
    unit = django_filters.CharFilter(field_name="unit__code")
    answered = django_filters.BooleanFilter(
        field_name="answered_at", lookup_expr="isnull", exclude=True
    )

    class Meta:
        model = Sign
        fields: list[str] = []


class Signs(KeyedList):
    """The questions about figures that you may see, the latest first. They change no score."""

    queryset = Sign.objects.all()
    serializer_class = SignOut
    filterset_class = SignFilter
    orderings = ("-seen_at", "seen_at")

    def rows(self) -> QuerySet[Sign]:
        return queries.signs_for_list(asking(self.request))


class SignAnswer(Doing):
    """The answer of the unit asked."""

    serializer_class = SignAnswerIn

    @extend_schema(responses=SignOut)
    def post(self, request: Request, pk: int) -> Response:
        """Answer a question, once."""
        user, at = asking(request), timezone.now()
        get_object_or_404(Sign.objects.visible_to(user), pk=pk)

        def act() -> Any:
            text = self.given(request)["answer"]
            return SignOut(services.answer_sign(pk, actor=user, at=at, text=text)).data

        return self.do(request, act)
