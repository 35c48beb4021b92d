"""What each step of an order asks for. The services check again; here people get their words back."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from dispatch.forms.cites import CitesField

YES, NO = "yes", "no"


def _text(label: Any, *, required: bool = True, rows: int = 3, **attrs: Any) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": rows, "maxlength": 2000, **attrs})
    return forms.CharField(label=label, required=required, max_length=2000, widget=area)


class StepForm(forms.Form):
    """A step that asks for nothing."""

    photos = False
    position = False
    precedents = False

    def details(self) -> dict[str, Any]:
        """Return what the service takes, by name."""
        return dict(self.cleaned_data)


class ReportInForm(StepForm):
    photos = position = True
    lon = forms.FloatField(required=False, min_value=-180, max_value=180, widget=forms.HiddenInput)
    lat = forms.FloatField(required=False, min_value=-90, max_value=90, widget=forms.HiddenInput)
    arrived = forms.CharField(
        label=_("Who came"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    note = _text(_("What was found on arrival"), required=False, rows=2)
    device_at = forms.DateTimeField(
        required=False, input_formats=["%Y-%m-%dT%H:%M:%S.%fZ"], widget=forms.HiddenInput
    )
    accuracy_m = forms.IntegerField(
        required=False, min_value=0, max_value=10_000_000, widget=forms.HiddenInput
    )

    def clean_device_at(self) -> datetime | None:
        """Read the device's clock, which tells the time at Greenwich."""
        at: datetime | None = self.cleaned_data["device_at"]
        return at.replace(tzinfo=UTC) if at else None


class ProgressForm(StepForm):
    photos = True
    note = _text(_("How the work goes on"))


class FinishForm(StepForm):
    photos = True
    result = _text(_("What was done and found"), rows=4)


class ObjectForm(StepForm):
    photos = precedents = True
    reason = _text(_("Why this is not your unit's matter, and whose it is"))
    evidence = _text(
        _("Evidence"),
        required=False,
        rows=2,
        placeholder=_("Register, boundary, contract, list item: what proves it"),
    )
    cites = CitesField()


class ExtendForm(StepForm):
    limit = forms.DecimalField(
        label=_("Workdays more"),
        min_value=Decimal("0.5"),
        max_digits=4,
        decimal_places=1,
        initial=Decimal(3),
        widget=forms.NumberInput(attrs={"step": "0.5", "inputmode": "decimal"}),
    )
    reason = _text(_("Why the time is too short"))


class AskLeaveForm(StepForm):
    reason = forms.CharField(
        label=_("Why you must leave before it is done, and who comes back when"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": 300}),
    )


class GrantLeaveForm(StepForm):
    note = _text(_("Remark"), required=False, rows=2)


class RefuseLeaveForm(StepForm):
    reason = _text(_("Why the unit is to stay"), rows=2)


class AcceptForm(StepForm):
    note = _text(_("Remark"), required=False, rows=2)


class SendBackForm(StepForm):
    reason = _text(_("What is missing"))


class WithdrawForm(StepForm):
    reason = _text(_("Reason"), required=False, rows=2)


class RuleForm(StepForm):
    """The centre's ruling on an objection, or on a request for more time."""

    upheld = forms.ChoiceField(label=_("Ruling"), widget=forms.RadioSelect)
    new_unit = forms.ChoiceField(
        label=_("Give the order to"),
        required=False,
        help_text=_(
            "Empty: nobody takes the place; where the lead leaves, an assisting unit leads."
        ),
    )
    reason = _text(_("Reason of the ruling"))
    cites = CitesField()
    precedents = True

    def __init__(self, *args: Any, objection: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        yes, no = (
            _("Uphold: not theirs"),
            _("Overrule: it stays theirs, without a second objection"),
        )
        if not objection:
            yes, no = _("Grant"), _("Refuse")
            del self.fields["new_unit"], self.fields["cites"]
            self.precedents = False
        self.fields["upheld"].choices = [(YES, yes), (NO, no)]  # type: ignore[attr-defined]
        if objection:
            self.fields["new_unit"].choices = [("", "—"), *unit_choices()]  # type: ignore[attr-defined]

    def details(self) -> dict[str, Any]:
        return self.cleaned_data | {"upheld": self.cleaned_data["upheld"] == YES}


def unit_choices() -> list[tuple[str, str]]:
    """Return the units that may be summoned, departments first; one query."""
    units = Unit.objects.summonable().order_by("-kind", "pk")
    return [(unit.code, str(unit)) for unit in units]


FORMS: dict[str, type[StepForm]] = {
    "acknowledge": StepForm,
    "report_in": ReportInForm,
    "progress": ProgressForm,
    "finish": FinishForm,
    "object": ObjectForm,
    "extend": ExtendForm,
    "leave": StepForm,
    "ask_leave": AskLeaveForm,
    "grant_leave": GrantLeaveForm,
    "refuse_leave": RefuseLeaveForm,
    "accept": AcceptForm,
    "send_back": SendBackForm,
    "withdraw": WithdrawForm,
}
"""The form of each public step."""
