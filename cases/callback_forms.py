"""Forms of callbacks and of the resident's own rating: the same three questions."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.models import Callback
from cases.satisfaction import Choices
from cases.services.callbacks import Said, not_offered

YES_NO = [("yes", _("Yes")), ("no", _("No"))]
CONTACTED = _("Did the unit contact you?")
RESOLVED = _("Was the matter solved?")
SATISFIED = _("Are you satisfied?")


class AnswersForm(forms.Form):
    """The three questions asked of a resident; `offered` are the answers to the last one."""

    contacted = forms.ChoiceField(label=CONTACTED, choices=YES_NO, widget=forms.RadioSelect)
    resolved = forms.ChoiceField(
        label=RESOLVED, choices=Callback.Resolved.choices, widget=forms.RadioSelect
    )
    satisfied = forms.ChoiceField(label=SATISFIED, widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("In your own words"),
        required=False,
        max_length=1000,
        widget=forms.Textarea({"rows": 3, "data-counter": ""}),
    )

    def __init__(self, *args: Any, offered: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = cast("forms.ChoiceField", self.fields["satisfied"])
        asked.choices = offered
        asked.error_messages["invalid_choice"] = not_offered(offered)

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


def _as_asked_by_an_agent(form: AnswersForm) -> None:
    """Put the questions as somebody notes the answers, each open where the resident was not reached."""
    for name, label in {
        "contacted": _("Contacted by the unit?"),
        "resolved": _("Solved?"),
        "satisfied": _("Satisfied?"),
    }.items():
        form.fields[name].label, form.fields[name].required = label, False
    form.fields["words"].label = _("The resident's words")


class CallbackForm(AnswersForm):
    """One attempt to reach a resident; the questions only where the resident was reached."""

    outcome = forms.ChoiceField(
        label=_("Outcome"), choices=Callback.Outcome.choices, widget=forms.RadioSelect
    )
    then = forms.ChoiceField(
        label=_("And then"), choices=THEN, required=False, widget=forms.RadioSelect
    )
    field_order = ["outcome", "contacted", "resolved", "satisfied", "words", "then"]

    def __init__(self, *args: Any, merged: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _as_asked_by_an_agent(self)
        if merged:  # nothing follows for a case that is followed elsewhere
            del self.fields["then"]

    def clean(self) -> dict[str, Any]:
        """Ask what follows, and only where the resident was reached: else nothing follows yet."""
        given = self.cleaned_data
        if "then" in self.fields and self.reached and not given.get("then"):
            self.add_error("then", gettext("Say what follows."))
        return given

    @property
    def reached(self) -> bool:
        """Tell whether the resident was reached."""
        return self.cleaned_data.get("outcome") == Callback.Outcome.REACHED

    def said(self) -> Said:
        """Return the answers as the services take them."""
        then = self.cleaned_data.get("then", "")
        follows = self.reached and then != LEAVE
        return Said(then=then if follows else "", **self.answers())


class AlsoForm(AnswersForm):
    """The answers about another case of the same call; the outcome of the call is that of the first."""

    spoken = forms.BooleanField(label=_("Spoken of in this call"), required=False, initial=True)
    then = forms.ChoiceField(
        label=_("And then"), choices=THEN, required=False, widget=forms.RadioSelect
    )
    field_order = ["spoken", "contacted", "resolved", "satisfied", "words", "then"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _as_asked_by_an_agent(self)

    def fits(self, *, reached: bool) -> bool:
        """Tell whether what was answered can be taken; where the resident was reached, what follows is asked for."""
        valid = self.is_valid()
        if valid and reached and self.spoken_of and not self.cleaned_data["then"]:
            self.add_error("then", gettext("Say what follows."))
        return not self.errors

    @property
    def spoken_of(self) -> bool:
        return bool(self.cleaned_data.get("spoken"))

    def said(self, *, reached: bool) -> Said:
        """Return the answers as the services take them."""
        then = self.cleaned_data["then"]
        return Said(then=then if reached and then != LEAVE else "", **self.answers())
