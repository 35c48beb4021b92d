"""What an administrator types on the district's page: a day, a file, a name, words."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import District
from accounts.pickers import DayField
from accounts.terms import TERMS
from config.profiles.reading import read_profile
from config.profiles.shape import Profile, ProfileRefused

LARGEST = 512 * 1024
"""Bytes of a profile's file; the largest shipped one has a tenth of it."""


class PickForm(forms.Form):
    """Ask from which day other limits hold. `text` carries a profile of one's own to the next page."""

    begins = DayField(label=gettext_lazy("Limits, ladders and weights hold from"))
    text = forms.CharField(required=False, widget=forms.HiddenInput, max_length=LARGEST)

    def __init__(self, *args: Any, earliest: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.earliest = earliest
        self.fields["begins"].widget.attrs["min"] = f"{earliest:%F}"
        self.fields["begins"].help_text = _(
            "Levels, kinds and rights hold at once. Clocks that run keep the rule they began with; "
            "the earliest day is %(day)s."
        ) % {"day": f"{earliest:%F}"}

    def clean_begins(self) -> date:
        begins: date = self.cleaned_data["begins"]
        if begins < self.earliest:
            text = _("Clocks run by the rules of today: choose %(day)s or a later day.")
            raise forms.ValidationError(text % {"day": f"{self.earliest:%F}"})
        return begins


class ProfileFileForm(forms.Form):
    """Take a profile of one's own; what is wrong is told by part and row."""

    file = forms.FileField(
        label=gettext_lazy("Profile file (JSON)"),
        widget=forms.ClearableFileInput(attrs={"accept": "application/json,.json"}),
    )
    text = ""
    profile: Profile

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise forms.ValidationError(_("The file is too large."))
        try:
            self.text = file.read().decode("utf-8-sig")
            self.profile = read_profile(self.text)
        except UnicodeDecodeError:
            text = _("The file is not UTF-8 text.")
            raise forms.ValidationError(text) from None
        except ProfileRefused as refusal:
            texts = [str(problem) for problem in refusal.problems[:20]]
            raise forms.ValidationError(texts) from None
        return file


class WordsForm(forms.Form):
    """Ask for the district's name and its own words for things."""

    name = forms.CharField(
        label=gettext_lazy("Name of the district"), max_length=60, required=False
    )

    def __init__(self, *args: Any, district: District, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"name": district.name, **district.terms}
        for code, label in TERMS.items():
            self.fields[code] = forms.CharField(label=str(label), max_length=40, required=False)
