"""One whistle, one review (一哨一评), by the API."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.bases import Doing, asking
from assessment.models import Review, ReviewAnswer, WhistleMark
from assessment.services.review_answers import (
    answer_review,
    check_answering,
    check_ruling,
    rule_on_marks,
)
from assessment.services.reviews import review_order
from assessment.services.whistle_marks import check_marking, mark_whistle
from cases.api.fields import SeenText
from cases.api.inputs import MAY_LACK, TEXT
from dispatch.api.orders import seen_order
from dispatch.models import OrderState
from dispatch.services.steps import check_offered

MARK = {"min_value": 0, "max_value": 100}


class ReviewIn(serializers.Serializer[Any]):
    """The blower's marks, 0 to 100 each."""

    arrival = serializers.IntegerField(**MARK)
    attitude = serializers.IntegerField(**MARK)
    result = serializers.IntegerField(**MARK)
    comment = serializers.CharField(**TEXT, **MAY_LACK)


class MarksAnswerIn(serializers.Serializer[Any]):
    """The department's word: `text` is needed to explain and to object."""

    kind = serializers.ChoiceField(choices=ReviewAnswer.Kind.choices)
    text = serializers.CharField(max_length=2000, **MAY_LACK)


class MarksRulingIn(serializers.Serializer[Any]):
    upheld = serializers.BooleanField(help_text="upheld: the marks are set aside")
    reason = serializers.CharField(max_length=2000)


class WhistleMarkIn(serializers.Serializer[Any]):
    """Was it a proper whistle, and how clear and prepared; `comment` is needed where it was not proper."""

    proper = serializers.BooleanField()
    mark = serializers.IntegerField(**MARK)
    comment = serializers.CharField(max_length=1000, **MAY_LACK)


class MarksAnswerOut(serializers.ModelSerializer[ReviewAnswer]):
    text = SeenText(of="review.order.case")
    ruling = SeenText(of="review.order.case")
    answered_by = serializers.CharField()
    ruled_by = serializers.CharField(allow_null=True)

    class Meta:
        model = ReviewAnswer
        fields = [
            "kind",
            "text",
            "answered_by",
            "answered_at",
            "upheld",
            "ruling",
            "ruled_by",
            "ruled_at",
        ]


class WhistleMarkOut(serializers.ModelSerializer[WhistleMark]):
    order = serializers.IntegerField(source="order_id")
    comment = SeenText(of="order.case")
    marked_by = serializers.CharField()

    class Meta:
        model = WhistleMark
        fields = ["order", "proper", "mark", "comment", "marked_by", "at"]


class ReviewOut(serializers.ModelSerializer[Review]):
    """The blower's marks, the department's answer to them, and its mark of the whistle.

    `struck` tells that an objection was upheld: the marks stay and count in no score."""

    order = serializers.IntegerField(source="order_id")
    order_state = serializers.ChoiceField(choices=OrderState.choices, source="order.state")
    comment = SeenText(of="order.case")
    reviewer = serializers.CharField()
    answer = MarksAnswerOut(allow_null=True, default=None)
    struck = serializers.BooleanField(source="answer.upheld", default=False)
    whistle_mark = WhistleMarkOut(source="order.whistle_mark", allow_null=True, default=None)

    class Meta:
        model = Review
        fields = [
            "id",
            "order",
            "order_state",
            "arrival",
            "attitude",
            "result",
            "comment",
            "reviewer",
            "at",
            "answer",
            "struck",
            "whistle_mark",
        ]

    def to_representation(self, review: Review) -> Any:
        shown = super().to_representation(review)
        return shown | {"struck": bool(shown["struck"])}


def review_answer(request: Request, pk: int) -> dict[str, Any]:
    """Return the marks of the order with all that was said of them; 404 where none are to be seen."""
    people = ("reviewer", "answer__answered_by", "answer__ruled_by")
    seen = Review.objects.visible_to(asking(request)).select_related(
        "order__case", "order__whistle_mark__marked_by", *people
    )
    review = get_object_or_404(seen, order=pk)
    return dict(ReviewOut(review, context={"request": request}).data)


class OrderReview(Doing):
    """The blower's marks for one order."""

    serializer_class = ReviewIn
    success = 201

    @extend_schema(responses=ReviewOut)
    def get(self, request: Request, pk: int) -> Response:
        """Show the marks; 404 where there are none yet."""
        return Response(review_answer(request, pk))

    @extend_schema(responses={201: ReviewOut})
    def post(self, request: Request, pk: int) -> Response:
        """Mark an accepted order; once."""
        at, user = timezone.now(), asking(request)
        order = seen_order(request, pk)

        def act() -> Any:
            check_offered(order, "review", user)
            review = review_order(order.pk, actor=user, at=at, **self.given(request))
            return ReviewOut(review, context={"request": request}).data

        return self.do(request, act)


class OrderReviewAnswer(Doing):
    """The department's answer to its marks."""

    serializer_class = MarksAnswerIn

    @extend_schema(responses=ReviewOut)
    def post(self, request: Request, pk: int) -> Response:
        """Accept, explain or object; once."""
        at, user = timezone.now(), asking(request)
        order = seen_order(request, pk)

        def act() -> Any:
            check_answering(order, user)
            answer_review(order.pk, actor=user, at=at, **self.given(request))
            return review_answer(request, order.pk)

        return self.do(request, act)


class OrderReviewRuling(Doing):
    """The ruling on an objection to marks."""

    serializer_class = MarksRulingIn

    @extend_schema(responses=ReviewOut)
    def post(self, request: Request, pk: int) -> Response:
        """Set the marks aside, or let them stand."""
        at, user = timezone.now(), asking(request)
        order = seen_order(request, pk)

        def act() -> Any:
            check_ruling(order, user)
            rule_on_marks(order.pk, actor=user, at=at, **self.given(request))
            return review_answer(request, order.pk)

        return self.do(request, act)


class OrderWhistleMark(Doing):
    """The department's mark of the whistle that it answered."""

    serializer_class = WhistleMarkIn
    success = 201

    @extend_schema(responses=WhistleMarkOut)
    def get(self, request: Request, pk: int) -> Response:
        """Show the mark; 404 where there is none yet."""
        marks = WhistleMark.objects.visible_to(asking(request)).select_related("order__case")
        mark = get_object_or_404(marks.select_related("marked_by"), order=pk)
        return Response(WhistleMarkOut(mark, context={"request": request}).data)

    @extend_schema(responses={201: WhistleMarkOut})
    def post(self, request: Request, pk: int) -> Response:
        """Mark the whistle of an accepted order; once."""
        at, user = timezone.now(), asking(request)
        order = seen_order(request, pk)

        def act() -> Any:
            check_marking(order, user)
            mark = mark_whistle(order.pk, actor=user, at=at, **self.given(request))
            return WhistleMarkOut(mark, context={"request": request}).data

        return self.do(request, act)
