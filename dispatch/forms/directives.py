"""Forms of directives: the search, the directive itself, what is entered on it, the bulletin."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.pickers import MomentField
from cases.forms import text_field
from cases.queries import town_choices
from dispatch.forms.parties import PartiesForm
from dispatch.models import Directive, Paper
from dispatch.queries.directives import LATE, lead_units
from dispatch.services.papers import LONGEST_TEXT, LONGEST_TITLE


class DirectiveFilter(forms.Form):
    """Words, state and lead unit; each may stay empty."""

    q = forms.CharField(
        label=_("Number or task"),
        required=False,
        max_length=40,
        widget=forms.SearchInput(attrs={"data-focus-key": "/"}),
    )
    state = forms.ChoiceField(label=_("State"), required=False)
    unit = forms.ChoiceField(label=_("Lead"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        every: list[Any] = [("", _("All"))]
        states: list[Any] = [*every, (LATE, _("Overdue")), *Directive.State.choices]
        self.fields["state"].choices = states  # type: ignore[attr-defined]
        leads = [(unit.code, str(unit)) for unit in lead_units()]
        self.fields["unit"].choices = every + leads  # type: ignore[attr-defined]

    def criteria(self) -> dict[str, str]:
        """Return what is searched for; a choice that does not exist narrows nothing."""
        given = self.cleaned_data
        return {name: given.get(name, "").strip() for name in ("q", "state", "unit")}


class DirectiveForm(PartiesForm):
    """What is to be done, by whom, on which path, by when."""

    title = forms.CharField(label=_("Title"), max_length=LONGEST_TITLE)
    text = text_field(_("What is to be done"))
    path = text_field(_("Path"), help_text=_("One step a line, in their order; at most twelve."))
    due_at = MomentField(label=_("To be done by"), required=False)
    workdays = forms.DecimalField(
        label=_("or within so many workdays"), required=False, min_value=0, max_value=120
    )
    town = forms.ChoiceField(
        label=_("Town concerned"),
        required=False,
        help_text=_("The leader in charge of this town follows the directive."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        towns = [("", _("By the case or the lead")), *town_choices()]
        self.fields["town"].choices = towns  # type: ignore[attr-defined]


class EntryForm(forms.Form):
    """What is said of a directive's course; the button says which step it is."""

    text = text_field(_("What is to be said"), rows=3)
    percent = forms.IntegerField(
        label=_("Done, percent"), required=False, min_value=0, max_value=100
    )
    lon = forms.FloatField(required=False, widget=forms.HiddenInput, min_value=-180, max_value=180)
    lat = forms.FloatField(required=False, widget=forms.HiddenInput, min_value=-90, max_value=90)
    kind = forms.CharField(widget=forms.HiddenInput)


class BulletinForm(forms.Form):
    """The inspection bulletin: the supervisor's own words, and the directives it speaks of."""

    title = forms.CharField(label=_("Title"), max_length=LONGEST_TITLE)
    text = forms.CharField(
        label=_("Text"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea({"rows": 8, "data-counter": ""}),
        help_text=_("A paragraph a line. The directives chosen follow as a table."),
    )
    directives = forms.MultipleChoiceField(label=_("Directives"), required=False)

    def __init__(self, *args: Any, chosen_from: list[Directive], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(one.pk), one.title) for one in chosen_from]
        self.fields["directives"].choices = choices  # type: ignore[attr-defined]


class PaperFilter(forms.Form):
    """Words and form of papers; each may stay empty."""

    q = forms.CharField(
        label=_("Number, title or text"),
        required=False,
        max_length=40,
        widget=forms.SearchInput(attrs={"data-focus-key": "/"}),
    )
    form = forms.ChoiceField(label=_("Form"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        forms_ = [("", _("All")), *Paper.Form.choices]
        self.fields["form"].choices = forms_  # type: ignore[attr-defined]

    def criteria(self) -> dict[str, str]:
        """Return what is searched for; a choice that does not exist narrows nothing."""
        return {name: self.cleaned_data.get(name, "").strip() for name in ("q", "form")}
