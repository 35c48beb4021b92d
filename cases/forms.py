"""Forms of intake, of every step and of the look at a caller.

They ask; the services judge. What a service refuses comes back into the form by `put_refusal`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from accounts.refusals import BadInput
from cases.models import Case
from cases.queries import category_groups
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
                if isinstance(inside, str)
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


def _category() -> forms.CharField:
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


def _text(label: Any, rows: int = 4, **more: Any) -> forms.CharField:
    area = forms.Textarea({"rows": rows, "data-counter": ""})
    return forms.CharField(label=label, max_length=LONGEST_TEXT, widget=area, **more)


class IntakeForm(PlacedForm):
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
    text = _text(_("What the matter is"), rows=5)
    kind = forms.ChoiceField(
        label=_("Kind"), choices=Case.Kind.choices, widget=forms.RadioSelect, initial="complaint"
    )
    category = _category()
    urgency = forms.ChoiceField(
        label=_("Urgency"), choices=Case.Urgency.choices, widget=forms.RadioSelect, initial="normal"
    )
    channel = forms.ChoiceField(label=_("Channel"), choices=Case.Channel.choices, initial="hotline")
    confidential = forms.BooleanField(
        label=_("Confidential: the handling units never learn who called"), required=False
    )

    def details(self) -> dict[str, Any]:
        """Return what `receive` wants, beside the place."""
        names = (
            "channel",
            "kind",
            "category",
            "text",
            "urgency",
            "caller_name",
            "caller_phone",
            "confidential",
        )
        return {name: self.cleaned_data[name] for name in names}


class GridReportForm(PlacedForm):
    """What a grid worker reports from the street."""

    text = _text(_("What you see"), rows=3)
    category = _category()
    kind = forms.ChoiceField(label=_("Kind"), choices=Case.Kind.choices, initial="help")
    urgency = forms.ChoiceField(
        label=_("Urgency"), choices=Case.Urgency.choices, widget=forms.RadioSelect, initial="normal"
    )

    def details(self) -> dict[str, Any]:
        """Return what `receive` wants, beside the place and the photos."""
        return {name: self.cleaned_data[name] for name in ("kind", "category", "text", "urgency")}


class NoteForm(forms.Form):
    note = _text(_("Note"), rows=2, required=False)


class ResultForm(forms.Form):
    result = _text(_("What was done and found"))


class ReasonForm(forms.Form):
    reason = _text(_("Reason"), rows=3)


class HoldForm(ReasonForm):
    until = forms.DateField(label=_("Until"), widget=forms.DateInput({"type": "date"}))
    field_order = ["until", "reason"]


class MergeForm(forms.Form):
    into = forms.CharField(
        label=_("Number of the case that stays"),
        max_length=24,
        widget=forms.TextInput({"autocomplete": "off", "placeholder": "20260101-000001"}),
    )


class NothingForm(forms.Form):
    """A step that needs no words."""


@dataclass(frozen=True, slots=True)
class StepFace:
    """How a step is offered: its button, what it means, what it asks."""

    label: str | Promise
    icon: str
    meaning: str | Promise
    form: type[forms.Form]
    css: str = ""


STEP_FACES: Mapping[str, StepFace] = {
    "handle": StepFace(
        _("Handle it ourselves"),
        "hand-grab",
        _("The town takes the case itself; no department is summoned."),
        NoteForm,
    ),
    "finish": StepFace(
        _("Finish"),
        "check",
        _("The work is done. The resident is called back next."),
        ResultForm,
        "btn-primary",
    ),
    "hold": StepFace(
        _("Put on hold"),
        "player-pause",
        _("Every clock stands still until the date; then the case runs on by itself."),
        HoldForm,
    ),
    "resume": StepFace(
        _("Resume"), "player-play", _("The clocks run on from now."), NothingForm, "btn-primary"
    ),
    "reject": StepFace(
        _("Do not accept"),
        "ban",
        _("The request is not for us to handle. The caller is owed the reason."),
        ReasonForm,
    ),
    "merge": StepFace(
        _("Merge"),
        "git-merge",
        _("The same matter was reported before: this case ends and stays linked to the other."),
        MergeForm,
    ),
    "reopen": StepFace(
        _("Send back to be redone"),
        "rotate",
        _("The matter is not solved: the case returns to its town in a new round."),
        ReasonForm,
    ),
    "close": StepFace(
        _("Close the case"),
        "circle-check",
        _("Everything is done; the case ends."),
        NoteForm,
        "btn-primary",
    ),
}

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
