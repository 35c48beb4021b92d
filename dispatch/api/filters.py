"""How the lists of whistles, orders and responsibilities are narrowed."""

import django_filters
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.api.moments import MomentFilter
from cases.models import Clock
from dispatch.lifecycle import ACTING_ROLES
from dispatch.models import (
    Document,
    Order,
    OrderState,
    Responsibility,
    Standing,
    Whistle,
)
from dispatch.queries.documents import standing_so


class WhistleFilter(django_filters.FilterSet):
    case = django_filters.CharFilter(field_name="case__number")
    level = django_filters.MultipleChoiceFilter(choices=Whistle.Level.choices)
    kind = django_filters.MultipleChoiceFilter(choices=Whistle.Kind.choices)
    blower = django_filters.CharFilter(field_name="blower__code")
    settled = django_filters.BooleanFilter(
        field_name="settled_at", lookup_expr="isnull", exclude=True
    )
    blown_after = MomentFilter(field_name="blown_at", lookup_expr="gte")
    blown_before = MomentFilter(field_name="blown_at", lookup_expr="lt")

    class Meta:
        model = Whistle
        fields: list[str] = []


class OrderFilter(django_filters.FilterSet):
    case = django_filters.CharFilter(field_name="case__number")
    whistle = django_filters.NumberFilter(field_name="whistle_id")
    state = django_filters.MultipleChoiceFilter(choices=OrderState.choices)
    role = django_filters.ChoiceFilter(choices=Order.Part.choices)
    kind = django_filters.MultipleChoiceFilter(
        field_name="whistle__kind", choices=Whistle.Kind.choices
    )
    unit = django_filters.CharFilter(field_name="unit__code")
    town = django_filters.CharFilter(field_name="case__town__code")
    mine = django_filters.BooleanFilter(
        method="by_own", help_text="given to a department you work in"
    )
    overdue = django_filters.BooleanFilter(
        method="by_overdue", help_text="a running clock is past its due time"
    )
    issued_after = MomentFilter(field_name="issued_at", lookup_expr="gte")
    issued_before = MomentFilter(field_name="issued_at", lookup_expr="lt")

    class Meta:
        model = Order
        fields: list[str] = []

    def by_own(self, orders: QuerySet[Order], name: str, value: bool) -> QuerySet[Order]:
        own = Q(unit__in=self.request.user.units_of(*ACTING_ROLES))
        return orders.filter(own if value else ~own)

    def by_overdue(self, orders: QuerySet[Order], name: str, value: bool) -> QuerySet[Order]:
        at = timezone.now()
        late = Exists(Clock.objects.running().filter(order_ref=OuterRef("pk"), due_at__lt=at))
        return orders.filter(late) if value else orders.exclude(late)


class DocumentFilter(django_filters.FilterSet):
    form = django_filters.MultipleChoiceFilter(choices=Document.Form.choices)
    colour = django_filters.MultipleChoiceFilter(choices=Document.Colour.choices)
    case = django_filters.CharFilter(field_name="case__number")
    unit = django_filters.CharFilter(field_name="unit__code", help_text="addressed to")
    standing = django_filters.ChoiceFilter(
        choices=[(one.value, one.value) for one in Standing if one], method="by_standing"
    )
    to_answer = django_filters.BooleanFilter(
        method="by_own", help_text="waits for an answer of a unit you work in"
    )
    issued_after = MomentFilter(field_name="issued_at", lookup_expr="gte")
    issued_before = MomentFilter(field_name="issued_at", lookup_expr="lt")

    class Meta:
        model = Document
        fields: list[str] = []

    def by_standing(
        self, documents: QuerySet[Document], name: str, value: str
    ) -> QuerySet[Document]:
        return standing_so(documents, value, timezone.now())

    def by_own(self, documents: QuerySet[Document], name: str, value: bool) -> QuerySet[Document]:
        mine = Document.objects.to_answer(self.request.user).values("pk")
        return documents.filter(pk__in=mine) if value else documents.exclude(pk__in=mine)


class ResponsibilityFilter(django_filters.FilterSet):
    category = django_filters.CharFilter(
        field_name="category__code", lookup_expr="startswith", help_text="begins with"
    )
    group = django_filters.CharFilter()
    lead = django_filters.CharFilter(field_name="lead__code")
    q = django_filters.CharFilter(
        field_name="title", lookup_expr="icontains", help_text="part of the matter"
    )

    class Meta:
        model = Responsibility
        fields: list[str] = []
