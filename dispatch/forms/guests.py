"""The form a guest link is made with, and the steps of a problem as a guest takes them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dispatch.services.guests import MOST_DAYS


class GuestLinkForm(forms.Form):
    """For whom, for how long, and whether by SMS; the service checks again."""

    contact = forms.CharField(
        label=_("For whom"),
        max_length=60,
        help_text=_("Name or post of the person of that unit who gets the link."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    phone = forms.CharField(
        label=_("Phone"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    days = forms.IntegerField(
        label=_("Good for how many days"),
        min_value=1,
        max_value=MOST_DAYS,
        required=False,
        help_text=_("Empty: until a week after the order is due, at most thirty days."),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    send_sms = forms.BooleanField(label=_("Send the link by SMS"), required=False)

    def __init__(self, *args: Any, with_sms: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not with_sms:
            del self.fields["send_sms"]


class ProofForm(forms.Form):
    """What proves that a problem is done: words, photos, or both."""

    evidence = forms.CharField(
        label=_("What proves it"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": 2000}),
    )
