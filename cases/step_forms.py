"""How every step of a case is offered: its button, what it means, what it asks."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.pickers import DayField
from cases.exits import exits
from cases.forms import accused_select, text_field
from cases.lifecycle import Contact
from cases.models import Case, Clue, ExitKind
from cases.queries import category_groups


class NoteForm(forms.Form):
    note = text_field(_("Note"), rows=2, required=False)


class ResultForm(forms.Form):
    result = text_field(_("What was done and found"))


class ReasonForm(forms.Form):
    reason = text_field(_("Reason"), rows=3)


class HoldForm(ReasonForm):
    until = DayField(label=_("Until"))
    field_order = ["until", "reason"]


class ContactForm(forms.Form):
    how = forms.ChoiceField(
        label=_("How"), choices=Contact.choices, widget=forms.RadioSelect, initial=Contact.PHONE
    )
    note = text_field(_("Note"), rows=2, required=False)


class CorrectForm(ReasonForm):
    """What may be put right; what is left empty stays as it is."""

    category = forms.ChoiceField(label=_("Category"), required=False)
    condition = forms.CharField(
        label=_("Filing condition"),
        required=False,
        max_length=12,
        help_text=_("Its code, such as E0101-1; empty where none fits"),
    )
    urgency = forms.ChoiceField(label=_("Urgency"), required=False)
    kind = forms.ChoiceField(label=_("Kind of request"), required=False)
    accused = forms.CharField(
        label=_("Unit complained of"),
        required=False,
        max_length=20,
        widget=accused_select(_("as it is"), nobody=True),
    )
    field_order = ["category", "condition", "urgency", "kind", "accused", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: dict[str, list[Any]] = {
            "category": [*category_groups()],
            "urgency": [*Case.Urgency.choices],
            "kind": [*Case.Kind.choices],
        }
        for name, known in choices.items():
            self.fields[name].choices = [("", _("as it is")), *known]  # type: ignore[attr-defined]


class AskExtensionForm(ReasonForm):
    limit = forms.DecimalField(
        label=_("Workdays more"),
        min_value=Decimal("0.5"),
        max_digits=5,
        decimal_places=2,
        widget=forms.NumberInput({"step": "0.5", "inputmode": "decimal"}),
    )
    field_order = ["limit", "reason"]


class RulingForm(forms.Form):
    """The centre's answer to a request."""

    granted = forms.TypedChoiceField(
        label=_("Ruling"),
        choices=[("1", _("Grant")), ("0", _("Refuse"))],
        coerce=lambda said: said == "1",
        widget=forms.RadioSelect,
    )
    reason = text_field(_("Reason of the ruling"), rows=2)


class ExitChoice(forms.RadioSelect):
    """The classified exits, one below the other, each with what it means."""

    template_name = "cases/_exits.html"


class RejectForm(ReasonForm):
    """By which exit and why. What is told to the caller at once is the reason and the answer in one."""

    exit = forms.ChoiceField(label=_("By which exit"), widget=ExitChoice)
    same_as = forms.CharField(
        label=_("Number of the case that the matter is handled under"),
        required=False,
        max_length=24,
        help_text=_("Needed for T3: the call is noted with that case as urging."),
        widget=forms.TextInput({"autocomplete": "off", "placeholder": "20260101-000001"}),
    )
    field_order = ["exit", "same_as", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["exit"].choices = [(one.code, _exit_words(one)) for one in exits()]  # type: ignore[attr-defined]
        self.fields["reason"].label = _("Reason, or the answer given")
        if not exits():
            del self.fields["exit"]


def _exit_words(exit_: ExitKind) -> SafeString:
    return format_html(
        '<strong>{}</strong> <span class="muted">{}{}{}</span>',
        exit_,
        exit_.applies,
        "。" if exit_.applies else "",
        exit_.action,
    )


def _outcome_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("What the source of the clue is told"),
        choices=[("", _("what follows from the step")), *Clue.Outcome.choices],
        required=False,
    )


class RejectClueForm(RejectForm):
    outcome = _outcome_field()


class CloseClueForm(NoteForm):
    outcome = _outcome_field()


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
    "contact": StepFace(
        _("Record the contact"),
        "phone",
        _("The resident was spoken to, or could not be reached; then the time limit runs on."),
        ContactForm,
    ),
    "ask_extension": StepFace(
        _("Ask for more time"),
        "hourglass-empty",
        _("The centre rules. Until it does, the time limit runs on."),
        AskExtensionForm,
    ),
    "ask_hold": StepFace(
        _("Ask for a hold"),
        "clock-pause",
        _("For what cannot be done before a date. The centre rules; until then nothing pauses."),
        HoldForm,
    ),
    "correct": StepFace(
        _("Correct"),
        "edit",
        _("Category, urgency or kind were taken down wrong. The time limits follow."),
        CorrectForm,
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
        _("The request leaves by a classified exit. The caller is owed the reason."),
        RejectForm,
    ),
    "merge": StepFace(
        _("Merge"),
        "git-merge",
        _("The same matter was reported before: this case ends and stays linked to the other."),
        MergeForm,
    ),
    "unmerge": StepFace(
        _("Undo the merge"),
        "arrow-back-up",
        _("The case is again where it was before the merge, with the deadlines it had."),
        NoteForm,
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

OF_CLUES: Mapping[str, type[forms.Form]] = {"reject": RejectClueForm, "close": CloseClueForm}


def form_of(step: str, case: Case) -> type[forms.Form]:
    """Return the form of a step; the end of a clue's case asks, too, what its source is told."""
    of_clue = OF_CLUES.get(step) if case.channel == Case.Channel.PLATFORM else None
    return of_clue or STEP_FACES[step].form
