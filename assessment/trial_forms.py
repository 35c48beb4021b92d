"""The form of a trial: a period, and what would be different."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assessment.models import AssessmentPolicy
from cases.models import Case, Category, LimitUnit, TimeLimit
from dispatch.models import Whistle

VERSIONS = 50
"""How many versions of the rules one may choose from, the newest."""


def _weight(label: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, required=False, min_value=0, max_value=100, max_digits=5, decimal_places=2
    )


class TrialForm(forms.Form):
    """Ask what is to be tried; every field but the period may stay empty, and then stays as it is in force.

    The general limits in force stand as rows of their own, `limits`, filled with what holds now.
    """

    period = forms.CharField(label=_("Past period"), max_length=40)
    hours = forms.CharField(
        label=_("Office hours"), required=False, help_text=_("like 08:00-12:00, 14:00-18:00")
    )
    days = forms.CharField(
        label=_("Days that differ"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("one a line: 2026-10-08 rest, or 2026-10-10 work"),
    )
    version = forms.ChoiceField(label=_("Rules of the version"), required=False)
    response = _weight(_("Response, %"))
    resolution = _weight(_("Resolution, %"))
    satisfaction = _weight(_("Satisfaction, %"))
    basic_factor = forms.DecimalField(
        label=_("Factor of “basically satisfied”"),
        required=False,
        min_value=0,
        max_value=1,
        max_digits=4,
        decimal_places=3,
    )
    marks = _weight(_("Department: blower's marks, %"))
    timeliness = _weight(_("Department: timeliness, %"))
    results = _weight(_("Department: results, %"))

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        versions = cast("forms.ChoiceField", self.fields["version"])
        versions.choices = [("", _("those of the period")), *_versions()]
        self.rows = _general_limits(at)
        for row in self.rows:
            self.fields[f"amount_{row.pk}"] = forms.DecimalField(
                initial=row.amount.normalize(),
                min_value=Decimal("0.01"),
                max_digits=8,
                decimal_places=2,
                label=str(row),
                widget=forms.NumberInput({"step": "any", "inputmode": "decimal", "size": 6}),
            )
            self.fields[f"unit_{row.pk}"] = forms.ChoiceField(
                initial=row.unit, choices=LimitUnit.choices, label=_("time unit")
            )

    def limits(self) -> list[tuple[TimeLimit, str, forms.BoundField, forms.BoundField]]:
        """Return each general limit with what it is narrowed to and the fields that stand for it."""
        names = dict(Category.objects.values_list("code", "name"))
        return [
            (row, holds_for(row, names), self[f"amount_{row.pk}"], self[f"unit_{row.pk}"])
            for row in self.rows
        ]

    def changes(self) -> dict[int, tuple[Decimal, str]]:
        """Return amount and unit of every row, by its id."""
        said = self.cleaned_data
        return {row.pk: (said[f"amount_{row.pk}"], said[f"unit_{row.pk}"]) for row in self.rows}


def _versions() -> list[tuple[str, str]]:
    rows = AssessmentPolicy.objects.order_by("-valid_from").values_list("name", "valid_from")
    return [(name, f"{name} · {day:%F}") for name, day in rows[:VERSIONS]]


def _general_limits(at: datetime) -> list[TimeLimit]:
    """Return the limits in force that do not hang on a filing condition: a page of them, not hundreds."""
    day = timezone.localtime(at).date()
    rows = TimeLimit.objects.filter(condition="", valid_from__lte=day).order_by("clock", "pk")
    return [row for row in rows if row.valid_to is None or day <= row.valid_to]


def holds_for(row: TimeLimit, categories: Mapping[str, str]) -> str:
    """Name what a limit is narrowed to; empty where it fits everything."""
    said = [
        dict(Whistle.Kind.choices).get(row.whistle_kind, row.whistle_kind),
        dict(Case.Urgency.choices).get(row.urgency, row.urgency),
        dict(Case.Kind.choices).get(row.case_kind, row.case_kind),
        categories.get(row.category, row.category),
        _("redo") if row.redo else "",
    ]
    return " · ".join(str(word) for word in said if word)
