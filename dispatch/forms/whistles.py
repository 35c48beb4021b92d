"""The form a whistle is blown with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit, User
from accounts.pickers import MomentField
from cases.models import Case, LimitUnit
from dispatch.forms.items import typed_items
from dispatch.rights import BLOW, Kind, Level, LevelCode, current, levels_for, may
from dispatch.services.items import Item
from dispatch.services.whistles import Summons

EMPTY_ROWS = 3
"""Empty lines of the problem list at first, so that it can be filled without a script."""

NEIGHBOURS = (Unit.Kind.SQUAD, Unit.Kind.ALLIANCE, Unit.Kind.PROPERTY)
"""Units of a place, of which only those near it are offered."""

GROUPS = (Unit.Kind.DEPARTMENT, Unit.Kind.COMPANY, Unit.Kind.TOWN, *NEIGHBOURS)
"""The kinds of unit in the order in which the form lists them."""


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One unit of the list to choose from: leads, assists, or stays out."""

    unit: Unit
    leads: bool
    assists: bool


@dataclass(frozen=True, slots=True)
class LevelRow:
    """One level to choose: what it is called, for what, and the kinds of unit it summons."""

    level: Level
    checked: bool

    @property
    def summons(self) -> str:
        return " ".join(self.level.summons)


def levels_of(user: User, case: Case) -> list[Level]:
    """Return the levels of whistle that the user may blow on the case, the narrowest first."""
    return levels_for(user, BLOW, case)


def kinds_of(user: User, case: Case) -> list[Kind]:
    """Return the kinds of whistle that the user may blow on the case at some level."""
    levels = levels_of(user, case)
    return [
        kind
        for kind in current().kinds
        if kind.active and any(may(user, BLOW, level.code, kind.code, case) for level in levels)
    ]


def offered_units(levels: Sequence[Level], case: Case) -> list[Unit]:
    """Return the units that any of the levels summons, by kind; of neighbours those of the case's town."""
    kinds = {kind for level in levels for kind in level.summons}
    near = Q(area="") | Q(area__startswith=case.town_id)
    units = Unit.objects.filter(~Q(kind__in=NEIGHBOURS) | near, kind__in=kinds, active=True)
    order = {kind.value: place for place, kind in enumerate(GROUPS)}
    return sorted(units, key=lambda unit: (order.get(unit.kind, len(order)), unit.pk))


class BlowForm(forms.Form):
    """Level, kind, lead and assisting units, where and when to assemble, the problems, the reason."""

    level = forms.ChoiceField(label=_("Level"), choices=LevelCode.choices, widget=forms.RadioSelect)
    kind = forms.ChoiceField(label=_("Kind of whistle"), widget=forms.RadioSelect)
    lead = forms.ChoiceField(
        label=_("Lead"), error_messages={"required": _("Name the lead department.")}
    )
    departments = forms.MultipleChoiceField(label=_("Assisting departments"), required=False)
    assembly_place = forms.CharField(label=_("Place to assemble"), required=False, max_length=200)
    assembly_lon = forms.FloatField(required=False, min_value=-180, max_value=180)
    assembly_lat = forms.FloatField(required=False, min_value=-90, max_value=90)
    assembly_at = MomentField(
        label=_("Time to assemble"),
        required=False,
        help_text=_("Empty: the time to report in follows from the kind of whistle."),
    )
    reason = forms.CharField(
        label=_("Why this needs departments"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": 2000}),
    )

    def __init__(
        self, data: Any = None, *, user: User, case: Case, initial: dict[str, Any]
    ) -> None:
        super().__init__(data, initial=initial)
        # Every level is understood, so that one not the user's is refused as such (403).
        self.levels = levels_of(user, case)
        self.units = offered_units(self.levels, case)
        choices = [(unit.code, str(unit)) for unit in self.units]
        self.fields["lead"].choices = choices  # type: ignore[attr-defined]
        self.fields["departments"].choices = choices  # type: ignore[attr-defined]
        kinds = [(kind.code, kind.label) for kind in current().kinds]
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]

    @property
    def level_rows(self) -> list[LevelRow]:
        """Return the levels to choose from."""
        chosen = self["level"].value()
        return [LevelRow(level, level.code == chosen) for level in self.levels]

    @property
    def unit_groups(self) -> list[tuple[str, list[UnitRow]]]:
        """Return every unit that may be summoned with what is chosen for it, by kind of unit."""
        lead = self["lead"].value() or ""
        assisting = set(self["departments"].value() or ())
        groups: dict[str, list[UnitRow]] = {}
        for unit in self.units:
            chosen = unit.code in assisting and unit.code != lead
            row = UnitRow(unit, unit.code == lead, chosen)
            groups.setdefault(str(Unit.Kind(unit.kind).label), []).append(row)
        return list(groups.items())

    @property
    def place_errors(self) -> list[str]:
        """Return what is wrong with the place to assemble."""
        names = ("assembly_place", "assembly_lon", "assembly_lat")
        return [str(error) for name in names for error in self.errors.get(name, [])]

    @property
    def limit_units(self) -> list[tuple[str, Any]]:
        """Return the units in which a problem's limit is told."""
        return list(LimitUnit.choices)

    @property
    def item_rows(self) -> list[Item]:
        """Return the lines of the problem list to draw: what was typed, then empty ones."""
        typed = [item for item in typed_items(self.data) if item.text or item.unit]
        typed = typed or list(self.initial.get("items", ()))
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
            assembly_lon=given["assembly_lon"],
            assembly_lat=given["assembly_lat"],
            items=tuple(item for item in typed_items(self.data) if item.text),
            reason=given["reason"],
        )


def add_refusals(form: forms.Form, fields: dict[str, list[str]]) -> None:
    """Put a service's refusals beside the fields they speak of; of unknown fields, above the form."""
    for name, texts in fields.items():
        for text in texts:
            form.add_error(name if name in form.fields else None, text)
