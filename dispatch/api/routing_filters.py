"""How the lists of rules and rulings are narrowed."""

import django_filters
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.api.moments import MomentFilter
from dispatch.models import Objection, Ownership, OwnershipRule

STANDINGS = [(name, name) for name in ("in_force", "draft", "ended")]


class RuleFilter(django_filters.FilterSet):
    standing = django_filters.ChoiceFilter(choices=STANDINGS, method="by_standing")
    ownership = django_filters.MultipleChoiceFilter(choices=Ownership.choices)
    category = django_filters.CharFilter(lookup_expr="startswith", help_text="begins with")
    lead = django_filters.CharFilter(field_name="lead__code")

    class Meta:
        model = OwnershipRule
        fields: list[str] = []

    def by_standing(
        self, rules: QuerySet[OwnershipRule], name: str, value: str
    ) -> QuerySet[OwnershipRule]:
        at = timezone.now()
        if value == "draft":
            return rules.filter(valid_from=None)
        if value == "ended":
            return rules.filter(valid_to__lte=at)
        return rules.filter(Q(valid_to=None) | Q(valid_to__gt=at), valid_from__lte=at)


class RulingFilter(django_filters.FilterSet):
    number = django_filters.CharFilter()
    category = django_filters.CharFilter(
        field_name="order__case__category__code", lookup_expr="startswith", help_text="begins with"
    )
    unit = django_filters.CharFilter(field_name="order__unit__code", help_text="that objected")
    charged_to = django_filters.CharFilter(field_name="charged_to__code")
    upheld = django_filters.BooleanFilter()
    ruled_after = MomentFilter(field_name="ruled_at", lookup_expr="gte")
    ruled_before = MomentFilter(field_name="ruled_at", lookup_expr="lt")

    class Meta:
        model = Objection
        fields: list[str] = []
