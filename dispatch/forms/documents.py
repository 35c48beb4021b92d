"""What documents are searched by, and the form of an answer."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dispatch.models import Document
from dispatch.queries.documents import addressed_units
from dispatch.services.documents import LONGEST_ANSWER
from dispatch.wording import STANDINGS


class DocumentFilter(forms.Form):
    """Form, colour, answer and unit; each may stay empty."""

    q = forms.CharField(
        label=_("Document number"),
        required=False,
        max_length=40,
        widget=forms.SearchInput(attrs={"data-focus-key": "/"}),
    )
    form = forms.ChoiceField(label=_("Form"), required=False)
    colour = forms.ChoiceField(label=_("Colour"), required=False)
    standing = forms.ChoiceField(label=_("Answer"), required=False)
    unit = forms.ChoiceField(label=_("Addressed to"), required=False)
    tab = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        every: list[Any] = [("", _("All"))]
        answers = [(standing.value, words.label) for standing, words in STANDINGS.items()]
        narrowing: dict[str, list[Any]] = {
            "form": Document.Form.choices,
            "colour": Document.Colour.choices,
            "standing": answers,
            "unit": [(unit.code, str(unit)) for unit in addressed_units()],
        }
        for name, choices in narrowing.items():
            self.fields[name].choices = [*every, *choices]  # type: ignore[attr-defined]

    def criteria(self) -> dict[str, str]:
        """Return what is searched for; a choice that does not exist narrows nothing."""
        given = self.cleaned_data
        names = ("q", "form", "colour", "standing", "unit")
        return {name: given.get(name, "").strip() for name in names}


class AnswerForm(forms.Form):
    """The unit's answer: why it was late, what was done, when it will be finished."""

    text = forms.CharField(
        label=_("Answer"),
        max_length=LONGEST_ANSWER,
        help_text=_("Why it is late, what has been done, and when it will be finished."),
        widget=forms.Textarea(attrs={"rows": 6, "maxlength": LONGEST_ANSWER}),
    )
