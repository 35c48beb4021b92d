"""Whistles: blow, list, show, tick their problems off; and the list that says who is responsible."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.bases import Doing, KeyedList, asking
from accounts.api.parsers import BoundedJSONParser
from cases.api.cases import seen_case
from cases.services.steps import check_offered
from dispatch.api.filters import ResponsibilityFilter, WhistleFilter
from dispatch.api.inputs import ItemDoneIn, WhistleIn
from dispatch.api.outputs import ItemOut, ResponsibilityOut, WhistleOut
from dispatch.models import Order, Responsibility, Whistle, WhistleItem
from dispatch.problems import steps_for_item
from dispatch.queries.open_clocks import attach_open_clocks
from dispatch.queries.problems import attach_item_clocks, summoned_by
from dispatch.services.items import Item, mark_item_done
from dispatch.services.whistles import Summons, blow_whistle


def whole(whistles: QuerySet[Whistle]) -> QuerySet[Whistle]:
    """Return the whistles with all that `WhistleOut` shows but the orders' clocks."""
    orders = Order.objects.select_related("unit").order_by("pk")
    items = WhistleItem.objects.select_related("unit").order_by("position")
    rows = whistles.select_related("case", "blower", "blown_by")
    return rows.prefetch_related(Prefetch("orders", orders), Prefetch("items", items))


def whistle_answer(request: Request, pk: int) -> dict[str, Any]:
    whistle = whole(Whistle.objects.all()).get(pk=pk)
    dress([whistle], request)
    return WhistleOut(whistle, context={"request": request}).data


def dress(whistles: Sequence[Any], request: Request) -> None:
    """Give orders and problems of the whistles what their outputs show beyond their rows; three queries."""
    attach_open_clocks(order for whistle in whistles for order in whistle.orders.all())
    attach_item_clocks(whistles)
    for whistle in whistles:
        summoned = summoned_by(whistle)
        for order in whistle.orders.all():
            order.whistle, order.case = whistle, whistle.case
        for item in whistle.items.all():
            item.whistle = whistle
            item.steps = steps_for_item(item, summoned, asking(request))


def item_answer(request: Request, item: WhistleItem) -> dict[str, Any]:
    """Return the problem as it stands now and as the asking user may see it."""
    whistle = whole(Whistle.objects.all()).get(pk=item.whistle_id)
    dress([whistle], request)
    row = next(row for row in whistle.items.all() if row.pk == item.pk)
    return ItemOut(row, context={"request": request}).data


class BlowWhistle(Doing):
    """Summon a lead and assisting departments."""

    serializer_class = WhistleIn
    success = 201

    @extend_schema(responses={201: WhistleOut})
    def post(self, request: Request, number: str) -> Response:
        """Blow a whistle on the case: one order a department, each with its clocks."""
        at, user = timezone.now(), asking(request)
        case = seen_case(request, number)

        def act() -> Any:
            check_offered(case, "whistle", user)
            given = self.given(request)
            items = [Item(**item) for item in given.pop("items")]
            whistle = blow_whistle(case.pk, Summons(**given, items=items), actor=user, at=at)
            return whistle_answer(request, whistle.pk)

        return self.do(request, act)


class Whistles(KeyedList):
    """The whistles of the cases that you may see, the latest first."""

    queryset = Whistle.objects.all()
    serializer_class = WhistleOut
    filterset_class = WhistleFilter
    orderings = ("-blown_at", "blown_at")

    def rows(self) -> QuerySet[Whistle]:
        return whole(Whistle.objects.visible_to(asking(self.request)))

    def dress(self, page: Sequence[Any]) -> None:
        dress(page, self.request)


class OneWhistle(GenericAPIView[Whistle]):
    """One whistle."""

    queryset = Whistle.objects.all()
    serializer_class = WhistleOut

    def get(self, request: Request, pk: int) -> Response:
        """Show the whistle with its problems and its orders."""
        seen = Whistle.objects.visible_to(asking(request))
        return Response(whistle_answer(request, get_object_or_404(seen, pk=pk).pk))


class ItemDone(Doing):
    """Tick a problem of a whistle's list."""

    serializer_class = ItemDoneIn
    parser_classes = [BoundedJSONParser, MultiPartParser]

    @extend_schema(responses=ItemOut)
    def post(self, request: Request, pk: int, item: int) -> Response:
        """Mark the problem as done, or as not done after all."""
        at = timezone.now()
        seen = Whistle.objects.visible_to(asking(request))
        known = get_object_or_404(WhistleItem.objects.filter(whistle__in=seen, whistle=pk), pk=item)

        def act() -> Any:
            mark_item_done(known.pk, actor=asking(request), at=at, **self.given(request))
            return item_answer(request, known)

        return self.do(request, act)


class Responsibilities(KeyedList):
    """The responsibility list (权责清单): who leads and who assists in which matter."""

    queryset = Responsibility.objects.all()
    serializer_class = ResponsibilityOut
    filterset_class = ResponsibilityFilter
    orderings = ("code", "-code")

    def rows(self) -> QuerySet[Responsibility]:
        rows = Responsibility.objects.select_related("category", "lead", "ruling")
        return rows.prefetch_related("assists")
