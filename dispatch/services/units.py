"""Which units may be given what: in service, of the right kind, never the one that the case complains of."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import Unit
from accounts.refusals import BadInput
from cases.lifecycle import recused_unit
from cases.models import Case
from dispatch.rights import level_label, summonable_by

RULED_KINDS = (Unit.Kind.DEPARTMENT, Unit.Kind.COMPANY, Unit.Kind.TOWN, Unit.Kind.COMMUNITY)
"""Kinds of units that a ruling or a directive may name."""


def lead_and_assists(lead: str, assists: Sequence[str], case: Case | None) -> list[Unit]:
    """Return the units that a ruling or a directive names by code, the lead first, each once."""
    codes = [lead, *dict.fromkeys(code for code in assists if code and code != lead)]
    rows = Unit.objects.filter(code__in=codes, kind__in=RULED_KINDS, active=True)
    found = {unit.code: unit for unit in rows}
    for name, wanted in (("lead", codes[:1]), ("assists", codes[1:])):
        if unknown := [code for code in wanted if code not in found]:
            text = _("No unit in service has the code %(codes)s.")
            raise BadInput({name: text % {"codes": ", ".join(unknown) or "—"}})
    if case is not None and recused_unit(case) in {unit.pk for unit in found.values()}:
        raise BadInput({"lead": _("The unit complained of does not handle its own case.")})
    return [found[code] for code in codes]


def check_summonable(level: str, units: Sequence[Unit], field: str) -> None:
    """Raise `BadInput` where a whistle of the level does not summon units of their kinds."""
    kinds = summonable_by(level)
    if beyond := [unit for unit in units if unit.kind not in kinds]:
        text = _("%(level)s: may not summon %(units)s.")
        raise BadInput({field: text % {"level": level_label(level), "units": listed(beyond)}})


def check_recusal(case: Case, units: Sequence[Unit], field: str) -> None:
    """Raise `BadInput` where a unit is the one that the case complains of."""
    if any(unit.pk == recused_unit(case) for unit in units):
        raise BadInput({field: _("This unit cannot handle the case.")})


def listed(units: Sequence[Unit]) -> str:
    """Return the names of the units as a sentence lists them."""
    return pgettext("list", ", ").join(str(unit) for unit in units)
