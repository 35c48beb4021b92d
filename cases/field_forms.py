"""Forms of work in the field: tasks, patrols, snapshots, meetings. They ask; the services judge."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.pickers import MomentField
from cases.forms import PlacedForm, text_field
from cases.models import FieldTask
from cases.services.deliberations import Said
from cases.services.snapshots import LONGEST_TEXT
from cases.services.tasks import OUTCOMES
from grids.forms import words


class AskForm(forms.Form):
    """What to look at, and before what."""

    kind = forms.ChoiceField(choices=FieldTask.Kind.choices, widget=forms.HiddenInput)
    note = forms.CharField(label=_("What to look at"), max_length=200, required=False)


class DoneForm(forms.Form):
    """What was found on the spot."""

    outcome = forms.ChoiceField(label=_("What you found"), widget=forms.RadioSelect)
    note = text_field(_("Note"), rows=3, required=False)
    lon = forms.FloatField(required=False, min_value=-180, max_value=180)
    lat = forms.FloatField(required=False, min_value=-90, max_value=90)

    def __init__(self, *args: Any, task: FieldTask, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = dict(FieldTask.Outcome.choices)
        known = [(one, labels[one]) for one in OUTCOMES[task.kind]]
        self.fields["outcome"].choices = known  # type: ignore[attr-defined]
        if len(known) == 1:
            self.fields["outcome"].initial = known[0][0]


class ToForm(forms.Form):
    """Who goes instead."""

    to = forms.TypedChoiceField(label=_("Give it to"), coerce=int)

    def __init__(self, *args: Any, people: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = people  # type: ignore[attr-defined]


class PatrolForm(forms.Form):
    area = forms.ChoiceField(label=_("Grid"))
    title = forms.CharField(
        label=_("Way or places"), max_length=200, help_text=_("What to walk along and look at.")
    )
    due_at = MomentField(label=_("Until"))
    to = forms.TypedChoiceField(
        label=_("Who"),
        coerce=int,
        empty_value=None,
        required=False,
        help_text=_("Empty: whoever has the duty there."),
    )

    def __init__(
        self,
        *args: Any,
        areas: Sequence[tuple[str, str]],
        people: Sequence[tuple[int, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = areas  # type: ignore[attr-defined]
        self.fields["to"].choices = [("", ""), *people]  # type: ignore[attr-defined]


class SnapForm(PlacedForm):
    """What a resident sends without an account."""

    text = words(_("What the matter is"), LONGEST_TEXT, rows=3)
    name = forms.CharField(
        label=_("Your name"),
        max_length=40,
        required=False,
        widget=forms.TextInput({"autocomplete": "name"}),
    )
    phone = forms.CharField(
        label=_("Your phone"),
        max_length=20,
        required=False,
        widget=forms.TextInput({"inputmode": "tel", "autocomplete": "tel"}),
        help_text=_(
            "Only if you want to be called back. Only the people who handle it may look at it, and each look is recorded."
        ),
    )
    once = forms.UUIDField(widget=forms.HiddenInput)


class AnswerForm(forms.Form):
    words = words(_("What the resident reads"), LONGEST_TEXT, rows=2)


class MeetingForm(forms.Form):
    area = forms.ChoiceField(label=_("Community or grid"))
    topic = forms.CharField(label=_("What it was about"), max_length=120)
    held_at = MomentField(label=_("Held at"))
    place = forms.CharField(label=_("Where"), max_length=200, required=False)
    people = forms.IntegerField(
        label=_("People present"), min_value=0, max_value=9999, required=False
    )
    minutes = words(_("Minutes"), 20_000, rows=4, required=False)
    opinions = words(
        _("Opinions"),
        20_000,
        rows=5,
        required=False,
        help_text=_("One on each line; who said it may stand in front, followed by a colon."),
    )

    def __init__(self, *args: Any, areas: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = areas  # type: ignore[attr-defined]

    def clean_people(self) -> int:
        return self.cleaned_data["people"] or 0

    def clean_opinions(self) -> list[Said]:
        return said_by_line(self.cleaned_data["opinions"])


class OpinionsForm(forms.Form):
    text = words(
        _("More opinions"),
        20_000,
        rows=3,
        help_text=_("One on each line; who said it may stand in front, followed by a colon."),
    )


LONGEST_SPEAKER = 12
"""Characters before a colon that are taken for a name."""


def said_by_line(text: str) -> list[Said]:
    """Return one opinion for each line: `李大爷：增设充电桩` names who said it."""
    found = []
    for line in text.splitlines():
        speaker, colon, rest = line.strip().replace(":", "：", 1).partition("：")
        named = colon and rest.strip() and 0 < len(speaker.strip()) <= LONGEST_SPEAKER
        said = Said(rest.strip(), speaker.strip()) if named else Said(line.strip())
        if said.text:
            found.append(said)
    return found
