"""Forms of callbacks and of the resident's own rating: the same three questions."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.models import Callback

YES_NO = [("yes", _("Yes")), ("no", _("No"))]
CONTACTED = _("Did the unit contact you?")
RESOLVED = _("Was the matter solved?")
SATISFIED = _("Are you satisfied?")


class AnswersForm(forms.Form):
    """The three questions asked of a resident."""

    contacted = forms.ChoiceField(label=CONTACTED, choices=YES_NO, widget=forms.RadioSelect)
    resolved = forms.ChoiceField(
        label=RESOLVED, choices=Callback.Resolved.choices, widget=forms.RadioSelect
    )
    satisfied = forms.ChoiceField(
        label=SATISFIED, choices=Callback.Satisfied.choices, widget=forms.RadioSelect
    )
    words = forms.CharField(
        label=_("In your own words"),
        required=False,
        max_length=1000,
        widget=forms.Textarea({"rows": 3, "data-counter": ""}),
    )

    def answers(self) -> dict[str, Any]:
        """Return the answers as the services take them; a question not asked is left open."""
        given = self.cleaned_data
        said = given["contacted"]
        return {
            "contacted": None if not said else said == "yes",
            "resolved": given["resolved"],
            "satisfied": given["satisfied"],
            "words": given["words"],
        }


LEAVE = "leave"
THEN = [
    ("close", _("Close the case")),
    ("reopen", _("Send back to be redone")),
    (LEAVE, _("Leave it rated")),
]


class CallbackForm(AnswersForm):
    """One attempt to reach a resident; the questions only where the resident was reached."""

    outcome = forms.ChoiceField(
        label=_("Outcome"), choices=Callback.Outcome.choices, widget=forms.RadioSelect
    )
    then = forms.ChoiceField(
        label=_("And then"), choices=THEN, required=False, widget=forms.RadioSelect
    )
    field_order = ["outcome", "contacted", "resolved", "satisfied", "words", "then"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("contacted", "resolved", "satisfied"):
            self.fields[name].required = False
        self.fields["words"].label = _("The resident's words")
        self.fields["contacted"].label = _("Contacted by the unit?")
        self.fields["resolved"].label = _("Solved?")
        self.fields["satisfied"].label = _("Satisfied?")

    def clean(self) -> dict[str, Any]:
        """Ask what follows, and only where the resident was reached: else nothing follows yet."""
        given = self.cleaned_data
        reached = given.get("outcome") == Callback.Outcome.REACHED
        if reached and not given.get("then"):
            self.add_error("then", gettext("Say what follows."))
        return given

    def attempt(self) -> dict[str, Any]:
        """Return what `record_callback` wants."""
        given = self.cleaned_data
        follows = given["outcome"] == Callback.Outcome.REACHED and given["then"] != LEAVE
        return {
            "outcome": given["outcome"],
            "then": given["then"] if follows else "",
            **self.answers(),
        }
