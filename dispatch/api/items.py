"""The problems of a whistle's list: list, add, and one call for each of their steps; more units; whistles back."""

from typing import Any, cast

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.bases import Doing, asking
from accounts.api.parsers import BoundedJSONParser
from dispatch.api import inputs
from dispatch.api.orders import seen_order
from dispatch.api.outputs import ItemOut, WhistleBackOut, WhistleOut
from dispatch.api.whistles import item_answer, whistle_answer
from dispatch.models import Whistle, WhistleBack, WhistleItem
from dispatch.services.items import Item, add_items, assign_item, check_may_step, move_item
from dispatch.services.rulings import check_may_rule
from dispatch.services.summoning import summon_more
from dispatch.services.whistles_back import ask_whistle_back, rule_whistle_back


def seen_whistle(request: Request, pk: int) -> Whistle:
    """Return the whistle, or raise 404 where the asking user may not see it."""
    return get_object_or_404(Whistle.objects.visible_to(asking(request)), pk=pk)


def seen_item(request: Request, pk: int) -> WhistleItem:
    """Return the problem, or raise 404 where the asking user may not see it."""
    whistles = Whistle.objects.visible_to(asking(request))
    items = WhistleItem.objects.select_related("whistle__case", "whistle__blower", "unit")
    return get_object_or_404(items.filter(whistle__in=whistles), pk=pk)


class Items(Doing):
    """The problems on a whistle's list."""

    queryset = WhistleItem.objects.all()
    serializer_class = inputs.ItemsIn
    pagination_class = None
    success = 201

    @extend_schema(responses=ItemOut(many=True), request=None)
    def get(self, request: Request, pk: int) -> Response:
        """List the problems in their order, at most sixty."""
        return Response(whistle_answer(request, seen_whistle(request, pk).pk)["items"])

    @extend_schema(operation_id="whistles_items_add", responses={201: WhistleOut})
    def post(self, request: Request, pk: int) -> Response:
        """Put more problems on the list: by the blower, until the whistle settles."""
        at, whistle = timezone.now(), seen_whistle(request, pk)

        def act() -> Any:
            items = [Item(**item) for item in self.given(request)["items"]]
            add_items(whistle.pk, items, actor=asking(request), at=at)
            return whistle_answer(request, whistle.pk)

        return self.do(request, act)


class More(Doing):
    """Summon more units."""

    serializer_class = inputs.MoreIn
    success = 201

    @extend_schema(responses={201: WhistleOut})
    def post(self, request: Request, pk: int) -> Response:
        """Give further units an assisting part: by the blower, until the whistle settles."""
        at, whistle = timezone.now(), seen_whistle(request, pk)

        def act() -> Any:
            summon_more(
                whistle.pk, self.given(request)["departments"], actor=asking(request), at=at
            )
            return whistle_answer(request, whistle.pk)

        return self.do(request, act)


class ItemStep(Doing):
    """A step of a problem: 404 where you do not see it, 403 where it is not yours, 409 where it is not now."""

    step = ""

    @extend_schema(responses=ItemOut)
    def post(self, request: Request, pk: int) -> Response:
        """Take the step and return the problem as it stands after it."""
        at, user = timezone.now(), asking(request)
        item = seen_item(request, pk)

        def act() -> Any:
            check_may_step(item, self.step, user)
            given = self.given(request)
            if self.step == "assign":
                assign_item(item.pk, actor=user, at=at, **given)
            else:
                move_item(item.pk, self.step, actor=user, at=at, **given)
            return item_answer(request, item)

        return self.do(request, act)


class Start(ItemStep):
    """The problem is under way."""

    step = "start"
    serializer_class = inputs.ItemStartIn


class Done(ItemStep):
    """The problem is done: say or show what proves it."""

    step = "done"
    serializer_class = inputs.ItemProofIn
    parser_classes = [BoundedJSONParser, MultiPartParser]


class Drop(ItemStep):
    """The blower drops the problem, with the reason."""

    step = "drop"
    serializer_class = inputs.ItemReasonIn


class Reopen(ItemStep):
    """The blower opens the problem again: the proof does not hold."""

    step = "reopen"
    serializer_class = inputs.ItemReasonIn


class Assign(ItemStep):
    """The blower gives the problem its owner and its limit anew."""

    step = "assign"
    serializer_class = inputs.ItemAssignIn


STEPS: tuple[type[ItemStep], ...] = (Start, Done, Drop, Reopen, Assign)


def _back_answer(request: Request, back: WhistleBack) -> dict[str, Any]:
    shown = WhistleBack.objects.select_related("unit", "asked_by", "ruled_by", "order__case")
    answer = WhistleBackOut(shown.get(pk=back.pk), context={"request": request}).data
    return cast("dict[str, Any]", answer)


class AskWhistleBack(Doing):
    """Whistle back: ask the district to summon a unit."""

    serializer_class = inputs.WhistleBackIn
    success = 201

    @extend_schema(responses={201: WhistleBackOut})
    def post(self, request: Request, pk: int) -> Response:
        """Ask the centre to summon a town or another department to the order's case."""
        at, user = timezone.now(), asking(request)
        order = seen_order(request, pk)

        def act() -> Any:
            given = self.given(request)
            return _back_answer(request, ask_whistle_back(order.pk, actor=user, at=at, **given))

        return self.do(request, act)


class RuleWhistleBack(Doing):
    """The centre rules on a whistle back."""

    serializer_class = inputs.BackRuleIn

    @extend_schema(responses=WhistleBackOut)
    def post(self, request: Request, pk: int) -> Response:
        """Grant, which blows a district whistle on the case at once, or refuse with the reason."""
        at, user = timezone.now(), asking(request)
        back = get_object_or_404(WhistleBack, pk=pk)
        seen_order(request, back.order_id)

        def act() -> Any:
            check_may_rule(user)
            rule_whistle_back(back.pk, actor=user, at=at, **self.given(request))
            return _back_answer(request, back)

        return self.do(request, act)
