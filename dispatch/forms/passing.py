"""The form a matter is passed up with."""

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms import text_field


class PassUpForm(forms.Form):
    """Why this level cannot solve it."""

    reason = text_field(
        _("Why this level cannot solve it"),
        rows=4,
    )
