"""Which cases a list shows: the parameters of `/cases/`, so that every number can link to its cases.

| parameter | keeps |
|---|---|
| `q` | number beginning with it, or text or address containing it |
| `state` | that state, or `open` / `ended` |
| `town`, `area` (or `community`), `category` | the code, or what begins with it |
| `channel`, `kind`, `urgency` | that one |
| `received_from`, `received_to` | a date (both days included) or an ISO time (from ≤ received < to) |
| `closed_from`, `closed_to` | likewise when the case ended |
| `problem_from`, `problem_to` | likewise when it became a problem case |
| `breached_from`, `breached_to` | likewise when any of its limits was missed |
| `department` | cases to which the unit of that code was summoned |
| `route` | `self` handled by the town itself, `whistle` departments were summoned |
| `overdue`, `breached` | `1` a running clock of the case itself is past due · a limit was missed; `0` not so |
| `charged` | `1` a limit was missed and is charged (not set aside after a claim); `0` not so |
| `rated`, `contacted` | `1`/`0`, by the last callback that reached the resident |
| `resolved`, `satisfied` | the answer of that callback |
| `asked` | `unreached` counted cases given up, nobody reached · `awaiting` handled and not asked yet |
| `exit`, `urged` | left by the classified exit of that code · `1` open cases whose resident asked again |
| `problem` | `1` problem cases (redone or passed on three times); `0` the others |
| `counted`, `confidential`, `mine` | `1`/`0`; `mine` are the reader's own open reports |
"""

import re
from datetime import date, datetime, time, timedelta
from typing import Any

import django_filters as df
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Role, User
from cases.forms import LateSelect
from cases.lifecycle import ENDED, OPEN, State
from cases.models import Callback, Case, CaseParty, Clock
from cases.privacy import KEEPERS
from cases.queries import category_choices, town_choices

_LIKE_A_PHONE = re.compile(r"\d{5}")
OPEN_STATES, ENDED_STATES = "open", "ended"
STATES = [
    (OPEN_STATES, gettext_lazy("All open")),
    (ENDED_STATES, gettext_lazy("All ended")),
    *State.choices,
]
ROUTES = [("self", gettext_lazy("Town itself")), ("whistle", gettext_lazy("By whistle"))]
YES = {"1", "true", "yes", "y", "on"}
NO = {"0", "false", "no", "n", "off"}


class YesNoField(forms.CharField):
    """A switch in an address: `1` or `0`, and the words people and programs use for them."""

    def clean(self, value: Any) -> bool | None:
        said = str(value or "").strip().lower()
        if not said:
            return None
        if said not in YES | NO:
            raise ValidationError(_("Say 1 or 0."))
        return said in YES


class MomentField(forms.CharField):
    """A date, or a date with a time, in ISO 8601; without a zone it is the district's own."""

    def clean(self, value: Any) -> date | datetime | None:
        said = str(value or "").strip()
        if not said:
            return None
        try:
            if len(said) <= 10:  # a date alone: parse_datetime would read it as midnight
                found: date | datetime | None = parse_date(said)
            else:
                found = parse_datetime(said.replace(" ", "+"))
        except ValueError:
            found = None
        if found is None:
            raise ValidationError(_("Give a date such as 2026-11-21."))
        aware = isinstance(found, datetime) and timezone.is_naive(found)
        return timezone.make_aware(found) if aware else found  # type: ignore[arg-type]


class YesNoFilter(df.Filter):
    field_class = YesNoField


class MomentFilter(df.Filter):
    field_class = MomentField


class OneOf(df.ChoiceFilter):
    """One of some choices, or all of them."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(empty_label=gettext_lazy("All"), **kwargs)


class CaseFilters(df.FilterSet):
    """The cases of a list, as one reader asks for them at the moment `at`."""

    q = df.CharFilter(method="by_words", label=gettext_lazy("Number, text or address"))
    number = df.CharFilter(lookup_expr="startswith")
    state = OneOf(method="by_state", choices=STATES, label=gettext_lazy("State"))
    town = df.CharFilter(
        field_name="town",
        label=gettext_lazy("Town"),
        widget=LateSelect(town_choices, gettext_lazy("All")),
    )
    area = df.CharFilter(field_name="area__code", lookup_expr="startswith")
    community = df.CharFilter(field_name="area__code", lookup_expr="startswith")
    category = df.CharFilter(
        field_name="category__code",
        lookup_expr="startswith",
        label=gettext_lazy("Category"),
        widget=LateSelect(category_choices, gettext_lazy("All")),
    )
    channel = OneOf(choices=Case.Channel.choices, label=gettext_lazy("Channel"))
    kind = OneOf(choices=Case.Kind.choices, label=gettext_lazy("Kind"))
    urgency = OneOf(choices=Case.Urgency.choices, label=gettext_lazy("Urgency"))
    received_from = MomentFilter(method="by_start", label=gettext_lazy("Received from"))
    received_to = MomentFilter(method="by_end", label=gettext_lazy("Received to"))
    closed_from = MomentFilter(method="by_other_start", label=gettext_lazy("Ended from"))
    closed_to = MomentFilter(method="by_other_end", label=gettext_lazy("Ended to"))
    problem_from = MomentFilter(method="by_other_start", label=gettext_lazy("Problem case from"))
    problem_to = MomentFilter(method="by_other_end", label=gettext_lazy("Problem case to"))
    breached_from = MomentFilter(method="by_first_missed", label=gettext_lazy("Limit missed from"))
    breached_to = MomentFilter(method="by_last_missed", label=gettext_lazy("Limit missed to"))
    department = df.CharFilter(method="by_department", label=gettext_lazy("Department"))
    route = OneOf(method="by_route", choices=ROUTES, label=gettext_lazy("Route"))
    overdue = YesNoFilter(method="by_overdue", label=gettext_lazy("Overdue"))
    breached = YesNoFilter(method="by_breached", label=gettext_lazy("A limit was missed"))
    charged = YesNoFilter(method="by_charged", label=gettext_lazy("A missed limit is charged"))
    rated = YesNoFilter(method="by_rated", label=gettext_lazy("Valid callback"))
    contacted = YesNoFilter(method="by_answer", label=gettext_lazy("Contacted"))
    resolved = OneOf(
        method="by_answer", choices=Callback.Resolved.choices, label=gettext_lazy("Solved?")
    )
    satisfied = OneOf(
        method="by_answer", choices=Callback.Satisfied.choices, label=gettext_lazy("Satisfied?")
    )
    asked = OneOf(
        method="by_asked",
        choices=[
            ("unreached", gettext_lazy("Nobody was reached")),
            ("awaiting", gettext_lazy("Not asked yet")),
        ],
        label=gettext_lazy("Callback"),
    )
    counted = YesNoFilter(field_name="counted", label=gettext_lazy("Counted in assessments"))
    confidential = YesNoFilter(field_name="confidential", label=gettext_lazy("Confidential"))
    exit = df.CharFilter(field_name="exit", label=gettext_lazy("Classified exit"))
    urged = YesNoFilter(method="by_urged", label=gettext_lazy("Urged"))
    problem = YesNoFilter(method="by_problem", label=gettext_lazy("Problem case"))
    mine = YesNoFilter(method="by_mine", label=gettext_lazy("My open reports"))

    class Meta:
        model = Case
        fields: list[str] = []

    def __init__(self, data: Any, *, reader: User, at: datetime, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.reader, self.at = reader, at

    def found(self) -> QuerySet[Case]:
        """Return the cases asked for, and none where a parameter cannot be read."""
        return self.qs if self.is_valid() else self.queryset.none()

    def by_words(self, rows: QuerySet[Case], name: str, said: str) -> QuerySet[Case]:
        """Search; what is struck out of a text for the reader cannot be found in it either."""
        numbered = Q(number__startswith=said)
        if self.reader.holds(*KEEPERS):
            return rows.filter(numbered | Q(text__icontains=said) | Q(address__icontains=said))
        if _LIKE_A_PHONE.search(said) and not self.reader.holds(Role.OPERATOR):
            return rows.filter(numbered)
        told = Q(text__icontains=said) | Q(address__icontains=said)
        return rows.filter(numbered | (told & Q(confidential=False)))

    def by_state(self, rows: QuerySet[Case], name: str, state: str) -> QuerySet[Case]:
        groups = {OPEN_STATES: OPEN, ENDED_STATES: ENDED}
        return rows.filter(state__in=groups.get(state, (state,)))

    def by_start(self, rows: QuerySet[Case], name: str, start: date | datetime) -> QuerySet[Case]:
        return rows.filter(received_at__gte=_midnight(start))

    def by_end(self, rows: QuerySet[Case], name: str, end: date | datetime) -> QuerySet[Case]:
        return rows.filter(received_at__lt=_end(end))

    def by_other_start(self, rows: QuerySet[Case], name: str, start: Any) -> QuerySet[Case]:
        return rows.filter(**{f"{name.removesuffix('_from')}_at__gte": _midnight(start)})

    def by_other_end(self, rows: QuerySet[Case], name: str, end: Any) -> QuerySet[Case]:
        return rows.filter(**{f"{name.removesuffix('_to')}_at__lt": _end(end)})

    def by_first_missed(self, rows: QuerySet[Case], name: str, start: Any) -> QuerySet[Case]:
        missed = Clock.objects.filter(breached_at__gte=_midnight(start))
        if isinstance(end := self.form.cleaned_data.get("breached_to"), date):
            missed = missed.filter(breached_at__lt=_end(end))
        # By key, not by looking for each case: few limits are missed within a span.
        return rows.filter(pk__in=missed.values("case"))

    def by_last_missed(self, rows: QuerySet[Case], name: str, end: Any) -> QuerySet[Case]:
        if self.form.cleaned_data.get("breached_from"):
            return rows  # both bounds hold of one and the same limit
        return rows.filter(pk__in=Clock.objects.filter(breached_at__lt=_end(end)).values("case"))

    def by_department(self, rows: QuerySet[Case], name: str, code: str) -> QuerySet[Case]:
        return rows.filter(Exists(CaseParty.objects.filter(case=OuterRef("pk"), unit__code=code)))

    def by_route(self, rows: QuerySet[Case], name: str, route: str) -> QuerySet[Case]:
        if route == "self":
            return rows.filter(self_handled=True)
        return rows.filter(
            Exists(CaseParty.objects.filter(case=OuterRef("pk"))), self_handled=False
        )

    def by_overdue(self, rows: QuerySet[Case], name: str, wanted: bool) -> QuerySet[Case]:
        late = Clock.objects.running().of_case_itself().filter(due_at__lt=self.at)
        return _whether(rows, late, wanted)

    def by_breached(self, rows: QuerySet[Case], name: str, wanted: bool) -> QuerySet[Case]:
        return _whether(rows, Clock.objects.filter(breached_at__isnull=False), wanted)

    def by_charged(self, rows: QuerySet[Case], name: str, wanted: bool) -> QuerySet[Case]:
        missed = Clock.objects.filter(breached_at__isnull=False, exempt_at=None)
        return _whether(rows, missed, wanted)

    def by_rated(self, rows: QuerySet[Case], name: str, wanted: bool) -> QuerySet[Case]:
        """What the reporter of a merged case answered is no valid callback: see `assessment.queries.cells`."""
        valid = Callback.objects.filter(outcome=Callback.Outcome.REACHED)
        return _whether(rows, valid.exclude(case__state=State.MERGED), wanted)

    def by_answer(self, rows: QuerySet[Case], name: str, answer: Any) -> QuerySet[Case]:
        reached = Callback.objects.filter(case=OuterRef("pk"), outcome=Callback.Outcome.REACHED)
        last = reached.order_by("-round", "-attempt").values(name)[:1]
        return rows.alias(**{f"last_{name}": Subquery(last)}).filter(**{f"last_{name}": answer})

    def by_asked(self, rows: QuerySet[Case], name: str, wanted: str) -> QuerySet[Case]:
        reached = Callback.objects.filter(case=OuterRef("pk"), outcome=Callback.Outcome.REACHED)
        rows = rows.filter(~Exists(reached), counted=True)
        if wanted == "unreached":
            return rows.filter(callback_given_up=True).exclude(state=State.MERGED)
        return rows.filter(state=State.HANDLED, callable=True, callback_given_up=False)

    def by_urged(self, rows: QuerySet[Case], name: str, wanted: bool) -> QuerySet[Case]:
        """Urged are those still open: what has ended waits for nobody."""
        return rows.filter(urged__gt=0, state__in=OPEN) if wanted else rows.filter(urged=0)

    def by_problem(self, rows: QuerySet[Case], name: str, wanted: bool) -> QuerySet[Case]:
        return rows.filter(problem_at__isnull=not wanted)

    def by_mine(self, rows: QuerySet[Case], name: str, wanted: bool) -> QuerySet[Case]:
        return rows.filter(received_by=self.reader, state__in=OPEN) if wanted else rows


def _whether(rows: QuerySet[Case], those: QuerySet[Any], wanted: bool) -> QuerySet[Case]:
    there = Exists(those.filter(case=OuterRef("pk")))
    return rows.filter(there if wanted else ~there)


def _end(moment: date | datetime) -> datetime:
    """Return the end of a span: a date is included to its last moment."""
    return _midnight(moment if isinstance(moment, datetime) else moment + timedelta(days=1))


def _midnight(moment: date | datetime) -> datetime:
    if isinstance(moment, datetime):
        return moment
    return timezone.make_aware(datetime.combine(moment, time.min))
