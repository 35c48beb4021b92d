"""How the list of cases is narrowed."""

import django_filters
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.api.moments import MomentFilter
from cases.lifecycle import OPEN
from cases.models import Case, Clock, State
from cases.search import matching


class CaseFilter(django_filters.FilterSet):
    """A choice may be given several times: any of them fits."""

    number = django_filters.CharFilter()
    state = django_filters.MultipleChoiceFilter(choices=State.choices)
    kind = django_filters.MultipleChoiceFilter(choices=Case.Kind.choices)
    channel = django_filters.MultipleChoiceFilter(choices=Case.Channel.choices)
    urgency = django_filters.MultipleChoiceFilter(choices=Case.Urgency.choices)
    category = django_filters.CharFilter(
        field_name="category__code", lookup_expr="startswith", help_text="begins with"
    )
    town = django_filters.CharFilter(field_name="town__code")
    area = django_filters.CharFilter(
        field_name="area__code", lookup_expr="startswith", help_text="begins with"
    )
    external_id = django_filters.CharFilter()
    received_after = MomentFilter(
        field_name="received_at", lookup_expr="gte", help_text="this moment or later"
    )
    received_before = MomentFilter(
        field_name="received_at", lookup_expr="lt", help_text="before this moment"
    )
    exit = django_filters.CharFilter(
        field_name="exit", help_text="left by the classified exit of that code"
    )
    urged = django_filters.BooleanFilter(
        method="by_urged", help_text="still open, and the resident asked again"
    )
    overdue = django_filters.BooleanFilter(
        method="by_overdue", help_text="a running clock is past its due time"
    )
    problem = django_filters.BooleanFilter(
        field_name="problem_at",
        lookup_expr="isnull",
        exclude=True,
        help_text="a problem case: redone or passed on three times",
    )
    q = django_filters.CharFilter(
        method="by_words", help_text="words in the text; for those who take calls, a phone number"
    )

    class Meta:
        model = Case
        fields: list[str] = []

    def by_overdue(self, cases: QuerySet[Case], name: str, value: bool) -> QuerySet[Case]:
        at = timezone.now()
        late = Exists(Clock.objects.running().filter(case=OuterRef("pk"), due_at__lt=at))
        return cases.filter(late) if value else cases.exclude(late)

    def by_urged(self, cases: QuerySet[Case], name: str, value: bool) -> QuerySet[Case]:
        return cases.filter(urged__gt=0, state__in=OPEN) if value else cases.filter(urged=0)

    def by_words(self, cases: QuerySet[Case], name: str, value: str) -> QuerySet[Case]:
        return matching(cases, value, self.request.user)
