"""What administrators type for the rules of time, checked before it can count."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.calendars import Content, read_periods
from cases.ladders import BadRung, read_rungs
from cases.models import AdjustmentPolicy, Ladder, WorkHours
from cases.services.policies import UNITS


class DatedForm(forms.ModelForm[Any]):
    """A row in force from one day to another."""

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        first, last = given.get("valid_from"), given.get("valid_to")
        if first and last and last < first:
            self.add_error("valid_to", _("The last day lies before the first."))
        return given


class WorkHoursForm(forms.ModelForm[WorkHours]):
    class Meta:
        model = WorkHours
        fields = ["code", "name", "every_day", "periods", "quiet_from", "source"]
        help_texts = {
            "code": gettext_lazy("Units name it; “office” holds for all that name none."),
            "periods": gettext_lazy(
                'Pairs of begin and end, such as [["08:00", "12:00"], ["14:00", "18:00"]]; '
                "24:00 ends a day."
            ),
            "every_day": gettext_lazy("Holidays and weekends are worked too."),
        }

    def clean_periods(self) -> Any:
        given = self.cleaned_data["periods"]
        try:
            Content(periods=read_periods(given)).build()
        except (TypeError, ValueError) as error:
            text = _("These periods cannot be worked: %(error)s")
            raise ValidationError(text % {"error": error}) from None
        return given


class LadderForm(DatedForm):
    class Meta:
        model = Ladder
        fields = [
            "name",
            "clock",
            "whistle_kind",
            "urgency",
            "rungs",
            "source",
            "valid_from",
            "valid_to",
        ]
        help_texts = {
            "rungs": gettext_lazy(
                "In order: form, share (before the deadline) or after (past it), to, cc, answer, "
                "colour, repeat. Copy a shipped ladder and change it."
            ),
        }

    def clean_rungs(self) -> Any:
        given = self.cleaned_data["rungs"]
        try:
            read_rungs(given)
        except (BadRung, TypeError, AttributeError) as error:
            text = _("The rungs cannot be read: %(error)s")
            raise ValidationError(text % {"error": error}) from None
        return given


class AdjustmentPolicyForm(DatedForm):
    class Meta:
        model = AdjustmentPolicy
        fields = [
            "kind",
            "whistle_kind",
            "urgency",
            "most_times",
            "most_amount",
            "unit",
            "source",
            "valid_from",
            "valid_to",
        ]

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        kind = given.get("kind")
        if kind in UNITS and given.get("unit") != UNITS[kind]:
            text = _("Extensions are measured in workday, holds in natural_day.")
            self.add_error("unit", text)
        return given
