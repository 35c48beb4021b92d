"""Guest links of an order: list, make, revoke. The page that a link opens is no call: its address is its right."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.bases import Doing, KeyedList, asking
from accounts.masks import mask_phone
from cases.api.inputs import MAY_LACK
from dispatch.api.orders import seen_order
from dispatch.guest_rules import address_of
from dispatch.models import GuestLink, GuestVisit
from dispatch.queries.guests import with_visits
from dispatch.services.guests import MOST_DAYS, check_may_link, make_link, revoke_link


class GuestLinkIn(serializers.Serializer[Any]):
    """For whom the link is. Without `days` it is good until a week after the order is due."""

    contact = serializers.CharField(max_length=60)
    phone = serializers.CharField(max_length=20, **MAY_LACK)
    days = serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=1, max_value=MOST_DAYS
    )
    send_sms = serializers.BooleanField(default=False)


class GuestVisitOut(serializers.ModelSerializer[GuestVisit]):
    """One opening of a link, or one step tried by it."""

    class Meta:
        model = GuestVisit
        fields = ["at", "did", "refused", "address", "agent"]


class GuestLinkOut(serializers.ModelSerializer[GuestLink]):
    """A link without its secret. `visits` are the latest twenty, the latest first."""

    order = serializers.IntegerField(source="order_id")
    phone = serializers.SerializerMethodField()
    made_by = serializers.CharField()
    revoked_by = serializers.CharField(allow_null=True)
    good = serializers.SerializerMethodField()
    visits = GuestVisitOut(many=True, source="latest")

    class Meta:
        model = GuestLink
        fields = [
            "id",
            "order",
            "contact",
            "phone",
            "made_by",
            "made_at",
            "expires_at",
            "revoked_by",
            "revoked_at",
            "good",
            "visits",
        ]

    def get_phone(self, link: GuestLink) -> str:
        return mask_phone(link.phone)

    def get_good(self, link: GuestLink) -> bool:
        return link.is_good(timezone.now())


class GuestLinkMadeOut(GuestLinkOut):
    """A link just made. `url` is told this once: a request repeated under its key is answered null."""

    url = serializers.CharField(allow_null=True, read_only=True, default=None)

    class Meta(GuestLinkOut.Meta):
        fields = [*GuestLinkOut.Meta.fields, "url"]


@extend_schema_view(get=extend_schema(responses=GuestLinkOut))
class GuestLinks(Doing, KeyedList):
    """The guest links of an order, for those who answer for it."""

    queryset = GuestLink.objects.all()
    orderings = ("-made_at", "made_at")
    success = 201

    def get_serializer_class(self) -> Any:
        return GuestLinkIn if self.request and self.request.method == "POST" else GuestLinkOut

    def rows(self) -> QuerySet[GuestLink]:
        user = asking(self.request)
        order = seen_order(self.request, self.kwargs["pk"])
        check_may_link(order, user)
        return with_visits(GuestLink.objects.visible_to(user).filter(order=order))

    @extend_schema(responses={201: GuestLinkMadeOut})
    def post(self, request: Request, pk: int) -> Response:
        """Make a link by which an outsider answers this order alone. Its secret is not kept anywhere."""
        at, user = timezone.now(), asking(request)
        order = seen_order(request, pk)
        check_may_link(order, user)
        told: list[str] = []

        def act() -> Any:
            given = self.given(request)
            by_sms = given.pop("send_sms")
            sms_to = address_of(request, "{secret}") if by_sms else ""
            made = make_link(order.pk, actor=user, at=at, sms_to=sms_to, **given)
            told.append(address_of(request, made.secret))
            return link_answer(made.link.pk)

        answer = self.do(request, act)
        answer.data = {**answer.data, "url": told[0] if told else None}
        return answer


class RevokeGuestLink(Doing):
    """Let a guest link open nothing from now on."""

    serializer_class = serializers.Serializer
    queryset = GuestLink.objects.all()

    @extend_schema(request=None, responses=GuestLinkOut)
    def post(self, request: Request, pk: int) -> Response:
        """Revoke the link, and return it; revoking twice does nothing."""
        at, user = timezone.now(), asking(request)
        link = get_object_or_404(GuestLink.objects.visible_to(user), pk=pk)

        def act() -> Any:
            revoke_link(link.pk, actor=user, at=at)
            return link_answer(link.pk)

        return self.do(request, act)


def link_answer(pk: int) -> dict[str, Any]:
    """Return the link as it stands now."""
    return GuestLinkOut(with_visits(GuestLink.objects.all()).get(pk=pk)).data
