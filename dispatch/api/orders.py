"""Orders: list and show them; their steps, one call each, all through the one door."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.bases import Doing, KeyedList, asking
from accounts.api.parsers import BoundedJSONParser
from accounts.models import User
from cases.api.fields import seen
from cases.models import Attachment
from dispatch.api import inputs
from dispatch.api.filters import OrderFilter
from dispatch.api.outputs import OrderOut, OrderRowOut
from dispatch.models import Order
from dispatch.queries.cards import cards_of
from dispatch.queries.open_clocks import attach_open_clocks
from dispatch.services.rulings import check_may_rule, rule
from dispatch.services.steps import advance_order, check_offered


def seen_order(request: Request, pk: int) -> Order:
    """Return the order, or raise 404 where the asking user may not see it."""
    seen = Order.objects.visible_to(asking(request)).select_related("case", "whistle__blower")
    return get_object_or_404(seen, pk=pk)


def order_answer(request: Request, pk: int) -> dict[str, Any]:
    """Return the order as it stands now and as the asking user may see it."""
    order: Any = Order.objects.for_list().get(pk=pk)
    attach_open_clocks([order])
    [card] = cards_of([order], asking(request), timezone.now())
    order.requests = card.requests
    order.steps = [words.name for words in card.steps]
    order.attachments = list(Attachment.objects.filter(order_ref=pk).order_by("at", "pk"))
    data = OrderOut(order, context={"request": request}).data
    return dict(data) | {"requests": seen(data["requests"], order.case, asking(request))}


class Orders(KeyedList):
    """The orders that you may see, the latest first."""

    queryset = Order.objects.all()
    serializer_class = OrderRowOut
    filterset_class = OrderFilter
    orderings = ("-issued_at", "issued_at")

    def rows(self) -> QuerySet[Order]:
        return Order.objects.visible_to(asking(self.request)).for_list()

    def dress(self, page: Sequence[Any]) -> None:
        attach_open_clocks(page)


class OneOrder(GenericAPIView[Order]):
    """One order."""

    queryset = Order.objects.all()
    serializer_class = OrderOut

    def get(self, request: Request, pk: int) -> Response:
        """Show the order with its running clocks and the steps that are yours to take now."""
        return Response(order_answer(request, seen_order(request, pk).pk))


class OrderStep(Doing):
    """A step: 404 where you do not see the order, 403 where it is not yours, 409 where it is not now."""

    step = ""

    @extend_schema(responses=OrderOut)
    def post(self, request: Request, pk: int) -> Response:
        """Take the step and return the order as it stands after it."""
        at, user = timezone.now(), asking(request)
        order = seen_order(request, pk)

        def act() -> Any:
            self.check(order, user)
            self.take(order, at=at, actor=user, **self.given(request))
            return order_answer(request, order.pk)

        return self.do(request, act)

    def check(self, order: Order, user: User) -> None:
        """Refuse the step before its details are read."""
        check_offered(order, self.step, user)

    def take(self, order: Order, **given: Any) -> None:
        advance_order(order.pk, self.step, **given)


class Acknowledge(OrderStep):
    """The department has the order (签收)."""

    step = "acknowledge"
    serializer_class = inputs.AcknowledgeIn


class ReportIn(OrderStep):
    """The department arrives (报到): at the place, with position and photos, or at the desk."""

    step = "report_in"
    serializer_class = inputs.ReportInIn
    parser_classes = [BoundedJSONParser, MultiPartParser]


class Progress(OrderStep):
    """The department notes how the work goes on."""

    step = "progress"
    serializer_class = inputs.ProgressIn


class Finish(OrderStep):
    """The department says what was done and found."""

    step = "finish"
    serializer_class = inputs.OrderFinishIn
    parser_classes = [BoundedJSONParser, MultiPartParser]


class Object(OrderStep):
    """The department says “not ours”; the centre rules."""

    step = "object"
    serializer_class = inputs.ObjectIn
    parser_classes = [BoundedJSONParser, MultiPartParser]


class Extend(OrderStep):
    """The department asks for more workdays; the centre rules."""

    step = "extend"
    serializer_class = inputs.ExtendIn


class AskLeave(OrderStep):
    """The unit asks to be let go before the matter is done."""

    step = "ask_leave"
    serializer_class = inputs.AskLeaveIn


class GrantLeave(OrderStep):
    """The blower lets the unit go."""

    step = "grant_leave"
    serializer_class = inputs.GrantLeaveIn


class RefuseLeave(OrderStep):
    """The blower keeps the unit; it may ask again."""

    step = "refuse_leave"
    serializer_class = inputs.RefuseLeaveIn


class Leave(OrderStep):
    """The unit leaves: 409 without a result or leave, where the kind of whistle demands to stay."""

    step = "leave"
    serializer_class = inputs.LeaveIn


class Accept(OrderStep):
    """The blower accepts the result; with the last order accepted, the case is handled."""

    step = "accept"
    serializer_class = inputs.AcceptIn


class SendBack(OrderStep):
    """The blower sends the result back: do it again."""

    step = "send_back"
    serializer_class = inputs.SendBackIn


class Withdraw(OrderStep):
    """The blower takes the order back."""

    step = "withdraw"
    serializer_class = inputs.WithdrawIn


class Rule(OrderStep):
    """The centre rules on what the department asked."""

    step = "rule"
    serializer_class = inputs.RuleIn

    def check(self, order: Order, user: User) -> None:
        check_may_rule(user)

    def take(self, order: Order, **given: Any) -> None:
        rule(order.pk, **given)


STEPS: tuple[type[OrderStep], ...] = (
    Acknowledge,
    ReportIn,
    Progress,
    Finish,
    Object,
    Extend,
    AskLeave,
    GrantLeave,
    RefuseLeave,
    Leave,
    Accept,
    SendBack,
    Withdraw,
    Rule,
)
