"""Forms of reports: the search, what to make, a plan's turn, the period to freeze."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit, User
from assessment import periods
from assessment.models import ReportPlan, Topic
from assessment.queries.reports import FORMS, MONTHS_BACK
from assessment.services.report_papers import SINGLE
from dispatch.models import Paper

MOST_TOPICS = 50


def _forms() -> list[tuple[str, Any]]:
    return [(form.value, form.label) for form in FORMS]


class ReportFilter(forms.Form):
    """Form and period; each may stay empty."""

    form = forms.ChoiceField(label=_("Form"), required=False)
    period = forms.CharField(label=_("Period"), required=False, max_length=40)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        every: list[tuple[str, Any]] = [("", _("All"))]
        self.fields["form"].choices = every + _forms()  # type: ignore[attr-defined]
        self.fields["period"].widget.attrs["placeholder"] = "2026-10"

    def criteria(self) -> dict[str, str]:
        """Return what is searched for; a choice that does not exist narrows nothing."""
        return {name: self.cleaned_data.get(name, "").strip() for name in ("form", "period")}


class ReportForm(forms.Form):
    """What report to make: its form, its period, the unit or topic it is about, who reads it."""

    form = forms.ChoiceField(label=_("Form"), choices=_forms)
    period = forms.CharField(
        label=_("Period"),
        required=False,
        max_length=40,
        widget=forms.TextInput({"list": "periods"}),
        help_text=_(
            "A month 2026-10, a quarter 2026-Q3, a year 2026, a named period; a week 2026-W47 for the docket."
        ),
    )
    subject = forms.ChoiceField(
        label=_("Unit or topic"),
        required=False,
        help_text=_("For sheets and topic reports. Empty: a sheet for every unit with figures."),
    )
    to_all = forms.BooleanField(
        label=_("Publish to the whole district"),
        required=False,
        help_text=_(
            "Otherwise only the district's desks read it, and the units it is addressed to."
        ),
    )

    def __init__(self, *args: Any, reader: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["subject"].choices = _subjects(reader)  # type: ignore[attr-defined]


def _subjects(reader: User) -> list[tuple[str, Any]]:
    """Return the units that have sheets and the topics, in groups; three queries."""

    def units(form: Paper.Form) -> list[tuple[str, str]]:
        rows = Unit.objects.filter(kind__in=SINGLE[form][1], active=True).order_by("code")
        return [(unit.code, str(unit)) for unit in rows]

    topics = Topic.objects.visible_to(reader).order_by("-opened_at", "-pk")[:MOST_TOPICS]
    groups: list[tuple[Any, list[tuple[str, str]]]] = [
        (_("Departments and companies"), units(Paper.Form.UNIT)),
        (_("Towns"), units(Paper.Form.TOWN)),
        (_("Topics"), [(topic.number, f"{topic.number} {topic.title}") for topic in topics]),
    ]
    return [("", _("Every unit")), *((name, rows) for name, rows in groups if rows)]


def periods_on_offer(at: datetime) -> list[str]:
    """Return the names of the periods that are asked for most: this month and those before, this year."""
    span: periods.Span | None = periods.running_month(at)
    found: list[str] = []
    while span is not None and len(found) < MONTHS_BACK:
        found.append(span.name)
        span, _after = periods.neighbours(span)
    return [*found, found[0][:4], str(int(found[0][:4]) - 1)]


class PlanForm(forms.Form):
    """When a plan has its turn, and whether it is in use."""

    day = forms.IntegerField(label=_("Day"), min_value=1)
    hour = forms.IntegerField(label=_("Hour"), min_value=0, max_value=23)
    active = forms.BooleanField(label=_("In use"), required=False)

    def __init__(self, data: Any, *, plan: ReportPlan) -> None:
        kept = {"day": plan.day, "hour": plan.hour, "active": plan.active}
        super().__init__(data, initial=kept, prefix=f"plan{plan.pk}")
        self.plan = plan
        most = 7 if plan.every == ReportPlan.Every.WEEK else 28
        day = self.fields["day"]
        day.max_value = most  # type: ignore[attr-defined]
        day.widget.attrs["max"] = str(most)


class FreezeForm(forms.Form):
    """The period to freeze, of those that are over and not frozen."""

    period = forms.ChoiceField(label=_("Period"))

    def __init__(self, *args: Any, offered: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["period"].choices = [(name, name) for name in offered]  # type: ignore[attr-defined]
