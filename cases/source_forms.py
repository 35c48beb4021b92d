"""Forms of what comes in beside cases: further matters of a call, urging, commendations; filters of their lists."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms import (
    FiledForm,
    LateSelect,
    PlacedForm,
    category_field,
    condition_field,
    text_field,
)
from cases.models import Case, Clue
from cases.queries import accusable_groups
from cases.services.splitting import Matter


class UrgeForm(forms.Form):
    words = forms.CharField(
        label=_("The resident's words"),
        required=False,
        max_length=500,
        widget=forms.Textarea({"rows": 2, "data-counter": ""}),
    )


class MatterForm(FiledForm, PlacedForm):
    """One more matter of a call: the caller is known, the place is the same unless another is chosen."""

    text = text_field(_("What the matter is"), rows=5)
    category = category_field()
    condition = condition_field()
    urgency = forms.ChoiceField(
        label=_("Urgency"), choices=Case.Urgency.choices, widget=forms.RadioSelect
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=Case.Kind.choices, widget=forms.RadioSelect)

    def matter(self) -> Matter:
        """Return the matter; raise `BadInput` where its place cannot be found."""
        names = ("category", "text", "condition", "kind", "urgency")
        given = {name: self.cleaned_data[name] for name in names}
        return Matter(place=self.find(), **given)


class CommendationForm(forms.Form):
    """A resident's praise; the caller is asked for only where no case names them."""

    unit = forms.CharField(
        label=_("Unit praised"),
        max_length=20,
        widget=LateSelect(
            accusable_groups,
            "",
            {
                "data-searchable": "",
                "data-hint": _("Type part of a unit's name"),
                "data-none": _("No unit contains this."),
                "required": True,
            },
        ),
    )
    person = forms.CharField(label=_("Person praised"), required=False, max_length=40)
    text = text_field(_("What is praised"))
    channel = forms.ChoiceField(label=_("Channel"), choices=Case.Channel.choices, initial="hotline")
    caller_name = forms.CharField(
        label=_("Caller's name"),
        required=False,
        max_length=40,
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    caller_phone = forms.CharField(
        label=_("Caller's phone"),
        required=False,
        max_length=24,
        widget=forms.TextInput({"inputmode": "tel", "autocomplete": "off"}),
    )
    case = forms.CharField(required=False, max_length=24, widget=forms.HiddenInput)

    def __init__(self, *args: Any, about: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if about:
            self.fields["case"].initial = about
            for name in ("caller_name", "caller_phone", "channel"):
                del self.fields[name]


class ClueFilterForm(forms.Form):
    source = forms.CharField(label=_("Source"), required=False, max_length=40)
    kind = forms.CharField(label=_("Kind of clue"), required=False, max_length=40)
    state = forms.ChoiceField(
        choices=[("", ""), *Clue.Standing.choices], required=False, widget=forms.HiddenInput
    )


class MonthForm(forms.Form):
    """A month to look at, `2026-11`."""

    month = forms.RegexField(
        r"^\d{4}-(0[1-9]|1[0-2])$",
        label=_("Month"),
        required=False,
        widget=forms.TextInput({"type": "month"}),
    )
