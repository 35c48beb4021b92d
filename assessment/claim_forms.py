"""What a claim asks for, what it is searched by, and the words of a review. They ask; the services judge."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from assessment.models import Claim, ExclusionItem
from assessment.services.claims import LONGEST_WORDS


def words(label: Any, help_text: Any = "", rows: int = 4) -> forms.CharField:
    """Return a field for words of several lines, all of them needed."""
    area = forms.Textarea(attrs={"rows": rows, "maxlength": LONGEST_WORDS})
    return forms.CharField(label=label, help_text=help_text, max_length=LONGEST_WORDS, widget=area)


class ClaimForm(forms.Form):
    """Facts, basis and proof; an item of the list where it is about a case and not about a limit."""

    unit = forms.ChoiceField(label=_("Claiming unit"))
    item = forms.ChoiceField(label=_("Item of the list"), widget=forms.RadioSelect)
    basis = words(
        _("Facts and basis"),
        _("What happened when, and why it falls under the item: name the law, clause or document."),
    )
    evidence = words(
        _("Evidence"),
        _(
            "What proves it: attachments, recordings, certificates, records of handling; photos below."
        ),
        rows=3,
    )

    def __init__(
        self,
        *args: Any,
        units: Sequence[Unit],
        items: Sequence[ExclusionItem] | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        choices: Any = [(unit.code, str(unit)) for unit in units]
        self.fields["unit"].choices = choices  # type: ignore[attr-defined]
        if len(choices) == 1:
            self.fields["unit"].widget = forms.HiddenInput()
            self.fields["unit"].initial = choices[0][0]
        if items is None:
            del self.fields["item"]
            self.fields["basis"].help_text = _(
                "Why the limit could not be kept: what happened when, and who was told."
            )
            return
        listed: Any = [(item.code, f"{item.title}（{item.basis}）") for item in items]
        self.fields["item"].choices = listed  # type: ignore[attr-defined]


class ClaimReviewForm(forms.Form):
    """The words of a review; the buttons say whether it approves."""

    words = words(
        _("Words of the review"),
        _("What was checked and found; the claiming unit reads it."),
        rows=3,
    )


class ClaimFilter(forms.Form):
    """Kind, state and month of the case; each may stay empty."""

    kind = forms.ChoiceField(label=_("kind of claim"), required=False)
    state = forms.ChoiceField(label=_("state"), required=False)
    period = forms.ChoiceField(label=_("Month of the case"), required=False)
    tab = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, months: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        every: list[Any] = [("", _("All"))]
        narrowing: dict[str, list[Any]] = {
            "kind": Claim.Kind.choices,
            "state": Claim.State.choices,
            "period": [(name, name) for name in months],
        }
        for name, choices in narrowing.items():
            self.fields[name].choices = [*every, *choices]  # type: ignore[attr-defined]

    def criteria(self) -> dict[str, str]:
        """Return what is searched for; a choice that does not exist narrows nothing."""
        given = self.cleaned_data
        return {name: given.get(name, "") for name in ("kind", "state", "period")}
