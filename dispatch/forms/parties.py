"""The part of a form that names units: who leads and who assists."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from accounts.refusals import BadInput

OFFERED = (Unit.Kind.DEPARTMENT, Unit.Kind.COMPANY, Unit.Kind.TOWN)


@dataclass(frozen=True, slots=True)
class PartyRow:
    """One unit to choose from: leads, assists, or stays out."""

    unit: Unit
    leads: bool
    assists: bool


class PartiesForm(forms.Form):
    """Lead and assisting units among departments, companies and towns."""

    lead = forms.ChoiceField(label=_("Lead"), error_messages={"required": _("Name the lead unit.")})
    departments = forms.MultipleChoiceField(label=_("Assisting units"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = Unit.objects.filter(kind__in=OFFERED, active=True)
        self.units = list(offered.order_by("-kind", "pk"))
        self.units.sort(key=lambda unit: OFFERED.index(Unit.Kind(unit.kind)))
        choices = [(unit.code, str(unit)) for unit in self.units]
        self.fields["lead"].choices = choices  # type: ignore[attr-defined]
        self.fields["departments"].choices = choices  # type: ignore[attr-defined]

    @property
    def unit_groups(self) -> list[tuple[str, list[PartyRow]]]:
        """Return every unit offered with what is chosen for it, by kind."""
        lead = self["lead"].value() or ""
        assisting = set(self["departments"].value() or ())
        groups: dict[str, list[PartyRow]] = {}
        for unit in self.units:
            assists = unit.code in assisting and unit.code != lead
            row = PartyRow(unit, unit.code == lead, assists)
            groups.setdefault(unit.get_kind_display(), []).append(row)
        return list(groups.items())

    def parties(self) -> dict[str, Any]:
        """Return lead and assisting units as the services take them."""
        lead = self.cleaned_data["lead"]
        assists = [code for code in self.cleaned_data["departments"] if code != lead]
        return {"lead": lead, "assists": assists}


def accepted(form: forms.Form, act: Callable[[], Any]) -> Any:
    """Return what `act` gives; where it refuses what was typed, put that beside the fields and
    return None."""
    try:
        return act()
    except BadInput as refusal:
        for name, texts in refusal.fields.items():
            name = {"assists": "departments"}.get(name, name)
            form.add_error(name if name in form.fields else None, list(texts))
        return None
