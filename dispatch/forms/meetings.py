"""Forms of meetings and of the matters they rule on."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.pickers import MomentField
from cases.forms import category_field, text_field
from dispatch.forms.parties import PartiesForm
from dispatch.models import Meeting, UnclaimedMatter
from dispatch.services.papers import LONGEST_TEXT, LONGEST_TITLE


class RulingSearch(forms.Form):
    """Rulings are cited: found by number and by what they say."""

    q = forms.CharField(
        label=_("Number, matter or ruling"),
        required=False,
        max_length=40,
        widget=forms.SearchInput(attrs={"data-focus-key": "/"}),
    )
    tab = forms.CharField(required=False, widget=forms.HiddenInput)


class MatterForm(forms.Form):
    """A matter that nobody claims."""

    title = forms.CharField(label=_("Matter"), max_length=LONGEST_TITLE)
    text = text_field(
        _("What it is about"), help_text=_("Say who was asked and why each says it is not theirs.")
    )
    category = category_field()


class MeetingForm(forms.Form):
    """When and where, who is in the chair, what is treated."""

    kind = forms.ChoiceField(
        label=_("Kind of meeting"), choices=Meeting.Kind.choices, widget=forms.RadioSelect
    )
    held_at = MomentField(label=_("Held at"))
    place = forms.CharField(label=_("Place"), max_length=200)
    chair = forms.CharField(label=_("Chair"), max_length=60, required=False)
    matters = forms.MultipleChoiceField(
        label=_("On the docket"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, waiting: list[UnclaimedMatter], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(one.pk), f"{one.title}（{one.raised_by}）") for one in waiting]
        self.fields["matters"].choices = choices  # type: ignore[attr-defined]
        if not choices:
            del self.fields["matters"]


class RulingForm(PartiesForm):
    """The ruling on one matter, and what it does to the responsibility list."""

    ruling = text_field(_("Ruling"))
    lasting = forms.BooleanField(
        label=_("Holds for all such matters: write it into the responsibility list"), required=False
    )
    item = forms.CharField(
        label=_("Item of the list that it changes"),
        required=False,
        max_length=12,
        help_text=_("The item's code; empty adds a new item."),
    )


class MinutesForm(forms.Form):
    """How a meeting is closed."""

    present = forms.CharField(
        label=_("Present"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea({"rows": 2}),
    )
    minutes = forms.CharField(
        label=pgettext_lazy("of a meeting", "Minutes"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea({"rows": 6, "data-counter": ""}),
        help_text=_("A paragraph a line. The rulings follow as a table."),
    )
