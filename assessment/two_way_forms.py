"""Forms of the marks both ways: the department's answer, the ruling, its mark of the whistle, leaders' marks."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Unit
from assessment.models import LeaderMark, ReviewAnswer
from assessment.services.leader_marks import LONGEST_COMMENT, Given
from assessment.services.review_answers import LONGEST_WORDS

YES, NO = "yes", "no"


def _words(label: Any, most: int = LONGEST_WORDS, **more: Any) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": 3, "maxlength": most})
    return forms.CharField(label=label, max_length=most, widget=area, **more)


class MarksAnswerForm(forms.Form):
    """The department accepts, explains or objects."""

    kind = forms.ChoiceField(
        label=pgettext_lazy("to marks", "Answer"),
        choices=ReviewAnswer.Kind.choices,
        widget=forms.RadioSelect,
    )
    text = _words(
        _("Reason"),
        required=False,
        help_text=_("Needed to explain and to object: what happened, and what proves it."),
    )


class MarksRulingForm(forms.Form):
    """The reason of a ruling; the buttons say which."""

    reason = _words(_("Reason of the ruling"))


class WhistleMarkForm(forms.Form):
    """Was it a proper whistle, and how clear and prepared."""

    proper = forms.ChoiceField(
        label=_("Was the whistle a proper one?"),
        choices=[
            (YES, _("Yes: it needed us")),
            (NO, _("No: it did not need us, or was not prepared")),
        ],
        widget=forms.RadioSelect,
    )
    mark = forms.IntegerField(
        label=_("How clear and prepared, 0 to 100"),
        min_value=0,
        max_value=100,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "num"}),
    )
    comment = _words(
        _("comment"),
        1000,
        required=False,
        help_text=_("Needed where the whistle was not a proper one."),
    )

    def details(self) -> dict[str, Any]:
        """Return what the service takes."""
        return self.cleaned_data | {"proper": self.cleaned_data["proper"] == YES}


class MarkRow(NamedTuple):
    """One department with its two fields."""

    unit: Unit
    mark: forms.BoundField
    comment: forms.BoundField
    given_by: int


class LeaderMarksForm(forms.Form):
    """One mark and one comment for each department; what stays empty is not marked."""

    def __init__(
        self,
        *args: Any,
        units: Sequence[Unit],
        own: Mapping[str, LeaderMark],
        counts: Mapping[str, int],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.units, self.counts = units, counts
        for unit in units:
            before = own.get(unit.code)
            self.fields[f"mark-{unit.code}"] = forms.IntegerField(
                label=_("Mark of %(unit)s") % {"unit": unit},
                required=False,
                min_value=0,
                max_value=100,
                initial=before.mark if before else None,
                widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "num"}),
            )
            self.fields[f"comment-{unit.code}"] = forms.CharField(
                label=_("Comment on %(unit)s") % {"unit": unit},
                required=False,
                max_length=LONGEST_COMMENT,
                initial=before.comment if before else "",
            )

    @property
    def rows(self) -> list[MarkRow]:
        return [
            MarkRow(
                unit,
                self[f"mark-{unit.code}"],
                self[f"comment-{unit.code}"],
                self.counts.get(unit.code, 0),
            )
            for unit in self.units
        ]

    def clean(self) -> dict[str, Any]:
        """Ask for the mark where only a comment was written."""
        given = super().clean() or self.cleaned_data
        for unit in self.units:
            mark, comment = f"mark-{unit.code}", f"comment-{unit.code}"
            bare = given.get(mark) is None and mark not in self.errors
            if bare and given.get(comment, "").strip():
                self.add_error(mark, _("Give the mark that the comment belongs to."))
        return given

    def marks(self) -> dict[str, Given | None]:
        """Return what was given, by code of the unit; None where there is no mark."""
        found: dict[str, Given | None] = {}
        for unit in self.units:
            mark = self.cleaned_data[f"mark-{unit.code}"]
            comment = self.cleaned_data[f"comment-{unit.code}"].strip()
            found[unit.code] = None if mark is None else (mark, comment)
        return found
