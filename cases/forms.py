"""Forms of intake and of the look at a caller.

They ask; the services judge. What a service refuses comes back into the form by `put_refusal`.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from accounts.refusals import BadInput
from cases.filing import condition_groups
from cases.models import Case
from cases.queries import accusable_groups, category_groups
from cases.services.filing import NOBODY
from cases.services.intake import LONGEST_TEXT
from grids.places import Place, find_place

PLACE_FIELDS = ("place", "area", "lon", "lat")


class LateSelect(forms.Select):
    """A select whose options are read each time it is drawn; the service judges what comes back."""

    def __init__(
        self,
        source: Callable[[], list[tuple[str, Any]]],
        everything: Any = "",
        attrs: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(attrs)
        self.source, self.everything = source, everything

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Draw the select. Two hundred options by template would take longer than the rest of a page."""
        context = self.get_context(name, None, attrs)["widget"]["attrs"]
        css = "form-select is-invalid" if context.get("aria-invalid") else "form-select"
        chosen = str(value or "")
        options = [_option(("", self.everything), chosen)]
        for key, inside in self.source():
            options.append(
                _option((key, inside), chosen)
                if isinstance(inside, str | Promise)
                else _group(key, inside, chosen)
            )
        return format_html(
            '<select name="{}"{}>{}</select>',
            name,
            flatatt({**context, "class": css}),
            mark_safe("".join(options)),  # noqa: S308 - each made by format_html
        )


def _option(choice: tuple[str, Any], chosen: str) -> SafeString:
    value, label = choice
    mark = mark_safe(" selected") if value == chosen else ""
    return format_html('<option value="{}"{}>{}</option>', value, mark, label)


def _group(label: str, choices: list[tuple[str, str]], chosen: str) -> SafeString:
    inside = mark_safe("".join(_option(choice, chosen) for choice in choices))  # noqa: S308
    return format_html('<optgroup label="{}">{}</optgroup>', label, inside)


def put_refusal(form: forms.Form, refusal: BadInput) -> None:
    """Put a service's refusal beside the fields it names; what has no field stands above the form."""
    for name, texts in refusal.fields.items():
        form.add_error(name if name in form.fields else None, list(texts))


class FiledForm(forms.Form):
    """A form with a category and, once that is known, one of its filing conditions."""

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        category = str(self["category"].value() or "")
        self.conditions = condition_groups(category, at)
        field = self.fields["condition"]
        field.widget = LateSelect(lambda: self.conditions, _("No condition chosen"))


def condition_field() -> forms.CharField:
    """Return the choice of a filing condition, known once the category is."""
    return forms.CharField(
        label=_("Filing condition"),
        required=False,
        max_length=12,
        help_text=_("What exactly is wrong; it decides how long the work may take."),
    )


class PlacedForm(forms.Form):
    """A form with a place: an area picked or clicked, a position, or words that name an area."""

    place = forms.CharField(required=False, max_length=200)
    area = forms.CharField(required=False, max_length=17, widget=forms.HiddenInput)
    lon = forms.FloatField(required=False, min_value=-180, max_value=180, widget=forms.HiddenInput)
    lat = forms.FloatField(required=False, min_value=-90, max_value=90, widget=forms.HiddenInput)
    address = forms.CharField(
        label=_("Precise place"),
        required=False,
        max_length=200,
        help_text=_("Building, door, what stands beside it: kept word for word."),
    )

    def find(self) -> Place:
        """Return the place meant. Raise `BadInput` where none can be found."""
        given = self.cleaned_data
        picked = bool(given["area"]) or given["lon"] is not None
        typed = given["place"].strip()
        if not picked and not typed:
            return find_place(address=given["address"])
        words = given["address"] if picked else f"{typed} {given['address']}".strip()
        return find_place(area=given["area"], lon=given["lon"], lat=given["lat"], address=words)

    @property
    def place_errors(self) -> list[str]:
        """Return what is wrong with the place, whichever of its fields it was found in."""
        return [str(text) for name in PLACE_FIELDS for text in self.errors.get(name, [])]


def put_place_refusal(form: PlacedForm, refusal: BadInput) -> None:
    """Put a refusal of the place beside the place, whichever of its parts it names."""
    form.add_error("place", [text for texts in refusal.fields.values() for text in texts])


def category_field() -> forms.CharField:
    """Return the choice of a second-level category; searched by name."""
    return forms.CharField(
        label=_("Category"),
        widget=LateSelect(
            category_groups,
            "",
            {
                "data-searchable": "",
                "data-hint": _("Type part of a category"),
                "data-none": _("No category contains this."),
                "required": True,
            },
        ),
    )


def text_field(label: Any, rows: int = 4, **more: Any) -> forms.CharField:
    """Return a field for words of several lines, with a counter."""
    area = forms.Textarea({"rows": rows, "data-counter": ""})
    return forms.CharField(label=label, max_length=LONGEST_TEXT, widget=area, **more)


def accused_select(everything: Any, *, nobody: bool = False) -> LateSelect:
    """Return the choice of a unit that is complained of, searched by name; with `nobody` none is one."""
    hints = {"data-searchable": "", "data-hint": _("Type part of a unit's name")}
    none = {"data-none": _("No unit contains this.")}
    first: list[tuple[str, Any]] = [(NOBODY, _("No unit is complained of"))] if nobody else []
    return LateSelect(lambda: first + accusable_groups(), everything, hints | none)


class IntakeForm(FiledForm, PlacedForm):
    """What an operator notes during a call, in the order in which a caller tells it."""

    caller_phone = forms.CharField(
        label=_("Caller's phone"),
        required=False,
        max_length=24,
        widget=forms.TextInput(
            {
                "autofocus": True,
                "inputmode": "tel",
                "autocomplete": "off",
                "data-no-draft": "",
                "data-focus-key": "/",
            }
        ),
    )
    caller_name = forms.CharField(
        label=_("Caller's name"),
        required=False,
        max_length=40,
        widget=forms.TextInput({"autocomplete": "off", "data-no-draft": ""}),
    )
    text = text_field(_("What the matter is"), rows=5)
    kind = forms.ChoiceField(
        label=_("Kind"), choices=Case.Kind.choices, widget=forms.RadioSelect, initial="complaint"
    )
    category = category_field()
    condition = condition_field()
    urgency = forms.ChoiceField(
        label=_("Urgency"), choices=Case.Urgency.choices, widget=forms.RadioSelect, initial="normal"
    )
    channel = forms.ChoiceField(label=_("Channel"), choices=Case.Channel.choices, initial="hotline")
    accused = forms.CharField(
        label=_("Unit complained of"),
        required=False,
        max_length=20,
        help_text=_(
            "For complaints and reports; a unit neither sees nor handles a report about it."
        ),
        widget=accused_select(""),
    )
    confidential = forms.BooleanField(
        label=_("Confidential: the handling units never learn who called"), required=False
    )

    def details(self) -> dict[str, Any]:
        """Return what `receive` wants, beside the place."""
        names = (
            "channel",
            "kind",
            "category",
            "condition",
            "text",
            "urgency",
            "caller_name",
            "caller_phone",
            "confidential",
            "accused",
        )
        return {name: self.cleaned_data[name] for name in names}


class GridReportForm(FiledForm, PlacedForm):
    """What a grid worker reports from the street."""

    text = text_field(_("What you see"), rows=3)
    category = category_field()
    condition = condition_field()
    kind = forms.ChoiceField(label=_("Kind"), choices=Case.Kind.choices, initial="help")
    urgency = forms.ChoiceField(
        label=_("Urgency"), choices=Case.Urgency.choices, widget=forms.RadioSelect, initial="normal"
    )

    def details(self) -> dict[str, Any]:
        """Return what `receive` wants, beside the place and the photos."""
        names = ("kind", "category", "condition", "text", "urgency")
        return {name: self.cleaned_data[name] for name in names}


PURPOSES = [
    _("Call the resident back"),
    _("Arrange the visit or the repair"),
    _("Ask for what is missing"),
    _("Verify the result"),
    _("Other duty"),
]


class PurposeForm(forms.Form):
    """Why somebody looks at a caller."""

    purpose = forms.ChoiceField(label=_("Purpose"), choices=[("", "")] + [(p, p) for p in PURPOSES])
