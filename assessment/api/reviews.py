"""One whistle, one review (一哨一评), by the API."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.bases import Doing, asking
from assessment.models import Review
from assessment.services.reviews import review_order
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


class ReviewOut(serializers.ModelSerializer[Review]):
    order = serializers.IntegerField(source="order_id")
    order_state = serializers.ChoiceField(choices=OrderState.choices, source="order.state")
    comment = SeenText(of="order.case")
    reviewer = serializers.CharField()

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
        ]


class OrderReview(Doing):
    """The blower's marks for one order."""

    serializer_class = ReviewIn
    success = 201

    @extend_schema(responses=ReviewOut)
    def get(self, request: Request, pk: int) -> Response:
        """Show the marks; 404 where there are none yet."""
        seen = Review.objects.visible_to(asking(request)).select_related("order__case", "reviewer")
        return Response(
            ReviewOut(get_object_or_404(seen, order=pk), context={"request": request}).data
        )

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
