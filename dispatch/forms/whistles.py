"""The form a whistle is blown with."""

from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit, User
from dispatch.lifecycle import ROLES_OF_LEVEL
from dispatch.models import Whistle
from dispatch.services.whistles import Item, Summons

EMPTY_ROWS = 3
"""Empty lines of the problem list at first, so that it can be filled without a script."""


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One unit of the list to choose from: leads, assists, or stays out."""

    unit: Unit
    leads: bool
    assists: bool


class MomentInput(forms.DateTimeInput):
    """The browser's own picker of date and time."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


def levels_of(user: User) -> list[tuple[str, str]]:
    """Return the levels of whistle that the user may blow, the narrowest first."""
    return [
        (level.value, str(level.label))
        for level in Whistle.Level
        if user.holds(*ROLES_OF_LEVEL[level.value])
    ]


class BlowForm(forms.Form):
    """Level, kind, lead and assisting units, where and when to assemble, the problems, the reason."""

    level = forms.ChoiceField(
        label=_("Level"), choices=Whistle.Level.choices, widget=forms.RadioSelect
    )
    kind = forms.ChoiceField(
        label=_("Kind of whistle"), choices=Whistle.Kind.choices, widget=forms.RadioSelect
    )
    lead = forms.ChoiceField(
        label=_("Lead"), error_messages={"required": _("Name the lead department.")}
    )
    departments = forms.MultipleChoiceField(label=_("Assisting departments"), required=False)
    assembly_place = forms.CharField(label=_("Place to assemble"), required=False, max_length=200)
    assembly_at = forms.DateTimeField(
        label=_("Time to assemble"),
        required=False,
        widget=MomentInput(),
        help_text=_("Empty: the time to report in follows from the kind of whistle."),
    )
    reason = forms.CharField(
        label=_("Why this needs departments"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": 2000}),
    )

    def __init__(self, data: Any = None, *, user: User, initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        self.units = list(Unit.objects.summonable().order_by("-kind", "pk"))
        choices = [(unit.code, str(unit)) for unit in self.units]
        self.fields["lead"].choices = choices  # type: ignore[attr-defined]
        self.fields["departments"].choices = choices  # type: ignore[attr-defined]
        # Every level is understood, so that one not the user's is refused as such (403).
        self.fields["level"].widget.choices = levels_of(user)

    @property
    def unit_rows(self) -> list[UnitRow]:
        """Return every unit that may be summoned with what is chosen for it."""
        lead = self["lead"].value() or ""
        assisting = set(self["departments"].value() or ())
        return [
            UnitRow(unit, unit.code == lead, unit.code in assisting and unit.code != lead)
            for unit in self.units
        ]

    @property
    def item_rows(self) -> list[Item]:
        """Return the lines of the problem list to draw: what was typed, then empty ones."""
        typed = [item for item in self._typed() if item.text or item.unit]
        return typed + [Item("")] * max(1, EMPTY_ROWS - len(typed))

    def summons(self) -> Summons:
        """Return what the service takes."""
        given = self.cleaned_data
        at: datetime | None = given["assembly_at"]
        return Summons(
            level=given["level"],
            kind=given["kind"],
            lead=given["lead"],
            departments=tuple(code for code in given["departments"] if code != given["lead"]),
            assembly_at=at,
            assembly_place=given["assembly_place"],
            items=tuple(item for item in self._typed() if item.text),
            reason=given["reason"],
        )

    def _typed(self) -> list[Item]:
        if not isinstance(self.data, MultiValueDict):
            return []
        texts, units = self.data.getlist("item_text"), self.data.getlist("item_unit")
        pairs = zip_longest(texts, units[: len(texts)], fillvalue="")
        return [Item(text.strip(), unit) for text, unit in pairs]


def add_refusals(form: forms.Form, fields: dict[str, list[str]]) -> None:
    """Put a service's refusals beside the fields they speak of; of unknown fields, above the form."""
    for name, texts in fields.items():
        for text in texts:
            form.add_error(name if name in form.fields else None, text)
