"""Forms of the grids' daily life. They ask; the services judge."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.pickers import DayField, MomentField
from accounts.refusals import BadInput
from grids.services.diary import LONGEST_ENTRY
from grids.services.duty import MOST_WEEKS


def put_refusal(form: forms.Form, refusal: BadInput) -> None:
    """Put a service's refusal beside the fields it names; what has no field stands above the form."""
    for name, texts in refusal.fields.items():
        form.add_error(name if name in form.fields else None, list(texts))


def words(label: Any, most: int, rows: int = 4, **more: Any) -> forms.CharField:
    """Return a field for words of several lines, with a counter."""
    area = forms.Textarea({"rows": rows, "data-counter": ""})
    return forms.CharField(label=label, max_length=most, widget=area, **more)


def _offer(form: forms.Form, name: str, choices: Sequence[tuple[Any, str]]) -> None:
    form.fields[name].choices = choices  # type: ignore[attr-defined]


class ShiftForm(forms.Form):
    area = forms.ChoiceField(label=_("Grid"))
    user = forms.TypedChoiceField(label=_("Who"), coerce=int)
    starts_at = MomentField(label=_("Begins at"))
    ends_at = MomentField(label=_("Ends at"))
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(
        self,
        *args: Any,
        areas: Sequence[tuple[str, str]],
        people: Sequence[tuple[int, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "area", areas)
        _offer(self, "user", people)


class CopyWeekForm(forms.Form):
    weeks = forms.IntegerField(label=_("Weeks ahead"), min_value=1, max_value=MOST_WEEKS, initial=4)


class DiaryForm(forms.Form):
    area = forms.ChoiceField(label=_("Grid"))
    household = forms.CharField(
        label=_("Whom visited"),
        max_length=80,
        required=False,
        help_text=_("House and door, or the name they go by; seen by your head and nobody beside."),
    )
    text = words(_("What was heard and seen"), LONGEST_ENTRY)
    visited_at = MomentField(label=_("When"), required=False, help_text=_("Empty means now."))

    def __init__(self, *args: Any, areas: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "area", areas)


class HeadForm(forms.Form):
    area = forms.ChoiceField(label=_("Grid or microgrid"))
    building = forms.CharField(label=_("Building"), max_length=60)
    name = forms.CharField(label=_("Name"), max_length=40)
    phone = forms.CharField(
        label=_("Phone"),
        max_length=20,
        required=False,
        widget=forms.TextInput({"inputmode": "tel", "autocomplete": "off"}),
    )
    households = forms.IntegerField(
        label=_("Households"), min_value=1, max_value=9999, required=False
    )
    elected_on = DayField(label=_("Elected on"))

    def __init__(self, *args: Any, areas: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "area", areas)


class TeamForm(forms.Form):
    area = forms.ChoiceField(label=_("Area"))
    name = forms.CharField(label=_("Name of the team"), max_length=60)
    leader = forms.CharField(label=_("Leader"), max_length=40, required=False)
    phone = forms.CharField(
        label=_("Phone"),
        max_length=20,
        required=False,
        widget=forms.TextInput({"inputmode": "tel", "autocomplete": "off"}),
    )
    members = forms.IntegerField(label=_("Members"), min_value=0, max_value=9999, initial=0)
    active = forms.BooleanField(label=_("Active"), required=False, initial=True)

    def __init__(self, *args: Any, areas: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "area", areas)


class ServiceForm(forms.Form):
    team = forms.TypedChoiceField(label=_("Team"), coerce=int)
    title = forms.CharField(label=_("What was done"), max_length=120)
    began_at = MomentField(label=_("Began at"))
    hours = forms.DecimalField(label=_("Hours each"), max_digits=5, decimal_places=2, min_value=0)
    people = forms.IntegerField(label=_("People"), min_value=1, max_value=9999)

    def __init__(self, *args: Any, teams: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "team", teams)
